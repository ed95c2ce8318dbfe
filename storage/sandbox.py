"""Takes network, files and other processes away from the process that opens documents. Linux only, no privileges.

Two walls of the kernel, either of which would do for most: a seccomp filter that lets through nothing but computing and
what is open already, and a Landlock domain without any right. ADR 0015 says why these.
"""

import ctypes
import os
import resource
import sys
from dataclasses import dataclass

from storage.seccomp import allow_only_computing, has_seccomp

MEMORY_BYTES = 1 << 30

_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446  # the same on every architecture
_LANDLOCK_VERSION = 1
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38


@dataclass(frozen=True, slots=True)
class SandboxState:
    """What this machine's kernel offers. `missing` names what it lacks, in words for a person; empty if nothing."""

    landlock: int  # the kernel's version of it; 0 for none
    seccomp: bool
    missing: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """True if documents can be opened with both walls up."""
        return not self.missing


def sandbox_state() -> SandboxState:
    """What can be had here; looks, and changes nothing."""
    if sys.platform != "linux":
        return SandboxState(0, False, (f"{sys.platform} has neither Landlock nor seccomp",))
    landlock, seccomp = _landlock_version(), has_seccomp()
    missing = []
    if not seccomp:
        missing.append("this kernel or processor has no seccomp filters that we know")
    if not landlock:
        missing.append("this kernel has Landlock switched off, or is older than 5.13")
    return SandboxState(landlock, seccomp, tuple(missing))


def enter_sandbox() -> None:
    """Give up everything but memory, computing and the pipes that are open; raises OSError if the kernel refuses.

    There is no way back. Whatever is loaded when first used (codecs, image plugins, fonts) must be loaded before.
    What the kernel does not offer at all is left out: who must not do without asks `sandbox_state` first.
    """
    _limit_resources()
    state = sandbox_state()
    if not (state.landlock or state.seccomp):
        return
    libc = _libc()
    _checked(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))
    _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    if state.landlock:
        _enter_landlock(libc, state.landlock)
    if state.seccomp:
        allow_only_computing(libc)


def limit_cpu(seconds: int) -> None:
    """End this process when it has computed for so many seconds."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def _limit_resources() -> None:
    limits = {"AS": MEMORY_BYTES, "FSIZE": 0, "NOFILE": 8, "NPROC": 0, "CORE": 0}
    for name, value in limits.items():
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        except (ValueError, OSError, AttributeError):
            # macOS does not know all of them; on servers none may be missing.
            if sys.platform == "linux":
                raise


def _landlock_version() -> int:
    return max(0, int(_libc().syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)))


def _enter_landlock(libc: ctypes.CDLL, version: int) -> None:
    """A domain that handles every right this kernel knows, and grants none (Linux, landlock(7))."""

    class Ruleset(ctypes.Structure):
        _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]

    files = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    rights = Ruleset((1 << files) - 1, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _checked(libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rights), ctypes.c_size_t(size), 0))
    _checked(libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "the kernel refused to close the sandbox")
    return result

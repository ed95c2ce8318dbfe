"""Filters of system calls, written as the small programs that Linux runs before each call (seccomp(2), bpf)."""

import ctypes
import errno
import platform
import struct
import sys

_PR_GET_SECCOMP, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 21, 22, 2
_RET_ALLOW, _RET_REFUSE, _RET_KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data, little-endian

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

#: Memory, time, threads waiting for each other, the signals a process handles itself, reading and writing what is
#: open, and the end. No opening, no sockets, no other process. Numbers: the kernel's syscall tables.
_COMPUTING = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19,
        "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60,
        "gettimeofday": 96, "getrusage": 98, "times": 100, "sigaltstack": 131, "gettid": 186, "time": 201,
        "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
        "clock_nanosleep": 230, "exit_group": 231, "set_robust_list": 273, "getrandom": 318, "membarrier": 324,
        "rseq": 334,
    },
    "aarch64": {
        "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "ppoll": 73,
        "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101,
        "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123,
        "sched_yield": 124, "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
        "rt_sigreturn": 139, "times": 153, "getrusage": 165, "gettimeofday": 169, "getpid": 172, "gettid": 178,
        "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233, "getrandom": 278,
        "membarrier": 283, "rseq": 293,
    },
}  # fmt: skip

_OWN_LIMITS = {"x86_64": 302, "aarch64": 261}  # prlimit64


def has_seccomp() -> bool:
    """True if filters can be set here, and the calls of this processor are known."""
    if sys.platform != "linux" or platform.machine() not in _AUDIT:
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0)


def allow_only_computing(libc: ctypes.CDLL) -> None:
    """Refuse (EPERM) every call but those that compute, for this process and for good. Needs no_new_privs."""
    machine = platform.machine()
    allowed = [(_EQUAL, number) for number in sorted(_COMPUTING[machine].values())]
    program = [*_same_architecture(machine), (_LOAD, 0, 0, _NUMBER)]
    # Of the limits, a process may lower its own (0 stands for itself), not another's.
    program += [
        (_EQUAL, 0, 3, _OWN_LIMITS[machine]), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _RET_ALLOW), (_LOAD, 0, 0, _NUMBER),
    ]  # fmt: skip
    for place, (test, number) in enumerate(allowed):
        program.append((test, len(allowed) - place, 0, number))
    program += [(_RETURN, 0, 0, _RET_REFUSE), (_RETURN, 0, 0, _RET_ALLOW)]
    _set_filter(libc, program)


def _same_architecture(machine: str) -> list[tuple[int, int, int, int]]:
    return [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, _AUDIT[machine]), (_RETURN, 0, 0, _RET_KILL)]


def _set_filter(libc: ctypes.CDLL, program: list[tuple[int, int, int, int]]) -> None:
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]

    packed = b"".join(struct.pack("=HBBI", *step) for step in program)
    filtered = Program(len(program), packed)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filtered), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refused the filter")

"""The process that opens documents has lost files, network and other processes; probed from inside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from portal.commands import house
from portal.settings import WrongSetting, read_settings
from storage import sandbox
from storage.sandbox import SandboxState, sandbox_state

ROOT = Path(__file__).parents[2]

PROBE = """
import ctypes, json, os, resource, socket, sys
sys.path.append({root!r})
from storage import sandbox
listening = socket.socket()
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid()
{before}
sandbox.enter_sandbox()

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

probes = dict(
    read=lambda: open("/etc/passwd").read(),
    write=lambda: open("/tmp/chartway-probe", "w"),
    list=lambda: os.listdir("/"),
    unlink=lambda: os.unlink("/tmp/chartway-never-there"),
    connect=lambda: listening.connect(("127.0.0.1", 9)),
    bind=lambda: listening.bind(("127.0.0.1", 0)),
    socket=lambda: socket.socket(),
    execute=lambda: os.execv("/bin/true", ["true"]),
    fork=lambda: os._exit(0) if os.fork() == 0 else None,
    kill=lambda: os.kill(parent, 0),
    limits=lambda: resource.prlimit(parent, resource.RLIMIT_CORE),
    trace=lambda: call(101, 0, 0, 0, 0) if os.uname().machine == "x86_64" else call(117, 0, 0, 0, 0),
)
ended = dict()
for name, probe in probes.items():
    if name in {skipped!r}:
        continue
    try:
        probe()
        ended[name] = "done"
    except (OSError, PermissionError) as error:
        ended[name] = error.errno
ended["core"] = resource.getrlimit(resource.RLIMIT_CORE)[0]
ended["dumpable"] = libc.prctl(3, 0, 0, 0, 0)
print(json.dumps(ended), flush=True)
"""

PROBES = (
    "read", "write", "list", "unlink", "connect", "bind", "socket", "execute", "fork", "kill", "limits", "trace",
)  # fmt: skip


def probed(before: str = "", skipped: tuple[str, ...] = ()) -> dict[str, object]:
    """How each probe ended: "done", or the error's number."""
    program = PROBE.format(root=str(ROOT), before=before, skipped=skipped)
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_this_kernel_has_what_it_takes() -> None:
    assert sandbox_state().is_whole, sandbox_state().missing


def test_nothing_outside_can_be_reached() -> None:
    ended = probed()
    refused = [1, 13]  # EPERM, EACCES
    for name in PROBES:
        assert ended[name] in refused, (name, ended)
    assert ended["core"] == 0
    assert not Path("/tmp/chartway-probe").exists()


@pytest.mark.parametrize(
    ("without", "names"),
    [
        ("sandbox.allow_only_computing = lambda libc: None", ("read", "write", "list", "execute", "connect", "bind")),
        ("sandbox._enter_landlock = lambda libc, version: None",
         ("read", "write", "list", "execute", "connect", "bind", "socket", "fork", "kill")),
    ],
    ids=["Landlock", "seccomp"],
)  # fmt: skip
def test_each_wall_stands_alone(without: str, names: tuple[str, ...]) -> None:
    # The other wall's probes get through, and being traced would halt the prober at its next signal.
    ended = probed(without, skipped=tuple({*PROBES} - {*names}))
    assert {name: ended[name] in (1, 13) for name in names} == dict.fromkeys(names, True)


def test_without_walls_the_probes_would_get_through() -> None:
    # Done for real, these would end or halt the prober.
    ended = probed("sandbox.enter_sandbox = lambda: None", skipped=("execute", "trace", "write"))
    assert (ended["read"], ended["list"], ended["fork"], ended["socket"]) == ("done",) * 4


def test_a_system_without_the_kernel_features_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    assert "darwin" in sandbox_state().missing[0]


def test_production_refuses_to_start_without_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        house, "sandbox_state", lambda: SandboxState(0, True, ("this kernel has Landlock switched off",))
    )
    urls = {"CHARTWAY_DATABASE_URL": "postgresql://a@b/c", "CHARTWAY_OWNER_URL": "postgresql://a@b/c"}
    with pytest.raises(WrongSetting, match="CHARTWAY_SANDBOX=as-there-is"):
        house.check_sandbox(read_settings(urls))
    assert "Landlock" in str(house.check_sandbox(read_settings({**urls, "CHARTWAY_SANDBOX": "as-there-is"})))
    assert "Do not use this for real patients" in str(house.check_sandbox(read_settings({})))

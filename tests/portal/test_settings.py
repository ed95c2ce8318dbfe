"""Settings: each documented, each checked, and a wrong one stops the start with a sentence that names it."""

import re
from pathlib import Path

import pytest

from portal.settings import Settings, WrongSetting, read_settings, variables
from tests.conftest import REPOSITORY


def test_the_example_file_and_the_settings_name_the_same_variables_with_the_same_defaults() -> None:
    text = (REPOSITORY / ".env.example").read_text()
    written = dict(re.findall(r"^#? ?(CHARTWAY_[A-Z0-9_]+)=(.*)$", text, re.MULTILINE))
    assert set(written) == set(variables())
    assert read_settings(written) == Settings()
    assert read_settings({"CHARTWAY_PORT": "8123"}).origin == "http://127.0.0.1:8123"
    lines = text.splitlines()
    for name in written:
        above = lines[next(number for number, line in enumerate(lines) if f"{name}=" in line) - 1]
        assert above.startswith(("#", "CHARTWAY_HOST=")), f"{name} has no comment"


def test_no_code_reads_the_environment_by_itself() -> None:
    for package in ("portal", "assignments", "auditing", "storage"):
        for path in (REPOSITORY / package).rglob("*.py"):
            if path.name != "settings.py":
                assert "CHARTWAY_" not in re.sub(r'""".*?"""|".*?"|#.*', "", path.read_text(), flags=re.DOTALL), path


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"CHARTWAY_PORT": "eighty"}, "CHARTWAY_PORT is wrong: it should be a whole number from 1 to 65535."),
        ({"CHARTWAY_PORT": "0"}, "CHARTWAY_PORT is wrong"),
        ({"CHARTWAY_PORT": "-1"}, "CHARTWAY_PORT is wrong"),
        ({"CHARTWAY_POOL_SIZE": "1"}, "CHARTWAY_POOL_SIZE is wrong"),
        ({"CHARTWAY_ORIGIN": "portal.example.com"}, "CHARTWAY_ORIGIN is wrong"),
        ({"CHARTWAY_ORIGIN": "http://portal.example.com"}, "CHARTWAY_ORIGIN is wrong"),
        ({"CHARTWAY_ORIGIN": "https://portal.example.com/path"}, "CHARTWAY_ORIGIN is wrong"),
        ({"CHARTWAY_LOG_LEVEL": "loud"}, "CHARTWAY_LOG_LEVEL is wrong: it should be one of debug"),
        ({"CHARTWAY_DATABASE_URL": "mysql://x"}, "CHARTWAY_DATABASE_URL is wrong"),
        ({"CHARTWAY_DATABASE_URL": "postgresql://a@b/c"}, "CHARTWAY_OWNER_URL is missing"),
        ({"CHARTWAY_OWNER_URL": "postgresql://a@b/c"}, "CHARTWAY_DATABASE_URL is missing"),
        ({"CHARTWAY_STORE": "bucket"}, "CHARTWAY_STORE is wrong: it should be one of folder, s3."),
        ({"CHARTWAY_STORE": "s3"}, "CHARTWAY_S3_BUCKET is missing"),
        ({"CHARTWAY_STORE": "s3", "CHARTWAY_S3_BUCKET": "Not A Bucket"}, "CHARTWAY_S3_BUCKET is wrong"),
        ({"CHARTWAY_S3_BUCKET": "phi"}, "CHARTWAY_S3_BUCKET is set, but CHARTWAY_STORE is folder"),
        (
            {"CHARTWAY_STORE": "s3", "CHARTWAY_S3_BUCKET": "phi", "CHARTWAY_DOCUMENTS": "/x"},
            "CHARTWAY_DOCUMENTS is set, but CHARTWAY_STORE is s3",
        ),
        ({"CHARTWAY_S3_ENDPOINT": "seaweed:8333"}, "CHARTWAY_S3_ENDPOINT is wrong"),
        ({"CHARTWAY_S3_CHECKSUMS": "never"}, "CHARTWAY_S3_CHECKSUMS is wrong"),
        ({"CHARTWAY_KEYS": "kms"}, "CHARTWAY_KMS_REGION is missing"),
        ({"CHARTWAY_KMS_REGION": "us-east-1"}, "CHARTWAY_KMS_REGION is set, but CHARTWAY_KEYS is local"),
        (
            {"CHARTWAY_KEYS": "kms", "CHARTWAY_KMS_REGION": "us-east-1", "CHARTWAY_KEYRING": "/x"},
            "CHARTWAY_KEYRING is set, but CHARTWAY_KEYS is kms",
        ),
        ({"CHARTWAY_KMS_ENDPOINT": "http://kms.example.com"}, "CHARTWAY_KMS_ENDPOINT is wrong: it should be an https"),
        ({"CHARTWAY_KMS_PREFIX": "a/b"}, "CHARTWAY_KMS_PREFIX is wrong"),
        ({"CHARTWAY_DATABSE_URL": "x"}, "CHARTWAY_DATABSE_URL is not a setting"),
        ({"CHARTWAY_PORT_FILE": "/nowhere/at/all"}, "CHARTWAY_PORT_FILE names /nowhere/at/all"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting) as raised:
        read_settings(environment)
    assert str(raised.value).startswith(says)
    assert str(raised.value).endswith(".")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://owner:s3cret@db/chartway\n")
    settings = read_settings(
        {"CHARTWAY_OWNER_URL_FILE": str(secret), "CHARTWAY_DATABASE_URL": "postgres://app@db/chartway"}
    )
    assert settings.owner_url == "postgresql://owner:s3cret@db/chartway"
    assert not settings.embedded


def test_what_is_wrong_is_told_without_its_value() -> None:
    with pytest.raises(WrongSetting) as raised:
        read_settings({"CHARTWAY_DATABASE_URL": "mysql://app:s3cret@db/x"})
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("origin", "secure"),
    [("https://portal.example.com", True), ("http://127.0.0.1:9000", False), ("http://localhost", False)],
)
def test_cookies_follow_the_address(origin: str, secure: bool) -> None:
    assert read_settings({"CHARTWAY_ORIGIN": origin}).secure_cookies is secure

"""The vault opens as the settings say, or the start stops with a sentence."""

from pathlib import Path
from typing import Any

import pytest

from portal.settings import Settings, WrongSetting
from storage.kms import AwsKms
from storage.objects import FolderStore
from storage.opening_vault import open_vault
from storage.providers import LocalKeyring
from storage.s3_store import S3Store
from storage.vault import VAULT
from tests.seaweed import Seaweed


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings(data=tmp_path, s3_region="us-east-1", **more)


@pytest.fixture
def credentials(s3_server: Seaweed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)


def test_without_settings_everything_lies_on_this_machine(tmp_path: Path) -> None:
    open_vault(settings(tmp_path))
    assert isinstance(VAULT.store, FolderStore)
    assert isinstance(VAULT.provider, LocalKeyring)


@pytest.mark.usefixtures("credentials")
def test_s3_and_kms_are_chosen_by_settings(s3_server: Seaweed, tmp_path: Path) -> None:
    bucket = s3_server.make_bucket()
    open_vault(
        settings(
            tmp_path, store="s3", s3_bucket=bucket, s3_endpoint=s3_server.endpoint, keys="kms", kms_region="us-east-1"
        )
    )
    assert isinstance(VAULT.store, S3Store)
    assert isinstance(VAULT.provider, AwsKms)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("credentials")
def test_a_bucket_that_is_not_there_stops_the_start(s3_server: Seaweed, tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"CHARTWAY_S3_BUCKET names nobodys, but there is no such bucket\."):
        open_vault(settings(tmp_path, store="s3", s3_bucket="nobodys", s3_endpoint=s3_server.endpoint))


@pytest.mark.usefixtures("credentials")
def test_wrong_credentials_stop_the_start(s3_server: Seaweed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = s3_server.make_bucket()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a guess")
    with pytest.raises(WrongSetting, match="does not let these AWS credentials in"):
        open_vault(settings(tmp_path, store="s3", s3_bucket=bucket, s3_endpoint=s3_server.endpoint))


def test_no_credentials_stop_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(WrongSetting, match="there are no AWS credentials: set AWS_ACCESS_KEY_ID"):
        open_vault(settings(tmp_path, store="s3", s3_bucket="phi", s3_endpoint="http://127.0.0.1:9"))


@pytest.mark.usefixtures("credentials")
def test_a_store_that_cannot_be_reached_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"CHARTWAY_S3_BUCKET is phi, but it cannot be reached"):
        open_vault(settings(tmp_path, store="s3", s3_bucket="phi", s3_endpoint="http://127.0.0.1:9"))

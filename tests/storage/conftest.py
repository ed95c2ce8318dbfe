"""A key service for the tests of this folder: the double, a connection to it, and the provider that speaks to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from storage.aws import connect
from storage.kms import AwsKms
from tests.storage.kms_double import KmsDouble, run_kms


@pytest.fixture
def double() -> Iterator[KmsDouble]:
    with run_kms() as running:
        yield running


@pytest.fixture
def client(double: KmsDouble, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    return connect("kms", endpoint=double.endpoint, region="us-east-1")


@pytest.fixture
def kms(client: Any) -> AwsKms:
    return AwsKms(client)

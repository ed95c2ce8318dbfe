"""The door to boto3: clients whose time-outs and retries are set on purpose, and what their errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from portal.errors import Unavailable

#: How often anything is asked before it counts as not answering.
TRIES = 4

log = structlog.get_logger()


def connect(
    service: Literal["s3", "kms"], *, endpoint: str = "", region: str = "", checksums: str = "when_supported",
    read_timeout: float = 30, connections: int = 32,
) -> Any:  # fmt: skip
    """A client of a service, to be shared by all threads of the process; credentials come from boto3's own chain.

    `endpoint` is for servers that are not AWS; `read_timeout` is the seconds without a byte after which a request is
    tried again.
    """
    config = Config(
        # `standard` backs off with jitter; `adaptive` would let one client's trouble slow down all others.
        retries={"mode": "standard", "total_max_attempts": TRIES},
        connect_timeout=3,
        read_timeout=read_timeout,
        max_pool_connections=connections,
        tcp_keepalive=True,
        s3={"addressing_style": "path" if endpoint else "auto"},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )
    # A session of its own: boto3's default one is shared, and making clients from it is not safe in threads.
    return boto3.session.Session().client(
        service, endpoint_url=endpoint or None, region_name=region or None, config=config
    )


def code_of(error: ClientError) -> str:
    """What a service says is wrong, such as "NoSuchKey"."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def unavailable_as(kind: type[Unavailable]) -> Iterator[None]:
    """Turn what a service refuses or does not answer into an error with a sentence for people."""
    try:
        yield
    except ClientError as error:
        log.error("a service refused", service=kind.__name__, operation=error.operation_name, code=code_of(error))
        raise kind from error
    except BotoCoreError as error:
        log.error("a service did not answer", service=kind.__name__, kind=type(error).__name__)
        raise kind from error

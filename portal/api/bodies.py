"""Say in the OpenAPI document that a request's body is a file, which is streamed and so is no parameter."""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType


def takes(*media_types: str) -> type[Operation]:
    """An operation whose body is a file of one of these types."""

    @dataclass
    class TakesAFile(Operation):
        def __post_init__(self) -> None:
            content = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
            self.request_body = RequestBody(
                content={media_type: OpenAPIMediaType(schema=content) for media_type in media_types}, required=True
            )

    return TakesAFile

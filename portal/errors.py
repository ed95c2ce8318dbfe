"""What a person can be told about: each error is an HTTP status and a sentence that says what to do next."""

from http import HTTPStatus


class PortalError(Exception):
    """Something the reader can act on; anything else that is raised is a bug."""

    status = HTTPStatus.BAD_REQUEST
    message = "This request could not be understood. Go back, check what you entered and try again."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or type(self).message
        super().__init__(self.message)


class Invalid(PortalError):
    """What was entered cannot be used as it is."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = "Some of what you entered cannot be used. Correct the marked fields and send it again."


class NotSignedIn(PortalError):
    """Nobody is signed in, or the session has ended."""

    status = HTTPStatus.UNAUTHORIZED
    message = "Your session has ended. Sign in again; your saved work is still there."


class NoToken(PortalError):
    """A request of the API came without a token that is good."""

    status = HTTPStatus.UNAUTHORIZED
    message = (
        "This needs a token: send the header “Authorization: Bearer …”. One that is wrong, expired or revoked is"
        " refused in the same way; ask us for another."
    )


class NotPermitted(PortalError):
    """The person is known, but their role does not allow this."""

    status = HTTPStatus.FORBIDDEN
    message = "Your role does not allow this. If you need it for your work, ask your manager."


class NotFound(PortalError):
    """There is no such thing, or it belongs to somebody else: from outside the two look the same."""

    status = HTTPStatus.NOT_FOUND
    message = "There is nothing at this address that you can open. Go back to your start page."


class Conflict(PortalError):
    """The thing has moved on since the page was loaded."""

    status = HTTPStatus.CONFLICT
    message = "This has changed since you opened it. Reload the page to see how it stands."


class TooLarge(PortalError):
    """More bytes than are accepted."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = "This is larger than what can be accepted. Split it and send the parts."


class TooMany(PortalError):
    """Tried too often in too short a time."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    message = "Too many attempts. Wait a few minutes, then try again."


class Unavailable(PortalError):
    """A part that this needs is not answering."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = "This is not available right now. Nothing was lost; try again in a minute."

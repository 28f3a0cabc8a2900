"""The errors a rule may answer with: domain words only; common/middleware.py and the APIs give them their status."""


class DomainError(Exception):
    """A refusal whose message says what is wrong and how to mend it, fit to be shown to the person who asked."""

    @property
    def message(self) -> str:
        """The text to show."""
        return str(self)


class InvalidInputError(DomainError):
    """What was sent cannot be used."""


class UnauthenticatedError(DomainError):
    """Nobody is signed in, or the key is wrong, expired or revoked."""


class ForbiddenError(DomainError):
    """The object is visible, the action is not allowed."""


class NotFoundError(DomainError):
    """Absent, or invisible to the asker: the two are never told apart."""


class ConflictError(DomainError):
    """The request contradicts the present state, such as a name that is taken."""


class GoneError(DomainError):
    """The object was deleted."""


class TooLargeError(DomainError):
    """Beyond a limit that the message names."""


class TooManyRequestsError(DomainError):
    """Asked too often; after RETRY_SECONDS it may be tried again."""

    RETRY_SECONDS = 60


STATUS: dict[type[DomainError], int] = {
    InvalidInputError: 400,
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    GoneError: 410,
    TooLargeError: 413,
    TooManyRequestsError: 429,
}


def status_of(error: DomainError) -> int:
    """The HTTP status of `error`."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)

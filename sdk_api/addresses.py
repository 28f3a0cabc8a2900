"""E-mail addresses that a script names."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.errors import InvalidInputError

MAX_LENGTH = 254  # what the column takes


def get_address(text: str) -> str:
    """`text` without spaces around it, if it is an address. Raises InvalidInputError."""
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError(f"'{text[:80]}' is no e-mail address; write it like mia@example.org.") from error
    if len(address) > MAX_LENGTH:
        raise InvalidInputError(f"An e-mail address has at most {MAX_LENGTH} characters; this one has {len(address)}.")
    return address

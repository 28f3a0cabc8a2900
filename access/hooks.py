"""What upper layers must settle when somebody leaves; they enter themselves when their app is ready."""

from collections.abc import Callable

from access.models import Organization, User

after_leaving: list[Callable[[User, Organization | None], None]] = []
"""Called in the transaction that takes that person out of the organization, or for None out of all of them."""

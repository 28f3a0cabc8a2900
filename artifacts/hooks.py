"""What upper layers must settle before versions go; they enter themselves when their app is ready."""

from collections.abc import Callable

from django.db.models import QuerySet

from access.models import User
from artifacts.models import Version

before_deletion: list[Callable[[User | None, QuerySet[Version]], None]] = []
"""Called in the transaction that deletes those versions, before it does; an error refuses the deletion. Without an
actor the server deletes what is due by itself."""

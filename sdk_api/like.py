"""SQL's LIKE as a look-up, since the SDK names run files by such patterns (`%.json`)."""

from __future__ import annotations

from typing import Any

from django.db.models import Lookup, TextField


@TextField.register_lookup
class Like(Lookup):
    """`name__like="media/%"`: `%` is any text, `_` any character; nothing escapes them."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition and its parameters."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        patterns = [str(pattern).replace("\\", r"\\") for pattern in right_values]
        return rf"{left} LIKE {right} ESCAPE '\'", (*left_values, *patterns)

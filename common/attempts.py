"""A form that changes something: what was refused stands beside its field, with the status of the refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form

from common.errors import ConflictError, InvalidInputError, TooLargeError, status_of

ASKED, DONE, WRONG = 200, 303, 400


def attempt(form: Form, field: str | None, change: Callable[[dict[str, Any]], object]) -> int:
    """Run `change` with what a valid form holds, and answer with a status: ASKED when nothing was sent, DONE when it went
    through, else that of the refusal, whose message the form then shows beside `field` (None: above all fields).

    Refusals that no other input would mend (403, 404) are not caught.
    """
    if not form.is_bound:
        return ASKED
    if not form.is_valid():
        return WRONG
    try:
        change(form.cleaned_data)
    except (InvalidInputError, ConflictError, TooLargeError) as error:
        form.add_error(field, error.message)
        return status_of(error)
    return DONE

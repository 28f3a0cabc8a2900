"""The steps of a program: each calls one method of the SDK and says what should come of it.

A step is named `Class.method outcome`, perhaps `: which case`; outcomes are works, refused, absent and forbidden.
`tests/sdk/methods.py` makes the map of these names, `tests/sdk/test_methods.py` asserts what was seen, one by one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

told: dict[str, dict[str, Any]] = {}


def step(name: str, call: Callable[[], Any], expected: Any = True, *, raises: str = "") -> None:
    """Call; what it gives is held against `expected`, or the text of what it raises against a part of it, `raises`."""
    assert name not in told, name
    seen, error = None, ""
    try:
        seen = json.loads(json.dumps(call(), default=str))  # now, since what is logged may be edited later
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
    told[name] = {"seen": seen, "raised": error, "expected": expected, "raises": raises}


def after(action: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """What `then` gives once `action` was done."""
    action()
    return then()


def tell() -> None:
    """Print everything, for the test."""
    print(json.dumps(told))

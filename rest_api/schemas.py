"""Bodies, pages and the words they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.db import models
from pydantic import BaseModel, ConfigDict, Field

from access.roles import Role
from common.pagination import paginate

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)

GroupRole = Literal["admin", "member", "viewer"]
RegistryRole = Literal["admin", "member", "viewer", "restricted_viewer"]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Labels = Annotated[list[str], Field(max_length=100)]


class Body(BaseModel):
    """What a request may hold: fields that are not named here are refused."""

    model_config = ConfigDict(extra="forbid")


class Paging(BaseModel):
    """Which part of a list: `cursor` is the `next` of the page before."""

    cursor: str = Field("", max_length=4000)
    limit: int = Field(50, ge=1, le=100)


class Page(BaseModel, Generic[T]):
    """A part of a list; `next` is the cursor of the following one, null at the end."""

    items: list[T]
    next: str | None


def page_of(rows: models.QuerySet[M], paging: Paging, order: tuple[str, ...], show: Callable[[Any], T]) -> Page[T]:
    """The page of `rows` in `order` (the last key unique), each as `show` gives it. Raises InvalidInputError: cursor."""
    page = paginate(rows, order=order, cursor=paging.cursor, size=paging.limit)
    return Page(items=[show(row) for row in page.items], next=page.next or None)


def role_word(container: Any) -> str:
    """The asker's role on a container that carries it."""
    return Role(container.role_level).word


def username_of(user: Any) -> str | None:
    """Who did it, if they are known."""
    return user.username if user else None

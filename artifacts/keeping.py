"""What the pages about deletion and retention show: deleted versions that can come back, and what a rule would take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.services.teams import MAX_TTL
from artifacts.feed import REASONS
from artifacts.lifetimes import DAY, FOR_GOOD, INHERIT
from artifacts.models import Artifact, Version
from artifacts.services.artifacts import MOST_KEPT
from artifacts.services.expiring import superseded
from artifacts.services.restoring import kept_since
from common.data import PageData, Row
from common.errors import NotFoundError
from common.forms import ServiceForm
from common.pagination import Page, paginate
from events.models import Event
from events.types import EventType
from projects.models import Project

PAGE, SHOWN = 50, 20


@dataclass(frozen=True)
class DeletedVersion:
    """A version that can be restored until `kept_until`; `deletion` is None where it went with its artifact."""

    version: Version
    deletion: Event | None

    @property
    def kept_until(self) -> datetime | None:
        """When its files go for good."""
        at = self.version.deleted_at
        return at + timedelta(days=settings.RESTORE_DAYS) if at else None

    @property
    def by(self) -> str:
        """Who or what deleted it."""
        if self.deletion is None:
            return _("with its artifact")
        reason = (self.deletion.after or {}).get("reason")
        if reason in REASONS:
            return str(REASONS[reason])
        actor = self.deletion.actor
        return actor.display_name if actor else _("Somebody")

    @property
    def data(self) -> Row:
        """The same for scripts."""
        version = self.version
        return {
            "artifact": version.artifact.name,
            "version": version.label,
            "size": version.size,
            "deleted_at": version.deleted_at.isoformat() if version.deleted_at else None,
            "deleted_by": self.by,
            "kept_until": self.kept_until.isoformat() if self.kept_until else None,
        }


def deleted_page(project: Project, artifact: str, cursor: str) -> tuple[Page[Version], list[DeletedVersion]]:
    """Restorable versions of a project, or of its artifacts of one name, the last deleted first: two queries."""
    rows = Version.objects.restorable(kept_since()).filter(artifact__project=project).select_related("artifact")
    if artifact:
        rows = rows.filter(artifact__name=artifact)
    page = paginate(rows, order=("-deleted_at", "-pk"), cursor=cursor, size=PAGE)
    return page, list(_with_deletions(page.items))


def deleted_data(project: Project, rows: Sequence[DeletedVersion]) -> PageData:
    """The same for scripts."""
    columns = ("artifact", "version", "size", "deleted_at", "deleted_by", "kept_until")
    return PageData("deleted", {"project": project.name}, [row.data for row in rows], columns)


def _with_deletions(versions: Iterable[Version]) -> Iterable[DeletedVersion]:
    found = list(versions)
    events = Event.objects.filter(
        object_type="version", object_id__in=[version.pk for version in found], type=EventType.VERSION_DELETED
    )
    deletions = {event.object_id: event for event in events.select_related("actor").order_by("pk")}
    for version in found:
        deletion = deletions.get(version.pk)
        is_last = (
            deletion and version.deleted_at and abs(deletion.created_at - version.deleted_at) < timedelta(minutes=1)
        )
        yield DeletedVersion(version, deletion if is_last else None)


def find_deleted(project: Project, number: str) -> Version:
    """The version of that id, whether it can be restored or has been. Raises NotFoundError for one of another project."""
    rows = Version.objects.select_related("artifact").filter(artifact__project=project, index__isnull=False)
    version = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if version is None:
        raise NotFoundError(_("There is no such deleted version, or its files are gone."))
    version.artifact.project = project
    return version


class LifetimeForm(ServiceForm):
    """How long one version is kept."""

    keep = forms.ChoiceField(
        label=gettext_lazy("Keep this version"), widget=forms.RadioSelect,
        choices=[
            ("inherit", gettext_lazy("As long as the team says")),
            ("forever", gettext_lazy("Forever")),
            ("days", gettext_lazy("For some days after its creation")),
        ],
    )  # fmt: skip
    days = forms.DecimalField(
        label=gettext_lazy("Days"), required=False, min_value=1, max_value=MAX_TTL // DAY, decimal_places=3,
        help_text=gettext_lazy("Counted from its creation. Then it is deleted, with its aliases."),
    )  # fmt: skip

    @classmethod
    def of(cls, version: Version, data: Any) -> LifetimeForm:
        """With what is stored."""
        seconds = version.ttl_seconds
        keep = "inherit" if seconds is None else "days" if seconds else "forever"
        return cls(data, initial={"keep": keep, "days": f"{seconds / DAY:.5g}" if seconds else None})

    def clean(self) -> dict[str, Any]:
        """Days where days are meant."""
        given = super().clean() or self.cleaned_data
        if not self.errors and given["keep"] == "days" and not given["days"]:
            self.add_error("days", _("Write a number of days."))
        return given

    @property
    def seconds(self) -> int:
        """As services take it."""
        given = self.cleaned_data
        return {"inherit": INHERIT, "forever": FOR_GOOD}.get(given["keep"], int((given["days"] or 0) * DAY))


class RuleForm(ServiceForm):
    """How many versions of an artifact are kept."""

    keep_last = forms.IntegerField(
        label=gettext_lazy("Keep the newest"), required=False, min_value=1, max_value=MOST_KEPT,
        help_text=gettext_lazy(
            "Older versions are deleted every hour, unless they have an alias, are linked to a registry, or are kept forever. "
            "Empty: all stay."
        ),
    )  # fmt: skip


def preview(artifact: Artifact, keep_last: int | None) -> dict[str, Any]:
    """The versions that the rule would take at once: how many, and the newest of them."""
    going = superseded(artifact, keep_last) if keep_last else Version.objects.none()
    return {"going": list(going.order_by("-index")[:SHOWN]), "going_count": going.count() if keep_last else 0}

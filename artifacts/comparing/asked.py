"""A request to compare: which versions, against which, and where the page's own address leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import User
from artifacts.comparing.selection import CHARTS, CHOOSE, FEWEST, MOST, SECTIONS, Address, Reference, Selection
from artifacts.comparing.subjects import Found, Subject
from artifacts.series import Series
from common.errors import InvalidInputError, NotFoundError

CHOICES = 50
DIRECTIONS = {"registries": "registries:collection_metrics", "artifacts": "artifacts:artifact_metrics"}


@dataclass(frozen=True)
class Asked:
    """A request to compare versions of `series`; `found` are the versions it names and the names that name none.

    `may_direct`: whether the asker may say which way the metrics of the series are better.
    """

    user: User
    series: Series
    selection: Selection
    found: Found
    may_direct: bool

    @property
    def subjects(self) -> list[Subject]:
        """The versions, in the order of the address."""
        return self.found[0]

    @cached_property
    def missing(self) -> list[str]:
        """What the address names and is not there, or not to be seen, or no name at all."""
        return [*map(str, self.found[1]), *self.selection.wrong]

    @cached_property
    def base(self) -> int:
        """The place of the version that the others are held against: the chosen one, else one with a protected alias."""
        wanted = Reference.parse(self.selection.base)
        names = [subject.reference for subject in self.subjects]
        if wanted and str(wanted) in names:
            return names.index(str(wanted))
        return next((index for index, subject in enumerate(self.subjects) if subject.is_incumbent), 0)

    @cached_property
    def other(self) -> int:
        """The place of the version whose files are held against the base's."""
        names = [subject.reference for subject in self.subjects]
        wanted = self.selection.other
        others = [index for index in range(len(names)) if index != self.base]
        return names.index(wanted) if wanted in names and wanted != names[self.base] else others[0]

    @cached_property
    def address(self) -> Address:
        """The page's address, its versions by number: a permalink, wherever the aliases move."""
        chosen = self.selection
        return Address(
            reverse(f"{self.series.space}:comparison", args=self.series.names),
            {
                "v": [subject.reference for subject in self.subjects],
                "base": chosen.base and self.subjects[self.base].reference,
                "section": chosen.section if chosen.section != "all" else "",
                "only": "1" if chosen.only else "",
                "chart": chosen.chart,
                "x": chosen.x,
                "y": chosen.y,
                "to": chosen.other and self.subjects[self.other].reference,
                **chosen.kept,
            },
        )

    def data_address(self, kind: str) -> str:
        """The same as `csv` or `json`."""
        path = reverse(f"{self.series.space}:comparison_data", args=[*self.series.names, kind])
        return Address(path, self.address.state)()


def links(asked: Asked, origin: str) -> dict[str, Any]:
    """Where the page's own controls lead; `origin` is scheme and host."""
    address = asked.address
    return {
        "tabs": {name: address(section=name if name != SECTIONS[0] else "") for name in SECTIONS},
        "kinds": {kind: address(chart=kind) for kind in CHARTS},
        "picks": [
            {"subject": one, "as_base": address(base=one.reference), "removed": _without(asked, one)}
            for one in asked.subjects
        ],
        "state": address.pairs(),
        "choose": address(section=CHOOSE),
        "permalink": f"{origin}{address()}",
        "directions": reverse(DIRECTIONS[asked.series.space], args=asked.series.names) if asked.may_direct else "",
        "csv": asked.data_address("csv"),
        "json": asked.data_address("json"),
        "is_full": len(asked.subjects) >= MOST,
    }


def _without(asked: Asked, subject: Subject) -> str:
    left = [one.reference for one in asked.subjects if one is not subject]
    gone = {name: None for name in ("base", "to") if asked.address.state[name] == subject.reference}
    return asked.address(v=left, **gone)


def is_enough(asked: Asked) -> bool:
    """Whether there is something to compare, and not too much."""
    return FEWEST <= len(asked.subjects) <= MOST and asked.selection.section != CHOOSE


def status_of(asked: Asked) -> int:
    """400 for what names no version or too many, 404 for versions that are not there, else 200."""
    if asked.selection.wrong or len(asked.subjects) > MOST:
        return 400
    return 404 if asked.found[1] else 200


def refuse(asked: Asked) -> None:
    """For programs: raise InvalidInputError or NotFoundError where the page would explain."""
    if status_of(asked) == 404:
        raise NotFoundError(
            _("There is no such version here, or you may not see it: %(choices)s.")
            % {"choices": ", ".join(asked.missing)}
        )
    if status_of(asked) == 400 or not is_enough(asked):
        raise InvalidInputError(
            _("Name %(fewest)s to %(most)s versions, as in ?v=3&v=7: by number, @alias or registry/collection:v7.")
            % {"fewest": FEWEST, "most": MOST}
        )


def choosing(asked: Asked) -> dict[str, Any]:
    """What the page shows that lets one choose: the newest versions, those of the address ticked."""
    rows = asked.series.rows.order_by("-index").prefetch_related(asked.series.with_aliases)
    if asked.series.path:
        rows = rows.select_related("collection")
    chosen = {subject.reference for subject in asked.subjects}
    newest = list(rows.defer(*(["metadata"] if not asked.series.path else []))[:CHOICES])
    return {
        "asked": asked,
        "rows": [(row, row.label in chosen, asked.series.url(row.label)) for row in newest],
        "elsewhere": [subject for subject in asked.subjects if subject.reference not in {row.label for row in newest}],
        "fewest": FEWEST,
        "most": MOST,
    }


def crumbs(before: Sequence[tuple[str, str]], url: str) -> list[tuple[str, str]]:
    """From where the series is to its comparison."""
    return [*before[:-1], (before[-1][0], url), (_("Compare"), "")]

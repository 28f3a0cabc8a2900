"""The page that says which way metrics are better, of an artifact or of a collection: form, choices, answer (F84)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.requests import PersonalRequest
from artifacts.comparison import directions
from artifacts.series import Series, metric_counts
from common.forms import ServiceForm, posted
from common.htmx import render_page

SHOWN = 200
HIGHER, LOWER = "higher", "lower"
WAYS = {HIGHER: True, LOWER: False, "": None}


class DirectionsForm(ServiceForm):
    """A choice for each metric, and the headline where there is one; only what was changed on the page counts."""

    def __init__(
        self, *args: Any, keys: Sequence[str], present: Mapping[str, bool], said: Mapping[str, bool], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for key in keys:
            self.fields[f"way:{key}"] = forms.ChoiceField(
                label=key,
                required=False,
                choices=_choices(said.get(key)),
                initial={True: HIGHER, False: LOWER, None: ""}[present.get(key)],
                widget=forms.Select(attrs={"class": "form-select"}),
                show_hidden_initial=True,  # what somebody else set meanwhile stays
            )

    def offer_headline(self, keys: Sequence[str], present: str) -> None:
        """Let one of `keys` stand for the collection."""
        self.fields["headline"] = forms.ChoiceField(
            label=_("Headline metric"),
            required=False,
            choices=[("", _("Chosen by itself")), *((key, key) for key in keys)],
            initial=present,
            help_text=_("Stands for the collection in its registry's table."),
        )

    @property
    def ways(self) -> list[forms.BoundField]:
        """The fields of the metrics."""
        return [self[name] for name in self.fields if name.startswith("way:")]

    @property
    def changes(self) -> dict[str, bool | None]:
        """What is to change, by metric."""
        names = [name for name in self.changed_data if name.startswith("way:")]
        return {name.removeprefix("way:"): WAYS[self.cleaned_data[name]] for name in names}


def _choices(said: bool | None) -> list[tuple[str, str]]:
    words = {True: _("By the runs: higher"), False: _("By the runs: lower"), None: _("Neither")}
    return [("", words[said]), (HIGHER, _("Higher is better")), (LOWER, _("Lower is better"))]


def what_runs_said(series: Series) -> dict[str, bool]:
    """Metric to whether higher is better, by the runs of the newest versions; the newest run's word counts."""
    known: dict[str, bool] = {}
    newest = series.rows.order_by("-index").values_list(f"{series.path}produced_by__client_info__m", flat=True)[:50]
    for definitions in newest:
        known = directions(definitions) | known
    return known


def edit_directions(
    request: PersonalRequest,
    series: Series,
    change: Callable[[dict[str, bool | None], str | None], object],
    *,
    headline: str | None = None,
    page: dict[str, Any],
) -> HttpResponse:
    """The form of the newest versions' metrics, or those that contain `?q=`; `change` gets what was changed, and the headline.

    `page` gives title, crumbs and `back`, where one came from.
    """
    words = request.GET.get("q", "").strip()[:128]
    known = sorted({*metric_counts(series), *series.directions, *([headline] if headline else [])})
    keys = [key for key in known if words.lower() in key.lower()][:SHOWN]
    form = DirectionsForm(posted(request), keys=keys, present=series.directions, said=what_runs_said(series))
    if headline is not None:
        form.offer_headline(known, headline)
    if form.is_valid():
        with form.refusals_at():
            change(form.changes, form.cleaned_data["headline"] if "headline" in form.data else None)
            messages.success(request, _("Saved."))
            return redirect(page["back"])
    context = page | {"form": form, "q": words, "total": len(known), "shown": len(keys)}
    return render_page(request, "artifacts/directions.html", context, status=form.status)

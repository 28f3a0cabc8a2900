"""Every kind of page of the demo in Chromium, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from guide.topics import SLUGS
from tests.browser.demo import BUILDS, ENGINE, HOUSE, LANDING, OPEN, READER, SOURCE, WIDE, check_looks

PAGES = [
    *OPEN,
    LANDING,
    f"{LANDING}?q=meter",
    "/search/?q=meter",
    "/search/",
    "/search/?q=zebra",
    f"{LANDING}activity/",
    f"{LANDING}model/activity/",
    f"{LANDING}model/?view=cards&sort=-linked",
    *(f"{LANDING}{page}" for page in ("new/", "model/", "model/settings/")),
    *(f"{BUILDS}settings/{page}" for page in ("", "visibility/", "icon/", "types/", "aliases/", "members/", "delete/")),
    f"{BUILDS}settings/members/add/?q=e",
    f"{BUILDS}settings/access/?person=kenji",
    f"{BUILDS}new/",
    f"{BUILDS}link/?project=vision/meter-reader",
    f"{LANDING}model/?at=30d",
    READER,
    f"{READER}?at=30d",
    f"{READER}aliases/production/",
    *(f"{READER}{page}" for page in ("card/", "lineage/", "history/", "edit/", "metrics/", "tags/", "delete/")),
    f"{READER}?metric=accuracy&column=digest&column=ttl&column=files&q=accuracy+%3E+0.7",
    *(f"{READER}{page}-versions/?v=6&v=7" for page in ("tag", "unlink")),
    f"{SOURCE}delete-versions/?v=6&v=7",
    f"{READER}link/?project=vision/meter-reader",
    f"{READER}compare/",
    f"{READER}compare/?v=v3&v=v5&v=v7",
    *(f"{READER}compare/?v=v3&v=v7&section={section}" for section in ("metrics&chart=scatter", "histories", "inputs")),
    *(
        f"{READER}compare/?v=v3&v=v7&section=files&file={path}"
        for path in ("config.json", "evaluation/predictions.table.json", "evaluation/confusion_matrix.png")
    ),
    f"{SOURCE}compare/?v=v1&v=v2&chart=bar",
    *(
        f"{READER}versions/v7/{tab}"
        for tab in (
            "",
            "metrics/",
            "metadata/",
            "usage/",
            "lineage/",
            "files/",
            "files/evaluation/per_class.csv",
            "files/evaluation/mistakes.table.json",
            "table/evaluation/predictions.table.json/?c4=true&sort=-3",
            "files/weights/model.bin",
            "history/",
            "edit/",
            "labels/",
        )
    ),
    *(f"{READER}lineage/{query}" for query in ("?from=all&mode=complete", "?view=list", "?node=version-1")),
    f"{SOURCE}lineage/?clusters=open&depth=5",
    f"{ENGINE}versions/v2/unlink/",
    f"{READER}versions/v7/move/production/",
    "/vision/",
    f"{HOUSE}projects/",
    *(f"/vision/meter-reader/{page}" for page in ("", "artifacts/", "deleted/", "settings/", "settings/delete/")),
    "/vision/meter-reader/settings/add/?q=e",
    "/vision/meter-reader/compare/",
    "/vision/meter-reader/upload/",
    "/projects/new/?entity=vision",
    *(
        f"{SOURCE}{page}"
        for page in (
            "",
            "edit/",
            "tags/",
            "tag-versions/?v=6",
            "history/",
            "metrics/",
            "delete/",
            "retention/",
            "v6/",
            "v6/retention/",
            "v6/delete/",
            "v6/labels/",
            "v6/link/?registry=model",
            "v6/link/new/",
        )
    ),
    *(f"{HOUSE}{page}" for page in ("", "settings/", "members/", "members/kenji/remove/", "members/deactivated/")),
    *(
        f"{HOUSE}{page}"
        for page in ("new-account/", "invitations/", "service-accounts/", "teams/", "teams/vision/?q=s")
    ),
    *(f"{HOUSE}teams/vision/{page}" for page in ("settings/", "lifetimes/", "delete/", "members/priya/remove/")),
    *(f"/profile/{page}" for page in ("", "keys/", "password/", "security/")),
    "/accounts/password/again/",
    "/authorize",
    "/accounts/logout/",
    "/help/",
    *(f"/help/{slug}/" for slug in SLUGS),
    "/api/v1/docs",
]
RUN_TABS = (
    *("", "charts/", "charts/?axis=runtime&smooth=0.6&log=1", "system/", "files/", "lineage/", "edit/"),
    *("media/", "media/?key=predictions&sort=-2", "console/", "console/?q=accuracy", "console/?line=100"),
)
QUICK = {"/accounts/login/", LANDING, READER, f"{READER}versions/v7/", f"{READER}link/?project=vision/meter-reader"}
QUICK.add(f"{READER}compare/?v=v3&v=v5&v=v7")


@pytest.mark.parametrize(
    "address", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in PAGES]
)
def test_a_page_fits_reads_well_and_complains_of_nothing(
    open_page: Callable[..., Page], session: Any, address: str
) -> None:
    page = open_page(viewport=WIDE, storage_state=None if address in OPEN else session)
    page.goto(address)
    assert page.url.endswith(address)
    check_looks(page)


@pytest.mark.slow
def test_the_tabs_of_a_run_fit_and_read_well(open_page: Callable[..., Page], session: Any) -> None:
    page = open_page(viewport=WIDE, storage_state=session)
    page.goto(f"{SOURCE}v7/")
    page.get_by_role("main").locator("a[href*='/runs/']").first.click()  # the run that made it, whose id is by chance
    page.wait_for_url("**/runs/*/")
    run = page.url
    for tab in RUN_TABS:
        page.goto(f"{run}{tab}")
        check_looks(page)

"""Fixtures of the whole suite: the cast, clients, real servers, the real SDK, a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import translation

from access.models import User
from tests import sdk_process
from tests.servers import Server, Template

if TYPE_CHECKING:
    from tests.cast import Cast

IN_CI = os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed (CI=true), a skipped test is a failed one."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {report.longrepr}"
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other database."""
    other = "sqlite_only" if "postgres" in os.environ.get("DATABASE_URL", "") else "postgres_only"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_unconfigure() -> None:
    """Remove this process's folder."""
    shutil.rmtree(settings.TEST_DATA, ignore_errors=True)


@pytest.fixture(autouse=True)
def own_counts() -> None:
    """What a process counts of people (searches, downloads) begins anew: in another test the same id is another person."""
    from artifacts.services import downloads

    caches["local"].clear()
    downloads._counted.clear()


@pytest.fixture(autouse=True)
def own_language() -> None:
    """The language of the last page that a test before this one asked for is not this one's."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    """Blobs and avatars of a test lie in its own folder."""
    settings.STORAGE_URL = (tmp_path / "blobs").as_uri()
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody."""
    from tests import cast as casting
    from tests.recalling import recalled

    return recalled(casting.assemble)


@pytest.fixture
def olga(cast: Cast) -> User:
    """Admin of the organization."""
    return cast.olga


@pytest.fixture
def adam(cast: Cast) -> User:
    """Admin of the registry."""
    return cast.adam


@pytest.fixture
def mia(cast: Cast) -> User:
    """Member of organization, team and registry."""
    return cast.mia


@pytest.fixture
def vera(cast: Cast) -> User:
    """Viewer of organization, team and registry."""
    return cast.vera


@pytest.fixture
def rita(cast: Cast) -> User:
    """Restricted viewer of the registry."""
    return cast.rita


@pytest.fixture
def otto(cast: Cast) -> User:
    """Belongs to nothing."""
    return cast.otto


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """`signed_in(user)`: a browser in which that person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def server_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Template:
    """What every server starts from; parallel test processes share it."""
    base = tmp_path_factory.getbasetemp()
    return Template.build(base if worker_id == "master" else base.parent)


@pytest.fixture
def server(server_template: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server of one's own: `url`, `env`, `provision()`, `stop()`, `kill()`, `restart()`."""
    started = Server(tmp_path / "server", server_template.copy(tmp_path / "server"))
    try:
        yield started.start()
    finally:
        started.discard()


@pytest.fixture
def sdk(server: Server, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`sdk(script, *arguments, key=…, home="sdk", env={}, timeout=120)`: the SDK against `server`.

    `script` is a Path or program text. Another `home` is another machine: nothing in its cache.
    """

    def run(
        script: str | Path, *arguments: str, key: str, home: str = "sdk", **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return sdk_process.run(tmp_path / home, server.url, key, script, *arguments, **options)

    return run


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium for pytest-playwright's `page`."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine (Debian: apt install chromium)")
    quiet = "--no-first-run --disable-gpu --disable-quic --disable-background-networking --disable-component-update"
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-sync", *quiet.split()]}

"""Random logs, links, deletions, restores, times to live and uploads in flight against a small model.

Nothing reachable is ever collected, and all that is not goes after its grace.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from artifacts.models import Version
from artifacts.services.commits import commit_version
from artifacts.services.restoring import restore_version
from artifacts.services.versions import Edit, delete_version, edit_version
from common.errors import ConflictError, NotFoundError
from operations.housekeeping import keep_house
from projects.models import Project, Run
from projects.services.runs import announce_files, delete_run
from registries.models import Link
from registries.services.links import link_version, unlink_version
from storage import parts
from storage.models import Blob, Upload
from storage.services import fulfil
from storage.stores import store
from storage.verifying import verify
from tests.cast import Cast
from tests.making import begin_version, md5_of, project_of

FILES = {name: f"content of {name} ".encode() * 50 for name in "abcd"}
GRACE, IDLE, UNTOUCHED = 7, 7, 1  # days: of what was deleted, of an upload, of bytes
WAITS = [0.47, 2.03, 5.11, 8.2]  # no sum of these is such a limit to the day, since the test itself takes a moment

steps = st.lists(
    st.one_of(
        st.tuples(st.just("log"), st.integers(0, 2), st.sets(st.sampled_from("abcd"), min_size=1)),
        st.tuples(st.just("begin"), st.integers(0, 2), st.sets(st.sampled_from("abcd"), min_size=1)),
        st.tuples(st.just("run"), st.integers(0, 1), st.sampled_from("abcd")),
        st.tuples(st.just("part"), st.integers(0, 5), st.sampled_from("abcd")),
        st.tuples(
            st.sampled_from(["commit", "delete", "restore", "link", "unlink", "delete run", "age"]), st.integers(0, 5)
        ),
        st.tuples(st.just("wait"), st.sampled_from(WAITS)),
    ),
    min_size=4,
    max_size=12,
)


@dataclass
class World:
    """The database and, beside it, what a person would expect of it; `now` is in days."""

    cast: Cast
    project: Project
    now: float = 0
    pending: dict[int, tuple[set[str], float]] = field(default_factory=dict)
    parts: dict[int, str] = field(default_factory=dict)
    committed: dict[int, set[str]] = field(default_factory=dict)
    deleted: dict[int, tuple[set[str], float]] = field(default_factory=dict)
    runs: dict[int, set[str]] = field(default_factory=dict)
    deleted_runs: dict[int, tuple[set[str], float]] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    born: dict[int, float] = field(default_factory=dict)
    ends: dict[int, float] = field(default_factory=dict)

    def log(self, series: int, names: set[str]) -> None:
        version = self._begin(series, names)
        if version.state == Version.State.PENDING:
            self._commit(version.pk)

    def begin(self, series: int, names: set[str]) -> None:
        self._begin(series, names)

    def _begin(self, series: int, names: set[str]) -> Version:
        files = {name: FILES[name] for name in sorted(names)}
        version = begin_version(self.cast.mia, self.project, files, name=f"net-{series}")
        self.seen |= dict.fromkeys(names, self.now)
        if version.state == Version.State.PENDING:
            self.pending[version.pk] = names, self.now
            self.born.setdefault(version.pk, self.now)
        return version

    def part(self, number: int, name: str) -> None:
        """The first of two parts of a file arrives; announced anew with another first part, the earlier one goes."""
        if (key := pick(self.pending, number)) and Version.objects.filter(pk=key).exists():
            place = {"purpose": Upload.Purpose.VERSION_FILE, "subject_id": key, "name": "large", "md5": "0" * 32}
            upload, _ = Upload.objects.get_or_create(container_id=self.project.pk, owner=self.cast.mia, **place)
            parts.announce(upload, {1: md5_of(FILES[name]), 2: "0" * 32})
            parts.fulfil_part(upload, 1, io.BytesIO(FILES[name]), size=len(FILES[name]))
            self.seen[name] = self.now
            self.parts[key] = name
            self.pending[key] = self.pending[key][0], self.now

    def commit(self, number: int) -> None:
        if key := pick(self.pending, number):
            self._commit(key)

    def _commit(self, key: int) -> None:
        names, _ = self.pending.pop(key)
        version = Version.objects.select_related("artifact__project").filter(pk=key).first()
        if version is not None:
            committed = commit_version(actor=self.cast.mia, version=version)
            self.committed[committed.pk] = names
            self.seen |= dict.fromkeys(names, self.now)
            if committed.pk != key:  # folded into its twin
                self.deleted[key] = names, self.now

    def delete(self, number: int) -> None:
        if key := pick(self.committed, number):
            version = Version.objects.select_related("artifact__project").get(pk=key)
            delete_version(actor=self.cast.mia, version=version, delete_aliases=True)
            self.deleted[key] = self.committed.pop(key), self.now

    def restore(self, number: int) -> None:
        """Only what was deleted within its grace, and was a version of its own, comes back."""
        if key := pick(self.deleted, number):
            version = Version.objects.select_related("artifact__project").get(pk=key)
            names, at = self.deleted[key]
            if version.index is None or self.now - at > GRACE:
                with pytest.raises(NotFoundError):
                    restore_version(actor=self.cast.mia, version=version)
            else:
                restore_version(actor=self.cast.mia, version=version)
                del self.deleted[key]
                self.committed[key] = names
                self.ends.pop(key, None)

    def age(self, number: int) -> None:
        """One version gets a time to live, if it is not linked."""
        if key := pick(self.committed, number):
            version = Version.objects.select_related("artifact__project__namespace__team").get(pk=key)
            with suppress(ConflictError):
                edit = Edit(ttl_seconds=3 * 86_400)
                edit_version(actor=self.cast.mia, version=version, through=version.artifact.project, edit=edit)
                self.ends[key] = self.born[key] + 3

    def link(self, number: int) -> None:
        if key := pick(self.committed, number):
            version = Version.objects.select_related("artifact__project__namespace").get(pk=key)
            link_version(actor=self.cast.mia, registry=self.cast.registry, collection_name="net", version=version)
            self.ends.pop(key, None)

    def unlink(self, number: int) -> None:
        links = list(Link.objects.alive().select_related("collection__registry").order_by("pk"))
        if links:
            unlink_version(actor=self.cast.mia, link=links[number % len(links)])

    def run(self, number: int, name: str) -> None:
        run, made = Run.objects.get_or_create(project=self.project, name=f"r{number}-{len(self.deleted_runs)}")
        Project.objects.filter(pk=self.project.pk).update(run_count=F("run_count") + int(made))
        run.project = self.project
        (file,) = announce_files(actor=self.cast.mia, run=run, names=[name])
        fulfil(file.upload, io.BytesIO(FILES[name]), size=len(FILES[name]))
        self.seen[name] = self.now
        self.runs.setdefault(run.pk, set()).add(name)

    def delete_run(self, number: int) -> None:
        if key := pick(self.runs, number):
            delete_run(actor=self.cast.mia, run=Run.objects.select_related("project").get(pk=key))
            self.deleted_runs[key] = self.runs.pop(key), self.now

    def wait(self, days: float) -> None:
        """Time passes: every row and file becomes older."""
        self.now += days
        span = timedelta(days=days)
        for model, fields in (
            (Version, ("created_at", "committed_at", "deleted_at")),
            (Upload, ("created_at",)),
            (Blob, ("touched_at",)),
            (Run, ("deleted_at",)),
        ):
            model.objects.update(**{name: F(name) - span for name in fields})

    def collect(self) -> None:
        keep_house()
        for key in [key for key in self.committed if self.ends.get(key, self.now) < self.now]:
            self.deleted[key] = self.committed.pop(key), self.now
        holders = [*self.committed.values(), *self.runs.values()]
        holders += [
            names for names, at in [*self.deleted.values(), *self.deleted_runs.values()] if self.now - at <= GRACE
        ]
        holders += [self._of(key) for key, (_, at) in self.pending.items() if self.now - at <= IDLE]
        held = set().union(*holders)
        fresh = {name for name, at in self.seen.items() if self.now - at <= UNTOUCHED}
        # Bytes that arrive count for every upload that waits for them, so that one may last longer than its own week.
        self.pending = {key: row for key, row in self.pending.items() if self.now - self._last_touch(key) <= IDLE}
        fresh = fresh.union(*map(self._of, self.pending))
        here = {name for name, data in FILES.items() if store().exists(hashlib.sha256(data).hexdigest())}
        assert held <= here, "bytes that somebody can reach were collected"
        assert here <= held | fresh, "garbage outlived its grace"
        assert list(verify(untouched_since=timezone.now())) == []

    def _of(self, key: int) -> set[str]:
        return self.pending[key][0] | ({self.parts[key]} if key in self.parts else set())

    def _last_touch(self, key: int) -> float:
        return max(self.pending[key][1], *(self.seen[name] for name in self._of(key)))

    def end(self) -> None:
        """When all is deleted and every grace is over, nothing is left, manifests included."""
        while self.committed:
            self.delete(0)
        while self.runs:
            self.delete_run(0)
        self.wait(8)
        self.collect()
        assert not Blob.objects.exists()
        assert not Upload.objects.exists()
        assert list(store().walk()) == []


def pick(rows: dict[int, Any], number: int) -> int | None:
    return sorted(rows)[number % len(rows)] if rows else None


def play(cast: Cast, moves: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        settings.STORAGE_URL = Path(folder).as_uri()
        world = World(cast, project_of(cast.mia, cast.team.namespace))
        world.log(0, {"a", "b"})
        for name, *arguments in moves:
            act: Callable[..., None] = getattr(world, name.replace(" ", "_"))
            act(*arguments)
            world.collect()
        world.end()
        transaction.set_rollback(True)


@given(moves=steps)
@profile(max_examples=20, deadline=None, suppress_health_check=[*HealthCheck])
def test_what_can_be_reached_stays_and_the_rest_goes(cast: Cast, moves: list[tuple[Any, ...]]) -> None:
    play(cast, moves)


@pytest.mark.slow
@given(moves=steps)
@profile(max_examples=150, deadline=None, suppress_health_check=[*HealthCheck])
def test_what_can_be_reached_stays_and_the_rest_goes_at_length(cast: Cast, moves: list[tuple[Any, ...]]) -> None:
    play(cast, moves)

"""Script: what a program logs of itself, from start to finish, through the services that the SDK's requests reach."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Count, Sum

from access.models import Container, User
from artifacts.manifest import Entry, digest_of
from artifacts.models import Download, Version
from artifacts.services import downloads
from artifacts.services.intake import log_manifest
from artifacts.services.versions import Draft, use_version
from projects.models import Project, Run
from projects.services.runs import RunFields, upsert_run
from projects.services.runs import announce_files as announce_run_files
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from storage.models import Upload
from storage.services import fulfil

SAMPLE_SECONDS = 15
Media = tuple[Mapping[str, bytes], Mapping[str, Any]]
"""Files of a run by path, and the values that name them in its history."""


@dataclass
class Script:
    """A running program; `seconds` is how long it takes in the story, `summary` the last value of all that it logged."""

    actor: User
    run: Run
    started: datetime
    seconds: float
    summary: dict[str, Any] = field(default_factory=dict)
    steps: int = 0
    lines: int = 0

    @classmethod
    def start(cls, *, actor: User, project: Project, started: datetime, seconds: float, fields: RunFields) -> Script:
        """Begin; the run's id follows from the story, so that it is the same in every demo of one day."""
        name = f"{Random(f'{project.name} {actor.username} {started:%m%d%H%M}').getrandbits(32):08x}"
        run, _ = upsert_run(actor=actor, project=project, name=name, fields=fields)
        return cls(actor, run, started, seconds)

    def use(self, version: Version, through: Container) -> None:
        """Take `version` as an input, found in `through`, with its files."""
        use_version(actor=self.actor, run=self.run, version=version, container=through)
        held = version.entries.filter(reference_uri="").aggregate(count=Count("pk"), bytes=Sum("size"))
        downloads.note(
            version=version.pk,
            container=through.pk,
            actor=self.actor.pk,
            door=Download.Door.SDK,
            count=held["count"],
            bytes=held["bytes"],
            at=self.started,
        )

    def log(self, rows: Sequence[Mapping[str, float]], media: Mapping[int, Media] | None = None) -> None:
        """Stream a row of metrics for each step, with the console lines and system metrics that come with them, and at some
        steps media, whose files are stored with the run.
        """
        shown = media or {}
        for files, _ in shown.values():
            self.upload(files)
        moments = [self.seconds * (step + 1) / (len(rows) + 1) for step in range(len(rows))]
        history = [
            {
                **row,
                **shown.get(step, ({}, {}))[1],
                "_step": step,
                "_runtime": round(runtime, 2),
                "_timestamp": self._at(runtime).timestamp(),
            }
            for step, (row, runtime) in enumerate(zip(rows, moments, strict=True))
        ]
        console = list(self._console(rows, moments))
        self._stream(history=_piece(0, map(json.dumps, history)), console=_piece(0, console), system=self._system())
        for row in rows:
            self.summary.update(row)
        self.steps, self.lines = len(rows), len(console)

    def _console(self, rows: Sequence[Mapping[str, float]], moments: Sequence[float]) -> Iterator[str]:
        """What the program prints: each step, and where it is evaluated, what came of it."""
        usual = min((len(row) for row in rows), default=0)
        best = 0.0
        for step, (row, runtime) in enumerate(zip(rows, moments, strict=True)):
            yield self._line(runtime, f"step {step:>3}  " + "  ".join(f"{key} {value:g}" for key, value in row.items()))
            accuracy = row.get("accuracy")
            if len(row) > usual and accuracy is not None:
                verdict = "best so far, keeping" if accuracy > best else "no better, keeping"
                yield self._line(
                    runtime, f"evaluated: accuracy {accuracy:.4f}, {verdict} checkpoints/step-{step:04}.bin"
                )
                if accuracy < best - 0.05:
                    yield f"ERROR {self._line(runtime, f'UserWarning: accuracy fell from {best:.4f} to {accuracy:.4f}')}"
                best = max(best, accuracy)

    def say(self, text: str) -> None:
        """One more line on the console, at the end."""
        self._stream(console=_piece(self.lines, [self._line(self.seconds, text)]))

    def upload(self, files: Mapping[str, bytes]) -> None:
        """Store files with the run."""
        for file in announce_run_files(actor=self.actor, run=self.run, names=list(files)):
            _put(file.upload, files[file.name])
        self._stream(uploaded=tuple(files))

    def log_version(
        self, *, name: str, type: str, files: Mapping[str, bytes], references: Iterable[Entry] = (), **about: Any
    ) -> Version:
        """Log `files` (path to bytes) and `references` as the next version of an artifact; `about` goes to its draft."""
        entries = [*(Entry(path, _md5(data), len(data)) for path, data in files.items()), *references]
        draft = Draft(artifact_name=name, type=type, digest=digest_of(entries), history_step=self._last_step, **about)
        return log_manifest(
            actor=self.actor,
            project=self.run.project,
            run=self.run,
            draft=draft,
            document=_manifest(entries),
            fetch=lambda path: io.BytesIO(files[path]),
        )

    def finish(self, exit_code: int = 0) -> None:
        """End with the summary."""
        summary = {
            **self.summary,
            "_step": self._last_step,
            "_runtime": self.seconds,
            "_wandb": {"runtime": int(self.seconds)},
        }
        self._stream(summary=summary, complete=True, exit_code=exit_code)

    @property
    def _last_step(self) -> int | None:
        return self.steps - 1 if self.steps else None

    def _at(self, runtime: float) -> datetime:
        return self.started + timedelta(seconds=runtime)

    def _line(self, runtime: float, text: str) -> str:
        return f"{self._at(runtime).replace(tzinfo=None).isoformat()} {text}"

    def _system(self) -> Piece:
        random, lines = Random(self.run.name), []
        for second in range(0, int(self.seconds), max(SAMPLE_SECONDS, int(self.seconds / 60))):
            warm = min(second / 120, 1.0)
            row = {
                "system.cpu": round(12 + 70 * warm + random.uniform(-6, 6), 1),
                "system.memory_percent": round(31 + 9 * warm + random.uniform(-0.4, 0.4), 2),
                "system.proc.memory.rssMB": round(140 + 210 * warm + random.uniform(-4, 4), 1),
                "_runtime": second,
                "_timestamp": self._at(second).timestamp(),
                "_wandb": True,
            }
            lines.append(json.dumps(row))
        return Piece(0, lines)

    def _stream(self, **batch: Any) -> None:
        append(actor=self.actor, run=self.run, batch=StreamBatch(**batch))


def _piece(first: int, lines: Iterable[str]) -> Piece:
    return Piece(first, list(lines))


def _put(upload: Upload, data: bytes) -> None:
    fulfil(upload, io.BytesIO(data), size=len(data))


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _manifest(entries: Iterable[Entry]) -> bytes:
    """The manifest document of version 1, as the SDK reads it when it downloads."""
    contents = {}
    for entry in entries:
        line: dict[str, Any] = {"digest": entry.digest, "size": entry.size}
        contents[entry.path] = line | (
            {"ref": entry.reference_uri, "extra": entry.extra} if entry.reference_uri else {}
        )
    policy = {"storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {"storageLayout": "V2"}}
    return json.dumps({"version": 1, **policy, "contents": contents}).encode()

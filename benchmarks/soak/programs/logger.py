"""A person's scripts, one after another, by the real SDK: runs that log, link, use, label and delete versions.

    logger.py NAME BOOKS UNTIL

in a process that lives as long as the soak, since a start costs more than a run. UNTIL is in seconds since the epoch.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import wandb

from benchmarks.soak.book import SERIES, Book, contents

PLACE = "vision/soak"
SHELF = "wandb-registry-model"
VERSIONS_A_RUN = 15


class Logger:
    """What one person has logged so far, and what they do next."""

    def __init__(self, name: str, books: Path, until: float) -> None:
        self.name, self.until = name, until
        self.book = Book(books, name)
        self.rng = random.Random(name)
        self.own: list[str] = []  # labels in the artifact that nobody else logs to
        self.shared: list[tuple[str, str]] = []
        self.linked: list[tuple[str, str]] = []
        self.count = 0
        self.again: dict[str, dict[str, bytes]] = {}
        self.actions: dict[Callable[[Any], None], int] = {
            self.log_shared: 6, self.log_own: 5, self.log_again: 1, self.log_short: 1, self.link: 3,
            self.use: 3, self.label: 2, self.retire: 2,
        }  # fmt: skip

    def work(self) -> None:
        """Run after run."""
        while time.time() < self.until:
            try:
                self.train()
            except Exception as error:
                self.book.trouble("run", repr(error))
                time.sleep(1)

    def train(self) -> None:
        """One run with its steps, and something done after each."""
        with wandb.init(project="soak", name=self.name, config={"lr": self.rng.random()}, tags=[self.name]) as run:
            self.book.did("SDK: runs")
            for _ in range(VERSIONS_A_RUN):
                if time.time() > self.until:
                    break
                for _ in range(5):
                    run.log({"loss": self.rng.random(), "deep": {"accuracy": self.rng.random()}})
                self.act(run, self.rng.choices([*self.actions], [*self.actions.values()])[0])
                time.sleep(self.rng.uniform(0.2, 1.2))

    def act(self, run: Any, action: Callable[[Any], None]) -> None:
        """One action; whatever it raises is trouble."""
        try:
            action(run)
        except Exception as error:
            self.book.trouble(action.__name__, repr(error))

    def log_shared(self, run: Any) -> None:
        """To an artifact that others log to at this moment."""
        series = self.rng.choice(SERIES)
        self.shared.append((series, self._log(run, series, self._files())))

    def log_own(self, run: Any) -> None:
        """To an artifact of one's own, whose versions are deleted again."""
        self.own.append(self._log(run, f"net-{self.name}", self._files()))

    def log_again(self, run: Any) -> None:
        """The same files once more, which makes no new version as long as they are the newest."""
        for series, files in self.again.items():
            label = self._log(run, series, files)
            if series not in SERIES and label not in self.own:
                self.own.append(label)

    def log_short(self, run: Any) -> None:
        """With a time to live that is over in half a minute."""
        self._log(run, f"short-{self.name}", self._files(), short=True)

    def link(self, run: Any) -> None:
        """The newest to a shelf of the registry, with an alias of one's own."""
        if self.own and self.rng.random() < 0.4:
            series, label, shelf = f"net-{self.name}", self.own[-1], "passing"
        elif self.shared:
            (series, label), shelf = self.shared[-1], self.rng.choice(["kept-0", "kept-1"])
        else:
            return
        version = wandb.Api().artifact(f"{PLACE}/{series}:{label}")
        alias = f"of-{self.name}"
        linked = run.link_artifact(version, f"{SHELF}/{shelf}", aliases=[alias])
        self.book.link(shelf, linked.version, f"{series}:{label}")
        if shelf != "passing":
            self.book.alias(f"registry/{shelf}", alias, linked.version)
            self.linked.append((shelf, linked.version))
        self.book.did("SDK: links")

    def use(self, run: Any) -> None:
        """Download and verify, as an input of the run."""
        if self.linked and self.rng.random() < 0.5:
            shelf, label = self.rng.choice(self.linked)
            used = run.use_artifact(f"{SHELF}/{shelf}:{self.rng.choice([label, 'latest'])}")
        elif self.shared:
            series, label = self.rng.choice(self.shared)
            used = run.use_artifact(f"{series}:{self.rng.choice([label, 'latest'])}")
        else:
            return
        self.count += 1
        folder = used.download(root=f"used-{self.count}")  # the SDK remembers checksums by path
        used.verify(root=folder)
        shutil.rmtree(folder)
        self.book.did("SDK: downloads, verified")

    def label(self, _run: Any) -> None:
        """Alias, tags, description and metadata of a version that one logged."""
        if not self.shared:
            return
        series, label = self.rng.choice(self.shared)
        version = wandb.Api().artifact(f"{PLACE}/{series}:{label}")
        alias = f"best-{self.name}"
        if alias not in version.aliases:
            version.aliases.append(alias)
        version.tags = self.rng.sample(["night", "day", "gold", "tin"], 2)
        version.description = f"# Seen by {self.name}\n\n{self.rng.random()}"
        version.metadata["score"] = self.rng.random()
        version.save()
        self.book.alias(series, alias, label)
        self.book.did("SDK: edits")

    def retire(self, _run: Any) -> None:
        """One of one's own versions, its aliases and links with it."""
        if len(self.own) < 3:
            return
        label = self.own.pop(self.rng.randrange(len(self.own)))
        series = f"net-{self.name}"
        self.book.state(series, label, "deleting")
        wandb.Api().artifact(f"{PLACE}/{series}:{label}").delete(delete_aliases=True)
        self.book.state(series, label, "deleted")
        self.book.did("SDK: deletions")

    def _files(self) -> dict[str, bytes]:
        self.count += 1
        return contents(self.rng, f"{self.name} {self.count}")

    def _log(self, run: Any, series: str, files: dict[str, bytes], *, short: bool = False) -> str:
        made = wandb.Artifact(series, type="model", metadata={"by": self.name, "number": self.count})
        for path, data in files.items():
            with made.new_file(path, mode="wb") as file:
                file.write(data)
        if short:
            made.ttl = timedelta(seconds=30)
        else:
            self.again = {series: files}
        logged = run.log_artifact(made).wait(timeout=120)
        self.book.version(series, logged.version, logged.digest, files, short=short)
        self.book.did("SDK: versions")
        return str(logged.version)


if __name__ == "__main__":
    Logger(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])).work()

"""Reading a tracking server of MLflow through its own client, page by page and file by file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # before the import: nobody is told of what goes on here

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities import Experiment, Metric, Run
from mlflow.entities.model_registry import ModelVersion, RegisteredModel

AT_ONCE = 100
Row = dict[str, float]


class Server:
    """A tracking server by its address, such as `http://localhost:5000`; credentials are taken from MLFLOW_… variables."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = MlflowClient(tracking_uri=address, registry_uri=address)

    def experiments(self) -> Iterator[Experiment]:
        """Those that were not deleted, oldest first."""
        return self._pages(self.client.search_experiments, order_by=["creation_time ASC", "experiment_id ASC"])

    def runs(self, experiment: Experiment) -> Iterator[Run]:
        """Those that were not deleted, oldest first."""
        order = ["attributes.start_time ASC", "attributes.run_id ASC"]
        return self._pages(self.client.search_runs, [experiment.experiment_id], order_by=order)

    def models(self) -> Iterator[RegisteredModel]:
        """Registered models by name."""
        return self._pages(self.client.search_registered_models, order_by=["name ASC"])

    def versions(self, model: RegisteredModel) -> list[ModelVersion]:
        """All versions of a model by number, with their tags and stages."""
        name = model.name.replace("'", "\\'")
        return sorted(
            self._pages(self.client.search_model_versions, f"name='{name}'"), key=lambda version: int(version.version)
        )

    def rows(self, run: Run) -> list[Row]:
        """The history: all values of a step in one row, of a key that came twice in a further one; times in seconds."""
        points = [
            point for key in sorted(run.data.metrics) for point in self.client.get_metric_history(run.info.run_id, key)
        ]
        return _rows(points, (run.info.start_time or 0) / 1000)

    @contextmanager
    def files_of_run(self, run: Run) -> Iterator[list[tuple[str, Path]]]:
        """The run's files by path, while the block lasts."""
        with self._download(run_id=run.info.run_id) as found:
            yield found

    @contextmanager
    def files_of_version(self, version: ModelVersion) -> Iterator[list[tuple[str, Path]]]:
        """The version's files by path, while the block lasts."""
        address = self.client.get_model_version_download_uri(version.name, version.version)
        with self._download(artifact_uri=address) as found:
            yield found

    @contextmanager
    def _download(self, **of: str) -> Iterator[list[tuple[str, Path]]]:
        with tempfile.TemporaryDirectory(prefix="vitrine-import-") as folder:
            place = Path(download_artifacts(dst_path=folder, tracking_uri=self.address, **of))
            if place.is_file():
                yield [(place.name, place)]
            else:
                files = (path for path in place.rglob("*") if path.is_file() and not path.is_symlink())
                yield sorted((str(path.relative_to(place)), path) for path in files)

    def _pages(self, search: Callable[..., Any], *args: Any, **named: Any) -> Iterator[Any]:
        token = None
        while True:
            page = search(*args, **named, max_results=AT_ONCE, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def _rows(points: Sequence[Metric], started: float) -> list[Row]:
    rows: list[Row] = []
    open_rows: dict[int, list[Row]] = {}
    for point in sorted(points, key=lambda point: (point.step, point.timestamp)):
        at_step = open_rows.setdefault(point.step, [])
        row = next((row for row in at_step if point.key not in row), None)
        if row is None:
            seconds = point.timestamp / 1000
            row = {"_step": point.step, "_timestamp": seconds, "_runtime": max(seconds - started, 0)}
            at_step.append(row)
            rows.append(row)
        row[point.key] = point.value
    return rows

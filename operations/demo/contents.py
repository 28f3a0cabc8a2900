"""What lies in the versions of the demo: path to bytes, for each kind of artifact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from operations.demo import files, story
from operations.demo.acts import Family, Train
from operations.demo.training import Evaluation, Model, Sample

SHOWN, SHOTS = 24, 12
Files = dict[str, bytes]


def dataset(family: Family, samples: Sequence[Sample]) -> Files:
    """Samples as a spreadsheet, with a picture of the first ones."""
    counts = [[label, sum(sample.label == number for sample in samples)] for number, label in enumerate(family.labels)]
    return {
        "README.md": f"# {family.data}\n\n{len(samples)} samples, one in three {family.hard}.\n".encode(),
        "counts.csv": files.as_csv((["label", "samples"], counts)),
        "samples.csv": files.as_csv(files.sample_table(samples, family.labels)),
        "preview.png": files.contact_sheet([(sample, family.labels[sample.label], True) for sample in samples[:SHOWN]]),
    }


def scores(family: Family, result: Evaluation, samples: Sequence[Sample]) -> Files:
    """An evaluation: the numbers, every prediction, and pictures of the most confident mistakes."""
    names, matrix = family.labels, result.confusion(len(family.labels))
    per_class = [
        [name, sum(row), round(row[n] / (sum(row) or 1), 4)]
        for n, (name, row) in enumerate(zip(names, matrix, strict=True))
    ]
    said = [[names[true], names[told], round(sure, 4), hard] for true, told, sure, hard in result.predictions]
    mistakes_first = sorted(
        zip(samples, result.predictions, strict=True), key=lambda pair: (pair[1][0] == pair[1][1], -pair[1][2])
    )
    pictures = [
        (sample, f"{names[true]} as {names[told]}", true == told)
        for sample, (true, told, _, _) in mistakes_first[:SHOWN]
    ]
    rows: list[list[Any]] = []
    shots: Files = {}
    for sample, (true, told, sure, hard) in mistakes_first[:SHOTS]:
        picture = files.shot(sample)
        path = f"media/images/{sha256(picture).hexdigest()[:20]}.png"
        shots[path] = picture
        cell = {"_type": "image-file", "path": path, "format": "png", "caption": f"{names[true]} as {names[told]}"}
        rows.append([cell, names[true], names[told], round(sure, 4), hard, None if true == told else "mistaken"])
    return shots | {
        "evaluation/mistakes.table.json": files.as_table(
            (["picture", "true", "predicted", "confidence", family.hard, "verdict"], rows)
        ),
        "evaluation/scores.json": files.as_json(result.metrics(family.hard_key)),
        "evaluation/per_class.csv": files.as_csv((["class", "samples", "recall"], per_class)),
        "evaluation/predictions.table.json": files.as_table((["true", "predicted", "confidence", family.hard], said)),
        "evaluation/confusion_matrix.png": files.confusion(matrix, names),
        "evaluation/mistakes.png": files.contact_sheet(pictures),
    }


def shown(family: Family, result: Evaluation, samples: Sequence[Sample], step: int) -> tuple[Files, dict[str, Any]]:
    """What a training logs to look at: pictures of the worst mistakes, its predictions and a page about them."""
    made = scores(family, result, samples)
    numbers = result.metrics(family.hard_key)
    lines = "".join(f"<tr><th>{key}</th><td>{value}</td></tr>" for key, value in numbers.items())
    style = "body{font:14px system-ui;margin:16px}th{text-align:left;padding-right:24px;font-weight:500}"
    page = f"<!doctype html><meta charset=utf-8><style>{style}</style><h3>After step {step}</h3><table>{lines}</table>"
    found = {
        "mistakes": ("image-file", f"media/images/mistakes_{step}.png", made["evaluation/mistakes.png"]),
        "confusion": ("image-file", f"media/images/confusion_{step}.png", made["evaluation/confusion_matrix.png"]),
        "predictions": (
            "table-file",
            f"media/table/predictions_{step}.table.json",
            made["evaluation/predictions.table.json"],
        ),
        "report": ("html-file", f"media/html/report_{step}.html", page.encode()),
    }
    captions = {"mistakes": f"The {SHOWN} surest mistakes after step {step}", "confusion": "True by predicted class"}
    values = {
        key: {"_type": kind, "path": path, "size": len(data), **({"caption": captions[key]} if key in captions else {})}
        for key, (kind, path, data) in found.items()
    }
    return {path: data for _, path, data in found.values()}, values


def model(act: Train, trained: Model, result: Evaluation, samples: Sequence[Sample], names: Mapping[str, str]) -> Files:
    """A model with its card, weights and evaluation; `names` are those of the datasets `train` and `holdout`."""
    family, settings = act.family, act.settings
    numbers = result.metrics(family.hard_key).items()
    card = story.MODEL_CARD.format(
        name=family.name,
        note=act.note,
        rows="\n".join(f"| `{key}` | {value} |" for key, value in numbers),
        samples=settings.samples,
        steps=settings.steps,
        **names,
    )
    config = {"architecture": "softmax", "classes": family.labels, "train": asdict(settings)}
    made = {
        "MODEL_CARD.md": card.encode(),
        "config.json": files.as_json(config),
        "labels.txt": "\n".join(family.labels).encode(),
        "weights/model.bin": files.as_floats(trained),
    }
    if len(family.labels) == 10:
        made["weights/by_class.png"] = files.weights(trained, family.labels)
    return made | scores(family, result, samples)


def engine(family: Family, weights: bytes, scale: float, numbers: Mapping[str, float]) -> Files:
    """Quantized weights and what one needs to run them."""
    return {
        "weights.int8": weights,
        "engine.json": files.as_json({"scale": scale, "labels": family.labels, **numbers}),
    }


def report(family: Family, note: str, candidates: Mapping[str, Mapping[str, float]]) -> Files:
    """The numbers of all candidates side by side."""
    columns = ["model", *next(iter(candidates.values()))]
    rows: list[list[Any]] = [[label, *numbers.values()] for label, numbers in candidates.items()]
    lines = [f"| {' | '.join(map(str, line))} |" for line in [columns, ["---"] * len(columns), *rows]]
    return {
        "report.md": "\n".join([f"# {family.name}", "", note, "", *lines, ""]).encode(),
        "candidates.csv": files.as_csv((columns, rows)),
        "candidates.table.json": files.as_table((columns, rows)),
    }

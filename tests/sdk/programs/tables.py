"""Tables that a run logs and that an artifact holds, and their rows as the public API gives them back."""

import json
from datetime import UTC, datetime, timedelta

import wandb
from PIL import Image

COLUMNS = ["name", "score", "count", "right", "shown", "at", "box"]
START = datetime(2024, 5, 1, 12, tzinfo=UTC)
shots = [wandb.Image(Image.new("RGB", (8, 8), (number, 0, 0)), caption=f"shot {number}") for number in range(3)]


def row(number: int) -> list[object]:
    return [
        None if number == 3 else f"<b>名前 {number:02}</b>",
        None if number == 4 else number / 8 - 3,
        number * 7 % 60,
        number % 2 == 0,
        shots[number % 3],
        START + timedelta(days=number),
        {"x": [number]},
    ]


def table(count: int = 60) -> wandb.Table:
    return wandb.Table(columns=COLUMNS, data=[row(number) for number in range(count)])


def plain(found: wandb.Table) -> list[list[object]]:
    """Rows with pictures by their only colour, and moments as text."""
    return [[_plain(cell) for cell in line] for line in found.data]


def _plain(cell: object) -> object:
    if isinstance(cell, wandb.Image):
        return cell.image.getpixel((0, 0))[0]
    return f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell


with wandb.init(project="tables", id="logger") as run:
    run.log({"predictions": table()})
    grown = wandb.Table(columns=["n"], log_mode="INCREMENTAL")
    for number in range(2):
        grown.add_data(number)
        run.log({"grown": grown})
    made = wandb.Artifact("evaluation", "dataset")
    made.add(table(), "predictions")
    made.add(wandb.JoinedTable(table(2), table(3), "name"), "both")
    for number in range(2):
        made.add(wandb.Table(columns=["part"], data=[[number]]), f"parts/{number}")
    made.add(wandb.data_types.PartitionedTable("parts"), "whole")
    run.log_artifact(made).wait()

api = wandb.Api()
read = api.artifact("vision/tables/evaluation:latest")
logged = api.artifact("vision/tables/run-logger-predictions:latest")
print(
    json.dumps(
        {
            "sent": plain(table()),
            "columns": read.get("predictions").columns,
            "added": plain(read.get("predictions")),
            "logged": plain(logged.get("predictions")),
            "joined": [read.get("both")._table1.data[1][2], len(read.get("both")._table2.data)],
            "parts": [line for _, line in read.get("whole").iterrows()],
            "files": [file.name for file in api.run("vision/tables/logger").files(pattern="media/table/pred%")],
        }
    )
)

"""The story that the demo tells, as plain values: who is there, and what they did over the last two months."""

from __future__ import annotations

from operations.demo.acts import (
    Act,
    Automate,
    Card,
    Collect,
    Correct,
    Evaluate,
    Family,
    Fetch,
    Invite,
    Night,
    Person,
    Point,
    Protect,
    Quantize,
    Report,
    Shelf,
    Split,
    Train,
)
from operations.demo.training import Settings, measure, photograph

ORGANIZATION = "Meridian Labs"
FOUNDED = 60.5  # days ago
SIGN_IN = "nora"


PEOPLE = (
    Person("nora", "Nora Lindqvist", "admin"),
    Person("kenji", "Kenji Mori", "member"),
    Person("priya", "Priya Raman", "member"),
    Person("tomas", "Tomás Rey", "member"),
    Person("ines", "Inês Duarte", "member"),
    Person("lena", "Lena Vogel", "viewer"),
    Person("sam", "Sam Adeyemi", "viewer"),
)

TEAMS = {
    "vision": {"nora": "admin", "kenji": "admin", "priya": "member", "lena": "viewer"},
    "release": {"tomas": "admin", "ines": "member", "nora": "viewer"},
}
RESEARCH, RELEASE = "vision", "release"


MODELS, DATASETS, SCORES, BUILDS = "model", "dataset", "Evaluation", "Edge builds"
SHELVES = (
    Shelf(
        SCORES,
        "nora",
        "organization",
        ("evaluation", "report"),
        "How every candidate does on data that no training has seen, and the reports that releases are decided on.",
        {"release": "member", "lena": "viewer"},
        "ines",
    ),
    Shelf(
        BUILDS,
        "tomas",
        "restricted",
        ("engine",),
        "Quantized engines for the cameras in the field. Only the release team links here.",
        {"release": "member", "kenji": "viewer", "sam": "restricted_viewer"},
        "tomas",
    ),
)


METERS = Family("meter-reader", "meter-digits", tuple("0123456789"), "worn", photograph, "s3://meridian-field/meters")
LEAKS = Family("leak-detector", "flow-days", ("sound", "leak"), "slow", measure, "s3://meridian-field/flows")


RAW_CARD = """
Wheels of household water meters, photographed by the counters' own cameras in **three districts**.

| | |
|---|---|
| Size | 7 × 9 pixels, grey |
| Labels | `0` to `9`, by two readers each |
| Hard part | one wheel in three is worn |

Use [`meter-digits-train`](/orgs/Meridian%20Labs/registry/dataset/collections/meter-digits-train/) to train.
Never train on the holdout.
"""
READER_CARD = """
Reads the digits of a water meter from the counter's own camera. `recall_worn` is the number to watch: worn wheels
are where wrong bills come from.

- **production** runs on 1,840 counters, **staging** in the test street
- a new version goes to staging after its evaluation, to production after a week there

```python
import wandb

run = wandb.init(project="field-trial")
model = run.use_artifact("wandb-registry-model/meter-reader:production")
folder = model.download()
```
"""
LEAK_CARD = """
Tells from a day of hourly flow whether a district leaks. Slow leaks (`recall_slow`) cost the most water and are the
hardest.
"""
SCORES_CARD = """
Scores of `meter-reader` on the holdout data, with every mistake to look at. Made by the release team, not by who trained.
"""
ENGINE_CARD = """
`meter-reader` with 8-bit weights for the camera's microcontroller. **Signed off by Tomás** before it leaves this shelf.
"""
REPORT_CARD = "What the Tuesday meeting decides on: all candidates side by side."

CHRONICLE: tuple[Act, ...] = (
    Collect(58.4, "priya", METERS, 420, 3, "First three districts, read twice."),
    Card(58.1, "priya", METERS, DATASETS, "meter-digits", ("vision", "field"), RAW_CARD),
    Split(57.2, "kenji", METERS),
    Card(
        57.0, "kenji", METERS, DATASETS, "meter-digits-train", ("vision",), "Two thirds of `meter-digits`, to train on."
    ),
    Card(
        56.9,
        "kenji",
        METERS,
        DATASETS,
        "meter-digits-holdout",
        ("vision", "holdout"),
        "Every third sample. **No training reads it.**",
    ),
    Train(
        55.1,
        "kenji",
        METERS,
        Settings(samples=60, steps=60, rate=0.02),
        "A first light: sixty photographs, small steps.",
        ("baseline",),
        ("baseline",),
    ),
    Card(54.7, "kenji", METERS, MODELS, "meter-reader", ("vision", "field"), READER_CARD),
    Train(52.3, "kenji", METERS, Settings(samples=60, steps=80, rate=0.1), "Five times the learning rate, same data."),
    Collect(50.8, "priya", LEAKS, 420, 3, "Hourly flow of two winters."),
    Card(
        50.6,
        "priya",
        LEAKS,
        DATASETS,
        "flow-days",
        ("field",),
        "A day a row: the flow of a district by the hour, with the leaks that were dug up.",
    ),
    Split(50.3, "priya", LEAKS),
    Train(49.6, "priya", LEAKS, Settings(samples=40, steps=40, rate=0.1), "Baseline on forty days.", ("baseline",)),
    Card(49.3, "priya", LEAKS, MODELS, "leak-detector", ("field",), LEAK_CARD),
    Train(
        47.5,
        "priya",
        METERS,
        Settings(samples=200, steps=80, rate=0.1),
        "More photographs: from 60 to 200.",
        aliases=("best",),
    ),
    Evaluate(46.9, "ines", METERS, 2, "First candidate for the field."),
    Card(46.6, "ines", METERS, SCORES, "meter-reader-scores", ("release",), SCORES_CARD),
    Point(46.2, "nora", METERS, MODELS, "meter-reader", "production", 2),
    Quantize(45.8, "tomas", METERS, 2),
    Card(45.6, "tomas", METERS, BUILDS, "meter-reader-int8", ("edge", "release"), ENGINE_CARD),
    Train(
        41.0,
        "priya",
        METERS,
        Settings(samples=200, steps=80, rate=2.5),
        "Learning rate 2.5. Right more often, but **far too sure of itself**: the loss doubles.",
        ("ablation",),
    ),
    Point(40.6, "priya", METERS, MODELS, "meter-reader", "staging", 3),
    Evaluate(39.9, "ines", METERS, 3, "Calibration is off; not fit for billing. Back to v2 in the test street."),
    Point(39.4, "tomas", METERS, MODELS, "meter-reader", "staging", 2),
    Train(
        36.2,
        "kenji",
        METERS,
        Settings(samples=280, steps=45, rate=0.1, jitter=0.3),
        "Strongly varied light.",
        outcome="crashed",
    ),
    Train(
        34.0,
        "kenji",
        METERS,
        Settings(samples=280, steps=120, rate=0.2, jitter=0.1),
        "All photographs, with the light varied while training.",
        ("augmented",),
        ("best",),
    ),
    Evaluate(33.2, "ines", METERS, 4, "Lowest loss so far; hardly any confident mistakes."),
    Point(32.8, "ines", METERS, MODELS, "meter-reader", "staging", 4),
    Protect(30.2, "nora", METERS, MODELS, "production"),
    Point(30.1, "nora", METERS, MODELS, "meter-reader", "production", 4),
    Quantize(29.8, "tomas", METERS, 4, ("signed",)),
    Protect(29.4, "tomas", METERS, BUILDS, "production"),
    Point(29.3, "tomas", METERS, BUILDS, "meter-reader-int8", "production", 1),
    Report(29.0, "tomas", METERS, "Recommends v4 for the field."),
    Card(28.8, "tomas", METERS, SCORES, "meter-reader-report", ("release",), REPORT_CARD),
    Train(27.3, "priya", LEAKS, Settings(samples=120, steps=60, rate=0.4), "Three times the days.", aliases=("best",)),
    Collect(22.4, "priya", METERS, 900, 5, "Two more districts, with older counters."),
    Split(21.9, "kenji", METERS),
    Train(20.5, "priya", METERS, Settings(samples=600, steps=35, rate=0.12), "New data.", outcome="failed"),
    Train(
        18.2,
        "priya",
        METERS,
        Settings(samples=600, steps=140, rate=0.3, jitter=0.05, decay=0.001),
        "The five districts, weights kept small.",
        ("augmented",),
    ),
    Point(17.5, "ines", METERS, MODELS, "meter-reader", "staging", 5),
    Train(
        12.6,
        "kenji",
        METERS,
        Settings(samples=600, steps=180, rate=0.15, jitter=0.02, momentum=0.5),
        "Momentum, and steadier light.",
        ("augmented",),
        ("best",),
    ),
    Evaluate(11.8, "ines", METERS, 6, "Best so far on accuracy, loss and worn wheels."),
    Point(11.1, "ines", METERS, MODELS, "meter-reader", "staging", 6),
    Point(9.3, "nora", METERS, MODELS, "meter-reader", "production", 6),
    Point(9.2, "tomas", METERS, MODELS, "meter-reader", "rollback", 4),
    Quantize(9.0, "tomas", METERS, 6, ("signed",)),
    Point(8.7, "tomas", METERS, BUILDS, "meter-reader-int8", "production", 2),
    Automate(8.6, "tomas", METERS, "camera-builds", RELEASE, BUILDS),
    Fetch(8.5, "kenji", METERS, MODELS, "meter-reader", 6),
    Report(8.2, "tomas", METERS, "Recommends v6; v3 stays out."),
    Train(
        6.4,
        "priya",
        LEAKS,
        Settings(samples=280, steps=100, rate=0.8, momentum=0.3),
        "All days, with momentum.",
        ("night",),
        ("best",),
    ),
    Evaluate(5.9, "ines", LEAKS, 2, "Right on three of four slow days."),
    Point(5.1, "nora", LEAKS, MODELS, "leak-detector", "production", 2),
    Night(3.2, "priya", METERS, 7, "Worn wheels in the light of one night."),
    Correct(2.4, "priya", METERS, "Labels that I read differently; to be talked over before the team gets them."),
    Train(
        1.9,
        "priya",
        METERS,
        Settings(samples=600, steps=220, rate=0.12, batch=24, jitter=0.05, momentum=0.6),
        "Larger batches and **more momentum**, from the same five districts.\n\n- Calibration error falls by two fifths.\n"
        "- Worn wheels are read a little worse than by v6.",
        ("augmented", "candidate"),
        ("best",),
        nights=True,
    ),
    Invite(1.4, "nora", METERS, "mio.tanaka@riverside-water.example", RESEARCH),
    Evaluate(1.2, "ines", METERS, 7, "Candidate for the autumn roll-out."),
    Quantize(0.3, "tomas", METERS, 7),
    Fetch(0.2, "nora", METERS, MODELS, "meter-reader", 7),
    Point(0.09, "ines", METERS, MODELS, "meter-reader", "staging", 7),
)

RECIPE = b"pillow==13.0.0\nwandb==0.31.0\n"
MODEL_CARD = """# {name}

{note}

## Numbers

| metric | value |
|---|---|
{rows}

Measured on `{holdout}`, which it was not trained on.

## Training

{samples} samples of `{train}`, {steps} steps of stochastic gradient descent.

## Limits

Trained on counters of five districts. Do not use it on other counters without an evaluation.
"""

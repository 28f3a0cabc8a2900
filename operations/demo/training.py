"""The demo's computing, real but small: samples of two tasks, and softmax regression on them; standard library only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import mul
from random import Random

WIDTH, HEIGHT = 7, 9
HOURS = 24
EVALUATE_EVERY = 10
NEGLIGIBLE = 1e-3  # a pull too weak to be worth the arithmetic
FONT = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00010 00100 01000 11111",
    "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)
GLYPHS = [digit.split() for digit in FONT]


@dataclass(frozen=True)
class Sample:
    """Numbers between 0 and 1 and what they show; `hard` ones are what the field work is about."""

    features: list[float]
    label: int
    hard: bool


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The hyper-parameters of a training."""

    samples: int
    steps: int
    rate: float
    batch: int = 16
    decay: float = 0.0
    momentum: float = 0.0
    jitter: float = 0.0


@dataclass
class Model:
    """Softmax regression: one row of weights for each class, the bias last."""

    weights: list[list[float]]

    @classmethod
    def blank(cls, classes: int, features: int) -> Model:
        """All weights zero."""
        return cls([[0.0] * (features + 1) for _ in range(classes)])

    def probabilities(self, features: Sequence[float]) -> list[float]:
        """How likely each class is; they add up to 1."""
        scores = [sum(map(mul, row, features)) + row[-1] for row in self.weights]
        top = max(scores)
        shares = [math.exp(score - top) for score in scores]
        total = sum(shares)
        return [share / total for share in shares]

    def quantized(self) -> tuple[Model, float]:
        """The model with its weights rounded to the 255 multiples of a scale, and that scale."""
        scale = max(abs(weight) for row in self.weights for weight in row) / 127
        return Model([[round(weight / scale) * scale for weight in row] for row in self.weights]), scale


@dataclass
class Evaluation:
    """How a model does on samples: (true, predicted, confidence, hard) for each."""

    loss: float = 0.0
    predictions: list[tuple[int, int, float, bool]] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return _share(true == predicted for true, predicted, _, _ in self.predictions)

    @property
    def hard_recall(self) -> float:
        """The share of the hard samples that is right."""
        return _share(true == predicted for true, predicted, _, hard in self.predictions if hard)

    @property
    def calibration_error(self) -> float:
        """How far confidence is from being right, over ten bins."""
        bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
        for true, predicted, confidence, _ in self.predictions:
            bins[min(int(confidence * 10), 9)].append((confidence, true == predicted))
        gaps = [abs(sum(c for c, _ in each) - sum(right for _, right in each)) for each in bins]
        return sum(gaps) / len(self.predictions)

    def confusion(self, classes: int) -> list[list[int]]:
        """Counts by true (row) and predicted class (column)."""
        matrix = [[0] * classes for _ in range(classes)]
        for true, predicted, _, _ in self.predictions:
            matrix[true][predicted] += 1
        return matrix

    def metrics(self, hard_key: str) -> dict[str, float]:
        """The numbers that a run logs."""
        numbers = {
            "accuracy": self.accuracy,
            "loss": self.loss,
            hard_key: self.hard_recall,
            "ece": self.calibration_error,
        }
        return {key: round(value, 4) for key, value in numbers.items()}


def _share(flags: Iterator[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found)


def evaluate(model: Model, samples: Sequence[Sample]) -> Evaluation:
    """What `model` says of `samples`."""
    result = Evaluation()
    for sample in samples:
        chances = model.probabilities(sample.features)
        predicted = max(range(len(chances)), key=chances.__getitem__)
        result.loss -= math.log(max(chances[sample.label], 1e-9)) / len(samples)
        result.predictions.append((sample.label, predicted, chances[predicted], sample.hard))
    return result


def train(
    model: Model, samples: Sequence[Sample], held_out: Sequence[Sample], settings: Settings, hard_key: str
) -> Iterator[dict[str, float]]:
    """Fit `model` by stochastic gradient descent; the numbers of each step, with an evaluation at every tenth."""
    random = Random(settings.steps)
    velocity = Model.blank(len(model.weights), len(model.weights[0]) - 1).weights
    for step in range(settings.steps):
        rate = settings.rate * (1 - 0.8 * step / settings.steps)
        kept = 1 - rate * settings.decay
        loss = 0.0
        for sample in random.choices(samples, k=settings.batch):
            shift = random.uniform(-settings.jitter, settings.jitter)
            features = [value + shift for value in sample.features]
            chances = model.probabilities(features)
            loss -= math.log(max(chances[sample.label], 1e-9)) / settings.batch
            features.append(1.0)
            for label, row in enumerate(model.weights):
                pull = rate * ((label == sample.label) - chances[label])
                if abs(pull) > NEGLIGIBLE:
                    velocity[label] = [
                        settings.momentum * v + pull * x for v, x in zip(velocity[label], features, strict=True)
                    ]
                    model.weights[label] = [kept * w + v for w, v in zip(row, velocity[label], strict=True)]
        numbers = {
            "train/loss": round(loss, 5),
            "lr": round(rate, 5),
            "epoch": round(step * settings.batch / len(samples), 3),
        }
        if step % EVALUATE_EVERY == EVALUATE_EVERY - 1 or step == settings.steps - 1:
            numbers |= evaluate(model, held_out).metrics(hard_key)
        yield numbers


def photograph(random: Random) -> Sample:
    """A wheel of a water meter as its camera sees it: shifted, noisy, and one in three worn."""
    label, worn = random.randrange(10), random.random() < 1 / 3
    left, top = random.choice((0, 1, 1, 1, 2)), random.choice((0, 1, 1, 1, 1, 2))
    ink, noise = (random.uniform(0.4, 0.65), 0.14) if worn else (random.uniform(0.7, 1.0), 0.1)
    pixels = []
    for y in range(HEIGHT):
        for x in range(WIDTH):
            inside = 0 <= x - left < 5 and 0 <= y - top < 7 and GLYPHS[label][y - top][x - left] == "1"
            lit = ink if inside and not (worn and random.random() < 0.15) else 0.05
            pixels.append(round(min(max(random.gauss(lit, noise), 0.0), 1.0), 3))
    return Sample(pixels, label, worn)


def measure(random: Random) -> Sample:
    """A day of a district's water flow by the hour: leaks run at night too, the slow ones hardly above the noise."""
    leak, slow = random.randrange(2), random.random() < 1 / 3
    extra = leak * (random.uniform(0.03, 0.08) if slow else random.uniform(0.1, 0.25))
    base, busy = random.uniform(0.08, 0.16), random.uniform(0.3, 0.5)
    day = [base + busy * (math.exp(-((h - 7) ** 2) / 6) + math.exp(-((h - 19) ** 2) / 10)) for h in range(HOURS)]
    return Sample([round(min(max(random.gauss(flow + extra, 0.03), 0.0), 1.0), 3) for flow in day], leak, slow)

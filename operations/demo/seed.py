"""seed(): the story, acted out in order through the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import singledispatchmethod
from random import Random
from typing import Any

from django.db import transaction

from access.models import Container, Team, User
from access.roles import Role
from access.services import organizations, people, roles, teams
from artifacts.manifest import Entry
from artifacts.models import Version
from operations.demo import files, story
from operations.demo.clock import dated
from operations.demo.script import Script
from operations.demo.training import Evaluation, Model, Sample, evaluate, train
from projects.models import Project
from projects.services.projects import get_or_create_project
from projects.services.runs import RunFields
from registries.models import Link, Registry
from registries.services import collections, founding, links, registries

SHOWN = 24
Data = tuple[Version, list[Sample]]


def seed(*, now: datetime, password: str) -> None:
    """Write the whole story as seen from `now`; everybody signs in with `password`. All of it, or nothing."""
    with transaction.atomic():
        stage = Stage(now, password)
        for act in story.CHRONICLE:
            stage.play(act)


class Stage:
    """Who and what there is so far."""

    def __init__(self, now: datetime, password: str) -> None:
        self.now = now
        self.links: dict[str, list[Link]] = defaultdict(list)
        self.models: dict[Version, Model] = {}
        self.raw: dict[str, Data] = {}
        self.training: dict[str, Data] = {}
        self.holdout: dict[str, Data] = {}
        self.scores: dict[str, list[tuple[Version, str, dict[str, float]]]] = defaultdict(list)
        with dated(self._moment(story.FOUNDED)):
            self.people = {person.username: self._hire(person, password) for person in story.PEOPLE}
            self._found()

    def _moment(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _hire(self, person: story.Person, password: str) -> User:
        email = f"{person.username}@meridian.example"
        return people.create_user(
            actor=None, username=person.username, email=email, password=password, full_name=person.full_name
        )

    def _found(self) -> None:
        boss = self.people[story.SIGN_IN]
        organization = founding.found_organization(actor=None, name=story.ORGANIZATION, owner=boss)
        for person in story.PEOPLE:
            user = self.people[person.username]
            organizations.set_member(actor=None, organization=organization, user=user, role=person.role)
        self.teams = {
            name: teams.create_team(actor=boss, organization=organization, name=name, admin=boss) for name in story.TEAMS
        }
        for name, members in story.TEAMS.items():
            team = self.teams[name]
            for username, role in members.items():
                user = self.people[username]
                teams.set_member(actor=None, team=team, user=user, role=role)
                if role != "viewer":
                    people.set_default_namespace(actor=None, user=user, namespace=team.namespace)
        self.shelves = {registry.name: registry for registry in Registry.objects.filter(organization=organization)}
        for shelf in story.SHELVES:
            self.shelves[shelf.name] = self._set_up(organization, shelf)

    def _set_up(self, organization: Any, shelf: story.Shelf) -> Registry:
        maker = self.people[shelf.maker]
        registry = registries.create_registry(
            actor=maker, organization=organization, name=shelf.name, description=shelf.description,
            visibility=shelf.visibility, types=shelf.types,
        )  # fmt: skip
        for name, word in shelf.grants.items():
            principal: User | Team = self.people.get(name) or self.teams[name]
            roles.grant_role(actor=maker, container=registry, principal=principal, role=Role[word.upper()])
        return registry

    # -- What a person does ---------------------------------------------------------------------------------------------

    @singledispatchmethod
    def play(self, act: story.Act) -> None:
        """Let an act happen at its time."""
        raise NotImplementedError(type(act).__name__)

    @play.register
    def _(self, act: story.Point) -> None:
        with dated(self._moment(act.days)):
            link = self.links[act.collection][act.version]
            links.add_aliases(actor=self.people[act.who], link=link, names=[act.alias])

    @play.register
    def _(self, act: story.Card) -> None:
        with dated(self._moment(act.days)):
            actor, collection = self.people[act.who], self.links[act.collection][0].collection
            collections.edit_collection(actor=actor, collection=collection, description=act.text.strip())
            collections.tag_collection(actor=actor, collection=collection, add=act.tags)

    # -- What a program does --------------------------------------------------------------------------------------------

    @play.register
    def _(self, act: story.Collect) -> None:
        family = act.family
        random = Random(family.data)
        samples = [family.take(random) for _ in range(act.count)]
        with self._running(act, story.RESEARCH, "collect", {"districts": 3 if act.count < 500 else 5}, seconds=340) as script:
            script.log([{"photographs": count} for count in range(0, act.count + 1, 30)])
            originals = [
                Entry(f"originals/district-{n}.tar", f"etag-{family.data}-{n}-{act.count}", 61_440_000 + n * 7_168, f"{family.source}/district-{n}.tar")
                for n in range(1, 4 if act.count < 500 else 6)
            ]
            version = script.log_version(
                name=f"{family.data}-raw", type="dataset", files=_dataset(family, samples), references=originals,
                description=act.note, metadata={"samples": act.count, "labels": list(family.labels), "licence": "CC BY 4.0"},
            )  # fmt: skip
        self.raw[family.name] = version, samples
        self._link(act, story.DATASETS, family.data, version, seconds=340)

    @play.register
    def _(self, act: story.Split) -> None:
        family = act.family
        raw, samples = self.raw[family.name]
        with self._running(act, story.RESEARCH, "split", {"holdout": "every third"}, seconds=48) as script:
            script.use(raw, raw.artifact.project)
            parts = {"train": [s for n, s in enumerate(samples) if n % 3], "holdout": samples[::3]}
            versions = {
                part: script.log_version(
                    name=f"{family.data}-{part}", type="dataset", files=_dataset(family, chosen),
                    metadata={"samples": len(chosen), "from": str(raw)},
                )
                for part, chosen in parts.items()
            }  # fmt: skip
        self.training[family.name] = versions["train"], parts["train"]
        self.holdout[family.name] = versions["holdout"], parts["holdout"]
        for part, version in versions.items():
            self._link(act, story.DATASETS, f"{family.data}-{part}", version, seconds=48)

    @play.register
    def _(self, act: story.Train) -> None:
        family, settings = act.family, act.settings
        (data, samples), (held, held_out) = self.training[family.name], self.holdout[family.name]
        model = Model.blank(len(family.labels), len(samples[0].features))
        seconds = settings.steps * settings.batch * 0.8
        with self._running(act, story.RESEARCH, "train", asdict(settings), seconds, act.outcome) as script:
            script.use(data, data.artifact.project)
            script.use(held, held.artifact.project)
            script.log(list(train(model, samples[: settings.samples], held_out, settings, family.hard_key)))
            if act.outcome != "finished":
                script.say("ERROR OSError: [Errno 28] No space left on device: 'checkpoints/last.bin'")
                return
            result = evaluate(model, held_out)
            version = script.log_version(
                name=family.name, type="model", files=_model(act, model, result, held_out, f"{data}", f"{held}"),
                description=act.note, tags=list(act.tags), aliases=list(act.aliases),
                metadata={"architecture": "softmax regression", "classes": len(family.labels), "data": str(data), "settings": asdict(settings)},
            )  # fmt: skip
        self.models[version] = model
        self._link(act, story.MODELS, family.name, version, seconds)

    @play.register
    def _(self, act: story.Evaluate) -> None:
        family, link = act.family, self.links[act.family.name][act.version]
        held, held_out = self.holdout[family.name]
        result = evaluate(self.models[link.version], held_out)
        with self._running(act, story.RELEASE, "evaluate", {"model": str(link), "data": str(held)}, seconds=95) as script:
            script.use(link.version, self.shelves[story.MODELS])
            script.use(held, self.shelves[story.DATASETS])
            numbers = result.metrics(family.hard_key)
            script.log([numbers])
            version = script.log_version(
                name=f"{family.name}-scores", type="evaluation", files=_scores(family, numbers, result, held_out),
                description=act.note, metadata={"model": str(link), "data": str(held)},
            )  # fmt: skip
        self.scores[family.name].append((version, link.label, numbers))
        self._link(act, story.SCORES, f"{family.name}-scores", version, seconds=95)

    @play.register
    def _(self, act: story.Quantize) -> None:
        family, link = act.family, self.links[act.family.name][act.version]
        held, held_out = self.holdout[family.name]
        model = self.models[link.version]
        small, scale = model.quantized()
        weights = files.as_int8(small, scale)
        numbers = {
            "accuracy_int8": round(evaluate(small, held_out).accuracy, 4),
            "accuracy": round(evaluate(model, held_out).accuracy, 4),
            "size_kib": round(len(weights) / 1024, 3),
        }
        with self._running(act, story.RELEASE, "quantize", {"model": str(link), "bits": 8}, seconds=62) as script:
            script.use(link.version, self.shelves[story.MODELS])
            script.log([numbers])
            version = script.log_version(
                name=f"{family.name}-int8", type="engine", tags=list(act.tags),
                files={"weights.int8": weights, "engine.json": files.as_json({"scale": scale, "labels": family.labels, **numbers})},
                description=f"Engine of `{link}`.", metadata={"target": "counter camera rev. C", "bits": 8, "scale": scale},
            )  # fmt: skip
        self._link(act, story.BUILDS, f"{family.name}-int8", version, seconds=62)

    @play.register
    def _(self, act: story.Report) -> None:
        family = act.family
        scores = self.scores[family.name]
        columns = ["model", *scores[0][2]]
        rows = [[label, *numbers.values()] for _, label, numbers in scores]
        lines = [columns, ["---"] * len(columns), *rows]
        text = f"# {family.name}\n\n{act.note}\n\n" + "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
        with self._running(act, story.RELEASE, "report", {"candidates": len(scores)}, seconds=20) as script:
            for version, _, _ in scores:
                script.use(version, version.artifact.project)
            script.log([{"candidates": len(scores), "best_accuracy": max(numbers["accuracy"] for _, _, numbers in scores)}])
            version = script.log_version(
                name=f"{family.name}-report", type="report", description=act.note,
                files={"report.md": text.encode(), "candidates.csv": files.as_csv((columns, rows)), "candidates.table.json": files.as_table((columns, rows))},
            )  # fmt: skip
        self._link(act, story.SCORES, f"{family.name}-report", version, seconds=20)

    @contextmanager
    def _running(
        self, act: story.Act, team: str, job: str, config: dict[str, Any], seconds: float, outcome: str = "finished"
    ) -> Iterator[Script]:
        """A run of `act`: what it writes is dated to its end, and a crashed one never says that it ended."""
        actor, started = self.people[act.who], self._moment(act.days)
        definitions = [{"1": key, "8": 2 if up else 1} for key, up in act.family.directions.items()]
        fields = RunFields(
            config=config, client_info={"m": definitions, "python_version": "3.12.8"}, job_type=job, program=f"{job}.py",
            host=f"{act.who}-workstation", notes=getattr(act, "note", ""), tags=list(getattr(act, "tags", ())),
            commit=f"{Random(act.days).getrandbits(160):040x}", repository=f"https://git.meridian.example/{team}/{act.family.name}.git",
        )  # fmt: skip
        with dated(started):
            project = self._project(actor, team, act.family.name)
            script = Script.start(actor=actor, project=project, started=started, seconds=seconds, fields=fields)
        with dated(started + timedelta(seconds=seconds)):
            yield script
            script.upload({"requirements.txt": story.RECIPE})
            if outcome != "crashed":
                script.finish(exit_code=0 if outcome == "finished" else 1)

    def _project(self, actor: User, team: str, name: str) -> Project:
        return get_or_create_project(actor=actor, namespace=self.teams[team].namespace, name=name)

    def _link(self, act: story.Act, shelf: str, name: str, version: Version, seconds: float) -> None:
        with dated(self._moment(act.days) + timedelta(seconds=seconds + 40)):
            link = links.link_version(
                actor=self.people[act.who], registry=self.shelves[shelf], collection_name=name, version=version
            )
            self.links[name].append(link)


def _dataset(family: story.Family, samples: list[Sample]) -> dict[str, bytes]:
    counts = [[label, sum(family.labels[s.label] == label for s in samples)] for label in family.labels]
    return {
        "README.md": f"# {family.data}\n\n{len(samples)} samples, one in three {family.hard}.\n".encode(),
        "counts.csv": files.as_csv((["label", "samples"], counts)),
        "samples.csv": files.as_csv(files.sample_table(samples, family.labels)),
        "preview.png": files.contact_sheet([(sample, family.labels[sample.label], True) for sample in samples[:SHOWN]]),
    }


def _scores(family: story.Family, numbers: dict[str, float], result: Evaluation, samples: list[Sample]) -> dict[str, bytes]:
    names, matrix = family.labels, result.confusion(len(family.labels))
    per_class = [[name, sum(row), round(row[n] / (sum(row) or 1), 4)] for n, (name, row) in enumerate(zip(names, matrix, strict=True))]
    said = [[names[true], names[predicted], round(sure, 4), int(hard)] for true, predicted, sure, hard in result.predictions]
    wrong_first = sorted(zip(samples, said, strict=True), key=lambda pair: (pair[1][0] == pair[1][1], -pair[1][2]))
    sheet = [(sample, f"{true} as {told}", true == told) for sample, (true, told, _, _) in wrong_first[:SHOWN]]
    return {
        "evaluation/scores.json": files.as_json(numbers),
        "evaluation/per_class.csv": files.as_csv((["class", "samples", "recall"], per_class)),
        "evaluation/predictions.table.json": files.as_table((["true", "predicted", "confidence", family.hard], said)),
        "evaluation/confusion_matrix.png": files.confusion(matrix, names),
        "evaluation/mistakes.png": files.contact_sheet(sheet),
    }


def _model(act: story.Train, model: Model, result: Evaluation, samples: list[Sample], data: str, held: str) -> dict[str, bytes]:
    family, settings, numbers = act.family, act.settings, result.metrics(act.family.hard_key)
    card = story.MODEL_CARD.format(
        name=family.name, version=f"of {settings.steps} steps", note=act.note, holdout=held, train=data,
        rows="\n".join(f"| `{key}` | {value} |" for key, value in numbers.items()), samples=settings.samples, steps=settings.steps,
    )  # fmt: skip
    config = {"architecture": "softmax", "inputs": len(samples[0].features), "classes": family.labels, "train": asdict(settings)}
    made = {
        "MODEL_CARD.md": card.encode(),
        "config.json": files.as_json(config),
        "labels.txt": "\n".join(family.labels).encode(),
        "weights/model.bin": files.as_floats(model),
    }
    if len(family.labels) == 10:
        made["weights/by_class.png"] = files.weights(model, family.labels)
    return made | _scores(family, numbers, result, samples)

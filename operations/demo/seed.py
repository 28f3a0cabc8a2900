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
from django.db.models import Max

from access.models import Namespace, Organization, Team, User
from access.roles import Role
from access.services import invitations, keys, organizations, people, roles, service_accounts, teams
from artifacts.manifest import Entry
from artifacts.models import Download, Version
from artifacts.services import downloads
from events.models import Event
from operations import figures
from operations.demo import acts, contents, files, story
from operations.demo.clock import dated
from operations.demo.script import Script
from operations.demo.training import Model, Sample, evaluate, train
from projects.models import Project
from projects.services.projects import get_or_create_project
from projects.services.runs import RunFields
from registries.models import Link, Registry
from registries.services import collections, founding, links, protection, registries

Data = tuple[Version, list[Sample]]


def seed(*, now: datetime, password: str) -> None:
    """Write the whole story as seen from `now`; everybody signs in with `password`. All of it, or nothing."""
    with transaction.atomic():
        stage = Stage(now, password)
        for act in story.CHRONICLE:
            stage.play(act)
        downloads.flush()
        _sign_in()
        figures.count_anew(now=now)


def _sign_in() -> None:
    """Everybody was last seen when they last did something."""
    for user, moment in Event.objects.exclude(actor=None).values_list("actor").annotate(Max("created_at")).order_by():
        User.objects.filter(pk=user, service_of=None).update(last_login=moment)


class Stage:
    """Who and what there is so far."""

    def __init__(self, now: datetime, password: str) -> None:
        self.now = now
        self.links: dict[str, list[Link]] = defaultdict(list)
        self.models: dict[Version, Model] = {}
        self.raw: dict[str, Data] = {}
        self.training: dict[str, Data] = {}
        self.holdout: dict[str, Data] = {}
        self.further: dict[str, list[Version]] = defaultdict(list)
        self.scores: dict[str, dict[str, tuple[Version, dict[str, float]]]] = defaultdict(dict)
        with dated(self._moment(story.FOUNDED)):
            self.people = {person.username: self._hire(person, password) for person in story.PEOPLE}
            self._found()

    def _moment(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _hire(self, person: acts.Person, password: str) -> User:
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
            name: teams.create_team(actor=boss, organization=organization, name=name, admin=boss)
            for name in story.TEAMS
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

    def _set_up(self, organization: Organization, shelf: acts.Shelf) -> Registry:
        maker = self.people[shelf.maker]
        registry = registries.create_registry(
            actor=maker,
            organization=organization,
            name=shelf.name,
            description=shelf.description,
            visibility=shelf.visibility,
            types=shelf.types,
        )
        for name, word in shelf.grants.items():
            principal: User | Team = self.people.get(name) or self.teams[name]
            roles.grant_role(actor=maker, container=registry, principal=principal, role=Role[word.upper()])
        return registries.set_owner(actor=maker, registry=registry, owner=self.people[shelf.owner])

    # -- What a person does ---------------------------------------------------------------------------------------------

    @singledispatchmethod
    def play(self, act: acts.Act) -> None:
        """Let an act happen at its time."""
        raise TypeError(f"The demo has no act {type(act).__name__}.")

    @play.register
    def _(self, act: acts.Point) -> None:
        with dated(self._moment(act.days)):
            link = self.links[act.collection][act.version]
            links.add_aliases(actor=self.people[act.who], link=link, names=[act.alias])

    @play.register
    def _(self, act: acts.Fetch) -> None:
        link, moment = self.links[act.collection][act.version], self._moment(act.days)
        downloads.note(
            version=link.version_id,
            container=self.shelves[act.registry].pk,
            actor=self.people[act.who].pk,
            door=Download.Door.ZIP,
            count=1,
            bytes=link.version.size,
            at=moment,
        )

    @play.register
    def _(self, act: acts.Protect) -> None:
        with dated(self._moment(act.days)):
            protection.protect_alias(actor=self.people[act.who], registry=self.shelves[act.registry], name=act.alias)

    @play.register
    def _(self, act: acts.Automate) -> None:
        with dated(self._moment(act.days)):
            actor, team = self.people[act.who], self.teams[act.team]
            account = service_accounts.create_service_account(
                actor=actor, organization=team.organization, name=act.name, team=team
            )
            keys.create_key(actor=actor, user=account, name="build server")
            registry = self.shelves[act.registry]
            roles.grant_role(actor=actor, container=registry, principal=account, role=Role.MEMBER)

    @play.register
    def _(self, act: acts.Invite) -> None:
        with dated(self._moment(act.days)):
            actor, team = self.people[act.who], self.teams[act.team]
            invitations.create_invitation(
                actor=actor, organization=team.organization, role="member", team=team, email=act.email
            )

    @play.register
    def _(self, act: acts.Card) -> None:
        with dated(self._moment(act.days)):
            actor, collection = self.people[act.who], self.links[act.collection][0].collection
            collections.edit_collection(actor=actor, collection=collection, description=act.text.strip())
            collections.tag_collection(actor=actor, collection=collection, add=act.tags)

    # -- What a program does --------------------------------------------------------------------------------------------

    @play.register
    def _(self, act: acts.Collect) -> None:
        family, random = act.family, Random(act.family.data)
        samples = [family.take(random) for _ in range(act.count)]
        originals = [
            Entry(
                f"originals/district-{n}.tar",
                f"etag-{n}-{act.count}",
                61_440_000 + n * 7_168,
                f"{family.source}/{n}.tar",
            )
            for n in range(1, act.districts + 1)
        ]
        with self._running(act, story.RESEARCH, "collect", {"districts": act.districts}, seconds=340) as script:
            script.log([{"samples": count} for count in range(0, act.count + 1, 30)])
            version = script.log_version(
                name=f"{family.data}-raw",
                type="dataset",
                files=contents.dataset(family, samples),
                references=originals,
                description=act.note,
                metadata={"samples": act.count, "labels": list(family.labels), "licence": "CC BY 4.0"},
            )
        self.raw[family.name] = version, samples
        self._link(act, story.DATASETS, family.data, version, seconds=340)

    @play.register
    def _(self, act: acts.Night) -> None:
        family = act.family
        _, samples = self.raw[family.name]
        hard = [sample for sample in samples if sample.hard]
        with self._running(act, story.RESEARCH, "collect", {"nights": act.count}, seconds=120) as script:
            for night in range(act.count):
                chosen = hard[night :: act.count]
                version = script.log_version(
                    name=f"{family.data}-nights",
                    type="dataset",
                    files=contents.dataset(family, chosen),
                    description=act.note,
                    metadata={"samples": len(chosen), "night": night + 1},
                )
                self.further[family.name].append(version)

    @play.register
    def _(self, act: acts.Correct) -> None:
        family = act.family
        _, samples = self.raw[family.name]
        with self._running(act, act.who, "label", {}, seconds=900) as script:
            script.use(self.raw[family.name][0], self.raw[family.name][0].artifact.project)
            version = script.log_version(
                name=f"{family.data}-corrections",
                type="dataset",
                files=contents.dataset(family, samples[:30]),
                description=act.note,
            )
        self.further[family.name].append(version)

    @play.register
    def _(self, act: acts.Split) -> None:
        family = act.family
        raw, samples = self.raw[family.name]
        with self._running(act, story.RESEARCH, "split", {"holdout": "every third"}, seconds=48) as script:
            script.use(raw, raw.artifact.project)
            parts = {
                "train": (self.training, [sample for number, sample in enumerate(samples) if number % 3]),
                "holdout": (self.holdout, samples[::3]),
            }
            for part, (kept, chosen) in parts.items():
                version = script.log_version(
                    name=f"{family.data}-{part}",
                    type="dataset",
                    files=contents.dataset(family, chosen),
                    description=f"The {part} part of `{raw}`.",
                    metadata={"samples": len(chosen), "from": str(raw)},
                )
                kept[family.name] = version, chosen
        for part, (kept, _) in parts.items():
            self._link(act, story.DATASETS, f"{family.data}-{part}", kept[family.name][0], seconds=48)

    @play.register
    def _(self, act: acts.Train) -> None:
        family, settings = act.family, act.settings
        (data, samples), (held, held_out) = self.training[family.name], self.holdout[family.name]
        model = Model.blank(len(family.labels), len(samples[0].features))
        seconds = settings.steps * settings.batch * 0.8
        with self._running(act, story.RESEARCH, "train", asdict(settings), seconds, act.outcome) as script:
            script.use(data, data.artifact.project)
            script.use(held, held.artifact.project)
            for version in self.further[family.name] if act.nights else ():
                script.use(version, version.artifact.project)
            rows, media = [], {}
            looks = {settings.steps // 3, settings.steps - 1}
            for step, row in enumerate(train(model, samples[: settings.samples], held_out, settings, family.hard_key)):
                rows.append(row)
                if step in looks:
                    media[step] = contents.shown(family, evaluate(model, held_out), held_out, step)
            script.log(rows, media)
            if act.outcome != "finished":
                script.say("ERROR OSError: [Errno 28] No space left on device: 'checkpoints/last.bin'")
                return
            names = {"train": str(data), "holdout": str(held)}
            version = script.log_version(
                name=family.name,
                type="model",
                files=contents.model(act, model, evaluate(model, held_out), held_out, names),
                description=act.note,
                tags=list(act.tags),
                aliases=list(act.aliases),
                metadata={"architecture": "softmax regression", "data": names, "settings": asdict(settings)},
            )
        self.models[version] = model
        self._link(act, story.MODELS, family.name, version, seconds)

    @play.register
    def _(self, act: acts.Evaluate) -> None:
        family, link = act.family, self.links[act.family.name][act.version]
        held, held_out = self.holdout[family.name]
        result = evaluate(self.models[link.version], held_out)
        facts = {"model": str(link), "data": str(held)}
        with self._running(act, story.RELEASE, "evaluate", facts, seconds=95) as script:
            script.use(link.version, self.shelves[story.MODELS])
            script.use(held, self.shelves[story.DATASETS])
            script.log([result.metrics(family.hard_key)])
            version = script.log_version(
                name=f"{family.name}-scores",
                type="evaluation",
                files=contents.scores(family, result, held_out),
                description=act.note,
                metadata=facts,
            )
        self.scores[family.name][link.label] = version, result.metrics(family.hard_key)
        self._link(act, story.SCORES, f"{family.name}-scores", version, seconds=95)

    @play.register
    def _(self, act: acts.Quantize) -> None:
        family, link = act.family, self.links[act.family.name][act.version]
        model, (_, held_out) = self.models[link.version], self.holdout[family.name]
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
                name=f"{family.name}-int8",
                type="engine",
                files=contents.engine(family, weights, scale, numbers),
                description=f"Engine of `{link}`.",
                tags=list(act.tags),
                metadata={"target": "counter camera rev. C", "bits": 8, "scale": scale},
            )
        self._link(act, story.BUILDS, f"{family.name}-int8", version, seconds=62)

    @play.register
    def _(self, act: acts.Report) -> None:
        family = act.family
        scores = self.scores[family.name]
        numbers = {label: found for label, (_, found) in scores.items()}
        with self._running(act, story.RELEASE, "report", {"candidates": list(scores)}, seconds=20) as script:
            for version, _ in scores.values():
                script.use(version, version.artifact.project)
            script.log([{"best_accuracy": max(found["accuracy"] for found in numbers.values())}])
            version = script.log_version(
                name=f"{family.name}-report",
                type="report",
                files=contents.report(family, act.note, numbers),
                description=act.note,
            )
        self._link(act, story.SCORES, f"{family.name}-report", version, seconds=20)

    @contextmanager
    def _running(
        self, act: acts.Act, team: str, job: str, config: dict[str, Any], seconds: float, outcome: str = "finished"
    ) -> Iterator[Script]:
        """A run of `act`: what it writes is dated to its end, and a crashed one never says that it ended."""
        actor, started = self.people[act.who], self._moment(act.days)
        definitions = [{"1": key, "8": 2 if up else 1} for key, up in act.family.directions.items()]
        fields = RunFields(
            config=config,
            client_info={"m": definitions, "python_version": "3.12.8"},
            job_type=job,
            program=f"{job}.py",
            host=f"{act.who}-workstation",
            notes=getattr(act, "note", ""),
            tags=list(getattr(act, "tags", ())),
            commit=f"{Random(act.days).getrandbits(160):040x}",
            repository=f"https://git.meridian.example/{team}/{act.family.name}.git",
        )
        with dated(started):
            project = self._project(actor, team, act.family.name)
            script = Script.start(actor=actor, project=project, started=started, seconds=seconds, fields=fields)
        with dated(started + timedelta(seconds=seconds)):
            yield script
            script.upload({"requirements.txt": story.RECIPE})
            if outcome != "crashed":
                script.finish(exit_code=0 if outcome == "finished" else 1)

    def _project(self, actor: User, team: str, name: str) -> Project:
        """The project in a team's namespace, or in the actor's own."""
        namespace = self.teams[team].namespace if team in self.teams else Namespace.objects.get(user=actor)
        return get_or_create_project(actor=actor, namespace=namespace, name=name)

    def _link(self, act: acts.Act, shelf: str, name: str, version: Version, seconds: float) -> None:
        with dated(self._moment(act.days) + timedelta(seconds=seconds + 40)):
            link = links.link_version(
                actor=self.people[act.who], registry=self.shelves[shelf], collection_name=name, version=version
            )
            self.links[name].append(link)

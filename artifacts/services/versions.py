"""Creating, using, editing and deleting versions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Container, Namespace, User
from access.policy import require, role_on
from access.roles import Action, Role
from access.services.teams import MAX_TTL
from artifacts import hooks, lifetimes
from artifacts.lifetimes import FOR_GOOD, INHERIT
from artifacts.manifest import Algorithm
from artifacts.models import Artifact, RunInput, Version
from artifacts.services.aliases import LATEST, point
from artifacts.services.values import (
    check_aliases,
    check_description,
    check_metadata,
    check_room,
    check_tags,
    tag_rows,
    told,
)
from common import names
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.services import record
from events.types import EventType
from projects.models import Project, Run

DIGEST = re.compile(r"[0-9a-f]{32}\Z")
MAX_CLIENT_ID = 160
SHARED = "shared:"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known of a version before its files arrive; `digest` is the manifest's (32 hex digits).

    Processes that log one version together give the same `shared_id`; the digest of each is that of its part.
    """

    artifact_name: str
    type: str
    digest: str
    algorithm: Algorithm = Algorithm.MD5
    aliases: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    description: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    history_step: int | None = None
    ttl_seconds: int | None = None
    client_id: str = ""
    shared_id: str = ""

    @property
    def identity(self) -> str:
        """By what a repeated request, or the request of another process, means the same version; empty for nothing."""
        if not self.shared_id:
            return self.client_id
        return SHARED + hashlib.sha256(self.shared_id.encode("utf-8", "surrogatepass")).hexdigest()


def is_shared(version: Version) -> bool:
    """Whether several processes log it together."""
    return version.client_id.startswith(SHARED)


def create_version(*, actor: User, project: Project, run: Run | None, draft: Draft) -> Version:
    """A pending version, or the committed one that has the same content (C30), which then gets the aliases and tags.

    Member of the project (F35). The same `client_id` again answers with the same version, which gets the aliases that
    are new; the same `shared_id` does until the commit, and adds its labels, description and metadata. Raises
    ConflictError when the artifact has another type (F4), InvalidInputError for names, digest, aliases, tags or metadata
    that cannot be stored.
    """
    require(actor, Action.LOG_VERSION, project)
    if not DIGEST.match(draft.digest):
        raise InvalidInputError(_("The digest of a manifest has 32 hex digits."))
    if len(draft.client_id) > MAX_CLIENT_ID:
        raise InvalidInputError(
            _("The client's own id of a version has at most %(max_client_id)s characters.")
            % {"max_client_id": MAX_CLIENT_ID}
        )
    aliases, tags = check_aliases(draft.aliases), check_tags(draft.tags)
    metadata, description = check_metadata(draft.metadata), check_description(draft.description)
    ttl = None
    if draft.ttl_seconds is not None and draft.ttl_seconds != INHERIT:
        ttl = _checked_ttl(actor, draft.type, project, draft.ttl_seconds)
    artifact = _artifact(actor, project, draft)
    repeated = _same_client(artifact, draft.identity)
    if repeated is not None:  # what it asked for before may have moved on since
        aliases = [name for name in aliases if name not in [*repeated.requested_aliases, LATEST]]
    elif not draft.shared_id:
        repeated = committed_twin(artifact, draft.digest, draft.algorithm)
    if repeated is not None:
        if repeated.state == Version.State.COMMITTED:
            _label_again(actor, repeated, aliases, tags)
        elif draft.shared_id:
            _join(repeated, draft)
        return repeated
    try:
        with transaction.atomic():
            version = Version.objects.create(
                artifact=artifact,
                digest=draft.digest,
                digest_algorithm=draft.algorithm,
                client_id=draft.identity,
                description=description,
                metadata=metadata,
                history_step=draft.history_step,
                ttl_seconds=ttl,
                produced_by=run,
                created_by=actor,
                requested_aliases=aliases,
            )
            version.tags.set(tag_rows(tags))
    except IntegrityError:  # the same request, delivered twice at once
        again = _same_client(artifact, draft.identity)
        if again is None:
            raise
        if draft.shared_id:
            _join(again, draft)
        return again
    return version


def _join(version: Version, draft: Draft) -> None:
    """Add what another process says of the pending version that it shares; of two descriptions or keys, the later counts."""
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
        version.requested_aliases = check_aliases([*dict.fromkeys([*version.requested_aliases, *draft.aliases])])
        version.metadata = check_metadata({**version.metadata, **draft.metadata})
        version.description = draft.description or version.description
        version.save(update_fields=["requested_aliases", "metadata", "description"])
        tags = check_tags(draft.tags)
        check_room(version.tags.values_list("name", flat=True), tags)
        version.tags.add(*tag_rows(tags))


def _artifact(actor: User, project: Project, draft: Draft) -> Artifact:
    names.collection_name(draft.artifact_name, "artifact")
    names.artifact_type(draft.type)
    artifact, _made = Artifact.objects.get_or_create(
        project=project, name=draft.artifact_name, deleted_at=None, defaults={"type": draft.type, "created_by": actor}
    )
    if artifact.type != draft.type:
        raise ConflictError(
            _(
                "The artifact '%(artifact)s' of project '%(project)s' has the type '%(type)s'; a name has one "
                "type. Log it as '%(type)s' or choose another name."
            )
            % {"artifact": artifact.name, "project": project.name, "type": artifact.type}
        )
    artifact.project = project
    return artifact


def _same_client(artifact: Artifact, client_id: str) -> Version | None:
    if not client_id:
        return None
    version = (
        Version.objects.select_related("same_as__artifact__project")
        .filter(artifact=artifact, client_id=client_id)
        .first()
    )
    if version is None:
        return None
    found = version.same_as or version
    if found.state == Version.State.DELETED:
        raise ConflictError(
            _("The version that this program logged was deleted meanwhile; log it again from a new run.")
        )
    return found


def committed_twin(artifact: Artifact, digest: str, algorithm: str) -> Version | None:
    """The newest committed version of `artifact` with that content."""
    twins = Version.objects.committed().select_related("artifact__project")
    return twins.filter(artifact=artifact, digest=digest, digest_algorithm=algorithm).order_by("-index").first()


def _label_again(actor: User, version: Version, aliases: list[str], tags: list[str]) -> None:
    with transaction.atomic():
        Artifact.objects.select_for_update().get(pk=version.artifact_id)
        point(actor=actor, version=version, names=aliases)
        if tags:
            check_room(version.tags.values_list("name", flat=True), tags)
            version.tags.add(*tag_rows(tags))


def use_version(*, actor: User, run: Run, version: Version, container: Container, used_as: str = "") -> RunInput:
    """Record that `run` used `version`, reached through `container`: the edge of lineage (F71). A second time is the same.

    Member of the run's project, and Viewer where the version is read.
    """
    require(actor, Action.WRITE_RUN, run.project)
    require(actor, Action.USE_VERSION, container)
    with transaction.atomic():
        edge, made = RunInput.objects.get_or_create(
            run=run, version=version, defaults={"container": container, "used_as": used_as[:256]}
        )
        if made:
            record(
                actor=actor,
                type=EventType.VERSION_USED,
                object=version,
                container=container,
                parent=version.artifact,
                after={"run": run.name, "project": run.project.name},
            )
    return edge


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What to change on a version; None leaves it. `ttl_seconds` may be `FOR_GOOD` or `INHERIT`."""

    description: str | None = None
    metadata: dict[str, Any] | None = None
    add_tags: Iterable[str] = ()
    remove_tags: Iterable[str] = ()
    ttl_seconds: int | None = None


def edit_version(*, actor: User, version: Version, through: Container, edit: Edit) -> Version:
    """Change description, metadata, tags or time to live. Member of the project, or of a registry that links it; the
    event names that container. A linked version keeps forever (F134): setting a time to live there is refused.
    """
    require(actor, Action.EDIT_VERSION, through)
    add, remove = check_tags(edit.add_tags), list(edit.remove_tags)
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("artifact__project").get(pk=version.pk)
        before, after = told(*_apply(actor, version, edit))
        version.updated_at = timezone.now()
        version.save(update_fields=["description", "metadata", "ttl_seconds", "updated_at"])
        if before != after:
            _edited(EventType.VERSION_EDITED, actor, version, through, before, after)
        _retag(actor, version, through, add, remove)
    return version


def tag_versions(
    *, actor: User, versions: Iterable[Version], through: Container, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> None:
    """Give tags to several versions and take others from them: all of it, or nothing. Permission is that of `edit_version`."""
    edit = Edit(add_tags=add, remove_tags=remove)
    with transaction.atomic():
        # In one order, so that two who tag the same versions never wait for each other in a ring.
        for version in sorted(versions, key=lambda version: version.pk):
            edit_version(actor=actor, version=version, through=through, edit=edit)


def _apply(actor: User, version: Version, edit: Edit) -> tuple[dict[str, Any], dict[str, Any]]:
    wanted: dict[str, Any] = {}
    if edit.description is not None:
        wanted["description"] = check_description(edit.description)
    if edit.metadata is not None:
        wanted["metadata"] = check_metadata(edit.metadata)
    if edit.ttl_seconds is not None:
        wanted["ttl_seconds"] = _checked_ttl(actor, version.artifact.type, version.artifact.project, edit.ttl_seconds)
        if wanted["ttl_seconds"] != FOR_GOOD and not Version.objects.unlinked().filter(pk=version.pk).exists():
            raise ConflictError(
                _("A version that a registry links keeps forever; unlink it before setting a time to live.")
            )
    before = {name: getattr(version, name) for name in wanted}
    for name, value in wanted.items():
        setattr(version, name, value)
    return before, wanted


def _checked_ttl(actor: User, type: str, project: Project, seconds: int) -> int | None:
    """The time to live as it is stored (F133). Raises InvalidInputError and, where only admins set it, ForbiddenError."""
    if seconds > MAX_TTL or seconds < INHERIT:
        raise InvalidInputError(
            _("A time to live has between 1 second and %(days)s days.") % {"days": MAX_TTL // lifetimes.DAY}
        )
    if seconds > 0 and lifetimes.is_generated(type):
        raise InvalidInputError(
            _("Artifacts of the type '%(type)s' are made by clients and have no time to live.") % {"type": type}
        )
    if project.namespace.kind == Namespace.Kind.TEAM and not project.namespace.team.members_set_ttl:
        team = project.namespace.team
        if role_on(actor, project) != Role.ADMIN:
            raise ForbiddenError(
                _("In the team %(team)s only admins set a time to live; ask one of them.") % {"team": team.name}
            )
    return None if seconds == INHERIT else seconds


def _retag(actor: User, version: Version, through: Container, add: list[str], remove: list[str]) -> None:
    present = set(version.tags.values_list("name", flat=True))
    check_room(present, add, remove)
    for name in remove:
        if name in present:
            version.tags.remove(*version.tags.filter(name=name))
            _edited(EventType.TAG_REMOVED, actor, version, through, {"tag": name}, None)
    for row in tag_rows(add):
        if row.name not in present or row.name in remove:
            version.tags.add(row)
            _edited(EventType.TAG_ADDED, actor, version, through, None, {"tag": row.name})


def _edited(kind: EventType, actor: User, version: Version, through: Container, before: Any, after: Any) -> None:
    record(
        actor=actor, type=kind, object=version, container=through, parent=version.artifact, before=before, after=after
    )


def delete_version(*, actor: User, version: Version, delete_aliases: bool = False) -> None:
    """Mark a version of the source as deleted (F130); its number is not given again. A second time changes nothing.

    Member of the project. Raises ConflictError while it has aliases, unless `delete_aliases`, and while a registry holds it
    by a protected alias; its other links go with it (C13).
    """
    require(actor, Action.DELETE_VERSION, version.artifact.project)
    remove(actor, version, delete_aliases=delete_aliases)


def remove(actor: User | None, version: Version, *, delete_aliases: bool, reason: str = "") -> None:
    """What `delete_version` does, for a caller who settled that `actor`, or the server itself for `reason`, may."""
    with transaction.atomic():
        Artifact.objects.select_for_update().get(pk=version.artifact_id)
        version.refresh_from_db(fields=["state", "index"])
        if version.state == Version.State.DELETED:
            return
        if version.state == Version.State.PENDING:
            raise NotFoundError(_("There is no such version, or you may not see it."))
        aliases = list(version.aliases.values_list("name", flat=True))
        if aliases and not delete_aliases:
            raise ConflictError(
                _(
                    "The version has the aliases %(aliases)s; delete them first, or ask for their deletion too "
                    "(delete_aliases=True)."
                )
                % {"aliases": ", ".join(aliases)}
            )
        for settle in hooks.before_deletion:
            settle(actor, Version.objects.filter(pk=version.pk))
        version.aliases.all().delete()
        Version.objects.filter(pk=version.pk).update(state=Version.State.DELETED, deleted_at=timezone.now())
        Artifact.objects.filter(pk=version.artifact_id).update(version_count=F("version_count") - 1)
        record(
            actor=actor,
            type=EventType.VERSION_DELETED,
            object=version,
            container=version.artifact.project,
            parent=version.artifact,
            before={"version": version.label, "aliases": aliases},
            after={"reason": reason} if reason else None,
        )
    version.state = Version.State.DELETED

"""Accounts: made and deleted by the operator, edited by their owners."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator, validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import hooks
from access.models import (
    Container,
    ContainerUserGrant,
    Namespace,
    Organization,
    OrganizationMembership,
    TeamMembership,
    User,
)
from access.policy import is_operator, require_operator, require_organization_admin
from access.services import namespaces, teams
from access.services.organizations import set_member, withdraw_invitations
from common.errors import ConflictError, InvalidInputError, NotFoundError
from common.locking import lock
from common.names import email_address, fold
from events.services import record
from events.types import EventType

EMAIL_TAKEN = gettext_lazy("The address %(email)s belongs to another account.")


def create_user(
    *,
    actor: User | None = None,
    username: str,
    email: str = "",
    password: str | None = None,
    is_operator: bool = False,
    full_name: str = "",
) -> User:
    """A new account with its personal namespace, which is the default entity until another is set (C31).

    Without a password one cannot sign in by browser. Raises ForbiddenError for all but the operator, InvalidInputError
    and ConflictError for a name, an address or a password that cannot be used.
    """
    require_operator(actor)
    user = User(username=username, email=email, full_name=full_name, is_superuser=is_operator)
    return open_account(actor=actor, user=user, password=password, rules=_rules_of(actor))


def create_member(*, actor: User, organization: Organization, username: str, email: str, full_name: str = "") -> User:
    """A new account, without a password yet, a member of the organization and of its one team, its default then (C31).

    Raises NotFoundError and ForbiddenError for all but admins of the organization; otherwise as `create_user`.
    """
    require_organization_admin(actor, organization)
    with transaction.atomic():
        user = open_account(actor=actor, user=User(username=username, email=email, full_name=full_name), password=None)
        set_member(actor=actor, organization=organization, user=user, role=OrganizationMembership.Role.MEMBER)
        present = list(organization.teams.alive().select_related("namespace", "organization")[:2])
        if len(present) == 1:
            teams.set_member(actor=actor, team=present[0], user=user, role=TeamMembership.Role.MEMBER)
            user.default_namespace = present[0].namespace
            user.save(update_fields=["default_namespace"])
    return user


def open_account(*, actor: User | None, user: User, password: str | None, rules: list[Any] | None = None) -> User:
    """Save the new `user` with a personal namespace; whether `actor` may do so is settled by the caller.

    `rules` are those for the password, Django's settings unless given. Raises InvalidInputError and ConflictError.
    """
    user.email, user.full_name = _checked_email(user.email), _checked_full_name(user.full_name)
    _put_password(user, password, rules)
    with transaction.atomic():
        _require_free_email(user)
        if User.objects.filter(username=user.username).exists():  # a service account, which has no namespace
            raise ConflictError(namespaces.TAKEN % {"name": user.username})
        user.namespace = namespaces.claim(user.username, Namespace.Kind.PERSONAL, "user")
        _save(user)
        record(actor=actor, type=EventType.USER_CREATED, object=user, after={"operator": user.is_superuser})
    return user


def edit_user(*, actor: User | None, user: User, **changes: Any) -> User:
    """Change any of `full_name`, `email`, `avatar`, `theme`, `density`, `language`, `guide` of one's own account.

    `is_superuser` is for the operator to change.

    Raises NotFoundError for somebody else's account, InvalidInputError and ConflictError for a value that cannot be used.
    """
    _require_self(actor, user)
    if "is_superuser" in changes:
        require_operator(actor)
    changes = {name: CHECKS[name](value) if name in CHECKS else value for name, value in changes.items()}
    with transaction.atomic():
        lock(user, *changes)
        changed = [name for name, value in changes.items() if getattr(user, name) != value]
        if not changed:
            return user
        for name in changed:
            setattr(user, name, changes[name])
        _require_free_email(user)
        _save(user, changed)
        record(actor=actor, type=EventType.USER_CHANGED, object=user, after={"fields": sorted(changed)})
    return user


def set_password(*, actor: User | None, user: User, password: str) -> None:
    """Replace the password, which ends all sessions of `user`; the present one again changes nothing.

    Raises NotFoundError for somebody else's account and InvalidInputError for a weak password.
    """
    _require_self(actor, user)
    if user.check_password(password):
        return
    _put_password(user, password, _rules_of(actor))
    with transaction.atomic():
        user.save(update_fields=["password"])
        record(actor=actor, type=EventType.USER_CHANGED, object=user, after={"fields": ["password"]})


def set_default_namespace(*, actor: User | None, user: User, namespace: Namespace) -> None:
    """Let scripts that name no entity log to `namespace`: the user's own or one of a team of theirs (C31).

    Raises NotFoundError for somebody else's account or namespace, InvalidInputError for an organization's.
    """
    _require_self(actor, user)
    if namespace.kind == Namespace.Kind.ORGANIZATION:
        raise InvalidInputError(
            _("'%(namespace)s' is an organization and owns registries only; choose a team or the user's own name.")
            % {"namespace": namespace.name}
        )
    if (
        namespace.pk != user.namespace_id
        and not TeamMembership.objects.filter(team__namespace=namespace, user=user).exists()
    ):
        raise NotFoundError(
            _("%(user)s belongs to no team '%(namespace)s'; add them to the team first.")
            % {"user": user.username, "namespace": namespace.name}
        )
    with transaction.atomic():
        lock(user, "default_namespace")
        if namespace.pk == (user.default_namespace_id or user.namespace_id):
            return
        user.default_namespace = namespace
        user.save(update_fields=["default_namespace"])
        record(actor=actor, type=EventType.USER_CHANGED, object=user, after={"fields": ["default_namespace"]})


def delete_user(*, actor: User | None, user: User) -> None:
    """Switch the account off for good and free its name; what it made stays, under a pseudonym.

    Keys, memberships and grants go, sessions end, the personal projects are deleted. A second time changes nothing.
    Raises ForbiddenError for all but the operator.
    """
    require_operator(actor)
    if user.deleted_at or user.namespace is None:
        return
    with transaction.atomic():
        now = timezone.now()
        Container.objects.alive().filter(namespace=user.namespace).update(deleted_at=now)
        user.api_keys.all().delete()
        user.team_memberships.all().delete()
        user.organization_memberships.all().delete()
        user.deactivated.all().delete()
        ContainerUserGrant.objects.filter(user=user).delete()
        withdraw_invitations(actor, user)
        for settle in hooks.after_leaving:
            settle(user, None)
        user.username = namespaces.release(user.namespace)
        user.full_name = user.email = ""
        user.is_active = user.is_superuser = False
        user.default_namespace = None
        user.deleted_at = now
        user.set_unusable_password()
        if user.avatar:
            transaction.on_commit(partial(user.avatar.storage.delete, str(user.avatar)))
            user.avatar = ""
        user.save()
        record(actor=actor, type=EventType.USER_DELETED, object=user)


def find_user(username: str) -> User:
    """The living account of that name, in whatever case. Raises NotFoundError."""
    found = (
        User.objects.select_related("namespace", "default_namespace").filter(namespace__name_key=fold(username)).first()
    )
    if found is None or found.deleted_at:
        raise NotFoundError(_("There is no user '%(username)s'.") % {"username": username})
    return found


def _require_self(actor: User | None, user: User) -> None:
    if not is_operator(actor) and actor != user:
        raise NotFoundError(_("There is no such account, or you may not see it."))


def _checked_email(email: str) -> str:
    return User.objects.normalize_email(email_address(email)) if email else ""


def _checked_full_name(name: str) -> str:
    if len(name) > 200 or not name.isprintable():
        raise InvalidInputError(_("A full name has at most 200 characters, on one line."))
    return name.strip()


def _checked_theme(theme: str) -> str:
    if theme not in User.Theme.values:
        raise InvalidInputError(
            _("'%(theme)s' is no theme; choose %(choices)s.")
            % {"theme": theme, "choices": ", ".join(User.Theme.values)}
        )
    return theme


def _checked_density(density: str) -> str:
    if density not in User.Density.values:
        raise InvalidInputError(
            _("'%(density)s' is no density; choose %(choices)s.")
            % {"density": density, "choices": ", ".join(User.Density.values)}
        )
    return density


def _checked_language(language: str) -> str:
    known = [code for code, _ in settings.LANGUAGES]
    if language and language not in known:
        raise InvalidInputError(
            _("'%(language)s' is no language of these pages; choose %(choices)s, or none.")
            % {"language": language, "choices": ", ".join(known)}
        )
    return language


def _checked_guide(guide: str) -> str:
    if guide not in User.Guide.values:
        raise InvalidInputError(_("The guide is 'shown' or 'hidden'."))
    return guide


CHECKS: dict[str, Callable[[str], str]] = {
    "email": _checked_email,
    "full_name": _checked_full_name,
    "theme": _checked_theme,
    "density": _checked_density,
    "language": _checked_language,
    "guide": _checked_guide,
}


def _require_free_email(user: User) -> None:
    if user.email and User.objects.filter(email__iexact=user.email).exclude(pk=user.pk).exists():
        raise ConflictError(EMAIL_TAKEN % {"email": user.email})


def _save(user: User, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError as error:  # somebody else took the address at the same time
        raise ConflictError(EMAIL_TAKEN % {"email": user.email}) from error


def _rules_of(actor: User | None) -> list[Any] | None:
    """What a password must meet: at the command line its length alone, elsewhere (None) the rules of the settings."""
    return [MinimumLengthValidator(min_length=8)] if actor is None else None


def _put_password(user: User, password: str | None, rules: list[Any] | None) -> None:
    """Set the hash of `password`, or mark that there is none."""
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user, rules)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages)) from error
    user.set_password(password)

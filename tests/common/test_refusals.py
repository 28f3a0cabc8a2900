"""A refusal is said in the language of the page, and in English to a program that names none."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from access.policy import require, require_organization_admin, require_registry_creation
from access.roles import Action
from access.services import keys
from access.services.service_accounts import create_service_account
from common import names
from common.errors import ForbiddenError, InvalidInputError
from common.filtering import Field, FilterError, Kind, Vocabulary, read_text
from tests.cast import Cast


def test_a_role_that_is_too_low_is_explained_in_japanese(cast: Cast) -> None:
    with translation.override("ja"), pytest.raises(ForbiddenError) as refused:
        require(cast.vera, Action.LINK_VERSION, cast.registry)
    assert "閲覧者" in refused.value.message
    assert "バージョンのリンク" in refused.value.message
    assert "viewer" not in refused.value.message


def test_a_role_in_the_organization_is_named_in_japanese(cast: Cast) -> None:
    for refuse in (require_organization_admin, require_registry_creation):
        with translation.override("ja"), pytest.raises(ForbiddenError, match="閲覧者"):
            refuse(cast.vera, cast.organization)
    robot = create_service_account(actor=cast.olga, organization=cast.organization, name="robot")
    with translation.override("ja"), pytest.raises(ForbiddenError, match="サービスアカウント"):
        require_organization_admin(robot, cast.organization)


def test_a_filter_says_in_japanese_where_it_stops_and_what_was_meant() -> None:
    vocabulary = Vocabulary((Field("name", Kind.TEXT), Field("tag", Kind.LABELS)), words=("name",))
    with translation.override("ja"), pytest.raises(FilterError) as refused:
        read_text("nmae:x", vocabulary)
    assert "「nmae」という絞り込み項目はありません" in refused.value.message
    assert "もしかして: name" in refused.value.message


def test_names_are_refused_in_the_language_of_the_page() -> None:
    with (
        translation.override("ja"),
        pytest.raises(InvalidInputError, match="コレクションの名前に「/」と「:」は使えません"),
    ):
        names.collection_name("a/b")


def test_a_page_speaks_the_language_of_the_account_and_a_program_english(cast: Cast, signed_in) -> None:
    cast.vera.language = "ja"
    cast.vera.save(update_fields=["language"])
    page = signed_in(cast.vera).get("/orgs/Acme/registry/nowhere/")
    assert page.status_code == 404
    assert "表示する権限がありません" in page.content.decode()
    secret = keys.create_key(actor=cast.vera, user=cast.vera, name="laptop")[1]
    answer = Client().get(
        "/api/v1/organizations/Acme/registries/nowhere", headers={"authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 404
    assert "There is no such" in answer.content.decode()

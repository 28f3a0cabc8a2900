"""schema.graphql against the installed SDK: every document is valid, or is left out by name and for a known reason."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, parse, validate

from common.errors import InvalidInputError
from sdk_api.documents import prepare
from sdk_api.schema import schema
from tests.sdk_api.documents import Found, documents
from tests.sdk_api.not_served import AUTOMATIONS, LAUNCH, NOT_SERVED, REASONS, REPORTS, SWEEPS

SERVED = [found for found in documents() if found.name not in NOT_SERVED]


def test_the_sdk_has_the_documents_that_are_known_of() -> None:
    names = {found.name for found in documents()}
    assert len(names) > 140
    assert {
        "UpsertBucket",
        "CreateArtifactFiles",
        "LinkArtifact",
        "RegistryVersions",
        "Runs",
        "RunFullHistory",
    } <= names


@pytest.mark.parametrize("found", SERVED, ids=lambda found: f"{found.name}-{found.source}")
def test_a_document_of_the_sdk_is_valid_and_within_the_limits(found: Found) -> None:
    assert found.text, "A template of the SDK that tests/sdk_api/documents.py cannot fill."
    assert prepare(found.text).operations


def test_what_is_not_served_is_named_for_a_known_reason_and_could_not_be_served() -> None:
    assert set(NOT_SERVED.values()) <= set(REASONS)
    absent = {found.name: found for found in documents() if found.name in NOT_SERVED}
    assert absent.keys() == NOT_SERVED.keys()
    wrongly = [name for name, found in absent.items() if found.text and not validate(schema, parse(found.text))]
    assert wrongly == []


def test_what_is_not_served_is_refused_by_its_subject() -> None:
    words = {
        SWEEPS: "Sweeps are not served here",
        LAUNCH: "Launch is not served here",
        REPORTS: "Reports are not served",
        AUTOMATIONS: "Automations and integrations are not served here",
    }
    for found in documents():
        told = words.get(NOT_SERVED.get(found.name, ""))
        if told and found.text:
            with pytest.raises(InvalidInputError, match=told):
                prepare(found.text)


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_every_root_field_has_a_resolver_of_its_own(root: str) -> None:
    resolvers = {name: field.resolve for name, field in _type(root).fields.items()}
    assert [name for name, resolver in resolvers.items() if resolver is None] == []
    shared = {"project", "model"}  # two names of one thing
    own = [resolver for name, resolver in resolvers.items() if name not in shared]
    assert len(set(own)) == len(own)


def test_every_type_and_field_that_people_write_code_for_is_described() -> None:
    types = [kind for kind in schema.type_map.values() if not kind.name.startswith("__")]
    bare = [
        kind.name
        for kind in types
        if not kind.description and not kind.name.endswith(("Input", "Payload")) and kind.name not in BUILT_IN
    ]
    assert bare == []
    assert [
        name for root in ("Query", "Mutation") for name, field in _type(root).fields.items() if not field.description
    ] == []


def test_what_both_kinds_of_collection_share_is_in_their_interface() -> None:
    shared: Any = schema.type_map["ArtifactCollection"]
    assert isinstance(shared, GraphQLInterfaceType)
    for name in ("ArtifactSequence", "ArtifactPortfolio"):
        assert shared.fields.keys() <= _type(name).fields.keys()


BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def _type(name: str) -> GraphQLObjectType:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found

"""Asking as somebody of the world: in a browser, by API key, by GraphQL; nothing that is asked lasts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.test import Client

from tests.access.world import World

FORM = "application/x-www-form-urlencoded"
SESSION = "sessionid"


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is rolled back, and so is what was to happen after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Asker:
    """Sends requests as the people of `world`, each signed in once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._sessions: dict[str, str] = {}
        for name, user in world.people.items():
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            self._sessions[name] = client.cookies[SESSION].value
        for name in world.people:
            self.by_key(name, "GET", "/api/v1/me")  # so that the keys are marked as used before anything is compared

    def browser(self, person: str) -> Client:
        """A browser in which `person` is signed in; in which nobody is, for `nobody`."""
        client = Client()
        if person in self._sessions:
            client.cookies[SESSION] = self._sessions[person]
        return client

    def page(self, person: str, method: str, path: str, data: str = "", **headers: str) -> Any:
        """What a browser gets; `data` as a form sends it."""
        return _read(self.browser(person).generic(method, path, data, content_type=FORM, headers=headers))

    def by_key(self, person: str, method: str, path: str, data: Any = "", **more: str) -> Any:
        """What a program gets that sends the key of `person`, JSON if there is anything to send, and `more` headers."""
        headers = {"Authorization": f"Bearer {self.world.secrets[person]}"} if person in self.world.secrets else {}
        body = data if isinstance(data, str) else json.dumps(data)
        return _read(Client().generic(method, path, body, content_type="application/json", headers=headers | more))

    def graphql(self, person: str, document: str, **variables: Any) -> Any:
        """What the SDK gets."""
        return self.by_key(person, "POST", "/graphql", {"query": document, "variables": variables})


def _read(response: Any) -> Any:
    """The response, with all of its content read and its files closed."""
    response.body = response.getvalue()
    for close in response._resource_closers:  # response.close() would end the test's connection, too
        close()
    return response

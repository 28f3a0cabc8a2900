"""Forgotten passwords: by mail where there is a mail server, and without telling whose address is known."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from access.models import User
from access.services.people import edit_user
from events.models import Event
from tests.accounts.mail_server import MailServer
from tests.cast import PASSWORD, Cast, person

ASK = "/accounts/password/reset/"
NEW = "entirely different phrase"


@pytest.fixture
def walter(db: None) -> User:
    """Somebody with a password."""
    return person("walter", password=PASSWORD)


def body(message: Any) -> str:
    return str(message.get_payload(decode=True).decode())


def link_in(mail: MailServer) -> str:
    """The address in the newest mail, without its host."""
    found = re.search(r"http://testserver(/accounts/password/reset/\S+)", body(mail.messages[-1]))
    assert found
    return found[1]


def test_a_link_by_mail_sets_the_password_once_and_ends_all_sessions(
    client: Client, walter: User, mail: MailServer, signed_in: Any
) -> None:
    elsewhere = signed_in(walter)
    assert client.post(ASK, {"email": "Walter@example.org"})["Location"] == f"{ASK}done/"
    (message,) = mail.messages
    assert (message["From"], message["To"]) == ("vitrine@example.org", "walter@example.org")
    link = link_in(mail)
    form = client.get(link)["Location"]
    assert link.rsplit("/", 2)[1] not in form
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    walter.refresh_from_db()
    assert walter.check_password(NEW)
    assert elsewhere.get("/profile/").status_code == 302
    assert Event.objects.filter(type="user:changed", object_id=walter.pk).exists()
    again = Client()
    assert "used already" in again.get(link).content.decode()
    assert again.post(link, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 200
    walter.refresh_from_db()
    assert walter.check_password(NEW)


@pytest.mark.parametrize(
    ("first", "second"), [("short", "short"), (NEW, "another phrase"), ("walter@example.org",) * 2]
)
def test_a_password_against_the_rules_is_refused(
    client: Client, walter: User, mail: MailServer, first: str, second: str
) -> None:
    client.post(ASK, {"email": walter.email})
    form = client.get(link_in(mail))["Location"]
    assert 'class="err"' in client.post(form, {"password1": first, "password2": second}).content.decode()
    walter.refresh_from_db()
    assert walter.check_password(PASSWORD)


def test_a_known_and_an_unknown_address_get_the_same_answer(client: Client, walter: User, mail: MailServer) -> None:
    known, unknown = (client.post(ASK, {"email": f"{name}@example.org"}) for name in ("walter", "nobody"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content
    assert len(mail.messages) == 2  # both cost the time of a mail
    assert "There is no account with it" in body(mail.messages[1]).replace("\n", " ")
    assert "/accounts/password/reset/" not in body(mail.messages[1])


def test_the_answer_stays_the_same_while_the_mail_server_is_down(
    client: Client, walter: User, mail: MailServer
) -> None:
    mail.shutdown()
    mail.server_close()
    for name in ("walter", "nobody"):
        assert client.post(ASK, {"email": f"{name}@example.org"})["Location"] == f"{ASK}done/"


def test_nothing_is_sent_for_accounts_that_are_switched_off(client: Client, walter: User, mail: MailServer) -> None:
    walter.is_active = False
    walter.save()
    client.post(ASK, {"email": walter.email})
    assert "/accounts/password/reset/" not in body(mail.messages[0])


def test_a_link_dies_with_the_address_it_was_sent_to(client: Client, walter: User, mail: MailServer) -> None:
    client.post(ASK, {"email": walter.email})
    edit_user(actor=walter, user=walter, email="elsewhere@example.org")
    assert "used already" in client.get(link_in(mail)).content.decode()


def test_the_link_names_the_host_that_the_operator_names(
    client: Client, walter: User, mail: MailServer, settings: Any
) -> None:
    settings.BASE_URL = "https://registry.example.org"
    client.post(ASK, {"email": walter.email})
    assert "https://registry.example.org/accounts/password/reset/" in body(mail.messages[0])


def test_mails_are_limited(client: Client, walter: User, mail: MailServer) -> None:
    answers = [client.post(ASK, {"email": walter.email}).status_code for _ in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert len(mail.messages) == 5


def test_without_a_mail_server_the_page_says_whom_to_ask(client: Client, walter: User) -> None:
    assert "sends no mail" in client.get(ASK).content.decode()
    assert "sends no mail" in client.post(ASK, {"email": walter.email}).content.decode()
    assert ASK not in client.get("/accounts/login/").content.decode()


def test_with_one_the_sign_in_page_has_the_link_once(client: Client, walter: User, mail: MailServer) -> None:
    assert client.get("/accounts/login/").content.decode().count(ASK) == 1


def test_sign_up_says_that_it_is_closed(client: Client, cast: Cast) -> None:
    people = User.objects.count()
    form = {"username": "eve", "email": "eve@example.org", "password1": NEW, "password2": NEW}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", form)):
        assert "by invitation" in answer.content.decode()
    assert User.objects.count() == people

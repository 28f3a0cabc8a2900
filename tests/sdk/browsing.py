"""A person at a browser without JavaScript, to open the addresses that the SDK prints."""

from __future__ import annotations

import re

import requests

from tests.servers import Server

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def sign_in(server: Server, username: str, password: str) -> requests.Session:
    """A session in which that person is signed in."""
    browser = requests.Session()
    browser.trust_env = False  # no proxy between the test and its own machine
    address = f"{server.url}/accounts/login/"
    form = browser.get(address, timeout=30)
    token = TOKEN.search(form.text)
    assert token, form.text[:500]
    sent = {"csrfmiddlewaretoken": token[1], "login": username, "password": password}
    signed_in = browser.post(address, data=sent, headers={"Referer": address}, timeout=30)
    assert "sessionid" in browser.cookies, signed_in.text[:500]
    return browser

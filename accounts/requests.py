"""The request of a page that needs somebody who is signed in."""

from django.http import HttpRequest

from access.models import User


class PersonalRequest(HttpRequest):
    """What SignInRequiredMiddleware lets through to all but public views; a type only, never made."""

    user: User

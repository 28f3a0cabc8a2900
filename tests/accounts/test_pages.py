"""Profile, picture, password, keys and preferences: for oneself, for others, and for nobody."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from access.models import ApiKey, User
from access.services import people
from access.services.keys import authenticate, create_key
from tests.cast import PASSWORD, Cast

PAGES = ["/profile/", "/profile/keys/", "/profile/password/", "/authorize"]


def picture(width: int = 640, height: int = 480, format: str = "JPEG", **options: Any) -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, format, **options)
    return SimpleUploadedFile(f"me.{format.lower()}", written.getvalue())


def fields(user: User, **changes: Any) -> dict[str, Any]:
    """The profile form as it stands."""
    own = {name: getattr(user, name) for name in ("full_name", "email", "theme", "density", "language")}
    return own | {"default_namespace": user.default_namespace_id or user.namespace_id} | changes


@pytest.fixture
def mias(cast: Cast, signed_in: Any) -> Client:
    """A browser in which mia is signed in."""
    client: Client = signed_in(cast.mia)
    return client


@pytest.mark.parametrize("path", [*PAGES, "/profile/pictures/1/abc/"])
def test_the_anonymous_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize(
    "path", ["/profile/", "/profile/keys/", "/profile/keys/1/revoke/", "/preferences/", "/authorize"]
)
def test_a_form_of_another_site_changes_nothing(cast: Cast, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.mia, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(path, {"theme": "dark", "name": "evil"}).status_code == 403
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_open_whole(mias: Client, path: str) -> None:
    response = mias.get(path)
    assert response.status_code == 200
    assert "Acme" in response.content.decode()


def test_the_profile_is_saved(mias: Client, mia: User, cast: Cast) -> None:
    changes = {"full_name": "Mia Ito", "theme": "dark", "language": "ja", "default_namespace": cast.team.namespace_id}
    assert mias.post("/profile/", fields(mia, **changes)).status_code == 302
    mia.refresh_from_db()
    assert (mia.full_name, mia.theme, mia.language, mia.home) == ("Mia Ito", "dark", "ja", cast.team.namespace)
    assert 'lang="ja"' in mias.get("/profile/").content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "olga@example.org"},
        {"email": "nowhere"},
        {"theme": "pink"},
        {"density": "dense"},
        {"language": "xx"},
        {"full_name": "a" * 201},
    ],
)
def test_a_profile_that_cannot_be_is_refused_whole(mias: Client, mia: User, changes: dict[str, str]) -> None:
    response = mias.post("/profile/", fields(mia, full_name="Changed") | changes)
    assert response.status_code == 422
    assert 'class="err"' in response.content.decode() or "note-bad" in response.content.decode()
    mia.refresh_from_db()
    assert mia.full_name == ""


def test_the_default_entity_is_none_of_others(mias: Client, mia: User, cast: Cast) -> None:
    for namespace in (cast.olga.namespace, cast.organization.namespace):
        assert mias.post("/profile/", fields(mia, default_namespace=namespace.pk)).status_code == 422  # type: ignore[union-attr]


def test_a_picture_is_cropped_and_loses_its_metadata(mias: Client, mia: User, cast: Cast, signed_in: Any) -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    mias.post("/profile/", fields(mia, picture=picture(exif=exif.tobytes())))
    mia.refresh_from_db()
    response = signed_in(cast.olga).get(mia.avatar_url)
    body = b"".join(response.streaming_content)
    with Image.open(BytesIO(body)) as stored:
        assert (stored.format, stored.size) == ("WEBP", (256, 256))
        assert not stored.getexif()
    assert b"secret" not in body
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]
    assert mia.avatar_url in mias.get("/profile/").content.decode()


def test_a_picture_is_seen_by_colleagues_alone(mias: Client, mia: User, cast: Cast, signed_in: Any) -> None:
    mias.post("/profile/", fields(mia, picture=picture()))
    mia.refresh_from_db()
    assert signed_in(cast.otto).get(mia.avatar_url).status_code == 404
    assert signed_in(cast.otto).get("/profile/pictures/999/abc/").status_code == 404


def test_a_picture_goes_when_it_is_replaced_removed_or_its_person_deleted(
    mias: Client, mia: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def stored() -> int:
        return len(list((settings.MEDIA_ROOT / "avatars").iterdir()))

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            mias.post("/profile/", fields(mia, picture=picture()))
        assert stored() == 1
    with django_capture_on_commit_callbacks(execute=True):
        mias.post("/profile/", fields(mia, remove_picture="on"))
    assert stored() == 0
    assert User.objects.get(pk=mia.pk).avatar_url == ""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (SimpleUploadedFile("me.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "no picture"),
        (SimpleUploadedFile("me.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100), "no picture"),
        (SimpleUploadedFile("me.jpg", picture().read()[:300]), "no picture"),
        (SimpleUploadedFile("me.png", b"\0" * (5 * 2**20 + 1)), "5 MiB"),
        (picture(8000, 5001, "PNG"), "40 million"),
        (picture(12000, 12000, "PNG"), "40 million"),
        (picture(10, 10, "BMP"), "no picture"),
        (SimpleUploadedFile("me.png", b""), "empty"),
    ],
    ids=["svg", "header", "cut", "large", "wide", "bomb", "bmp", "empty"],
)
def test_what_is_no_picture_is_refused(mias: Client, mia: User, given: SimpleUploadedFile, why: str) -> None:
    given.seek(0)
    response = mias.post("/profile/", fields(mia, picture=given))
    assert response.status_code == 422
    assert why in response.content.decode()
    assert User.objects.get(pk=mia.pk).avatar_url == ""


def test_a_form_beyond_any_picture_is_refused_unread(mias: Client, mia: User) -> None:
    assert mias.post("/profile/", fields(mia, picture=SimpleUploadedFile("x", b"\0" * (13 * 2**20)))).status_code in {
        400,
        413,
    }


def test_the_password_changes_and_other_sessions_end(client: Client, mias: Client, mia: User, signed_in: Any) -> None:
    people.set_password(actor=None, user=mia, password=PASSWORD)
    here, elsewhere = signed_in(mia), signed_in(mia)
    change = {"old_password": PASSWORD, "new_password1": "entirely different", "new_password2": "entirely different"}
    assert here.post("/profile/password/", change | {"old_password": "wrong"}).status_code == 422
    assert (
        here.post("/profile/password/", change | {"new_password1": "short", "new_password2": "short"}).status_code
        == 422
    )
    assert here.post("/profile/password/", change).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    mia.refresh_from_db()
    assert mia.check_password("entirely different")


def test_a_key_is_shown_once_and_kept_as_a_hash(mias: Client, mia: User) -> None:
    response = mias.post("/profile/keys/", {"name": "laptop", "scope": "read", "days": "30"})
    key = ApiKey.objects.get()
    secret = next(word for word in response.content.decode().replace("<", ">").split(">") if word.startswith("local-"))
    assert authenticate(secret) == key
    assert (key.user, key.scope, bool(key.expires_at)) == (mia, "read", True)
    assert "no-store" in response["Cache-Control"]
    page = mias.get("/profile/keys/").content.decode()
    assert secret not in page
    assert "laptop" in page
    assert key.hint in page


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": " "}, {"name": "a" * 129}, {"scope": "god"}, {"days": "7"}])
def test_a_key_that_cannot_be_is_refused(mias: Client, wrong: dict[str, str]) -> None:
    assert mias.post("/profile/keys/", {"name": "laptop", "scope": "write", "days": "0"} | wrong).status_code == 422
    assert not ApiKey.objects.exists()


def test_one_revokes_ones_own_keys_only(mias: Client, cast: Cast) -> None:
    mine, secret = create_key(actor=cast.mia, user=cast.mia, name="mine")
    hers, _ = create_key(actor=cast.olga, user=cast.olga, name="hers")
    assert mias.post(f"/profile/keys/{hers.pk}/revoke/").status_code == 404
    assert mias.post(f"/profile/keys/{mine.pk}/revoke/").status_code == 302
    assert mias.post(f"/profile/keys/{mine.pk}/revoke/").status_code == 404
    assert authenticate(secret) is None
    assert list(ApiKey.objects.all()) == [hers]


def test_htmx_gets_the_part_and_a_browser_the_page(mias: Client, cast: Cast) -> None:
    part = mias.post("/profile/keys/", {"name": "a", "scope": "write", "days": "0"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div class="stack" id="keys">')
    key = ApiKey.objects.get()
    part = mias.post(f"/profile/keys/{key.pk}/revoke/", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div class="stack" id="keys">')
    part = mias.post("/authorize", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div class="stack" id="key">')


def test_authorize_makes_the_key_that_wandb_login_asks_for(mias: Client, mia: User) -> None:
    assert mias.get("/authorize?ref=models").status_code == 200
    assert not ApiKey.objects.exists()
    page = mias.post("/authorize").content.decode()
    key = ApiKey.objects.get()
    assert key.scope == "write"
    assert f"{key.hint}" in page


def test_theme_density_and_language_are_kept_and_lead_back(mias: Client, mia: User) -> None:
    response = mias.post("/preferences/", {"theme": "dark", "next": "/profile/keys/?x=1"})
    assert response["Location"] == "/profile/keys/?x=1"
    mias.post("/preferences/", {"language": "ja", "density": "compact"})
    mia.refresh_from_db()
    assert (mia.theme, mia.density, mia.language) == ("dark", "compact", "ja")
    assert 'data-density="compact"' in mias.get("/profile/").content.decode()
    assert mias.post("/preferences/", {"theme": "pink"}).status_code == 400
    assert mias.get("/preferences/").status_code == 405


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example", ""]
)
def test_the_way_back_stays_on_this_server(mias: Client, back: str) -> None:
    assert mias.post("/preferences/", {"theme": "dark", "next": back})["Location"] == "/"

"""Pictures of registries: an admin's to give, seen by whoever sees the registry, and nothing but pixels (T13, T27, T42)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from access.models import User
from events.models import Event
from registries.models import Registry
from tests.cast import Cast

SignIn = Callable[[User], Client]
SHELF = "/orgs/Acme/registry/Shelf/"
ICON = f"{SHELF}settings/icon/"


def picture(width: int = 300, height: int = 100, **options: Any) -> SimpleUploadedFile:
    stream = BytesIO()
    Image.new("RGB", (width, height), "teal").save(stream, "PNG", **options)
    return SimpleUploadedFile("icon.png", stream.getvalue(), "image/png")


def drawn(form: str, **options: Any) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(stream, form, **options)
    return stream.getvalue()


def kept(cast: Cast) -> Registry:
    return Registry.objects.select_related("organization").get(pk=cast.registry.pk)


def test_an_admin_gives_a_picture_and_everybody_of_the_registry_sees_it(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.adam)
    assert admin.post(ICON, {"picture": picture()}).headers["Location"] == ICON
    url = kept(cast).icon_url
    for path in (SHELF, f"{SHELF}?at=0h", "/orgs/Acme/registry/", ICON):
        assert f'src="{url}"' in admin.get(path).content.decode(), path
    response: Any = signed_in(cast.rita).get(url)
    with Image.open(BytesIO(b"".join(response.streaming_content))) as stored:
        assert (stored.format, stored.size) == ("WEBP", (256, 256))
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"private", "immutable"} <= set(response["Cache-Control"].split(", "))
    assert signed_in(cast.otto).get(url).status_code == 404
    assert Event.objects.latest("pk").after == {"icon": "uploaded"}


def test_the_drawing_comes_back_and_the_file_goes(
    cast: Cast, signed_in: SignIn, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    admin = signed_in(cast.adam)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            admin.post(ICON, {"picture": picture()})
        for _ in range(2):
            assert admin.post(ICON, {"remove": "1"}).status_code == 302
    assert kept(cast).icon_url == ""
    assert list((settings.MEDIA_ROOT / "icons").iterdir()) == []
    assert '<svg class="ico' in admin.get(SHELF).content.decode()
    assert Event.objects.filter(after__has_key="icon").count() == 3


def test_what_is_no_picture_is_refused_beside_the_field(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.adam)
    bad = {
        "no picture": SimpleUploadedFile("icon.png", b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>"),
        "5 MiB": SimpleUploadedFile("icon.png", b"\0" * (5 * 2**20 + 1)),
        "40 million": picture(8000, 5001),
        "empty": SimpleUploadedFile("icon.png", b""),
    }
    for why, given in bad.items():
        response = admin.post(ICON, {"picture": given})
        assert response.status_code == 400
        assert why in str(response.context["form"].errors["picture"]), why
    assert kept(cast).icon_url == ""


def test_a_picture_of_another_format_or_of_claimed_size_is_refused(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.adam)
    tiny = drawn("PNG")
    header = b"IHDR" + struct.pack(">II", 60_000, 60_000) + tiny[24:29]
    bomb = tiny[:12] + header + struct.pack(">I", zlib.crc32(header)) + tiny[33:]
    bad = {
        "40 million": [bomb],
        "no picture": [
            drawn("BMP"),
            drawn("TIFF"),
            b"<!doctype html><script>1</script>",
            tiny[:40],
            b"\x89PNG\r\n\x1a\n<html>",
        ],
    }
    for why, files in bad.items():
        for content in files:
            response = admin.post(ICON, {"picture": SimpleUploadedFile("icon.png", content, "image/png")})
            assert response.status_code == 400
            assert why in str(response.context["form"].errors["picture"]), content[:40]
    assert kept(cast).icon_url == ""


def test_nothing_but_pixels_is_kept(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.adam)
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    notes = PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    hiding = [
        drawn("JPEG", exif=exif),
        drawn("PNG", exif=exif, pnginfo=notes),
        drawn("WEBP", exif=exif, xmp=b"taken at home"),
        drawn("GIF", comment=b"<script>alert(1)</script>"),
        drawn("PNG") + b"<script>alert(1)</script>",
    ]
    for content in hiding:
        assert b"taken at home" in content or b"<script>" in content
        assert admin.post(ICON, {"picture": SimpleUploadedFile("x.html", content, "text/html")}).status_code == 302
        response: Any = admin.get(kept(cast).icon_url)
        stored = b"".join(response.streaming_content)
        assert response["Content-Type"] == "image/webp"
        assert b"taken at home" not in stored
        assert b"<script>" not in stored
        with Image.open(BytesIO(stored)) as image:
            assert not image.getexif()


def test_members_may_not(cast: Cast, signed_in: SignIn) -> None:
    member = signed_in(cast.mia)
    assert member.post(ICON, {"picture": picture()}).status_code == 403
    assert ICON not in member.get(f"{SHELF}settings/").content.decode()
    assert kept(cast).icon_url == ""

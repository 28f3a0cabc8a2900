"""Pictures that people give: cropped, re-encoded, and kept under names that change with the picture (T13, T27, T42)."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from common.errors import InvalidInputError, TooLargeError

MOST_BYTES = 5 * 2**20
MOST_PIXELS = 40_000_000
SIDE = 256
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def render(picture: IO[bytes], size: int) -> bytes:
    """The middle square of `picture`, whose file has `size` bytes, as a WebP of 256 pixels without any metadata.

    Raises TooLargeError above 5 MiB or 40 million pixels, InvalidInputError for what is no picture.
    """
    if size > MOST_BYTES:
        raise TooLargeError(_("A picture has at most 5 MiB; make it smaller first."))
    try:
        with Image.open(picture, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooLargeError(_("A picture has at most 40 million pixels; make it smaller first."))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except TooLargeError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLargeError(_("A picture has at most 40 million pixels; make it smaller first.")) from error
    except Exception as error:  # a damaged file may raise almost anything
        raise InvalidInputError(_("This is no picture that can be read; give a PNG, JPEG, WebP or GIF.")) from error
    square = ImageOps.fit(upright, (SIDE, SIDE))
    bare = Image.new("RGBA", square.size)  # a new image, so that nothing but pixels is written
    bare.paste(square)
    written = BytesIO()
    bare.save(written, "WEBP", quality=85)
    return written.getvalue()


def store(storage: Storage, folder: str, picture: bytes | None) -> str:
    """Store `picture`, as `render` gives it, in `folder`; its name, or empty for None."""
    return storage.save(f"{folder}/{secrets.token_hex(8)}.webp", ContentFile(picture)) if picture else ""

"""Static files as they are sent: compressed, named by content, and each stylesheet with what it imports inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'^@import url\("([^"]+)"\)(?: layer\((\w+)\))?;$', re.MULTILINE)


class Storage(CompressedManifestStaticFilesStorage):
    """Puts the stylesheets that one imports into it, so that a page asks for one; they have no addresses of their own."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Django's hook, after the files were copied."""
        if not dry_run:
            paths = paths | {name: (self, name) for name in paths if name.endswith(".css") and self._inline(name)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _inline(self, name: str) -> bool:
        """Write the copied stylesheet anew, if it imports any."""
        text = Path(str(finders.find(name))).read_text(encoding="utf-8")
        if not IMPORT.search(text):
            return False
        self.delete(name)
        self._save(name, ContentFile(inlined(name, text).encode()))
        return True


def inlined(name: str, text: str) -> str:
    """The stylesheet `name` with each sheet that it imports written out, in its layer."""

    def sheet(found: re.Match[str]) -> str:
        other = normpath(str(PurePosixPath(name).parent / found[1]))
        source = finders.find(other)
        if source is None:
            raise FileNotFoundError(f"{name} imports {other}, which is not there.")
        text = Path(str(source)).read_text(encoding="utf-8").removeprefix('@charset "UTF-8";')
        return f"@layer {found[2]} {{\n{text}\n}}" if found[2] else text

    return IMPORT.sub(sheet, text)

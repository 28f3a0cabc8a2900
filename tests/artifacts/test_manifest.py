"""The manifest document: hostile paths, cleaning, the digest that the SDK computes too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from artifacts.manifest import Entry, check_path, clean, digest_of, parse
from common.errors import InvalidInputError

HOSTILE = [
    "",
    "..",
    "../x",
    "a/../../b",
    "..%2fx",
    "%252e%252e%252fx",
    "..\\x",
    "a\\b",
    "C:\\x",
    "C:/x",
    "/etc/passwd",
    "file:///etc/passwd",
    "a\0b",
    "a/ ",
    "name ",
    "a//b",
    "./a",
    "x" * 4097,
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused(path: str) -> None:
    """T01."""
    with pytest.raises(InvalidInputError):
        check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "a.txt",
        "A.txt",
        "dir/日本語 file.txt",
        "cafe\u0301.txt",
        "caf\u00e9.txt",
        "100%.txt",
        "..hidden",
        "a;b",
        "x:y",
        ".env",
    ],
)
def test_an_honest_path_is_kept_exactly(path: str) -> None:
    assert check_path(path) == path


def test_the_digest_is_the_one_the_sdk_computes(tmp_path: Path) -> None:
    wandb = pytest.importorskip("wandb")
    for name, text in {"b.txt": "b", "a.txt": "a", "ä/z.txt": "", "A.txt": "A"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    artifact = wandb.Artifact("x", type="model")
    artifact.add_dir(str(tmp_path))
    entries = [
        Entry(path=path, digest=entry.digest, size=entry.size) for path, entry in artifact.manifest.entries.items()
    ]

    assert digest_of(entries) == artifact.digest


def test_local_paths_leave_the_document() -> None:
    line = {
        "digest": "rL0Y20zC+Fzt72VPzMSk2A==",
        "size": 3,
        "local_path": "/home/mia/a",
        "skip_cache": False,
        "birthArtifactID": "QQ==",
    }
    document, entries = parse(json.dumps({"version": 1, "contents": {"a": line}}).encode())

    kept = json.loads(clean(document))["contents"]["a"]

    assert kept == {"digest": line["digest"], "size": 3, "birthArtifactID": "QQ=="}
    assert entries[0].hex == "acbd18db4cc2f85cedef654fccc4a4d8"


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b'{"version":1,"contents":[]}', b'{"version":2,"contents":{}}', b'{"version":1,"contents":{"a":1}}',
     b'{"version":1,"contents":{"a":{}}}', b'{"version":1,"contents":{"a":{"digest":"x","size":-1}}}',
     b'{"version":1,"contents":{"a":{"digest":"x","size":"1"}}}', b'{"version":1,"contents":{"../a":{"digest":"x"}}}',
     b'{"version":1,"contents":{"a":{"digest":1}}}', b"[" * 100_000, b"\xff\xfe",
     rb'{"version":1,"contents":{"\ud800":{"digest":"x","ref":"s3://x"}}}',
     rb'{"version":1,"contents":{"a":{"digest":"\u0000","ref":"s3://x"}}}',
     rb'{"version":1,"contents":{"a":{"digest":"x","ref":"s3://\udfff"}}}',
     rb'{"version":1,"contents":{"a":{"digest":"x","ref":"s3://x","extra":{"k":"\u0000"}}}}',
     rb'{"version":1,"contents":{"a":{"digest":"x","ref":"s3://x","extra":{"k":["\ud800"]}}}}',
     b'{"version":1,"contents":{"a":{"digest":"x","ref":"s3://x","extra":{"k":NaN}}}}',
     b'{"version":1,"contents":{"a":{"digest":"x","ref":"s3://x","size":9223372036854775808}}}',
     b'{"version":1,"contents":{"a":{"digest":"x","ref":"a","size":%d},"b":{"digest":"x","ref":"b","size":%d}}}'
     % (2**62, 2**62)],
)  # fmt: skip
def test_a_damaged_document_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidInputError):
        parse(text)


def test_what_is_kept_of_a_line_is_kept_as_it_came() -> None:
    text = (
        rb'{"version":1,"contents":{"\u65e5":{"digest":"x","ref":"s3://x","extra":{"etag":"\u00e9"},"note":"\ud800"}}}'
    )
    document, (entry,) = parse(text)
    assert (entry.path, entry.extra) == ("日", {"etag": "é"})
    assert json.loads(clean(document)) == json.loads(text)

"""Third-party files are what VENDOR.toml says, and nothing else lies beside them."""

import tomllib
from hashlib import sha256
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
RECORDS = tomllib.loads((VENDOR / "VENDOR.toml").read_text())


def test_every_vendored_file_has_the_recorded_hash() -> None:
    recorded = {
        f"{name}-{record['version']}/{file}": digest
        for name, record in RECORDS.items()
        for file, digest in record["sha256"].items()
    }
    found = {
        path.relative_to(VENDOR).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.toml"
    }
    assert found == recorded


def test_every_package_says_its_source_and_licence() -> None:
    for name, record in RECORDS.items():
        assert record["source"].startswith("https://registry.npmjs.org/"), name
        assert record["source"].endswith(f"{name.rpartition('-')[2]}-{record['version']}.tgz"), name
        assert record["licence"] in {"MIT", "Apache-2.0"}, name
        assert "LICENSE" in record["sha256"], name

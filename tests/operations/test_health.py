"""`/healthz` and `/ready`."""

from pathlib import Path

import pytest
from django.test import Client


def test_healthz_answers_without_sign_in_and_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_names_the_state_of_database_migrations_and_storage(client: Client) -> None:
    response = client.get("/ready")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok", "storage": "ok"}}


@pytest.mark.django_db
def test_ready_is_503_when_the_storage_cannot_be_written(client: Client, settings, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    settings.STORAGE_URL = (tmp_path / "a-file").as_uri()
    response = client.get("/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["storage"] == "not writable"


@pytest.mark.django_db
def test_ready_is_503_while_migrations_are_pending(client: Client) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="registries").delete()
    assert client.get("/ready").json()["checks"]["migrations"] == "pending"


@pytest.mark.parametrize("path", ["/healthz", "/ready"])
def test_only_reading_is_allowed(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405

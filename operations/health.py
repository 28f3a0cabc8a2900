"""`/healthz`: the process answers. `/ready`: it can also do its work."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from common.public import public
from storage.stores import store


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and storage are in order, else 503; each with its state."""
    checks = {"database": _database(), "migrations": _migrations(), "storage": _storage()}
    good = all(state == "ok" for state in checks.values())
    return JsonResponse({"ready": good, "checks": checks}, status=200 if good else 503)


def pending_migrations() -> int:
    """How many migrations the database lacks. Raises DatabaseError when it cannot be read."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        return "pending" if pending_migrations() else "ok"
    except DatabaseError:
        return "unknown"


def _storage() -> str:
    try:
        store().check_writable()
    except OSError:
        return "not writable"
    return "ok"

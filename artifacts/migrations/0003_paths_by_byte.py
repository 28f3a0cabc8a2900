"""PostgreSQL compares texts by the rules of a language; folders are read in the order of bytes (artifacts/levels.py)."""

from django.db import migrations

INDEX = "manifest_entry_by_byte"


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        table = schema_editor.quote_name("artifacts_manifestentry")
        schema_editor.execute(f'CREATE INDEX {INDEX} ON {table} (version_id, path COLLATE "C")')


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("artifacts", "0002_metric_directions")]

    operations = [migrations.RunPython(add_index, drop_index)]

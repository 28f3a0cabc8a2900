"""What a registry linked is kept for good (F134): said by 0 from now on, since None means the team's default."""

from django.db import migrations


def keep(apps, schema_editor):
    versions = apps.get_model("artifacts", "Version")
    links = apps.get_model("registries", "Link").objects.values("version")
    versions.objects.filter(pk__in=links, ttl_seconds=None).update(ttl_seconds=0)


class Migration(migrations.Migration):

    dependencies = [
        ("registries", "0007_link_alias_by_link"),
        ("artifacts", "0009_lifetimes"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]

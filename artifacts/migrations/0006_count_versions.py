from django.db import migrations
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count(apps, schema_editor):
    """What the new column keeps, for the artifacts that are there."""
    Artifact, Version = apps.get_model("artifacts", "Artifact"), apps.get_model("artifacts", "Version")
    committed = Version.objects.filter(artifact=OuterRef("pk"), state="committed").order_by()
    total = committed.values("artifact").annotate(total=Count("pk")).values("total")
    Artifact.objects.filter(deleted_at=None).update(
        version_count=Coalesce(Subquery(total, output_field=IntegerField()), 0)
    )


class Migration(migrations.Migration):

    dependencies = [
        ('artifacts', '0005_version_count'),
    ]

    operations = [
        migrations.RunPython(count, migrations.RunPython.noop),
    ]

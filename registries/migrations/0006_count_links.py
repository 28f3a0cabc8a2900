from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count(apps, schema_editor):
    """What the new columns keep, for the collections that are there; as registries/services/counts.py does."""
    Collection, Link = apps.get_model("registries", "Collection"), apps.get_model("registries", "Link")
    living = Link.objects.filter(
        collection=OuterRef("pk"), deleted_at=None, version__state="committed", version__artifact__deleted_at=None
    )
    total = living.order_by().values("collection").annotate(total=Count("pk")).values("total")
    Collection.objects.filter(deleted_at=None).update(
        link_count=Coalesce(Subquery(total), 0), newest_link=Subquery(living.order_by("-index").values("pk")[:1])
    )


class Migration(migrations.Migration):

    dependencies = [
        ('registries', '0005_counts_icons_and_stars'),
    ]

    operations = [
        migrations.RunPython(count, migrations.RunPython.noop),
    ]

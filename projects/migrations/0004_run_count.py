from django.db import migrations, models
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count(apps, schema_editor):
    """What the new column keeps, for the projects that are there."""
    Project, Run = apps.get_model("projects", "Project"), apps.get_model("projects", "Run")
    alive = Run.objects.filter(project=OuterRef("pk"), deleted_at=None).order_by()
    total = alive.values("project").annotate(total=Count("pk")).values("total")
    Project.objects.update(run_count=Coalesce(Subquery(total, output_field=IntegerField()), 0))


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0003_run_writers'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='run_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]

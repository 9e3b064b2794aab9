from django.db import migrations, models


def count(apps, schema_editor):
    """How long the chain was when an older digest was built: the number of the event it names."""
    events = apps.get_model("audit", "Event").objects
    digests = apps.get_model("reports", "Digest").objects.exclude(audit_head="")
    for pk, organization, head in digests.values_list(
        "pk", "inspection__organization_id", "audit_head"
    ):
        named = events.filter(chain__organization_id=organization, hash=head)
        digests.filter(pk=pk).update(audit_length=named.values_list("seq", flat=True).first() or 0)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="digest",
            name="audit_length",
            field=models.PositiveBigIntegerField(default=0, verbose_name="审计链条数"),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]

"""Accounts that exist already are kept by the bureau of their first grant."""

from typing import Any

from django.db import migrations


def give_home(apps: Any, schema_editor: Any) -> None:
    user_model = apps.get_model("accounts", "User")
    membership = apps.get_model("accounts", "Membership")
    for user in user_model.objects.filter(organization__isnull=True):
        first = membership.objects.filter(user=user).order_by("pk").first()
        if first is not None:
            user_model.objects.filter(pk=user.pk).update(organization=first.organization_id)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_accounts_kept_by_a_bureau")]
    operations = [migrations.RunPython(give_home, migrations.RunPython.noop)]

"""Login names are looked up in their one spelling, so they are stored in it."""

from typing import Any

from django.db import migrations

from rectify.lib.login_names import canonical_login_name


def respell(apps: Any, schema_editor: Any) -> None:
    user_model = apps.get_model("accounts", "User")
    taken = set(user_model.objects.values_list("username", flat=True))
    for user in user_model.objects.order_by("pk"):
        spelling = canonical_login_name(user.username)
        if spelling == user.username:
            continue
        # Of two names that look alike the later one gets a number; its person asks for it.
        free, number = spelling, 2
        while free in taken:
            free, number = f"{spelling}-{number}", number + 1
        taken.add(free)
        user_model.objects.filter(pk=user.pk).update(username=free)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_where_a_login_came_from")]
    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]

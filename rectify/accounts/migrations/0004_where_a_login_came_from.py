from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_home_of_existing_accounts")]
    operations = [
        migrations.AlterField(
            model_name="loginsession",
            name="began_at",
            field=models.DateTimeField(null=True, verbose_name="登录时间"),
        ),
        migrations.AddField(
            model_name="loginsession",
            name="address",
            field=models.GenericIPAddressField(null=True, verbose_name="登录地址"),
        ),
    ]

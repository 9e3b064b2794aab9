"""On PostgreSQL: the role rectify_app, which may append to the log and do nothing else to it.

The site may log in as a member of this role while migrations run as the owner of the tables
(docs/audit.md). Nothing depends on it: where the owner may not create roles, a notice says so.
"""

from django.db import migrations

# Roles belong to the whole server: two databases that migrate at once both want to create it.
CREATE_ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rectify_app') THEN
    CREATE ROLE rectify_app NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN
    NULL;
  WHEN insufficient_privilege THEN
    RAISE NOTICE '当前数据库账号不能创建角色 rectify_app，请由数据库管理员创建（见 docs/audit.md）。';
END $$"""

# Rights on what is there and, by default, on what later migrations of the same owner create.
GRANT_RIGHTS = """
DO $$
DECLARE
  place text := quote_ident(current_schema());
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rectify_app') THEN
    RETURN;
  END IF;
  EXECUTE 'GRANT USAGE ON SCHEMA ' || place || ' TO rectify_app';
  EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ' || place
       || ' TO rectify_app';
  EXECUTE 'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ' || place || ' TO rectify_app';
  EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || place
       || ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rectify_app';
  EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || place
       || ' GRANT USAGE, SELECT ON SEQUENCES TO rectify_app';
  REVOKE UPDATE, DELETE ON audit_event FROM rectify_app;
  REVOKE DELETE ON audit_chain FROM rectify_app;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE '当前数据库账号不能向角色 rectify_app 授权，请由数据库管理员授权（见 docs/audit.md）。';
END $$"""

TAKE_BACK = """
DO $$
DECLARE
  place text := quote_ident(current_schema());
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rectify_app') THEN
    EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || place
         || ' REVOKE ALL ON TABLES FROM rectify_app';
    EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || place
         || ' REVOKE ALL ON SEQUENCES FROM rectify_app';
    EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA ' || place || ' FROM rectify_app';
    EXECUTE 'REVOKE ALL ON ALL SEQUENCES IN SCHEMA ' || place || ' FROM rectify_app';
    EXECUTE 'REVOKE ALL ON SCHEMA ' || place || ' FROM rectify_app';
  END IF;
END $$"""


def _run(schema_editor, *statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)


def give(apps, schema_editor):
    _run(schema_editor, CREATE_ROLE, GRANT_RIGHTS)


def take_back(apps, schema_editor):
    _run(schema_editor, TAKE_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_events_only_grow")]
    operations = [migrations.RunPython(give, take_back)]

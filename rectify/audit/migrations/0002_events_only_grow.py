"""The database itself refuses to change or remove a recorded event.

SQLite and PostgreSQL have no common language for triggers: this is one of the two places of the
project with SQL of their own (the other reads whether these triggers are there).
"""

from django.db import migrations

# One sentence for both databases; raised as an integrity error by either.
SENTENCE = "审计记录只能追加，不能修改或删除。"
HEAD_SENTENCE = "审计链首只能向前移动一条。"

SQLITE = {
    "audit_event_no_update": f"""
        CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
    "audit_event_no_delete": f"""
        CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",
    # INSERT OR REPLACE removes the row that is in its way without asking the DELETE trigger.
    "audit_event_no_replace": f"""
        CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
        WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id
                     OR (chain_id = NEW.chain_id AND seq = NEW.seq))
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END""",  # noqa: S608 - our own sentence
    "audit_chain_forward": f"""
        CREATE TRIGGER audit_chain_forward BEFORE UPDATE ON audit_chain
        WHEN NEW.length <> OLD.length + 1 OR NEW.id <> OLD.id OR NEW.key <> OLD.key
             OR NEW.organization_id IS NOT OLD.organization_id
        BEGIN SELECT RAISE(ABORT, '{HEAD_SENTENCE}'); END""",
    "audit_chain_no_delete": f"""
        CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain
        BEGIN SELECT RAISE(ABORT, '{HEAD_SENTENCE}'); END""",
    "audit_chain_no_replace": f"""
        CREATE TRIGGER audit_chain_no_replace BEFORE INSERT ON audit_chain
        WHEN EXISTS (SELECT 1 FROM audit_chain WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, '{HEAD_SENTENCE}'); END""",  # noqa: S608 - our own sentence
}

POSTGRESQL = (
    f"""
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    f"""
    CREATE FUNCTION audit_forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.length <> OLD.length + 1 OR NEW.id <> OLD.id OR NEW.key <> OLD.key
         OR NEW.organization_id IS DISTINCT FROM OLD.organization_id THEN
        RAISE EXCEPTION '{HEAD_SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """
    CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_chain_forward BEFORE UPDATE ON audit_chain
    FOR EACH ROW EXECUTE FUNCTION audit_forward()""",
    """
    CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_chain_no_truncate BEFORE TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)

POSTGRESQL_BACK = (
    "DROP FUNCTION audit_refuse() CASCADE",
    "DROP FUNCTION audit_forward() CASCADE",
)


def _run(schema_editor, statements):
    for statement in statements:
        schema_editor.execute(statement, params=None)


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _run(schema_editor, SQLITE.values())
    else:
        _run(schema_editor, POSTGRESQL)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _run(schema_editor, [f"DROP TRIGGER {name}" for name in SQLITE])
    else:
        _run(schema_editor, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]

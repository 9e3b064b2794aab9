"""Databases that can be backed up."""

from django.db import models


class Engine(models.TextChoices):
    """Values are Django's words for the vendor, so that they compare with `connection.vendor`."""

    SQLITE = "sqlite", "SQLite"
    POSTGRESQL = "postgresql", "PostgreSQL"

    @property
    def member(self) -> str:
        """Name of the database inside the file."""
        return "database.sqlite3" if self is Engine.SQLITE else "database.dump"

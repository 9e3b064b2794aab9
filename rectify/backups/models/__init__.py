"""Backups that were made."""

from rectify.backups.models.backup import Backup

__all__ = ["Backup"]

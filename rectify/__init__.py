"""Rectify (整改台账): one record of a bureau's rectification, many outputs that agree."""

__version__ = "0.1.0"

"""Kinds of jobs that this application knows."""


def register_all() -> None:
    pass

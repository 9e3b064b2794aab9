"""How background work ends early."""


class Cancelled(Exception):
    """The requester cancelled the job while it ran."""

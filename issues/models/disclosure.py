"""How far a record may be told (双公开)."""

from django.db import models
from django.db.models import Q

from issues.enums import Disclosure
from rectify.accounts.models import User


class Disclosed(models.Model):
    """Columns of a record that may be withheld. Abstract. Empty = as its parent, never wider."""

    disclosure = models.CharField(
        "公开范围", max_length=12, choices=Disclosure, blank=True, default=""
    )
    disclosure_basis = models.CharField("不公开依据", max_length=200, blank=True)
    disclosure_reason = models.CharField("不公开理由", max_length=200, blank=True)
    disclosure_approver = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )

    class Meta:
        abstract = True


def withheld_with_reason(name: str) -> models.CheckConstraint:
    """The constraint of every disclosed record: what is kept from the public says why."""
    return models.CheckConstraint(
        condition=Q(disclosure__in=["", Disclosure.PUBLIC]) | ~Q(disclosure_reason=""),
        name=name,
        violation_error_message="不向社会公开须写明理由。",
    )


def public_along(*paths: str) -> Q:
    """Condition that neither the row nor any of the named parents is kept from the public."""
    condition = Q()
    for path in paths:
        name = f"{path}__disclosure" if path else "disclosure"
        condition &= Q(**{f"{name}__in": ["", Disclosure.PUBLIC]})
    return condition

"""Which open measures still name a person: what a handover of roles leaves to be changed."""

from django.db.models import Count
from django.urls import reverse

from issues.models import Inspection
from measures.models import Measure
from rectify.accounts.models import Organization, User
from rectify.administration.registry import OpenWork


def open_measures_of(organization: Organization, user: User) -> list[OpenWork]:
    """Per inspection in progress, how many measures without 销号 name the person as leader."""
    counts = dict(
        Measure.objects.current()
        .filter(organization=organization, leader=user, closed_at__isnull=True)
        .values_list("inspection")
        .annotate(Count("pk"))
        .order_by()
    )
    return [
        OpenWork(
            where=inspection.name,
            count=counts[inspection.pk],
            link=f"{reverse('ledger', kwargs={'inspection': inspection.public_id})}"
            f"?leader={user.public_id}",
        )
        for inspection in Inspection.objects.filter(pk__in=counts, archived_at__isnull=True)
    ]

"""What may still be written: a closed, archived or overtaken measure may not."""

from django.db import transaction
from django.db.models import Exists

from issues.domain.inspections import ARCHIVED
from measures.models import Measure
from rectify.audit.exceptions import Refused, StaleVersion


@transaction.atomic
def refuse_closed(measure: Measure, **asked: Exists) -> dict[str, bool]:
    """Raises Refused for a measure that is closed, or archived by itself or with its inspection.

    Asks the row, locked until the transaction ends, not the object that was loaded before it;
    `asked` are questions answered in the same statement.
    """
    rows = Measure.objects.select_for_update(of=("self",)).select_related("inspection")
    stored = (
        rows.only("closed_at", "archived_at", "inspection__archived_at")
        .annotate(**asked)
        .get(pk=measure.pk)
    )
    if stored.closed_at is not None:
        raise Refused("该措施已销号，内容只读。如需修改，请先由整改办办理重新启动。")
    if stored.archived_at is not None:
        raise Refused("该措施已归档，内容只读。")
    if stored.inspection.archived_at is not None:
        raise Refused(ARCHIVED)
    return {name: bool(vars(stored)[name]) for name in asked}


def refuse_overtaken(measure: Measure, version: int) -> Measure:
    """The measure as it stands. Raises StaleVersion where that is no longer `version`.

    Asked before any rule, which would judge a change that nobody asked for.
    """
    stored = Measure.objects.get(pk=measure.pk)
    if stored.version != version:
        raise StaleVersion(stored)
    return stored


def hold(*keys: int | None) -> None:
    """Lock the measures with these keys until the transaction ends, always in the same order.

    Called first by whatever writes more than the measure itself: the head of the audit chain is
    held from the first event on, and who then asks for a measure that somebody else holds, who
    waits for the chain, would wait for ever.
    """
    rows = Measure.objects.filter(pk__in=[key for key in keys if key is not None])
    list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))

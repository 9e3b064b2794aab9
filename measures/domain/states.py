"""Keeping MeasureState in step with its measure."""

from measures.models import Measure, MeasureState
from rectify.lib.clock import now


def write_state(measure: Measure) -> None:
    """Close the current stretch and open the next one, where a column of the state differs.

    Called by every domain function that changes a measure, inside its transaction. Two changes
    in the same microsecond are one stretch.
    """
    current = MeasureState.objects.filter(measure=measure, valid_to__isnull=True).first()
    moment = now()  # read once: a stretch ends when the next begins, without a gap
    values = {name: getattr(measure, name) for name in MeasureState.FIELDS}
    if current is not None:
        if all(getattr(current, name) == value for name, value in values.items()):
            return
        if moment <= current.valid_from:
            MeasureState.objects.filter(pk=current.pk).update(**values)
            return
        MeasureState.objects.filter(pk=current.pk).update(valid_to=moment)
    MeasureState.objects.create(measure=measure, valid_from=moment, **values)

"""回头看 by lot: the audit chain fixes the seed, and anybody can draw the same sample again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from measures.enums import SampleFrame, Status
from measures.models import LookBack, LookBackSample, Measure
from measures.models.measure import MeasureQuerySet
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add
from rectify.audit.domain.events import hash_of, record
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event
from rectify.lib.clock import now

ASK = "look_back.ask"


@dataclass(frozen=True)
class Proof:
    """What was recomputed of a stored draw. `asked`: the event whose hash gave the seed."""

    asked: Event | None
    seed_right: bool
    frame_right: bool
    drawn_right: bool

    @property
    def holds(self) -> bool:
        return self.seed_right and self.frame_right and self.drawn_right


def frame_of(inspection: Inspection, frame: SampleFrame) -> MeasureQuerySet:
    """The measures that a draw is taken from: closed, or completed (closed ones included), not
    archived, and not already being checked."""
    rows = Measure.objects.filter(inspection=inspection).current()
    if frame == SampleFrame.CLOSED:
        rows = rows.filter(closed_at__isnull=False)
    else:
        rows = rows.filter(status=Status.COMPLETED)
    return rows.filter(~being_checked())


def being_checked() -> Exists:
    """Condition of a measure that a check is open, for `filter` and `annotate`."""
    return Exists(LookBack.objects.filter(measure=OuterRef("pk"), issued_at__isnull=True))


@transaction.atomic
def draw_sample(
    inspection: Inspection,
    *,
    actor: Actor,
    size: int,
    frame: SampleFrame = SampleFrame.CLOSED,
) -> LookBackSample:
    """Draw `size` measures at random and open a check of each; one Operation.

    What is asked for is recorded first, and the hash of that very event, which nobody can know
    before, gives the seed: neither the time nor the size can be tried until a wanted measure comes
    out, and every draw stays. Raises NotAllowed, Refused (archived, size out of range).
    """
    organization = inspection.organization
    require_in(actor, Ability.LOOK_BACK, organization)
    Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)  # one draw at a time
    refuse_archived(inspection)
    # Locked before the chain is: whoever closes one of them now takes the same two in this order.
    rows = frame_of(inspection, frame).select_for_update(of=("self",)).order_by("pk")
    by_id = {row.public_id.hex: row for row in rows}
    ids = sorted(by_id)
    _refuse_size(size, len(ids))
    stored = LookBackSample.objects.filter(inspection=inspection)
    number = (stored.aggregate(last=Max("number"))["last"] or 0) + 1
    said: dict[str, Any] = {
        "actor": actor, "organization": organization,
        # Of no bureau: its office reads the operations of the bureau, and must not see the draw.
        "operation": begin(actor=actor, organization=None, kind="look_back.draw",
                           reason=f"第{number}次抽样"),
    }  # fmt: skip
    asked = record(
        action=ASK, named=("lookbacksample", _name(inspection, number)), label=f"第{number}次抽样",
        changes={"number": (None, number), "frame": (None, frame.value), "size": (None, size),
                 "population": (None, len(ids)), "frame_sha256": (None, digest_of(ids))},
        **said,
    )  # fmt: skip
    seed = seed_of(inspection, number, asked.hash)
    sample = add(
        LookBackSample(inspection=inspection, number=number, frame=frame, frame_ids=ids,
                       seed=seed, size=size, population=len(ids), drawn_by=person(actor),
                       drawn_by_name=actor.name, drawn_at=now()),
        action="look_back.draw", label=f"第{number}次抽样", **said,
    )  # fmt: skip
    for drawn in drawn_from(seed, ids)[:size]:
        add(LookBack(measure=by_id[drawn], sample=sample), action="look_back.sampled",
            label=str(by_id[drawn]), **said)  # fmt: skip
    return sample


def redraw(sample: LookBackSample) -> list[str]:
    """The public ids (hex) that the stored seed draws from the stored frame, in order."""
    return drawn_from(sample.seed, sample.frame_ids)[: sample.size]


def proof(sample: LookBackSample) -> Proof:
    """Recompute the draw: the seed from the event that asked for it, the frame from what that
    event counted, the measures from both. Two queries."""
    asked = (
        Event.objects.filter(
            chain__organization=sample.inspection.organization_id,
            action=ASK,
            object_id=_name(sample.inspection, sample.number),
        )
        .order_by("seq")
        .first()
    )
    checked = sample.checks.order_by("pk").values_list("measure__public_id", flat=True)
    drawn = redraw(sample) == [public_id.hex for public_id in checked]
    if asked is None or hash_of(asked) != asked.hash:
        return Proof(asked, seed_right=False, frame_right=False, drawn_right=drawn)
    said = {name: pair[1] for name, pair in asked.changes.items()}
    same_frame = (
        said.get("frame_sha256") == digest_of(sample.frame_ids)
        and said.get("frame") == sample.frame
        and said.get("size") == sample.size
        and said.get("population") == sample.population == len(sample.frame_ids)
    )
    return Proof(
        asked,
        seed_right=seed_of(sample.inspection, sample.number, asked.hash) == sample.seed,
        frame_right=same_frame,
        drawn_right=drawn,
    )


def seed_of(inspection: Inspection, number: int, head: str) -> str:
    """SHA-256 of "inspection:number:head", hex: the inspection's public id without hyphens, the
    number of the draw, and the hash of the event that asked for it."""
    return _sha256(f"{inspection.public_id.hex}:{number}:{head}")


def drawn_from(seed: str, ids: Iterable[str]) -> list[str]:
    """All ids in the order in which the seed draws them: by SHA-256 of seed and id."""
    return sorted(ids, key=lambda one: (_sha256(seed + one), one))


def digest_of(ids: Sequence[str]) -> str:
    """SHA-256 of the frame's ids, one behind the other."""
    return _sha256(",".join(ids))


def _refuse_size(size: int, population: int) -> None:
    if not population:
        raise Refused("现在没有可抽的措施：所选范围为空，或都正在核查中。", field="frame")
    if not 1 <= size <= population:
        raise Refused(f"可抽的措施共{population}条，抽取数请填1至{population}。", field="size")


def _name(inspection: Inspection, number: int) -> str:
    """What the event of asking calls the draw, which has no row yet."""
    return f"{inspection.public_id.hex}-{number}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

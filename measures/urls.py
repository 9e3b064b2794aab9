"""Addresses of the ledger, of a measure and of its evidence."""

from django.urls import path

from measures.views.adjust import measure_adjust, measure_remove
from measures.views.applications import (
    application_decide,
    application_withdraw,
    measure_closure,
    measure_extension,
    measure_reopen,
)
from measures.views.bulk import ledger_bulk, ledger_bulk_save
from measures.views.edit import measure_edit, measure_new
from measures.views.evidence import evidence, evidence_add, evidence_page, evidence_preview
from measures.views.evidence_links import (
    evidence_archive,
    evidence_edit,
    evidence_link,
    evidence_unlink,
)
from measures.views.evidence_list import evidence_list
from measures.views.extensions import extensions
from measures.views.inbox import inbox
from measures.views.instructions import (
    instruction,
    instruction_new,
    instruction_record,
    instructions,
)
from measures.views.ledger import ledger
from measures.views.measure import measure, measure_report
from measures.views.operations import operation, operation_undo, operations
from measures.views.outcomes import outcome_archive, outcome_edit, outcome_new
from measures.views.plan import adjustments, plan
from measures.views.progress import measure_progress, progress_return
from measures.views.resolution import resolution
from measures.views.status import measure_status
from measures.views.twins import measure_twins, twin_leave

urlpatterns = [
    path("inbox/", inbox, name="inbox"),
    path("inspections/<uuid:inspection>/resolution/", resolution, name="resolution"),
    path("inspections/<uuid:inspection>/ledger/", ledger, name="ledger"),
    path("inspections/<uuid:inspection>/ledger/bulk/", ledger_bulk, name="ledger_bulk"),
    path(
        "inspections/<uuid:inspection>/ledger/bulk/save/", ledger_bulk_save, name="ledger_bulk_save"
    ),
    path("inspections/<uuid:inspection>/operations/", operations, name="operations"),
    path("operations/<uuid:operation>/", operation, name="operation"),
    path("operations/<uuid:operation>/undo/", operation_undo, name="operation_undo"),
    path("inspections/<uuid:inspection>/plan/", plan, name="plan"),
    path("inspections/<uuid:inspection>/adjustments/", adjustments, name="adjustments"),
    path("tasks/<uuid:task>/measures/new/", measure_new, name="measure_new"),
    path("measures/<uuid:measure>/", measure, name="measure"),
    path("measures/<uuid:measure>/edit/", measure_edit, name="measure_edit"),
    path("measures/<uuid:measure>/adjust/", measure_adjust, name="measure_adjust"),
    path("measures/<uuid:measure>/remove/", measure_remove, name="measure_remove"),
    path("measures/<uuid:measure>/report/", measure_report, name="measure_report"),
    path("measures/<uuid:measure>/status/", measure_status, name="measure_status"),
    path("measures/<uuid:measure>/progress/", measure_progress, name="measure_progress"),
    path("measures/<uuid:measure>/closure/", measure_closure, name="measure_closure"),
    path("measures/<uuid:measure>/extension/", measure_extension, name="measure_extension"),
    path("measures/<uuid:measure>/reopen/", measure_reopen, name="measure_reopen"),
    path(
        "applications/<slug:route>/<uuid:application>/decide/",
        application_decide,
        name="application_decide",
    ),
    path(
        "applications/<slug:route>/<uuid:application>/withdraw/",
        application_withdraw,
        name="application_withdraw",
    ),
    path("inspections/<uuid:inspection>/extensions/", extensions, name="extensions"),
    path("inspections/<uuid:inspection>/instructions/", instructions, name="instructions"),
    path(
        "inspections/<uuid:inspection>/instructions/new/", instruction_new, name="instruction_new"
    ),
    path(
        "inspections/<uuid:inspection>/instructions/record/",
        instruction_record,
        name="instruction_record",
    ),
    path("instructions/<uuid:instruction>/", instruction, name="instruction"),
    path("progress/<uuid:entry>/return/", progress_return, name="progress_return"),
    path("measures/<uuid:measure>/twins/", measure_twins, name="measure_twins"),
    path("measures/<uuid:twin>/twins/leave/", twin_leave, name="twin_leave"),
    path("measures/<uuid:measure>/evidence/", evidence_add, name="evidence_add"),
    path("evidence/<uuid:evidence>/", evidence, name="evidence"),
    path("evidence/<uuid:evidence>/preview/", evidence_preview, name="evidence_preview"),
    path("evidence/<uuid:evidence>/preview/<int:page>.png", evidence_page, name="evidence_page"),
    path("evidence/<uuid:evidence>/edit/", evidence_edit, name="evidence_edit"),
    path("evidence/<uuid:evidence>/links/", evidence_link, name="evidence_link"),
    path(
        "evidence/<uuid:evidence>/links/<uuid:measure>/remove/",
        evidence_unlink,
        name="evidence_unlink",
    ),
    path("evidence/<uuid:evidence>/archive/", evidence_archive, name="evidence_archive"),
    path("inspections/<uuid:inspection>/evidence/", evidence_list, name="evidence_list"),
    # One address for each kind: the forms differ.
    *(
        path(
            f"inspections/<uuid:inspection>/outcomes/{kind}/new/",
            outcome_new,
            {"kind": kind},
            name=f"outcome_{kind}_new",
        )
        for kind in ("rule", "money", "person", "meeting", "count")
    ),
    path("outcomes/<slug:kind>/<uuid:outcome>/", outcome_edit, name="outcome_edit"),
    path("outcomes/<slug:kind>/<uuid:outcome>/archive/", outcome_archive, name="outcome_archive"),
]

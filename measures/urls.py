"""Addresses of the ledger, of a measure and of its evidence."""

from django.urls import path

from measures.views.edit import measure_edit, measure_new
from measures.views.evidence import evidence, evidence_add, evidence_page, evidence_preview
from measures.views.ledger import ledger
from measures.views.measure import measure, measure_report
from measures.views.progress import measure_progress
from measures.views.status import measure_status

urlpatterns = [
    path("inspections/<uuid:inspection>/ledger/", ledger, name="ledger"),
    path("tasks/<uuid:task>/measures/new/", measure_new, name="measure_new"),
    path("measures/<uuid:measure>/", measure, name="measure"),
    path("measures/<uuid:measure>/edit/", measure_edit, name="measure_edit"),
    path("measures/<uuid:measure>/report/", measure_report, name="measure_report"),
    path("measures/<uuid:measure>/status/", measure_status, name="measure_status"),
    path("measures/<uuid:measure>/progress/", measure_progress, name="measure_progress"),
    path("measures/<uuid:measure>/evidence/", evidence_add, name="evidence_add"),
    path("evidence/<uuid:evidence>/", evidence, name="evidence"),
    path("evidence/<uuid:evidence>/preview/", evidence_preview, name="evidence_preview"),
    path("evidence/<uuid:evidence>/preview/<int:page>.png", evidence_page, name="evidence_page"),
]

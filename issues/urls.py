"""Addresses of inspections and of the forms of their tree."""

from django.urls import path

from issues.views.areas import area_edit, area_new
from issues.views.inspections import inspection_edit, inspection_list, inspection_new
from issues.views.issues import issue_edit, issue_new
from issues.views.tasks import task_edit, task_new

urlpatterns = [
    path("inspections/", inspection_list, name="inspections"),
    path("inspections/new/", inspection_new, name="inspection_new"),
    path("inspections/<uuid:inspection>/edit/", inspection_edit, name="inspection_edit"),
    path("inspections/<uuid:inspection>/areas/new/", area_new, name="area_new"),
    path("areas/<uuid:area>/edit/", area_edit, name="area_edit"),
    path("areas/<uuid:area>/issues/new/", issue_new, name="issue_new"),
    path("issues/<uuid:issue>/edit/", issue_edit, name="issue_edit"),
    path("issues/<uuid:issue>/tasks/new/", task_new, name="task_new"),
    path("tasks/<uuid:task>/edit/", task_edit, name="task_edit"),
]

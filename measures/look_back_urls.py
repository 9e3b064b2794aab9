"""Addresses of 回头看: the draws of an inspection and the checks of measures."""

from django.urls import path

from measures.views.look_back import (
    look_back,
    look_back_file,
    look_back_file_drop,
    look_back_issue,
    look_back_sheet,
)
from measures.views.look_backs import (
    look_back_draw,
    look_back_pick,
    look_back_sample,
    look_back_sample_sheet,
    look_backs,
)

_INSPECTION = "inspections/<uuid:inspection>/look-backs"
_CHECK = "look-backs/<uuid:look_back>"
_SAMPLE = "look-back-samples/<uuid:sample>"

urlpatterns = [
    path(f"{_INSPECTION}/", look_backs, name="look_backs"),
    path(f"{_INSPECTION}/draw/", look_back_draw, name="look_back_draw"),
    path(f"{_INSPECTION}/pick/", look_back_pick, name="look_back_pick"),
    path(f"{_CHECK}/", look_back, name="look_back"),
    path(f"{_CHECK}/issue/", look_back_issue, name="look_back_issue"),
    path(f"{_CHECK}/files/", look_back_file, name="look_back_file"),
    path(f"{_CHECK}/files/<uuid:evidence>/drop/", look_back_file_drop, name="look_back_file_drop"),
    path(f"{_CHECK}/sheet/", look_back_sheet, name="look_back_sheet"),
    path(f"{_SAMPLE}/", look_back_sample, name="look_back_sample"),
    path(f"{_SAMPLE}/sheet/", look_back_sample_sheet, name="look_back_sample_sheet"),
]

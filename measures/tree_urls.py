"""The address of the tree, whose page is here because its states come from measures."""

from django.urls import path

from measures.views.tree import tree

urlpatterns = [path("inspections/<uuid:inspection>/tree/", tree, name="tree")]

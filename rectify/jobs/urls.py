"""Addresses of background work."""

from django.urls import path

from rectify.jobs.views.jobs import job_cancel, job_file, job_list, job_page, job_retry

urlpatterns = [
    path("jobs/", job_list, name="jobs"),
    path("jobs/<uuid:job>/", job_page, name="job"),
    path("jobs/<uuid:job>/cancel/", job_cancel, name="job_cancel"),
    path("jobs/<uuid:job>/retry/", job_retry, name="job_retry"),
    path("jobs/<uuid:job>/file/", job_file, name="job_file"),
]

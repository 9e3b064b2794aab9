"""Addresses of the three administrators: accounts, grants, the audit log."""

from django.urls import URLPattern, URLResolver, include, path

from rectify.administration.views.account_acts import (
    account_deactivate,
    account_end_logins,
    account_issue_password,
    account_reactivate,
    accounts_idle,
)
from rectify.administration.views.accounts import (
    account_edit,
    account_list,
    account_new,
    account_page,
)
from rectify.administration.views.first_run import first_run
from rectify.administration.views.grants import (
    grant_end,
    grant_list,
    grant_outsider,
    grant_person,
    grant_second_factor,
)
from rectify.administration.views.handover import handover
from rectify.administration.views.index import administration
from rectify.administration.views.roster import account_import
from rectify.administration.views.sections import (
    section_archive,
    section_bureau,
    section_edit,
    section_list,
    section_new,
    section_restore,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", administration, name="administration"),
    path("audit/", include("rectify.administration.audit_urls")),
    path("first-run/", first_run, name="first_run"),
    path("accounts/", account_list, name="accounts"),
    path("accounts/new/", account_new, name="account_new"),
    path("accounts/import/", account_import, name="account_import"),
    path("accounts/idle/", accounts_idle, name="accounts_idle"),
    path("accounts/<uuid:account>/", account_page, name="account"),
    path("accounts/<uuid:account>/edit/", account_edit, name="account_edit"),
    path("accounts/<uuid:account>/deactivate/", account_deactivate, name="account_deactivate"),
    path("accounts/<uuid:account>/reactivate/", account_reactivate, name="account_reactivate"),
    path("accounts/<uuid:account>/end-logins/", account_end_logins, name="account_end_logins"),
    path(
        "accounts/<uuid:account>/password/", account_issue_password, name="account_issue_password"
    ),
    path("sections/", section_list, name="sections"),
    path("bureaus/<uuid:bureau>/", section_bureau, name="section_bureau"),
    path("bureaus/<uuid:bureau>/sections/new/", section_new, name="section_new"),
    path("sections/<uuid:section>/", section_edit, name="section_edit"),
    path("sections/<uuid:section>/archive/", section_archive, name="section_archive"),
    path("sections/<uuid:section>/restore/", section_restore, name="section_restore"),
    path("grants/", grant_list, name="grants"),
    path("grants/outsider/", grant_outsider, name="grant_outsider"),
    path("grants/people/<uuid:person>/", grant_person, name="grant_person"),
    path("grants/people/<uuid:person>/handover/", handover, name="handover"),
    path(
        "grants/people/<uuid:person>/second-factor/",
        grant_second_factor,
        name="grant_second_factor",
    ),
    path("grants/<uuid:grant>/end/", grant_end, name="grant_end"),
]

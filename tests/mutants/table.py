"""The mutants: where a guard is taken away, and which test has to turn red.

`old` must stand in the file exactly once. A mutant whose text is gone stops the command, so that
whoever rewrites a guard also says here how it would be broken.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One fault. `rule` is the rule of trust.md that it breaks, `tests` are node ids of pytest."""

    name: str
    rule: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


_HERE = "tests/authorization"
_WALK = f"{_HERE}/test_matrix.py::test_every_subject_gets_the_answer_of_the_matrix"
_METHODS = f"{_HERE}/test_a1_methods.py"
_SCOPE = f"{_HERE}/test_a2_scope.py"
_ALL = f"{_HERE}/test_a3_all_or_nothing.py"
_KEYS = f"{_HERE}/test_a4_foreign_keys.py::test_no_field_takes_a_row_of_another_bureau"
_EXTRA = f"{_HERE}/test_a5_extra_fields.py::test_only_listed_fields_change"
_SHUT = f"{_HERE}/test_a6_read_only.py"
_GONE = f"{_HERE}/test_a7_revocation.py"
_PAGES = f"{_HERE}/test_every_page.py"
_PEOPLE = "people = User.objects.of_organization(organization)"
_EVERYBODY = "people = User.objects.all()"

MUTANTS = (
    # every address × subject × method
    Mutant(
        "a measure is fetched without asking who reads it", "A-1",
        "measures/models/measure.py",
        "        return self.within(user.access, Ability.SEE_SUMMARY)\n",
        "        return self.all()\n",
        (f"{_WALK}[measure]",),
    ),
    Mutant(
        "a file is fetched without asking who reads its measure", "A-1",
        "measures/models/evidence.py",
        "            Q(links__measure__in=full)\n",
        "            Q(links__measure__isnull=False)\n",
        (f"{_WALK}[evidence]",),
    ),
    Mutant(
        "the form of a new area has no guard", "A-1",
        "issues/views/areas.py",
        "    require_in(user, Ability.EDIT_TREE, found.organization)\n",
        "",
        (f"{_WALK}[area_new]",),
    ),
    Mutant(
        "messages are marked read by GET", "A-1",
        "rectify/inbox.py",
        "@require_POST\ndef messages_read",
        "def messages_read",
        (f"{_METHODS}::test_undeclared_methods_are_refused_and_change_nothing",),
    ),
    Mutant(
        "HEAD is let in where GET is denied", "A-1",
        "reports/views/digests.py",
        '        Digest.objects.visible_to(user).select_related("inspection__organization"),\n',
        '        (Digest.objects.all() if request.method == "HEAD"'
        " else Digest.objects.visible_to(user)).select_related(),\n",
        (f"{_METHODS}::test_head_is_answered_as_get_without_a_body_or_not_at_all[other_bureau]",),
    ),
    # lists, counts, searches, exports, digests, recipients
    Mutant(
        "lists and counts take the measures of everybody", "A-2",
        "measures/domain/conditions.py",
        "        measures = measures.visible_to(user)\n",
        "        measures = measures.all()\n",
        (f"{_SCOPE}::test_a_section_meets_nothing_of_measures_in_which_it_has_no_part[other_section]",),
    ),
    Mutant(
        "a search looks into results that the list hides", "A-2",
        "measures/interfaces/search.py",
        "(Q(result_text__iregex=pattern) & _readable(access, Ability.SEE_RESULT))",
        "Q(result_text__iregex=pattern)",
        (f"{_SCOPE}::test_a_summary_shows_neither_result_nor_progress_nor_files[oversight]",),
    ),
    Mutant(
        "a leader takes away what others are responsible for", "A-2",
        "reports/views/export.py",
        "    if not shown.chosen() and inspection.organization_id"
        " in access.whole(Ability.EXPORT_LEDGER):\n",
        "    if not shown.chosen():\n",
        (f"{_SCOPE}::test_an_export_holds_what_the_person_may_take_away",),
    ),
    Mutant(
        "a digest is told to the readers of every bureau", "A-2",
        "reports/domain/digests.py",
        "        organization=inspection.organization_id, role__in=roles, ended_at__isnull=True\n",
        "        role__in=roles, ended_at__isnull=True\n",
        (f"{_SCOPE}::test_a_digest_is_told_to_present_readers_of_its_bureau_alone",),
    ),
    Mutant(
        "forms offer the people of every bureau", "A-2",
        "measures/interfaces/forms.py",
        _PEOPLE,
        _EVERYBODY,
        (f"{_SCOPE}::test_the_texts_of_a_bureau_are_read_in_that_bureau_alone",),
    ),
    # several ids, all or nothing
    Mutant(
        "an export leaves out the measures that it may not hold", "A-3",
        "reports/jobs.py",
        '    _require_all(actor, inspection, measure_ids)\n    who = getattr(actor, "pk", 0)\n',
        '    who = getattr(actor, "pk", 0)\n',
        (f"{_ALL}::test_a_section_does_not_export_a_measure_of_another_section",),
    ),
    Mutant(
        "a list of sections drops the foreign one and saves the rest", "A-3",
        "measures/interfaces/forms.py",
        "    return forms.ModelMultipleChoiceField(\n",
        "    class Lenient(forms.ModelMultipleChoiceField):\n"
        "        def _check_values(self, value):\n"
        "            return self.queryset.filter(public_id__in=value)\n\n"
        "    return Lenient(\n",
        (f"{_ALL}::test_one_foreign_id_among_own_ones_refuses_all[measure_edit]",),
    ),
    Mutant(
        "an outcome is linked to those of its measures that fit", "A-3",
        "measures/domain/outcomes.py",
        "    if any(measure.inspection_id != inspection.pk for measure in linked):\n",
        "    linked = [one for one in linked if one.inspection_id == inspection.pk]\n"
        "    if not linked and measures:\n",
        (f"{_ALL}::test_an_outcome_is_linked_to_all_its_measures_or_not_stored",),
    ),
    Mutant(
        "marking all messages read means everybody's", "A-3",
        "rectify/jobs/domain/reading.py",
        "    return Delivery.objects.visible_to(actor).filter(",
        "    return Delivery.objects.filter(",
        (f"{_ALL}::test_marking_all_messages_read_reads_none_of_another_person",),
    ),
    # foreign keys in forms
    Mutant(
        "a measure names a person of another bureau", "A-4",
        "measures/interfaces/forms.py",
        _PEOPLE,
        _EVERYBODY,
        (f"{_KEYS}[measure_edit]",),
    ),
    Mutant(
        "a new inspection is offered for every bureau", "A-4",
        "issues/interfaces/forms.py",
        "    return Organization.objects.visible_to(user)"
        ".filter(pk__in=user.access.whole(Ability.EDIT_TREE))\n",
        "    return Organization.objects.all()\n",
        (f"{_KEYS}[inspection_new]",),
    ),
    Mutant(
        "the domain takes a section of another bureau", "A-4",
        "measures/domain/plan_rows.py",
        "    if any(s is not None and s.organization_id != organization.pk for s in sections):\n",
        "    if False:\n",
        ("tests/measures/domain/test_measures.py::test_nobody_of_another_bureau_can_be_named",),
    ),
    # fields that no form asked for
    Mutant(
        "the view passes on a column that was only posted", "A-5",
        "issues/views/areas.py",
        "        edit_node(found, actor=user, version=version, values=values)\n",
        '        values["position"] = int(request.POST.get("position", found.position))\n'
        "        edit_node(found, actor=user, version=version, values=values)\n",
        (f"{_EXTRA}[area_edit]",),
    ),
    Mutant(
        "a form takes a field more", "A-5",
        "issues/interfaces/forms.py",
        "class AreaForm(NewAreaForm):\n",
        "class AreaForm(NewAreaForm):\n    archived_at = forms.DateTimeField(required=False)\n",
        (f"{_EXTRA}[area_edit]",),
    ),
    # closed, archived, published
    Mutant(
        "a closed measure is still written", "A-6",
        "measures/domain/guards.py",
        "    if stored.closed_at is not None:\n",
        "    if False:\n",
        (f"{_SHUT}::test_nothing_of_a_shut_measure_changes[measure_report-closed]",),
    ),
    Mutant(
        "the tree of an archived inspection is still written", "A-6",
        "issues/domain/inspections.py",
        "        raise Refused(ARCHIVED)\n",
        "        return\n",
        (f"{_SHUT}::test_nothing_in_an_archived_inspection_changes[issue_new]",),
    ),
    Mutant(
        "a published document is still edited", "A-6",
        "reports/domain/documents.py",
        "    if document.state != DocumentState.DRAFT:\n",
        "    if False:\n",
        (f"{_SHUT}::test_a_document_that_was_sent_off_or_published_is_not_edited",),
    ),
    # revocation on the next request
    Mutant(
        "what a person may do is remembered across requests", "A-7",
        "rectify/accounts/models/user.py",
        "    @cached_property\n    def access(self) -> Access:\n",
        "    @property\n    def access(self) -> Access:\n"
        '        known = User.__dict__.get("_known") or {}\n'
        "        known.setdefault(self.pk, self._access())\n"
        '        setattr(User, "_known", known)\n'
        "        return known[self.pk]\n\n"
        "    def _access(self) -> Access:\n",
        (f"{_GONE}::test_an_ended_grant",),
    ),
    Mutant(
        "a grant that has ended still counts", "A-7",
        "rectify/accounts/models/user.py",
        "        rows = self.memberships.filter(ended_at__isnull=True).values_list(\n",
        "        rows = self.memberships.values_list(\n",
        (f"{_GONE}::test_one_of_two_grants_leaves_the_other",),
    ),
    Mutant(
        "a file is fetched with a right that was lost", "A-7",
        "rectify/jobs/models/job.py",
        "            own |= Q(kind=kind.name) & reach\n",
        "            own |= Q(kind=kind.name)\n",
        (f"{_GONE}::test_an_ended_grant",),
    ),
    Mutant(
        "a file of the former section is fetched after moving to another", "A-7",
        "rectify/jobs/models/job.py",
        "            part &= ~Q(Exists(_lost_since(user, kind.ability)))\n",
        "",
        (f"{_GONE}::test_a_person_who_moved_to_another_section",),
    ),
    # The locks and pages of trust.md §2, §5 and §6
    Mutant(
        "the second of two writers wins", "§6.5",
        "rectify/audit/domain/changes.py",
        "    before = type(row)._default_manager.filter(pk=row.pk, version=version).first()\n",
        "    version = type(row)._default_manager.get(pk=row.pk).version\n"
        "    before = type(row)._default_manager.filter(pk=row.pk, version=version).first()\n",
        ("tests/issues/views/test_conflict.py"
         "::test_the_second_gets_both_texts_and_nothing_is_written",),
    ),
    Mutant(
        "an event does not carry the hash of the one before", "§5",
        "rectify/audit/domain/events.py",
        "        prev_hash=chain.head,\n",
        '        prev_hash="",\n',
        ("tests/audit/test_chain.py",),
    ),
    Mutant(
        "looking at the messages marks them read", "§2",
        "rectify/inbox.py",
        "    page = list(rows[: PAGE + 1])\n",
        "    mark_all_read(actor=person_of(request))\n    page = list(rows[: PAGE + 1])\n",
        (f"{_PAGES}::test_a_get_changes_nothing_but_the_record_of_reading[office]",),
    ),
    Mutant(
        "pages are kept by the browser", "§2",
        "rectify/accounts/middleware.py",
        "            add_never_cache_headers(response)\n",
        "            pass\n",
        (f"{_PAGES}::test_every_answer_carries_the_security_headers_and_is_not_kept",),
    ),
    Mutant(
        "a POST needs no token", "§2",
        "rectify/accounts/views/preferences.py",
        "@require_POST\ndef preferences",
        "@require_POST\n"
        '@__import__("django.views.decorators.csrf", fromlist=["csrf"]).csrf_exempt\n'
        "def preferences",
        (f"{_PAGES}::test_posts_without_a_token_are_refused_and_change_nothing",),
    ),
)  # fmt: skip

"""Ways through the pages of the tree: addresses, breadcrumbs, and the template of its forms."""

from django.urls import reverse

from issues.models import Inspection

NODE_FORM = "issues/node_form.html"
# Titles in a breadcrumb are cut: the page itself shows them whole.
TRAIL_LENGTH = 18


def tree_url(inspection: Inspection, anchor: str = "") -> str:
    """The page of the tree, at one node."""
    page = reverse("tree", kwargs={"inspection": inspection.public_id})
    return f"{page}#{anchor}" if anchor else page


def trail_to(inspection: Inspection, *words: str) -> list[tuple[str, str]]:
    """Inspection / tree / … / this page; the last word has no address."""
    home = reverse("dashboard", kwargs={"inspection": inspection.public_id})
    short = [word if len(word) <= TRAIL_LENGTH else f"{word[:TRAIL_LENGTH]}…" for word in words]
    above = [(word, tree_url(inspection)) for word in short[:-1]]
    return [(inspection.name, home), ("问题清单", tree_url(inspection)), *above, (short[-1], "")]

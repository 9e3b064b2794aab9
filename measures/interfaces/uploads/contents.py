"""What the parts of a package are, as its list of content types says (ISO/IEC 29500-2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from measures.interfaces.uploads.refusals import macro, not_self_contained, other_content

# The main part of each kind, as the end of its content type.
_MAIN = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
}
_SHEETS = ("spreadsheetml.worksheet+xml",)
_MACRO_TYPES = ("macroenabled", "vbaproject", "vbadata", "macrosheet")
_FOREIGN_TYPES = ("externallink", "oleobject", "activex", "connections+xml")
_FOREIGN_FOLDERS = ("/externallinks/", "/embeddings/", "/activex/")


@dataclass(frozen=True)
class Contents:
    """Content types in small letters: by part name, and by extension where none is named."""

    parts: dict[str, str]
    extensions: dict[str, str]
    names: set[str] = field(default_factory=set)

    def is_kind(self, extension: str) -> bool:
        """Whether the package is what its extension says; an OFD has no list of types."""
        if extension == "ofd":
            return "ofd.xml" in self.names
        main = _MAIN[extension]
        return any(one.endswith(main) for one in self.parts.values())

    def is_sheet(self, name: str) -> bool:
        name = f"/{name.lower()}"
        kind = self.parts.get(name) or self.extensions.get(name.rpartition(".")[2], "")
        return kind.endswith(_SHEETS)

    def all_types(self) -> set[str]:
        return {*self.parts.values(), *self.extensions.values()}


def read_contents(content: bytes, extension: str) -> Contents:
    """Raises ValidationError where the list is no plain XML (entities are refused)."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise other_content(extension) from error
    parts: dict[str, str] = {}
    extensions: dict[str, str] = {}
    for one in root:
        kind = one.get("ContentType", "").strip().lower()
        if one.tag.endswith("}Override"):
            parts[one.get("PartName", "").lower()] = kind
        else:
            extensions[one.get("Extension", "").lower()] = kind
    return Contents(parts, extensions)


def refuse_macro_names(names: set[str]) -> None:
    """A Visual Basic project or Excel 4 macros, wherever they lie in the package."""
    if any(
        name.rpartition("/")[2].startswith(("vbaproject", "vbadata")) or "macrosheets/" in name
        for name in names
    ):
        raise macro()


def refuse_macro_types(contents: Contents) -> None:
    """The same under other names: the list of types says what a part is."""
    if any(word in kind for kind in contents.all_types() for word in _MACRO_TYPES):
        raise macro()


def refuse_foreign_parts(names: set[str], contents: Contents) -> None:
    """Links to other files and anything embedded: never in a sheet that is to be imported."""
    by_name = any(folder in f"/{name}" for name in names for folder in _FOREIGN_FOLDERS)
    by_type = any(word in kind for kind in contents.all_types() for word in _FOREIGN_TYPES)
    if by_name or by_type:
        raise not_self_contained()

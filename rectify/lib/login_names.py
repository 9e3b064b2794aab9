"""Login names: one spelling for everything that looks alike."""

import re
import unicodedata

# Latin letters, digits, Chinese characters and four marks: no alphabet whose letters look Latin.
_FITTING = re.compile(r"[a-z0-9\u3400-\u4dbf\u4e00-\u9fff][a-z0-9\u3400-\u4dbf\u4e00-\u9fff._@-]*")


def canonical_login_name(typed: str) -> str:
    """The one spelling under which a login name is stored, looked up and counted.

    Full-width forms become plain ones (NFKC), case and surrounding spaces do not count.
    """
    folded = unicodedata.normalize("NFKC", typed).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def is_login_name(canonical: str) -> bool:
    """Whether a canonical name holds only characters that cannot be mistaken for others."""
    return _FITTING.fullmatch(canonical) is not None

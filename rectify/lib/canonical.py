"""One spelling for one value: canonical JSON, so that equal values have equal hashes."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID


def canonical_json(value: object) -> str:
    """`value` as JSON with sorted keys, no spaces and Chinese text unescaped.

    Dates are written as ISO dates, aware datetimes as ISO moments in UTC, Decimal and UUID as
    strings (Decimal("1.0") and Decimal("1.00") are different values here).
    Raises ValueError for NaN, infinities and naive datetimes, TypeError for keys that are not
    text and for types that have no canonical form.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of(value: object) -> str:
    """The SHA-256 of the canonical JSON of `value` in UTF-8, as 64 hexadecimal digits.

    Raises what `canonical_json` raises, and ValueError for text with lone surrogates.
    """
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _finite_float(value)
    if isinstance(value, Mapping):
        return {_text_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _as_text(value)


def _finite_float(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("NaN and infinities have no canonical form")
    return value


def _text_key(key: object) -> str:
    # 1 and "1" would collide once written, so a key that is not text is refused.
    if not isinstance(key, str):
        raise TypeError(f"canonical JSON needs text keys, not {type(key).__name__}")
    return key


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError("a naive datetime has no canonical form")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("NaN and infinities have no canonical form")
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")

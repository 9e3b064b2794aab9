"""Money: whole fen (1/100 yuan) inside, yuan in text. No floating point anywhere."""

import re

from rectify.lib.numerals import half_width_digits

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
LARGEST_FEN = 2**63 - 1  # what a database integer of 64 bits can hold

_FEN_PER_UNIT = {
    "": FEN_PER_YUAN,
    "元": FEN_PER_YUAN,
    "万": FEN_PER_WAN,
    "万元": FEN_PER_WAN,
    "亿": FEN_PER_WAN * 10**4,
    "亿元": FEN_PER_WAN * 10**4,
}
_AMOUNT = re.compile(
    r"[¥￥]?\s*(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,17})(?:\.(?P<fraction>[0-9]{1,16}))?"
    r"\s*(?:人民币)?(?P<unit>元|万元?|亿元?)?"
)
_FULL_WIDTH_MARKS = str.maketrans("，．", ",.")
_MINUS = ("-", "－", "−", "负")  # noqa: RUF001 - the signs that are typed


class MoneyError(ValueError):
    """A text that is no amount of money; the message is a Chinese sentence for the screen."""


def format_yuan(fen: int) -> str:
    """`fen` for running text, exact, without trailing zeros: "1577.04元", "157704元"."""
    return _decimal_text(fen, FEN_PER_YUAN, 2) + "元"


def format_separated(fen: int) -> str:
    """`fen` as yuan for tables on screen: separators and always two decimals, "1,577.04"."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def format_grouped(fen: int) -> str:
    """`fen` as it is read back beside what was typed, exact: "12,000元", "1,577.04元"."""
    whole, dot, fraction = _decimal_text(abs(fen), FEN_PER_YUAN, 2).partition(".")
    return f"{'-' if fen < 0 else ''}{int(whole):,}{dot}{fraction}元"


def format_wan(fen: int) -> str:
    """`fen` in 万元, rounded half up to two decimals, no trailing zeros: "15.77万元".

    A rounded figure: where sums must add up, print `format_yuan`.
    """
    hundredth = FEN_PER_WAN // 100
    sign = -1 if fen < 0 else 1
    return _decimal_text(sign * ((2 * abs(fen) + hundredth) // (2 * hundredth)), 100, 2) + "万元"


def parse_yuan(text: str) -> int:
    """The fen in an amount as it is typed: "1577.04", "1,577.04元", "15.77万", "￥２０００元".

    Thousands separators must stand where they belong, full-width digits and marks are read.
    Raises MoneyError where the text is no amount, is negative, has parts of a fen, or is more
    than 64 bits hold. Nothing is rounded.
    """
    match = _AMOUNT.fullmatch(half_width_digits(text.strip()).translate(_FULL_WIDTH_MARKS))
    if match is None and text.strip().lstrip("¥￥").startswith(_MINUS):
        raise MoneyError(f"金额“{text}”是负数，不能登记。请填写 0 或正数。")
    if match is None:
        raise MoneyError(f"“{text}”不是金额，请按 1577.04元 或 15.77万元 的形式填写。")
    fraction = match["fraction"] or ""
    digits = int(match["whole"].replace(",", "") + fraction)
    scale: int = 10 ** len(fraction)
    fen, rest = divmod(digits * _FEN_PER_UNIT[match["unit"] or ""], scale)
    if rest:
        raise MoneyError(f"金额“{text}”精确到了分以下，按元最多两位小数，请核对。")
    if fen > LARGEST_FEN:
        raise MoneyError(f"金额“{text}”过大，请核对。")
    return fen


def _decimal_text(amount: int, unit: int, decimals: int) -> str:
    whole, rest = divmod(abs(amount), unit)
    fraction = f"{rest:0{decimals}d}".rstrip("0")
    return f"{'-' if amount < 0 else ''}{whole}{'.' + fraction if fraction else ''}"

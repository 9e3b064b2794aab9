"""Chinese numerals as headings and ordinals use them, and full-width digits."""

from functools import cache

LARGEST = 999
_DIGITS = "零一二三四五六七八九"
_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_ORDINAL_TAIL = "是"


class NumeralError(ValueError):
    """A number or numeral outside 1..999; the message is a Chinese sentence."""


def to_chinese(number: int) -> str:
    """`number` (1..999) in Chinese numerals: 一, 十, 十一, 二十, 一百零一, 一百一十.

    Raises NumeralError outside that range.
    """
    if not 1 <= number <= LARGEST:
        raise NumeralError(f"只能表示 1 至 {LARGEST} 的中文数字，收到 {number}。")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def from_chinese(text: str) -> int:
    """The number (1..999) that the Chinese numeral `text` spells; 一十 and 一百十 are read too.

    Raises NumeralError for anything else: 二〇, 百, 一百一 and 廿 are not headings.
    """
    number = _spellings().get(text)
    if number is None:
        raise NumeralError(f"“{text}”不是 1 至 {LARGEST} 的中文数字。")
    return number


@cache
def _spellings() -> dict[str, int]:
    spellings: dict[str, int] = {}
    for number in range(1, LARGEST + 1):
        text = to_chinese(number)
        spellings[text] = number
        if text.startswith("十"):
            spellings["一" + text] = number
        if "百一十" in text:
            spellings[text.replace("百一十", "百十")] = number
    return spellings


def ordinal_word(number: int) -> str:
    """The ordinal that opens a point: 一是, 二是, … 十一是. Raises NumeralError outside 1..999."""
    return to_chinese(number) + _ORDINAL_TAIL


def from_ordinal_word(text: str) -> int:
    """The number of an ordinal word: 3 for 三是. Raises NumeralError for anything else."""
    if not text.endswith(_ORDINAL_TAIL):
        raise NumeralError(f"“{text}”不是“一是”这样的序数。")
    return from_chinese(text.removesuffix(_ORDINAL_TAIL))


def half_width_digits(text: str) -> str:
    """`text` with the full-width digits ０ to ９ as 0 to 9; every other character is kept."""
    return text.translate(_HALF_WIDTH)

"""The QR code of an app's secret as the path of an inline drawing: no picture file, no style."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

PRODUCT = "整改台账"


@dataclass(frozen=True)
class Drawing:
    """`side`: modules of the square, quiet zone included · `path`: one 1×1 square per module."""

    side: int
    path: str


def app_address(username: str, secret: str) -> str:
    """What the code says: the address that authenticator apps read."""
    query = urlencode({"secret": secret, "issuer": PRODUCT}, quote_via=quote)
    return f"otpauth://totp/{quote(PRODUCT)}:{quote(username)}?{query}"


def drawing_of(text: str) -> Drawing:
    """The QR code of the text, of middle error correction, with its quiet zone of four."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    squares = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return Drawing(side=len(rows), path="".join(squares))

"""Weighs the checks: looks at the files of a folder and prints how far the process grew.

    python -m tests.measures.interfaces.scale FOLDER check|unfold

FOLDER/good is looked at first, so that libraries and buffers are there; then FOLDER/hostile.
`unfold` is the control: it also reads every entry of every package into memory.
"""

import io
import json
import sys
import zipfile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import TemporaryUploadedFile


def look_at(path: Path, way: str) -> None:
    from measures.interfaces.uploads import check_upload  # noqa: PLC0415 - settings come first

    with TemporaryUploadedFile(path.name, "", path.stat().st_size, None) as upload:
        upload.write(path.read_bytes())
        try:
            check_upload(upload)
        except ValidationError:
            if way == "unfold" and zipfile.is_zipfile(path):
                with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
                    entries = [one for one in package.infolist() if one.file_size > 60_000_000]
                    [package.read(one) for one in entries]


def highest() -> int:
    """Bytes. Not from getrusage: what it says of a child begins with its parent's size."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def main(folder: Path, way: str) -> None:
    settings.configure(EVIDENCE_MAX_BYTES=20 << 20)
    good, hostile = (sorted((folder / one).iterdir()) for one in ("good", "hostile"))
    for path in good:
        look_at(path, "check")
    before = highest()
    for path in hostile:
        look_at(path, way)
    looked_at = len(good) + len(hostile)
    sys.stdout.write(json.dumps({"grown": highest() - before, "looked_at": looked_at}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

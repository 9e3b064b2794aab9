"""Refuses a Python that is too old, with a sentence instead of a SyntaxError.

Run as a script before anything else is imported, so its own syntax is understood by every
Python since 3.6.
"""

import sys

OLDEST = (3, 11)


def complaint(version: tuple, executable: str) -> str:  # type: ignore[type-arg]
    """The sentence to show for an interpreter older than OLDEST; empty when it will do."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    found = ".".join(str(part) for part in version[:3])
    return (
        f"需要 Python 3.11 或更高版本，而 {executable} 是 {found}。"
        "请安装 python3.11，再执行：make PYTHON=python3.11 …\n"
        f"Rectify needs Python 3.11 or newer; {executable} is {found}. "
        "Install python3.11 and run: make PYTHON=python3.11 …"
    )


if __name__ == "__main__":
    sentence = complaint(sys.version_info[:3], sys.executable)
    if sentence:
        sys.stderr.write(sentence + "\n")
        sys.exit(2)

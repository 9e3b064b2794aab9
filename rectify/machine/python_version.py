"""Refuses a Python that is too old, with a sentence instead of a SyntaxError.

Run as a script before anything else is imported, so its own syntax is understood by every Python 3.
"""

import sys

OLDEST = (3, 11)


def complaint(version, executable):
    # type: (tuple[int, ...], str) -> str
    """The sentence to show for an interpreter older than OLDEST; empty when it will do."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    found = ".".join(str(part) for part in version[:3])
    return (
        "需要 Python 3.11 或更高版本，而 {0} 是 {1}。请安装 python3.11，再执行：make PYTHON=python3.11 …\n"
        "Rectify needs Python 3.11 or newer; {0} is {1}. "
        "Install python3.11 and run: make PYTHON=python3.11 …"
    ).format(executable, found)


if __name__ == "__main__":
    sentence = complaint(tuple(sys.version_info), sys.executable)
    if sentence:
        sys.stderr.write(sentence + "\n")
        sys.exit(2)

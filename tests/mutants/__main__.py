"""`make mutants`: every mutant of the table, a table of what became of it, var/mutants.json.

python -m tests.mutants [A-3] [word of a name …]
The unchanged copy must pass first. Exit code 0: every mutant was seen by an assertion ·
1: one survived, or its test broke instead of failing · 2: the unchanged copy fails, or the text
of a mutant does not stand in its file exactly once.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from rectify.machine import environment
from rectify.machine.folders import var_dir
from rectify.machine.progress import SetupError, complain, say
from tests.mutants.copies import Copy, Outcome
from tests.mutants.table import MUTANTS, Mutant

COPIES = 2


def chosen(words: Sequence[str]) -> list[Mutant]:
    """The mutants of a rule, or with a word in their name; all where nothing is asked for."""
    found = [
        one
        for one in MUTANTS
        if not words or one.rule in words or any(w in one.name for w in words)
    ]
    if not found:
        raise SetupError(f"没有这样的变异：{' '.join(words)}")
    return found


def misplaced(mutants: Sequence[Mutant], copy: Copy) -> list[str]:
    """Mutants whose text does not stand in its file exactly once."""
    return [
        f"{one.path}: “{one.name}”，原文出现 {times} 次"
        for one in mutants
        if (times := copy.read(one.path).count(one.old)) != 1
    ]


def judge(mutants: Sequence[Mutant], copies: Sequence[Copy]) -> list[tuple[Mutant, Outcome]]:
    """What became of each mutant, as many at a time as there are copies."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one(mutant: Mutant) -> tuple[Mutant, Outcome]:
        copy = free.get()
        try:
            outcome = copy.with_fault(mutant)
        finally:
            free.put(copy)
        mark = "✓" if outcome.seen else "✗"
        say(f"{mark} {mutant.rule:<5}{mutant.name} ({outcome.seconds:.0f} s)")
        return mutant, outcome

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(one, mutants))


def report(judged: Sequence[tuple[Mutant, Outcome]], seconds: float) -> int:
    """Writes var/mutants.json, prints what survived, returns the exit code."""
    rows = [
        {"name": mutant.name, "rule": mutant.rule, "file": mutant.path, "red": outcome.seen,
         "answer": outcome.answer, "seconds": round(outcome.seconds, 1),
         "tests": list(mutant.tests)}
        for mutant, outcome in judged
    ]  # fmt: skip
    target = var_dir() / "mutants.json"
    target.write_text(
        json.dumps({"seconds": round(seconds), "mutants": rows}, ensure_ascii=False, indent=2)
        + "\n",
        encoding="utf-8",
    )
    survived = [(mutant, outcome) for mutant, outcome in judged if not outcome.seen]
    for mutant, outcome in survived:
        say(f"✗ {mutant.rule} {mutant.name} · {mutant.path}\n  {outcome.answer}")
    by_rule = sorted({mutant.rule for mutant, _ in judged})
    say(f"规则 {'、'.join(by_rule)}：{len(judged)} 个变异，{len(judged) - len(survived)} 个被测出，"
        f"用时 {seconds:.0f} s，详见 {target}")  # fmt: skip
    return 1 if survived else 0


def main(words: Sequence[str]) -> int:
    started = time.monotonic()
    try:
        environment.ensure("dev")
        mutants = chosen(words)
    except SetupError as problem:
        return complain(problem)
    with tempfile.TemporaryDirectory(prefix="rectify-mutants-") as folder:
        first = Copy.of_the_project(Path(folder) / "1")
        if wrong := misplaced(mutants, first):
            say("✗ 变异的原文已变，请修改 tests/mutants/table.py：\n  " + "\n  ".join(wrong))
            return 2
        say("· 未变异的副本：载入演示数据并运行同样的测试")
        unchanged = first.run(sorted({test for mutant in mutants for test in mutant.tests}))
        if unchanged.answer:
            say(f"✗ 未变异时测试未通过：{unchanged.answer}")
            return 2
        say(f"  ✓ {unchanged.passed} passed ({unchanged.seconds:.0f} s)")
        twins = [first.twin(Path(folder) / str(number)) for number in range(2, COPIES + 1)]
        judged = judge(mutants, [first, *twins])
    return report(judged, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

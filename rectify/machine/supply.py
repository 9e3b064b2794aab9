"""What the application is made of, and whether anything is known against it.

`make sbom` writes docs/sbom.cdx.json from requirements/base.txt. `make audit` asks the advisory
service about every package of the same lock; a service that does not answer is told as NOT RUN
with exit code 3, never as a clean result.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rectify.machine import environment
from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.lock import Package, read_lock
from rectify.machine.progress import SetupError, complain, say
from rectify.machine.results import NOT_RUN_MARK

LOCK = "base"
SBOM = ROOT / "docs" / "sbom.cdx.json"


def bill_of_materials(root: Path = ROOT) -> str:
    """The CycloneDX 1.6 text for requirements/base.txt under `root`: the same bytes every time.

    Raises SetupError where the generator fails.
    """
    made = _tool(
        "cyclonedx_py",
        *("requirements", "--output-reproducible", "--sv", "1.6", "--of", "JSON"),
        *("--pyproject", str(root / "pyproject.toml")),
        str(root / "requirements" / f"{LOCK}.txt"),
    )
    if made.returncode:
        raise SetupError(f"软件物料清单没有生成：{_last_line(made.stderr)}")
    content = json.loads(made.stdout)
    packages = {package.name: package for package in read_lock(LOCK, root)}
    for component in content["components"]:
        _describe(component, packages[component["name"]])
    tools = content["metadata"]["tools"]["components"]
    for tool in tools:
        for extra in set(tool) - {"type", "group", "name", "version"}:
            del tool[extra]
    # The generator keeps both in sets, whose order changes from run to run.
    for parts in (content["components"], tools):
        parts.sort(key=lambda part: str(part["name"]))
    content["dependencies"] = _references(content)
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _describe(component: dict[str, Any], package: Package) -> None:
    """Names a component by its package address in place of a line number and a mirror's address.

    The generator writes both; they would change with every comment in the lock, and the files
    come through whichever mirror a bureau uses.
    """
    component.pop("description", None)
    component["bom-ref"] = component["purl"]
    for reference in component["externalReferences"]:
        reference.pop("comment", None)
        reference["url"] = component["purl"]
        reference["hashes"].sort(key=lambda entry: str(entry["content"]))
    if package.marker:
        component["properties"] = [{"name": "rectify:installed-when", "value": package.marker}]


def _references(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lock is flat: the application needs every package, directly or through another."""
    parts = [component["bom-ref"] for component in content["components"]]
    application = content["metadata"]["component"]["bom-ref"]
    return [{"ref": application, "dependsOn": parts}, *({"ref": part} for part in parts)]


@dataclass(frozen=True)
class Verdict:
    """What an audit came to: lines for the person at the terminal, and the exit code."""

    lines: Sequence[str]
    exit_code: int  # 0 nothing known, 1 findings or packages left out, 3 not run


def judge(packages: Sequence[Package], output: str, complaint: str) -> Verdict:
    """Weighs what the audit tool wrote: `output` its JSON, `complaint` its messages.

    The tool ends with success when the service knew none of the names, so its exit code and its
    "nothing found" are not believed: a package counts as looked at when an answer about it, in
    the very version of the lock, stands in the JSON.
    """
    try:
        answers = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _not_run(packages, _last_line(complaint) or "the audit tool gave no answer")
    asked = {(package.name, package.version) for package in packages}
    answered = [answer for answer in answers if "vulns" in answer]
    looked_at = {(answer["name"], answer["version"]) for answer in answered} & asked
    if not looked_at:
        reasons = [answer["skip_reason"] for answer in answers if "skip_reason" in answer]
        return _not_run(packages, reasons[0] if reasons else "the advisory service gave no answer")
    found = [answer for answer in answered if answer["vulns"]]
    lines = [
        f"✗ {answer['name']} {answer['version']}: {entry['id']}"
        f" · fixed in {', '.join(entry.get('fix_versions', [])) or 'no version yet'}"
        for answer in found
        for entry in answer["vulns"]
    ]
    left_out = sorted(" ".join(pair) for pair in asked - looked_at)
    lines += [f"✗ not looked at: {name}" for name in left_out]
    lines.append(
        f"audit: {len(looked_at)} of {len(asked)} packages looked at, {len(found)} with findings"
    )
    return Verdict(lines, 1 if found or left_out else 0)


def _not_run(packages: Sequence[Package], reason: str) -> Verdict:
    line = f"audit: {NOT_RUN_MARK}, 0 of {len(packages)} packages looked at — {reason[:200]}"
    return Verdict([line], 3)


def audit(arguments: Sequence[str]) -> Verdict:
    """Asks the advisory service about every package of the lock, whatever machine this is.

    The lock's markers are left away: the tool would pass over what is not installed here, such as
    the time zones that only Windows needs. `arguments` go to the tool, such as `-s osv`.
    """
    packages = read_lock(LOCK)
    with tempfile.TemporaryDirectory(prefix="rectify-audit-") as scratch:
        pins = Path(scratch) / "pins.txt"
        pins.write_text("".join(f"{one.name}=={one.version}\n" for one in packages), "utf-8")
        done = _tool(
            "pip_audit",
            *("-r", str(pins), "--no-deps", "--disable-pip"),
            *("--format", "json", "--desc", "off", "--progress-spinner", "off"),
            *arguments,
        )
    return judge(packages, done.stdout, done.stderr)


def _tool(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PYTHON), "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def main(arguments: Sequence[str]) -> int:
    """`sbom` writes the bill of materials; `audit [OPTION…]` asks about it. Returns the code."""
    try:
        environment.ensure("dev")
        if arguments[:1] == ["sbom"]:
            SBOM.write_text(bill_of_materials(), encoding="utf-8")
            say(f"✓ {SBOM.relative_to(ROOT)}: {len(read_lock(LOCK))} components")
            return 0
        if arguments[:1] == ["audit"]:
            verdict = audit(arguments[1:])
            for line in verdict.lines:
                say(line)
            return verdict.exit_code
        raise SetupError("请写 sbom 或 audit。")
    except SetupError as problem:
        return complain(problem)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

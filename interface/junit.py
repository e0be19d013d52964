"""A run as JUnit XML: a test case a statement and a measurement, for the machines that read such files."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from ..numerics.measured import Measured, Status
from ..theory.evidence import Report
from .run import Evidence


def junit(evidence: Evidence) -> ElementTree[Element[str]]:
    """The document: suites of theorems and of measurements; what lacks an extra is skipped, what broke is an error."""
    root = Element("testsuites", name="theoremcheck")
    _suite(root, "theorems", "statement", evidence, list(evidence.reports.items()))
    _suite(root, "measurements", "measurement", evidence, list(evidence.measured.items()))
    indent(root)
    return ElementTree(root)


def _suite(
    root: Element,
    name: str,
    kind: str,
    evidence: Evidence,
    results: list[tuple[str, Report]] | list[tuple[str, Measured]],
) -> None:
    took = {key.name: entry.seconds for key, entry in evidence.entries.items() if key.kind == kind}
    suite = SubElement(root, "testsuite", name=name, tests=str(len(results)), time=f"{sum(took.values()):.3f}")
    count = {"failure": 0, "error": 0, "skipped": 0}
    for key, result in results:
        topic, _, short = key.partition(".")
        case = SubElement(suite, "testcase", classname=f"theoremcheck.{topic}", name=short, time=f"{took[key]:.3f}")
        tag = _tag(result)
        if tag is not None:
            count[tag] += 1
            problems = [_printable(problem) for problem in result.problems]
            SubElement(case, tag, message=(problems or ["not accepted"])[0]).text = "\n".join(problems)
    suite.attrib |= {"failures": str(count["failure"]), "errors": str(count["error"]), "skipped": str(count["skipped"])}


def _tag(result: Report | Measured) -> str | None:
    if isinstance(result, Report):
        return None if result.accepted else "failure"
    return {Status.MEASURED: None, Status.NEEDS_EXTRA: "skipped", Status.ERROR: "error"}.get(result.status, "failure")


def _printable(text: str) -> str:
    """The text without the control characters that XML forbids."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")

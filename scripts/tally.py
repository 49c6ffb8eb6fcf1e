"""Adds up the JUnit reports of the suites; called by `scripts/test` with the folder and the names.

A suite without a readable report counts as one failure: the runner itself broke.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET


def tally(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of one suite."""
    try:
        suites = ET.parse(report).getroot().findall("testsuite")  # noqa: S314 - we wrote the file
    except (OSError, ET.ParseError):
        return 0, 1, 0
    total, failed, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return total - failed - skipped, failed, skipped


def main(folder: Path, names: list[str]) -> int:
    """Prints the sums; the exit status tells whether all passed."""
    counts = [tally(folder / f"{name}.xml") for name in names]
    passed, failed, skipped = (sum(column) for column in zip(*counts, strict=True))
    print(f"\n{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

"""Every table that a migration makes has something that keeps it from growing without end."""

import re

from tests.style.tree import ROOT
from urgentry.jobs.retention import REAPERS

MADE = re.compile(r"^CREATE TABLE (\w+) \(", re.MULTILINE)
DROPPED = re.compile(r"^DROP TABLE (\w+);", re.MULTILINE)


def test_every_table_has_a_reaper() -> None:
    made: set[str] = set()
    for path in sorted((ROOT / "migrations").glob("*.sql")):
        forward = path.read_text().split("-- reverse")[0]
        made |= set(MADE.findall(forward))
        made -= set(DROPPED.findall(forward))
    assert made - REAPERS.keys() == set(), "name its reaper in urgentry/jobs/retention.py"

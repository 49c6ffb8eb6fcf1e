"""Where the grouping corpus lies, and how its files are read."""

import json
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "grouping"

Disagreements = dict[str, str]
"""What was asked, and why the answer is not the one expected."""


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())

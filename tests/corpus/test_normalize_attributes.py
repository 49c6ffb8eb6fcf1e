"""Single attributes against what Sentry stores of them."""

from typing import Any

import pytest

from tests.corpus.event_attributes import FOLDER, attribute_cases, judged


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize(
    ("attribute", "case"),
    [pytest.param(name, case, id=f"{name}-{test}") for name, test, case in attribute_cases()],
)
def test_attribute(attribute: str, case: dict[str, Any]) -> None:
    found, expected = judged(attribute, case)
    assert found == expected

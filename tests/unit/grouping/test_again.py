"""An event can be grouped again: by another configuration, and from what was stored of it."""

from itertools import permutations

import orjson
import pytest

from tests.unit.grouping.test_released import EVENTS
from urgentry.grouping import RELEASED, compile_config, group_event

RULES = """
stack.module:shop.* category=internal
category:internal -app
family:javascript ^-group
"""
FINGERPRINTS = 'error.type:LookupError -> lookup, {{ default }} title="Not there"'


@pytest.mark.parametrize("rules", [("", ""), (RULES, FINGERPRINTS)], ids=["plain", "rules"])
@pytest.mark.parametrize("name", sorted(EVENTS))
def test_what_was_done_before_leaves_no_trace(name: str, rules: tuple[str, str]) -> None:
    enhancements, fingerprinting = rules
    configs = {
        config_id: compile_config(
            config_id, enhancements=enhancements, fingerprinting=fingerprinting
        )
        for config_id in RELEASED
    }
    alone = {
        config_id: group_event(EVENTS[name](), config).hashes
        for config_id, config in configs.items()
    }
    for first, second in permutations(RELEASED, 2):
        event = EVENTS[name]()
        group_event(event, configs[first])
        stored = orjson.loads(orjson.dumps(event))
        assert group_event(event, configs[second]).hashes == alone[second]
        assert group_event(stored, configs[second]).hashes == alone[second]


def test_rules_of_another_day_leave_no_trace() -> None:
    event = EVENTS["python"]()
    plain = group_event(EVENTS["python"](), compile_config()).hashes
    ruled = compile_config(enhancements=RULES, fingerprinting=FINGERPRINTS)
    assert group_event(event, ruled).hashes != plain
    assert group_event(orjson.loads(orjson.dumps(event)), compile_config()).hashes == plain

"""Proving that nothing has to change and walking all of a payload come to the same.

Whatever the rules, whatever the event: what is spared by a proof would not have been changed.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.privacy.scrubbing import rules, scrubbed
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json
from urgentry.privacy import scrubber

SECRETS = (
    *("password", "x-token", "a@b.com", "1.2.3.4", "::1", "4111 1111 1111 1111", "078-05-1120"),
    *("DE89370400440532013000", "pg://u:p@h", "Bearer x", "session=1", "token=1", "otp", "/home/x"),
    *("-----BEGIN A PRIVATE KEY-----\nx\n-----END A PRIVATE KEY-----", "cus_12345678", "auth"),
)
WORDS = ("plain", "42", "\n", '"', "\\", "é", "\u017f", "\x10", "/", ":", "=", "true", "")
NAMES = (
    *("k", "password", "token", "session", "cookies", "auth_x", "ID", "user", "value", "x y", "é"),
    *("http.request.header.cookie", "gen_ai.prompt", "attributes", "secret\n", 'my "token"'),
)
texts = st.lists(st.sampled_from(SECRETS + WORDS), max_size=3).map("".join)
names = st.sampled_from(NAMES)
values = st.recursive(
    texts | st.integers(-5, 10**16) | st.none() | st.booleans() | st.floats(-9, 9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names, inner, max_size=3)
        | st.lists(st.tuples(names, inner).map(list), min_size=1, max_size=2)
    ),
    max_leaves=6,
)
objects = st.dictionaries(names, values, max_size=3)
events = st.fixed_dictionaries(
    {},
    optional={
        "extra": objects,
        "culprit": texts,
        "logentry": st.fixed_dictionaries({"formatted": texts}, optional={"params": values}),
        "user": st.fixed_dictionaries(
            {}, optional={"id": texts, "ip_address": texts, "sentry_user": texts, "data": objects}
        ),
        "request": st.fixed_dictionaries(
            {}, optional={"url": texts, "headers": values, "cookies": values, "env": objects}
        ),
        "tags": st.lists(st.tuples(names | st.none(), texts).map(list), max_size=3),
        "contexts": st.dictionaries(
            names, st.dictionaries(st.just("type"), st.sampled_from(("os", "x"))) | objects | values
        ),
        "breadcrumbs": st.fixed_dictionaries(
            {
                "values": st.lists(
                    st.none()
                    | st.fixed_dictionaries({}, optional={"message": texts, "data": values}),
                    max_size=3,
                )
            }
        ),
        "exception": st.fixed_dictionaries(
            {
                "values": st.lists(
                    st.fixed_dictionaries(
                        {"value": texts},
                        optional={
                            "stacktrace": st.fixed_dictionaries(
                                {
                                    "frames": st.lists(
                                        st.fixed_dictionaries(
                                            {}, optional={"vars": values, "abs_path": texts}
                                        )
                                        | values,
                                        max_size=3,
                                    )
                                }
                            )
                        },
                    ),
                    max_size=2,
                )
            }
        ),
        "errors": values,
        "other": values,
        "spans": st.lists(st.fixed_dictionaries({"data": values, "tags": values}), max_size=2),
    },
)
SELECTORS = (
    *("$string", "**", "extra.**", "$object", "$number", "$frame.vars.**", "!extra.k", "*.k"),
    *("$user.ip_address", "$http.headers.*", "tags.*", "user", "contexts.*", "$error.value"),
    *("$string && !password", "exception.values.0.value", "1", "extra.**.token", "$frame.abs_path"),
    *("'my \"token\"' || session", "spans.*.data.*", "$message || culprit", "$array.*"),
)
RULES: dict[str, Any] = {
    "ids": {"type": "pattern", "pattern": "cus_[0-9]{8}", "redaction": {"method": "hash"}},
    "start": {"type": "pattern", "pattern": "^plain", "redaction": {"method": "mask"}},
    "end": {"type": "pattern", "pattern": "(?i)AUTH$"},
    "either": {"type": "pattern", "pattern": "(^|=)1|x$"},
    "word": {"type": "pattern", "pattern": r"\bx\b", "redaction": {"method": "replace"}},
    "lines": {"type": "pattern", "pattern": '(?s)"."', "redaction": {"method": "mask"}},
    "empty": {"type": "pattern", "pattern": "z*", "redaction": {"method": "replace", "text": "-"}},
    "pair": {"type": "redact_pair", "keyPattern": "^(id|k)$", "redaction": {"method": "mask"}},
    "any": {"type": "redact_pair", "keyPattern": "tok"},
    "twice": {"type": "pattern", "pattern": "(?P<n>pla)in"},
    "thrice": {"type": "pattern", "pattern": "(?P<n>4)2"},
}
NAMED = (*RULES, "@anything", "@anything:mask", "@common", "@common:filter", "@cookies:filter")
configs = st.lists(
    st.tuples(st.sampled_from(SELECTORS), st.sampled_from(NAMED)), min_size=1, max_size=3
).map(lambda applied: rules(*applied, **RULES))
defaults = st.builds(
    PrivacySettings,
    scrub_ip_addresses=st.booleans(),
    sensitive_fields=st.lists(st.sampled_from(("plain", "x y", "é")), max_size=1).map(tuple),
    safe_fields=st.lists(st.sampled_from(("token", "extra.**", "x y")), max_size=1).map(tuple),
)


@given(event=events, settings=defaults | configs)
def test_a_proof_changes_nothing_about_what_is_removed(
    event: dict[str, Any], settings: PrivacySettings
) -> None:
    quick = scrubbed(event, settings)
    assert quick == scrubbed(event, settings, proves=False)


@given(event=events)
def test_after_normalisation_too(event: dict[str, Any]) -> None:
    context = NormalizeContext(
        event_id="a" * 32, project_id=1, key_id="1", received=1_700_000_000_000_000
    )
    normal = normalize_event(parse_event_json(json.dumps(event).encode()), context)
    settings = PrivacySettings(scrub_ip_addresses=True)
    assert scrubbed(normal, settings) == scrubbed(normal, settings, proves=False)


@given(event=events)
def test_scrubbing_again_finds_nothing(event: dict[str, Any]) -> None:
    """What was put in the place of something is not itself removed."""
    once = scrubbed(event, PrivacySettings())
    again = scrubbed(once, PrivacySettings())
    again.pop("_meta", None)
    once.pop("_meta", None)
    assert again == once


@pytest.mark.parametrize("value", [2**70, "\ud800 secret", [[]] * 300])
def test_what_cannot_be_written_as_json_is_walked(value: Any) -> None:
    deep: Any = value
    for _ in range(300):
        deep = [deep]
    event = {"extra": {"big": value, "deep": deep, "password": "x", "\ud800token": "y"}}
    scrubber(PrivacySettings()).event(event)
    assert event["extra"]["password"] == event["extra"]["\ud800token"] == "[Filtered]"

"""Advanced rules as JSON: what is taken, and what is said of the rest."""

import json
from typing import Any

import pytest

from tests.unit.privacy.scrubbing import extra, note, pattern, rules, scrubbed
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy import InvalidRules, check_config

TYPES = (
    "type must be one of anything, ip, imei, mac, uuid, email, creditcard, iban, userpath, pemkey, "
    "url_auth, us_ssn, bearer, password, cookies, pattern, redact_pair, multiple, alias"
)


def of(rule: Any) -> str:
    return json.dumps({"rules": {"r": rule}, "applications": {"$string": ["r"]}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "invalid JSON: "),
        ("[]", "the rules: expected an object"),
        ('{"rule": {}}', "unknown member 'rule': there are rules, applications"),
        ('{"rules": []}', "rules: expected an object"),
        (of([]), "rules.r: expected an object"),
        (of({}), f"rules.r: {TYPES}"),
        (of({"type": ["ip"]}), f"rules.r: {TYPES}"),
        (of({"type": "ip", "pattern": "x"}), "rules.r: unknown member 'pattern'"),
        (of({"type": "pattern"}), "rules.r: pattern is missing"),
        (of(pattern("(")), "rules.r.pattern: invalid regular expression: missing ): ("),
        (of(pattern("a(?=b)")), "rules.r.pattern: invalid regular expression: invalid perl"),
        (of(pattern("[a&&b]")), "rules.r.pattern: invalid regular expression: intersections"),
        (of(pattern("((a{100}){100}){100}")), "rules.r.pattern: invalid regular expression: "),
        (of(pattern("a" * 5_000)), "rules.r.pattern: the pattern is longer than 4000 characters"),
        (of(pattern("(a)", replaceGroups=[2])), "rules.r.replaceGroups: the pattern has groups 0"),
        (of({"type": "redact_pair"}), "rules.r: keyPattern is missing"),
        (of({"type": "ip", "redaction": "mask"}), "rules.r.redaction: expected an object"),
        (
            of({"type": "ip", "redaction": {"method": ["x"]}}),
            "rules.r.redaction: method must be one of remove, replace, mask, hash",
        ),
        (
            of({"type": "ip", "redaction": {"method": "mask", "text": "x"}}),
            "rules.r.redaction: unknown member 'text': there are method",
        ),
        (
            of({"type": "ip", "redaction": {"method": "replace", "text": 5}}),
            "rules.r.redaction.text: expected a text",
        ),
        (of({"type": "multiple"}), "rules.r: rules is missing"),
        (of({"type": "alias", "rule": ["@ip"]}), "rules.r.rule: expected a rule name"),
        ('{"applications": {"a b": []}}', "applications['a b']: invalid selector near 'b'"),
        ('{"applications": {"a": "@ip"}}', "applications['a']: expected a list of rule names"),
        ('{"applications": {"a": ["@nope"]}}', "applications['a']: there is no rule '@nope'"),
        (
            of({"type": "multiple", "rules": ["@ip", "other"]}),
            "applications['$string']: there is no rule 'other'",
        ),
        (
            of({"type": "alias", "rule": "r"}),
            "applications['$string']: the rule 'r' leads back to itself",
        ),
    ],
)
def test_what_is_said_of_wrong_rules(text: str, said: str) -> None:
    with pytest.raises(InvalidRules) as raised:
        check_config(text)
    assert str(raised.value).startswith(said)


def test_what_people_write_is_taken() -> None:
    check_config("{}")
    check_config(of({"type": "redactPair", "keyPattern": "(?i)token"}))
    check_config(of({"type": "multiple", "rules": ["@ip", "@common:filter"], "hideInner": True}))


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (pattern("o+"), "f bar"),
        (pattern("o+", put="0"), "f0 bar"),
        (pattern("(f)(o)o", put="_", replaceGroups=[1]), "_oo bar"),
        (pattern("FOO"), "foo bar"),
        (pattern("(?i)FOO"), " bar"),
        (pattern("foo", redaction={"method": "mask"}), "*** bar"),
        (
            pattern("foo", redaction={"method": "hash"}),
            "A3CC770FC033E2CB419D42B64E0081A3BD3BE30E bar",
        ),
        ({"type": "redact_pair", "keyPattern": "^k$"}, None),
        (
            {"type": "redact_pair", "keyPattern": "bar", "redaction": {"method": "replace"}},
            "[Filtered]",
        ),
        ({"type": "anything", "redaction": {"method": "mask"}}, "*******"),
        ({"type": "anything"}, None),
        ({"type": "alias", "rule": "@anything:mask"}, "*******"),
    ],
)
def test_what_a_rule_does(rule: dict[str, Any], left: str | None) -> None:
    assert extra("foo bar", rules(("$string", "r"), r=rule)) == left


@pytest.mark.parametrize(("hides", "named"), [(False, "@ip"), (True, "project:both")])
def test_remarks_name_the_rule_or_the_one_that_stands_for_it(hides: bool, named: str) -> None:
    both = {"type": "multiple", "rules": ["@ip", "@email"], "hideInner": hides}
    event = scrubbed({"extra": {"k": "1.2.3.4"}}, rules(("$string", "both"), both=both))
    assert note(event, "extra", "k")["rem"] == [[named, "s", 0, 4]]


def test_an_organization_and_a_project_may_use_the_same_name() -> None:
    settings = PrivacySettings(
        scrub_data=False,
        scrub_defaults=False,
        organization_rules=of(pattern("a", put="1")),
        project_rules=of(pattern("b", put="2")),
    )
    event = scrubbed({"extra": {"k": "ab"}}, settings)
    assert event["extra"]["k"] == "12"
    assert note(event, "extra", "k")["rem"] == [
        ["organization:r", "s", 0, 1],
        ["project:r", "s", 1, 2],
    ]


def test_an_unknown_name_that_was_stored_does_nothing() -> None:
    assert extra("x", rules(("$string", "@later"))) == "x"


def test_overlapping_rules_apply_by_their_names() -> None:
    settings = rules(
        ("$string", "b"), ("$string", "a"), a=pattern("x", put="A"), b=pattern("x", put="B")
    )
    assert extra("x", settings) == "A"

"""What scrubbing does around rules: who a user is, GraphQL, and refused values."""

from typing import Any

import pytest

from tests.unit.privacy.scrubbing import note, pattern, rules, scrubbed
from urgentry.domain.privacy_settings import PrivacySettings

HASH = "452CBFAF73237C28A6BA00DA112DAD057C3E86D8"
GRAPHQL = {"query": "{ viewer { login } }", "variables": {"login": "foo"}}


def users(user: dict[str, Any], *applied: tuple[str, str]) -> Any:
    return scrubbed({"user": user}, rules(*applied))["user"]


def test_an_unreadable_address_becomes_the_id() -> None:
    event = scrubbed(
        {"user": {"ip_address": "1.2.3.4", "sentry_user": "ip:1.2.3.4"}},
        rules(("$user.ip_address", "@ip:hash")),
    )
    assert event["user"] == {"id": HASH, "ip_address": None, "sentry_user": f"id:{HASH}"}
    assert note(event, "user", "id")["rem"] == [["@ip:hash", "p", 0, 40]]
    assert note(event, "user", "ip_address")["rem"] == [["pii:ip_address", "x"]]


def test_with_another_identity_it_stays_where_it_was() -> None:
    user = {"id": "7", "ip_address": "1.2.3.4", "sentry_user": "id:7"}
    assert users(user, ("$user.ip_address", "@ip:hash")) == user | {"ip_address": HASH}


def test_identity_follows_what_is_left() -> None:
    user = {"email": "a@b.com", "ip_address": "1.2.3.4", "sentry_user": "email:a@b.com"}
    assert users(user, ("$user.email", "@anything:remove"))["sentry_user"] == "ip:1.2.3.4"
    gone = users(user, ("$user.email || $user.ip_address", "@anything:remove"))
    assert gone == {"email": None, "ip_address": None}
    assert users(user, ("$user.email", "@email:hash"))["sentry_user"].startswith("email:")
    assert "a@b.com" not in str(users(user, ("$user.email", "@email:hash")))


def test_addresses_are_scrubbed_in_the_identity_too() -> None:
    event = {"user": {"ip_address": "127.0.0.1", "sentry_user": "ip:127.0.0.1"}}
    left = scrubbed(event, PrivacySettings(scrub_ip_addresses=True))
    assert left["user"] == {"ip_address": None, "sentry_user": "ip:[ip]"}


def graphql(target: Any, data: Any) -> Any:
    answer = {"data": {"viewer": {"login": "foo", "id": 5, "all": [{"login": "x"}]}}}
    event = {
        "request": {"api_target": target, "data": data},
        "contexts": {"response": {"type": "response", "data": answer}},
    }
    left = scrubbed(event, PrivacySettings(scrub_defaults=False))
    return left["request"]["data"], left["contexts"]["response"]["data"]


def test_variables_of_graphql_go_in_request_and_response() -> None:
    asked, answered = graphql("graphql", GRAPHQL)
    assert asked == GRAPHQL | {"variables": {"login": "[Filtered]"}}
    viewer = {"login": "[Filtered]", "id": 5, "all": [{"login": "[Filtered]"}]}
    assert answered == {"data": {"viewer": viewer}}


def test_without_variables_all_of_the_response_goes() -> None:
    asked, answered = graphql("GraphQL", {"query": GRAPHQL["query"]})
    assert (asked, answered) == ({"query": GRAPHQL["query"]}, {})


@pytest.mark.parametrize("target", [None, "rest", 5])
def test_what_is_no_graphql_stays(target: Any) -> None:
    asked, answered = graphql(target, GRAPHQL)
    assert asked == GRAPHQL
    assert answered["data"]["viewer"]["login"] == "foo"


def test_refused_values_are_scrubbed_where_they_are_told() -> None:
    event = {
        "extra": None,
        "user": {"username": "x"},
        "level": "error",
        "_meta": {
            "extra": {"": {"err": ["invalid_data"], "val": "ip 1.2.3.4 card 4111111111111111"}},
            "user": {"": {"val": {"password": "x"}}, "ip_address": {"": {"val": "secret"}}},
            "level": {"": {"val": "secret"}},
        },
        "errors": [
            {"type": "invalid_data", "name": "extra", "value": "ip 1.2.3.4 card 4111111111111111"},
            {"type": "invalid_data", "name": "user.ip_address", "value": "secret"},
            {"type": "invalid_data", "name": "extra", "value": "another"},
        ],
    }
    left = scrubbed(event, PrivacySettings(scrub_ip_addresses=True))
    told = left["_meta"]
    assert told["extra"][""]["val"] == "ip [ip] card [Filtered]"
    assert told["user"][""]["val"] == {"password": "[Filtered]"}
    assert told["user"]["ip_address"][""]["val"] is None
    assert told["level"] == {"": {"val": "secret"}}
    assert [error["value"] for error in left["errors"]] == [
        "ip [ip] card [Filtered]",
        None,
        "another",
    ]


def test_a_refused_tag_goes_by_its_name() -> None:
    event = {"tags": [["color", None]], "_meta": {"tags": {"0": {"1": {"": {"val": "a\nb"}}}}}}
    left = scrubbed(event, rules(("tags.color", "@anything:mask")))
    assert left["_meta"]["tags"]["0"]["1"][""]["val"] == "***"


def test_own_rules_come_before_default_ones() -> None:
    settings = PrivacySettings(
        project_rules=(
            '{"rules": {"r": {"type": "pattern", "pattern": "secret",'
            ' "redaction": {"method": "replace", "text": "s***t"}}},'
            ' "applications": {"$string": ["r"]}}'
        )
    )
    assert scrubbed({"extra": {"k": "a secret"}}, settings)["extra"] == {"k": "a s***t"}


def test_a_second_pass_looks_at_what_the_first_one_split() -> None:
    """Where something was taken a word may begin, which no search of the text as it stands sees."""
    event = {
        "extra": {"k": "94111111111111111"},
        "_meta": {"extra": {"k": {"": {"rem": [["r", "x", 1, 1]], "len": 20}}}},
    }
    assert scrubbed(event, PrivacySettings())["extra"] == {"k": "9[Filtered]"}
    unchanged = {"extra": {"k": "94111111111111111"}}
    assert scrubbed(unchanged, PrivacySettings()) == unchanged


def test_own_patterns_see_no_cut() -> None:
    settings = rules(("$string", "r"), r=pattern("foo[^.]", put="X"))
    event = {
        "extra": {"k": "foo..."},
        "_meta": {"extra": {"k": {"": {"rem": [["!limit", "s", 3, 6]]}}}},
    }
    assert scrubbed(event, settings) == scrubbed(event, settings, proves=False)

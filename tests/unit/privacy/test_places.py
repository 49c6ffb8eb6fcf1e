"""How personal the attributes of an event are: which rules reach them."""

from typing import Any

import pytest

from tests.unit.privacy.scrubbing import changed, rules, scrubbed
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy import scrubber

V = "value"
FRAME = {"function": V, "module": V, "filename": "/a/v", "context_line": V, "vars": {"x": V}}
STACKTRACE = {"frames": [FRAME], "registers": {"eax": V}}
EVENT: dict[str, Any] = {
    "level": "error",
    "culprit": V,
    "transaction": V,
    "server_name": V,
    "release": V,
    "environment": V,
    "fingerprint": [V],
    "modules": {"m": V},
    "unknown": {"a": V},
    "logentry": {"message": V, "formatted": V, "params": [V], "other": V},
    "user": {"id": V, "email": V, "segment": V, "geo": {"city": V, "more": V}, "data": {"a": V}},
    "request": {
        "url": V,
        "method": V,
        "query_string": [["q", V]],
        "cookies": [["c", V]],
        "headers": [["H", V]],
        "env": {"E": V},
        "data": {"a": [V]},
        "fragment": V,
    },
    "contexts": {
        "device": {"type": "device", "name": V, "model": V, "mine": V},
        "trace": {"type": "trace", "op": V, "data": {"a": V, "db.system": V, "release": V}},
        "response": {"type": "response", "headers": [["H", V]], "data": V},
        "made up": {"type": "made up", "a": V},
        "other name": {"type": "os", "name": V, "build": V},
    },
    "breadcrumbs": {"values": [{"message": V, "category": V, "data": {"a": V}}]},
    "exception": {
        "values": [
            {
                "type": V,
                "value": V,
                "mechanism": {"type": V, "description": V, "data": {"a": V}},
                "stacktrace": STACKTRACE,
            }
        ]
    },
    "threads": {"values": [{"name": V, "raw_stacktrace": STACKTRACE}]},
    "template": {"filename": V, "context_line": V},
    "tags": [["t", V]],
    "extra": {"a": {"b": [V]}},
    "debug_meta": {
        "images": [
            {"type": "elf", "code_file": "/a/v", "debug_id": V},
            {"type": "sourcemap", "code_file": V, "debug_file": V},
            {"type": "apple", "name": V},
        ]
    },
    "sdk": {"name": V, "client_ip": V},
    "errors": [{"type": V, "value": V, "more": V}],
    "csp": {"blocked_uri": V, "source_file": V, "disposition": V},
    "spans": [{"op": V, "description": V, "data": {"a": V}, "sentry_tags": {"user.ip": V}}],
}
LIKELY = {
    *("server_name", "unknown.a", "logentry.formatted", "logentry.params.0", "logentry.other"),
    *("user.id", "user.email", "user.geo.city", "user.data.a", "request.query_string.0.1"),
    *("request.cookies.0.1", "request.headers.0.1", "request.env.E", "request.data.a.0"),
    *("request.fragment", "contexts.trace.data.a", "contexts.response.headers.0.1"),
    *("contexts.response.data", "contexts.made up.type", "contexts.made up.a"),
    *("breadcrumbs.values.0.message", "breadcrumbs.values.0.data.a"),
    *("exception.values.0.value", "exception.values.0.mechanism.description"),
    *("exception.values.0.mechanism.data.a", "exception.values.0.stacktrace.frames.0.vars.x"),
    *("threads.values.0.raw_stacktrace.frames.0.vars.x", "template.filename", "extra.a.b.0"),
    *("sdk.client_ip", "csp.blocked_uri", "spans.0.data.a", "spans.0.sentry_tags.user.ip"),
}
PERHAPS = {
    *("culprit", "request.url", "contexts.device.name", "contexts.device.mine"),
    *("contexts.trace.data.db.system", "contexts.other name.build", "tags.0.1"),
    *("exception.values.0.stacktrace.frames.0.module", "debug_meta.images.0.code_file"),
    *("exception.values.0.stacktrace.frames.0.filename", "debug_meta.images.1.debug_file"),
    *("threads.values.0.raw_stacktrace.frames.0.module", "errors.0.more", "csp.source_file"),
    *("threads.values.0.raw_stacktrace.frames.0.filename", "spans.0.description"),
}


def test_what_rules_about_any_value_reach() -> None:
    assert changed(EVENT, rules(("$string", "@anything:mask"))) == LIKELY


def test_what_only_rules_that_name_it_reach() -> None:
    names = {path.rpartition(".")[2] for path in PERHAPS} - {"1"} | {"t", "db.system"}
    selector = " || ".join(f"'{name}'" for name in sorted(names))
    reached = changed(EVENT, rules((selector, "@anything:mask")))
    assert reached - LIKELY == PERHAPS


def test_what_no_rule_reaches() -> None:
    left = scrubbed(EVENT, rules(("!nothing", "@anything:mask")))
    for name in ("level", "transaction", "release", "environment", "fingerprint", "modules"):
        assert left[name] == EVENT[name]
    frame = left["exception"]["values"][0]["stacktrace"]["frames"][0]
    assert (frame["function"], frame["context_line"]) == (V, V)
    assert left["exception"]["values"][0]["type"] == V


@pytest.mark.parametrize("value", [None, "text", 5, [], [[]], {"values": "x"}, {"values": [None]}])
@pytest.mark.parametrize("name", ["exception", "user", "request", "contexts", "tags", "spans"])
def test_what_does_not_have_its_form_does_no_harm(name: str, value: Any) -> None:
    for proves in (True, False):
        event = {name: value}
        scrubber(PrivacySettings()).event(event, proves=proves)
        assert event == {name: value}


def test_spans_and_logs_that_come_by_themselves() -> None:
    attributes: dict[str, Any] = {
        "password": "x",
        "client.address": "1.2.3.4",
        "db.system": "secret",
        "gen_ai.prompt": "mail a@b.com a secret",
        "http.request.header.cookie": ["a=b", "session=1"],
        "count": 5,
    }
    rules = scrubber(PrivacySettings(scrub_ip_addresses=True))
    other = {"attributes": {"a": "b"}}
    rules.spans([other, {"attributes": attributes}])
    assert attributes == {
        "password": "[Filtered]",
        "client.address": None,
        "db.system": "secret",
        "gen_ai.prompt": "mail [email] a secret",
        "http.request.header.cookie": ["a=b", "session=[Filtered]"],
        "count": 5,
    }
    assert other == {"attributes": {"a": "b"}}
    log: dict[str, Any] = {"body": "card 4111111111111111, secret", "attributes": {"token": "x"}}
    rules.logs([log])
    assert log == {"body": "card [creditcard], secret", "attributes": {"token": "[Filtered]"}}
    metric: dict[str, Any] = {"attributes": {"token": "x"}}
    rules.metrics([metric])
    assert metric == {"attributes": {"token": "[Filtered]"}}


@pytest.mark.parametrize("selector", ["attributes.k", "attributes.k.value", "$log.attributes.*"])
def test_an_attribute_may_be_named_with_and_without_its_value(selector: str) -> None:
    log: dict[str, Any] = {"attributes": {"k": "v"}}
    scrubber(rules((selector, "@anything:mask"))).logs([log])
    assert log == {"attributes": {"k": "*"}}


def test_what_describes_a_replay() -> None:
    replay: dict[str, Any] = {"urls": ["https://a/?token=1"], "segment_id": 1}
    scrubber(PrivacySettings()).replay(replay)
    assert replay["urls"] == ["[Filtered]"]

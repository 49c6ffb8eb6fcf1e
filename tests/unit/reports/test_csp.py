"""Reports of broken content security policies: what is read of them, and what they are called."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.reports.csp import csp_payload
from urgentry.ingest.reports.security import security_payload
from urgentry.protocol.outcome import Rejected

PAGE = "https://shop.example/cart"


def report(**fields: Any) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in fields.items()}


def message(directive: str, blocked: str | None = None, **more: Any) -> str:
    fields = {"document_uri": PAGE, "effective_directive": directive, **more}
    body = report(**fields) | ({} if blocked is None else {"blocked-uri": blocked})
    said: str = csp_payload(body)["logentry"]["formatted"]
    return said


@pytest.mark.parametrize(
    ("directive", "blocked", "said"),
    [
        ("img-src", "http://google.com/foo", "Blocked 'image' from 'google.com'"),
        ("style-src", "", "Blocked inline 'style'"),
        ("script-src", "", "Blocked unsafe (eval() or inline) 'script'"),
        ("script-src", None, "Blocked unsafe (eval() or inline) 'script'"),
        ("script-src", "inline", "Blocked unsafe inline 'script'"),
        ("script-src", "eval", "Blocked unsafe eval() 'script'"),
        ("script-src", "data:text/plain;base64,SGVsbG8", "Blocked 'script' from 'data:'"),
        ("script-src", "data", "Blocked 'script' from 'data:'"),
        ("script-src-elem", "http://cdn.example/x.js", "Blocked 'script' from 'cdn.example'"),
        ("script-src-elem", "self", "Blocked inline script attribute"),
        ("script-src-attr", "'self'", "Blocked unsafe 'script' element"),
        (
            "script-src-attr",
            "https://cdn.example/",
            "Blocked inline script attribute from 'cdn.example'",
        ),
        ("style-src-elem", "self", "Blocked 'style' or 'link' element"),
        ("style-src-attr", "", "Blocked style attribute"),
        (
            "connect-src",
            "wss://chat.example:8443/a",
            "Blocked 'connect' from 'wss://chat.example:8443'",
        ),
        ("connect-src", "https://api.example:443/a", "Blocked 'connect' from 'api.example'"),
        ("form-action", "https://pay.example/x", "Blocked 'form' action to 'pay.example'"),
        ("default-src", "https://x.example/", "Blocked 'default-src' from 'x.example'"),
        ("frame-src", "self", "Blocked inline 'frame-src'"),
        ("font-src", "blob", "Blocked 'font' from 'blob:'"),
        ("img-src", "https://[bad/x", "Blocked 'image' from 'https://[bad/x'"),
        ("img-src", "https://[2001:db8::1]/x", "Blocked 'image' from '[2001:db8::1]'"),
    ],
)
def test_messages(directive: str, blocked: str | None, said: str) -> None:
    assert message(directive, blocked) == said


@pytest.mark.parametrize(
    ("violated", "said"),
    [
        ("script-src 'unsafe-inline'", "Blocked unsafe inline 'script'"),
        ("script-src 'unsafe-eval'", "Blocked unsafe eval() 'script'"),
        ("script-src example.com", "Blocked unsafe (eval() or inline) 'script'"),
    ],
)
def test_local_scripts_are_told_by_the_policy(violated: str, said: str) -> None:
    assert message("script-src", "", violated_directive=violated) == said
    remote = message("script-src", "https://cdn.example", violated_directive=violated)
    assert remote == "Blocked 'script' from 'cdn.example'"


@pytest.mark.parametrize(
    ("fields", "directive"),
    [
        ({"effective_directive": "img-src https:"}, "img-src"),
        ({"violated_directive": "style-src cdn.example.com"}, "style-src"),
        ({"effective_directive": "nonsense", "violated_directive": "font-src"}, "font-src"),
    ],
)
def test_the_directive_is_the_first_known_word(fields: dict[str, str], directive: str) -> None:
    payload = csp_payload(report(**fields))
    assert payload["csp"]["effective_directive"] == directive
    assert payload["tags"][0] == ["effective-directive", directive]


@pytest.mark.parametrize("fields", [{}, {"effective_directive": 5}, {"violated_directive": "x y"}])
def test_without_a_known_directive_there_is_no_report(fields: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        csp_payload(report(**fields))
    assert refused.value.reason == "security_report"


@pytest.mark.parametrize(
    ("document", "violated", "culprit"),
    [
        (PAGE, "img-src 'none' https://shop.example", "img-src 'none' 'self'"),
        (PAGE, "img-src https://shop.example:8443", "img-src https://shop.example:8443"),
        (PAGE, "img-src shop.example cdn.example", "img-src 'self' cdn.example"),
        ("blob:x", "img-src cdn.example", "img-src blob://cdn.example"),
        (PAGE, "img-src data: 'unsafe-inline'", "img-src data: 'unsafe-inline'"),
        (PAGE, "img-src", "img-src"),
        (None, "img-src cdn.example", "img-src cdn.example"),
    ],
)
def test_the_culprit_is_the_policy_with_self_again(
    document: str | None, violated: str, culprit: str
) -> None:
    fields = {"document_uri": document, "violated_directive": violated}
    assert csp_payload(report(**fields))["culprit"] == culprit


def test_tags_name_what_was_blocked_without_what_is_about_payments() -> None:
    payload = csp_payload(
        report(
            effective_directive="connect-src",
            blocked_uri="https://api.stripe.com/v1/tokens?card[number]=4242#x",
        )
    )
    assert payload["tags"] == [
        ["effective-directive", "connect-src"],
        ["blocked-uri", "https://api.stripe.com/v1/tokens"],
        ["blocked-host", "api.stripe.com"],
    ]


def test_both_generations_spell_the_same_report() -> None:
    older = {
        "csp-report": {
            "document-uri": PAGE,
            "referrer": "https://search.example/",
            "effective-directive": "img-src",
            "violated-directive": "img-src",
            "blocked-uri": "https://ads.example/x.gif",
            "original-policy": "img-src 'self'",
            "disposition": "enforce",
            "status-code": "200",
            "line-number": 7,
            "column-number": "x",
            "source-file": "https://shop.example/a.js",
            "script-sample": "",
        }
    }
    newer = {
        "type": "csp-violation",
        "age": 10,
        "url": PAGE,
        "body": {
            "documentURL": PAGE,
            "referrer": "https://search.example/",
            "effectiveDirective": "img-src",
            "violatedDirective": "img-src",
            "blockedURL": "https://ads.example/x.gif",
            "originalPolicy": "img-src 'self'",
            "disposition": "enforce",
            "statusCode": 200,
            "lineNumber": 7,
            "columnNumber": None,
            "sourceFile": "https://shop.example/a.js",
            "sample": "",
        },
    }
    known = {
        "client_ip": "192.0.2.1",
        "user_agent": "Firefox",
        "origin": "https://shop.example",
        "release": "shop@1",
        "environment": "prod",
    }
    assert security_payload(older, **known) == security_payload(newer, **known)
    assert security_payload(older, **known) == {
        "type": "csp",
        "logger": "csp",
        "csp": {
            "document_uri": PAGE,
            "referrer": "https://search.example/",
            "effective_directive": "img-src",
            "violated_directive": "img-src",
            "blocked_uri": "https://ads.example/x.gif",
            "original_policy": "img-src 'self'",
            "disposition": "enforce",
            "status_code": 200,
            "line_number": 7,
            "source_file": "https://shop.example/a.js",
            "script_sample": "",
        },
        "logentry": {"formatted": "Blocked 'image' from 'ads.example'"},
        "culprit": "img-src",
        "tags": [
            ["effective-directive", "img-src"],
            ["blocked-uri", "https://ads.example/x.gif"],
            ["blocked-host", "ads.example"],
        ],
        "request": {
            "url": PAGE,
            "headers": [
                ["Referer", "https://search.example/"],
                ["Origin", "https://shop.example"],
                ["User-Agent", "Firefox"],
            ],
        },
        "user": {"ip_address": "192.0.2.1"},
        "release": "shop@1",
        "environment": "prod",
    }


@given(
    st.dictionaries(
        st.sampled_from(["blocked-uri", "document-uri", "violated-directive", "status-code", "x"]),
        st.none() | st.integers() | st.text(max_size=30) | st.lists(st.text(max_size=3)),
    )
)
def test_whatever_a_report_holds_it_is_read(fields: dict[str, Any]) -> None:
    payload = csp_payload(fields | {"effective-directive": "img-src"})
    assert payload["logentry"]["formatted"].startswith("Blocked ")

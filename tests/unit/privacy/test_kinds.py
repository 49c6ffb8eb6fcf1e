"""What each kind of personal data looks like, and what is left of it."""

import json

import orjson
import pytest

from tests.unit.privacy.scrubbing import extra, note, rules, scrubbed
from urgentry.privacy import patterns
from urgentry.privacy.builtin import BUILTIN, GROUPS
from urgentry.privacy.patterns import Pattern
from urgentry.privacy.regexes import compile_union

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----"
FOUND = [
    ("@ip", "at 127.0.0.1:80", "at [ip]:80"),
    ("@ip", "::1 and fe80::1%eth0", "[ip] and [ip]%eth0"),
    ("@ip", "[2001:db8::8a2e:370:7334]", "[[ip]]"),
    ("@ip", "::ffff:10.0.0.1", "[ip]"),
    ("@ip", "1.2.3.4 5.6.7.8", "[ip] [ip]"),
    ("@ip", "ip:::1", "ip:[ip]"),
    ("@email", "mail <Foo.Bar+x@ex-ample.co.uk>.", "mail <[email]>."),
    ("@creditcard", "card 4111-1111 1111-1111 ok", "card [creditcard] ok"),
    ("@creditcard", "3782 822463 10005", "[creditcard]"),
    ("@creditcard", "4111\n111111111111", "[creditcard]"),
    ("@iban", "IBAN:DE89370400440532013000", "IBAN:[iban]"),
    ("@mac", "4A-00-04-10-9B-50", "*" * 17),
    ("@mac:replace", "4a:00:04:10:9b:50", "[mac]"),
    ("@uuid:replace", "{3c6d9a3f-1b2c-4d5e-8f60-112233445566}", "{[uuid]}"),
    ("@imei", "35-693803-564380-9", "[imei]"),
    ("@imei:mask", "356938035643809", "*" * 15),
    ("@usssn", "078-05-1120", "*" * 11),
    ("@usssn:replace", "ssn 078-05-1120", "ssn [us-ssn]"),
    ("@pemkey", PEM, PEM.replace("MIIE\nabc", "[pemkey]")),
    ("@urlauth", "pg://u:p%40ss@host/x", "pg://[auth]@host/x"),
    ("@urlauth", "https://token@host", "https://[auth]@host"),
    ("@urlauth:legacy", "pg://u:p@host", "pg://u:[Filtered]@host"),
    ("@userpath", "/home/jané/x:/Users/b c/y", "/home/[user]/x:/Users/[user]/y"),
    ("@userpath", r"C:\Users\jane\x", r"C:\Users\[user]\x"),
    ("@bearer", "Authorization: bearer\tabc.d=, x", "Authorization: Bearer [token] x"),
    ("@password:filter", "the secret of it", "[Filtered]"),
    ("@password:filter", '{"x-token":"1"}', "[Filtered]"),
    ("@password:filter", "otp", "[Filtered]"),
    ("@cookies:filter", "a=b; session__0=1 2; c=d", "a=b; session__0=[Filtered]; c=d"),
    ("@anything", "whatever", "[Filtered]"),
    ("@anything:mask", "wé", "**"),
    ("@anything:hash", "foobar", "168197CA3A9D4FE60EDE05116B0A125DA1AB3BD0"),
    ("@common", "a@b.com 10.0.0.1", "[email] [ip]"),
    ("@common:filter", "a@b.com 078-05-1120", "a@b.com [Filtered]"),
]
LEFT = [
    ("@ip", "1.2.3 256.1.1.1 12:34:56 std::string x::1 4a:00:04:10:9b:50 v1.2.3.4"),
    ("@email", "a@b foo@2.3.1 @Component x@localhost"),
    ("@creditcard", "411111111111111 41111111111111111 x4111111111111111 1234567890123456"),
    ("@iban", "US89370400440532013000 DE89 3704 0044 0532 0130 00 xDE89370400440532013000"),
    ("@mac", "4a:00:04:10:9b:5 4a0004109b50"),
    ("@uuid", "3c6d9a3f-1b2c-4d5e-8f60-1122334455667"),
    ("@usssn", "123 45 6789 1123-45-6789 123-45-67890"),
    ("@pemkey", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----"),
    ("@urlauth", "https://host/@x user:pass@host"),
    ("@userpath", "/srv/x /homes/jane /Users"),
    ("@bearer", "Bearer: x bearers x"),
    ("@password:filter", "token count, one-time otp"),
    ("@cookies:filter", "mysession_id=1; sup=2; session"),
]


@pytest.mark.parametrize(("rule", "text", "left"), FOUND)
def test_what_is_found(rule: str, text: str, left: str) -> None:
    assert extra(text, rules(("$string", rule))) == left


@pytest.mark.parametrize(("rule", "text"), LEFT)
def test_what_is_left(rule: str, text: str) -> None:
    assert extra(text, rules(("$string", rule))) == text


@pytest.mark.parametrize(
    ("key", "goes"),
    [
        ("password", True),
        ("DB_PASSWD", True),
        ("x-api-key", True),
        ("is_authenticated", True),
        ("myToken", True),
        ("private-key", True),
        ("OTP", True),
        ("two_factor", True),
        ("otp_code", False),
        ("session", False),
        ("credential", False),
        ("author_name", True),
    ],
)
def test_names_whose_values_go(key: str, goes: bool) -> None:
    settings = rules(("$string", "@password:filter"))
    assert extra("v", settings, key=key) == ("[Filtered]" if goes else "v")


@pytest.mark.parametrize("value", ["", "true", "false", "null", "undefined", None, True])
def test_what_says_nothing_stays(value: object) -> None:
    settings = rules(("$string || $boolean", "@password:filter"))
    assert extra(value, settings, key="password") == value


@pytest.mark.parametrize("value", [5, 1.5, [], {"a": 1}])
def test_what_is_no_text_goes_as_a_whole(value: object) -> None:
    settings = rules(("$number || $array || $object", "@password:filter"))
    event = scrubbed({"extra": {"password": value}}, settings)
    assert event["extra"] == {"password": None}
    assert note(event, "extra", "password") == {"rem": [["@password:filter", "x"]]}


def test_every_kind_has_every_method() -> None:
    kinds = {name.partition(":")[0] for name in BUILTIN}
    for kind in kinds:
        for method in ("replace", "remove", "mask", "hash", "filter"):
            assert f"{kind}:{method}" in BUILTIN
    assert all(name in BUILTIN for names in GROUPS.values() for name in names)


KINDS = {name: value for name, value in vars(patterns).items() if isinstance(value, Pattern)}


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("prefix", ["", "x ", "\n", '"', "\\", "é", "7 "])
def test_a_trace_is_wherever_its_kind_is(name: str, prefix: str) -> None:
    """In the JSON of what holds the text, escaped as JSON escapes it."""
    pattern = KINDS[name]
    assert pattern.trace is not None
    trace = compile_union(frozenset((pattern.trace,)))
    assert trace is not None
    texts = [prefix + text + ending for _, text, _ in FOUND for ending in ("", "\n", '"', " x")]
    found = [text for text in texts if pattern.regex.search(text)]
    for text in found:
        for holder in (text, [text], {"k": text}, [["k", text], 1]):
            assert trace.search(orjson.dumps(holder)), text
    assert found or prefix


def test_hostile_texts_take_linear_time() -> None:
    """Nothing here ends a repetition; with backtracking each of them would take minutes."""
    texts = ["a" * 200_000, "a@" * 100_000, "1" * 200_000, ":" * 200_000, "//" * 100_000]
    event = {"extra": {str(number): text for number, text in enumerate(texts)}}
    settings = rules(
        ("$string", "@common"), ("$string", "mine"), mine={"type": "pattern", "pattern": "(a+)+$x"}
    )
    assert json.dumps(scrubbed(event, settings, proves=False))


def test_traces_are_known_for_all_default_rules() -> None:
    assert all(pattern.trace for pattern in KINDS.values())

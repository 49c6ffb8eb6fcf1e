"""Every place where clients put their key, and what happens when they disagree."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.auth import (
    Credentials,
    Source,
    check_envelope_dsn,
    envelope_credentials,
    missing,
    project_mismatch,
    read_credentials,
)
from urgentry.protocol.dsn import parse_dsn
from urgentry.protocol.outcome import Rejected

KEY = "e12d836b15bb49d7bbf99e64295d995b"
OTHER = "0123456789abcdef0123456789abcdef"
HEADER = f"Sentry sentry_key={KEY}, sentry_version=7, sentry_client=sentry.python/2.75.0"


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:".encode()).decode()


def refused(**given_: str | None) -> tuple[int, str]:
    with pytest.raises(Rejected) as caught:
        read_credentials(**given_)  # type: ignore[arg-type]
    return caught.value.status, caught.value.detail


def test_header_of_an_sdk() -> None:
    assert read_credentials(sentry_auth=HEADER) == Credentials(
        public_key=KEY, source=Source.SENTRY_HEADER, client="sentry.python/2.75.0"
    )


@pytest.mark.parametrize(
    ("given_", "source"),
    [
        ({"sentry_auth": f"sentry sentry_key={KEY}"}, Source.SENTRY_HEADER),
        ({"sentry_auth": f"SENTRY  sentry_key = {KEY} ,sentry_secret=x"}, Source.SENTRY_HEADER),
        ({"sentry_auth": f'Sentry sentry_key="{KEY}", sentry_timestamp=1.5'}, Source.SENTRY_HEADER),
        ({"authorization": HEADER}, Source.AUTHORIZATION),
        ({"authorization": basic(KEY)}, Source.BASIC),
        ({"authorization": basic(KEY).replace("Basic", "basic")}, Source.BASIC),
        ({"query": f"sentry_version=7&sentry_key={KEY}"}, Source.QUERY),
        ({"path_key": KEY}, Source.PATH),
        ({"sentry_auth": HEADER, "query": f"sentry_key={KEY}"}, Source.SENTRY_HEADER),
        ({"sentry_auth": f"Sentry sentry_key={KEY}.no-cache", "path_key": KEY}, "x-sentry-auth"),
        ({"query": f"sentry_key={KEY}&sentry_key={KEY}"}, Source.QUERY),
        ({"sentry_auth": "Bearer x", "path_key": KEY}, Source.PATH),
        ({"authorization": "Bearer x", "path_key": KEY}, Source.PATH),
        ({"authorization": HEADER, "query": "sentry_release=1.0"}, Source.AUTHORIZATION),
        ({"authorization": basic("proxy-user"), "sentry_auth": HEADER}, Source.SENTRY_HEADER),
    ],
)
def test_sources(given_: dict[str, str], source: Source) -> None:
    credentials = read_credentials(**given_)

    assert credentials is not None
    assert (credentials.public_key, credentials.source) == (KEY, source)


def test_query_of_a_browser() -> None:
    query = f"sentry_version=7&sentry_key={KEY}&sentry_client=sentry.javascript.browser%2F9.0.0"

    assert read_credentials(query=query) == Credentials(
        public_key=KEY, source=Source.QUERY, client="sentry.javascript.browser/9.0.0"
    )


@pytest.mark.parametrize(
    "given_", [{}, {"query": "a=b"}, {"query": "sentry_release=1"}, {"authorization": "Bearer x"}]
)
def test_nothing_found(given_: dict[str, str]) -> None:
    assert read_credentials(**given_) is None


@pytest.mark.parametrize(
    "given_",
    [
        {"sentry_auth": HEADER, "query": f"sentry_key={OTHER}"},
        {"sentry_auth": HEADER, "authorization": basic(OTHER)},
        {"query": f"sentry_key={KEY}&sentry_key={OTHER}"},
        {"path_key": OTHER, "query": f"sentry_key={KEY}"},
    ],
)
def test_sources_that_differ(given_: dict[str, str]) -> None:
    assert refused(**given_) == (401, "multiple authorization payloads detected")


@pytest.mark.parametrize(
    "given_",
    [
        {"sentry_auth": "Sentry "},
        {"sentry_auth": "Sentry sentry_version=7"},
        {"sentry_auth": f"Sentry sentry_key={KEY}, sentry_version=seven"},
        {"sentry_auth": f"Sentry sentry_key={KEY}, sentry_version=-1"},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic /w=="},
        {"query": "&".join(["sentry_key=x"] * 101)},
    ],
)
def test_malformed(given_: dict[str, str]) -> None:
    assert refused(**given_) == (401, "bad x-sentry-auth header")


@pytest.mark.parametrize("key", ["short", "x" * 33, "x" * 31 + "é"])
def test_a_key_has_32_ascii_characters(key: str) -> None:
    assert refused(sentry_auth=f"Sentry sentry_key={key}") == (400, "bad sentry DSN public key")
    assert refused(path_key=key) == (400, "bad sentry DSN public key")


@pytest.mark.parametrize(("text", "version"), [("7", 7), ("7.0", 7), ("6.9", 6), ("2.", 2)])
def test_versions(text: str, version: int) -> None:
    credentials = read_credentials(query=f"sentry_key={KEY}&sentry_version={text}")

    assert credentials is not None
    assert credentials.version == version


@pytest.mark.parametrize(("text", "version"), [("8", 8), ("8.1", 8), ("700", 700)])
def test_versions_to_come(text: str, version: int) -> None:
    got = refused(query=f"sentry_key={KEY}&sentry_version={text}")
    assert got == (400, f"unsupported protocol version ({version})")


def test_dsn_of_an_envelope() -> None:
    assert envelope_credentials(f"https://{KEY}@errors.example/42") == Credentials(
        public_key=KEY, source=Source.ENVELOPE, project_id=42
    )


@pytest.mark.parametrize("dsn", ["", "x", 42, {}, f"https://{KEY}@errors.example/web"])
def test_malformed_dsn_of_an_envelope(dsn: object) -> None:
    with pytest.raises(Rejected) as caught:
        envelope_credentials(dsn)
    assert (caught.value.status, caught.value.detail) == (
        401,
        "bad envelope authentication header",
    )


def test_no_credentials_at_all() -> None:
    with pytest.raises(Rejected) as caught:
        envelope_credentials(None)
    assert caught.value.status == 401
    assert caught.value.detail == missing().detail == "missing authorization information"


@pytest.mark.parametrize(
    ("dsn", "cause"),
    [
        (f"https://{KEY}@a/2", "project id header mismatch between envelope and request"),
        (f"https://{OTHER}@a/1", "public key header mismatch between envelope and request"),
    ],
)
def test_dsn_that_contradicts_the_request(dsn: str, cause: str) -> None:
    credentials = Credentials(public_key=KEY, source=Source.PATH)
    with pytest.raises(Rejected) as caught:
        check_envelope_dsn(parse_dsn(dsn), credentials, 1)
    assert (caught.value.status, caught.value.causes) == (400, (cause,))


def test_dsn_that_agrees_with_the_request() -> None:
    credentials = Credentials(public_key=KEY, source=Source.PATH)

    check_envelope_dsn(None, credentials, 1)
    check_envelope_dsn(parse_dsn(f"http://{KEY}@elsewhere/1"), credentials, 1)


def test_unknown_key() -> None:
    assert project_mismatch().status == 403


@given(
    sentry_auth=st.none() | st.text() | st.text().map("Sentry ".__add__),
    authorization=st.none() | st.text() | st.text().map("Basic ".__add__),
    query=st.text() | st.text().map("sentry_key=".__add__),
    path_key=st.none() | st.text(),
)
def test_whatever_comes_is_read_or_rejected(
    sentry_auth: str | None, authorization: str | None, query: str, path_key: str | None
) -> None:
    try:
        credentials = read_credentials(
            sentry_auth=sentry_auth, authorization=authorization, query=query, path_key=path_key
        )
    except Rejected:
        return
    assert credentials is None or len(credentials.public_key) == 32

"""What is too large, too deep or not text is refused by a real server, quickly and with a word."""

import socket
import time

import httpx
import pytest

from tests.server.security.conftest import Site
from urgentry.connection import MAX_HEAD_BYTES

MEGABYTE = 1 << 20
PATIENCE_S = 5.0
SEARCHES = [
    "(" * 2000 + "x" + ")" * 2000,
    "!" * 5000,
    " ".join(f"tag{number}:value" for number in range(2000)),
    " ".join("a*b*c*d*e*f*" * 20 for _ in range(50)),
    "browser:[" + ",".join(f"v{number}" for number in range(5000)) + "]",
    "*" * 8000,
    '"' * 4001,
    "times_seen:>99999999999999999999999999",
    "issue.id:" + "9" * 400,
    "age:-999999999999w",
    "firstSeen:>99999-01-01",
    "a:b OR " * 1500 + "c:d",
]


def raw(site: Site, content: bytes) -> bytes:
    """What the server answers to these bytes before it closes; it may close while they come."""
    answer = b""
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=20) as connection:
        try:
            connection.sendall(content)
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:
            pass
    return answer


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES + 1000, 8 * MEGABYTE])
def test_heads_have_a_limit(site: Site, size: int) -> None:
    start = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    one = start + b"X: " + b"a" * size + b"\r\n\r\n"
    many = start + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 900) for n in range(size // 900 + 1))
    for content in (one, many + b"\r\n", b"GET /" + b"a" * size + b" HTTP/1.1\r\n\r\n"):
        assert b" 200 " not in raw(site, content)
    fits = start + b"X: " + b"a" * (MAX_HEAD_BYTES // 2) + b"\r\n\r\n"
    assert b" 200 " in raw(site, fits)


def test_large_bodies_between_heads_are_no_heads(site: Site) -> None:
    body = b"a" * (MAX_HEAD_BYTES * 3)
    post = b"POST /sign-in/ HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    last = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert b"HTTP/1.1 200" in raw(site, post + body + last)


def test_bodies_have_a_limit(site: Site) -> None:
    large = b'{"name": "' + b"a" * 2 * MEGABYTE + b'"}'
    with site.api() as api:
        assert api.post("/api-tokens/", content=large).status_code == 413
        chunks = (b"a" * 65536 for _ in range(64))
        assert api.post("/api-tokens/", content=chunks).status_code == 413
    with site.signed_in() as client:
        for path in ("/sign-in/", "/account/", "/organizations/new/", "/acme/settings/members/"):
            assert client.post(path, data={"name": "a" * MEGABYTE}).status_code == 413, path
            fields = "&".join(f"a{number}=1" for number in range(5000))
            assert client.post(path, content=fields).status_code == 400, path


@pytest.mark.parametrize("opening", [b'{"a":', b"["])
def test_deep_json_is_refused(site: Site, opening: bytes) -> None:
    with site.api() as api:
        for depth in (1000, 100_000):
            answer = api.put("/projects/acme/web/", content=opening * depth)
            assert answer.status_code == 400
            closing = {b"[": b"]"}.get(opening, b"1}")
            answer = api.put("/projects/acme/web/", content=opening * depth + closing * depth)
            assert answer.status_code in (200, 400)


@pytest.mark.parametrize("search", SEARCHES, ids=lambda each: f"{each[:12]}… {len(each)}")
def test_searches_take_a_bounded_time(site: Site, search: str) -> None:
    paths = ("/organizations/acme/issues/", "/projects/acme/web/issues/")
    with site.api() as api, site.signed_in() as client:
        for path in (*paths, "/organizations/acme/issues-count/"):
            began = time.perf_counter()
            answer = api.get(path, params={"query": search})
            assert answer.status_code in (200, 400), answer.text
            assert time.perf_counter() - began < PATIENCE_S
        shown = client.get("/acme/issues/", params={"query": search})
        assert shown.status_code in (200, 400), shown.text


@pytest.mark.parametrize(
    "size", ["0", "-1", "101", "1e3", "٣", "9" * 5000, "0" * 9 + "1" + "9" * 9, "0x10", "null"]
)
def test_pages_have_a_limit(site: Site, size: str) -> None:
    with site.api() as api:
        for path in ("/organizations/acme/members/", "/organizations/acme/issues/"):
            assert api.get(path, params={"per_page": size}).status_code == 400, path


@pytest.mark.parametrize(
    "cursor",
    [
        *("0:-1:0", "x", "1:2:3:4", "9" * 5000 + ":0:0", "1:99999999999999999999:0", "::", "0:0"),
        *("9223372036854775807:9223372036854775807:1", "-9223372036854775807:0:0", "0:0:٣"),
    ],
)
def test_cursors_never_break_a_list(site: Site, cursor: str) -> None:
    paths = ("members", "issues", "releases", "projects", "teams", "tags/level/values")
    with site.api() as api:
        for path in paths:
            answer = api.get(f"/organizations/acme/{path}/", params={"cursor": cursor})
            assert answer.status_code in (200, 400), (path, answer.text)


@pytest.mark.parametrize(
    "name",
    ["9223372036854775808", "9" * 400, "-1", "0", "%00", "%ED%A0%80", "٣", "%0a", "a%0d%0ab"],
)
def test_names_of_any_form_are_not_found(site: Site, name: str) -> None:
    paths = [
        *("organizations/{}/", "projects/acme/{}/", "issues/{}/", "teams/acme/{}/"),
        *("organizations/acme/members/{}/", "projects/acme/web/keys/{}/", "api-tokens/{}/"),
        *("projects/acme/web/events/{}/", "organizations/acme/shortids/{}/"),
        *("organizations/acme/eventids/{}/", "organizations/acme/releases/{}/"),
    ]
    with site.api() as api, site.signed_in() as client:
        for path in paths:
            answer = api.get(f"/{path.format(name)}")
            assert answer.status_code in (400, 404), (path, answer.text)
        pages = ("/{}/issues/", "/acme/issues/{}/", "/acme/projects/{}/", "/invitation/{}/")
        for path in pages:
            assert client.get(path.format(name)).status_code in (400, 404, 307), path


def test_odd_hosts_and_queries_break_nothing(site: Site) -> None:
    for host in ("[", "a/b?c", "]:x", "x" * 5000, "a b"):
        for path in ("/sign-in", "/account/?x=%0d%0aX-Evil:1", "/api/0/", "/%0d%0aX-Evil:1"):
            request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            answer = raw(site, request.encode())
            assert answer.startswith(b"HTTP/1.1 "), (host, path)
            assert not answer.startswith(b"HTTP/1.1 5"), (host, path)
            assert b"\r\nX-Evil" not in answer


def test_methods_that_are_none_are_405(site: Site) -> None:
    for method in ("TRACE", "PROPFIND", "PATCH"):
        for path in ("/api/0/organizations/", "/sign-in/"):
            answer = httpx.request(method, f"{site.url}{path}")
            assert answer.status_code in (401, 403, 404, 405), (method, path)

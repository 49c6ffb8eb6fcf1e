"""Signing in and out at a real server: what browsers are sent, and who is kept out."""

import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.server.running_server import PASSWORD, RunningServer
from tests.server.security.conftest import Site, launch, sign_in
from urgentry.access.sessions import COOKIE
from urgentry.access.throttle import PER_ADDRESS, PER_EMAIL

REMOTE_PROXY = {"URGENTRY_TRUSTED_PROXIES": "127.0.0.0/8"}


def rows(server: RunningServer, query: str) -> list[tuple[object, ...]]:
    """What the database holds, read beside the server."""
    connection = sqlite3.connect(server.directory / "urgentry.sqlite", timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def write(server: RunningServer, query: str) -> None:
    connection = sqlite3.connect(server.directory / "urgentry.sqlite", timeout=10)
    try:
        connection.execute(query)
        connection.commit()
    finally:
        connection.close()


def invite(site: Site, email: str) -> str:
    """The path of an invitation's link."""
    with site.api() as api:
        made = api.post("/organizations/acme/members/", json={"email": email})
    link: str = made.json()["invite_link"]
    return link.removeprefix(site.url)


def newcomer(site: Site, email: str) -> httpx.Client:
    """A person who just registered, signed in."""
    client = site.browser()
    answer = client.post(invite(site, email), data={"name": "N", "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def is_in(client: httpx.Client) -> bool:
    return client.get("/account/").status_code == 200


def test_cookie_is_for_this_server_alone(site: Site) -> None:
    with site.browser() as client:
        answer = sign_in(client, site.made.email, site.made.password)
        cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Secure" not in cookie
    assert re.match(rf"{COOKIE}=[\w-]{{40,}}\.[0-9a-f]{{32}};", cookie)


def test_cookies_are_secure_below_https(tmp_path_factory: pytest.TempPathFactory) -> None:
    base_url = "https://errors.example.com"
    with launch(tmp_path_factory, "https", URGENTRY_BASE_URL=base_url) as server:
        made = server.bootstrap()
        headers = {"Origin": base_url, "Host": "errors.example.com"}
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers) as client:
            answer = sign_in(client, made.email, made.password)
            assert answer.headers.get_list("set-cookie")
            for cookie in answer.headers.get_list("set-cookie"):
                assert "Secure" in cookie.split("; ")


@pytest.mark.parametrize("target", ["/acme/issues/", "/"])
def test_next_leads_on(site: Site, target: str) -> None:
    with site.browser() as client:
        answer = sign_in(client, site.made.email, site.made.password, then=target)
    assert answer.headers["location"] == target


ELSEWHERE = [
    *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "///e.xy"),
    *("javascript:alert(1)", " //evil.example", "/\t/evil.example", "/\n/evil.example", "evil"),
    *("/a\r\nSet-Cookie: x=y", "http:evil.example", "//evil.example/%2f..", "/\u2028/evil.example"),
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_leads_nowhere_else(site: Site, target: str) -> None:
    with site.browser() as client:
        shown = client.get("/sign-in/", params={"next": target})
        assert 'name="next" value="/"' in shown.text or target not in shown.text
        answer = sign_in(client, site.made.email, site.made.password, then=target)
        goes_on = client.get("/sign-in/", params={"next": target})
    for each in (answer, goes_on):
        assert each.headers["location"] in ("/", "/%2F/evil.example"), each.headers["location"]
        assert "x" not in each.cookies


def test_sign_in_is_only_from_our_own_page(site: Site) -> None:
    for origin in ("https://evil.example", "null", ""):
        headers = {"Origin": origin} if origin else {}
        with httpx.Client(base_url=site.url, headers=headers) as client:
            assert sign_in(client, site.made.email, site.made.password).status_code == 403
            assert not client.cookies


def test_unknown_addresses_are_answered_alike(site: Site) -> None:
    newcomer(site, "timed@example.com").close()
    texts = {}
    times: dict[str, list[float]] = {"timed@example.com": [], "nobody@example.com": []}
    for _ in range(4):
        for email, taken in times.items():
            with site.browser() as client:
                began = time.perf_counter()
                answer = sign_in(client, email, "wrong password")
                taken.append(time.perf_counter() - began)
            assert answer.status_code == 401
            texts[email] = answer.text.replace(email, "")
    known, unknown = map(min, times.values())  # what else runs only adds to it
    assert texts["timed@example.com"] == texts["nobody@example.com"]
    assert 1 / 3 < known / unknown < 3


def test_attempts_are_counted_by_address_of_mail(site: Site) -> None:
    newcomer(site, "guessed@example.com").close()
    with site.browser() as client:
        spellings = ["guessed@example.com", "GUESSED@example.com", " guessed@example.com "]
        answers = [
            sign_in(client, spellings[number % 3], f"wrong {number}").status_code
            for number in range(PER_EMAIL + 2)
        ]
        right = sign_in(client, "guessed@example.com", PASSWORD)
    assert answers[:PER_EMAIL] == [401] * PER_EMAIL
    assert set(answers[PER_EMAIL:]) == {429}
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 0


def hammer(server: RunningServer, forged: list[tuple[str, str]]) -> list[int]:
    """One attempt, then as many that it is the ip's last but one, then three, each for another
    address of mail."""
    with httpx.Client(base_url=server.base_url, headers={"Origin": server.base_url}) as client:
        statuses = []
        for number in range(4):
            headers = [(name, value.format(number)) for name, value in forged]
            form = {"email": f"p{number}@example.com", "password": "x"}
            answer = client.post("/sign-in/", data=form, headers=headers)
            statuses.append(answer.status_code)
            if number == 0:
                nearly = f"UPDATE login_throttle SET failures = {PER_ADDRESS - 1}"
                write(server, f"{nearly} WHERE subject LIKE 'ip:%'")
    return statuses


FORGED = {
    "no proxy is trusted": ({}, [("X-Forwarded-For", "198.51.100.{}")]),
    "written before the proxy's": (
        REMOTE_PROXY,
        [("X-Forwarded-For", "198.51.100.{}, 203.0.113.9")],
    ),
    "in a line before the proxy's": (
        REMOTE_PROXY,
        [("X-Forwarded-For", "198.51.100.{}"), ("X-Forwarded-For", "203.0.113.9")],
    ),
    "one host of IPv6": (REMOTE_PROXY, [("X-Forwarded-For", "2001:db8::{}")]),
    "other headers": (
        REMOTE_PROXY,
        [("X-Real-IP", "198.51.100.{}"), ("Forwarded", "for=1.1.1.{}")],
    ),
}


@pytest.mark.parametrize("way", FORGED)
def test_attempts_are_counted_by_ip_address_however_it_is_forged(
    tmp_path_factory: pytest.TempPathFactory, way: str
) -> None:
    settings, forged = FORGED[way]
    with launch(tmp_path_factory, "forged", **settings) as server:
        server.bootstrap()
        statuses = hammer(server, forged)
    assert statuses == [401, 401, 429, 429]


def test_signing_out_ends_the_session(site: Site) -> None:
    with closing(newcomer(site, "leaver@example.com")) as client:
        kept = client.cookies[COOKIE]
        assert is_in(client)
        answer = client.post("/sign-out/")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        with httpx.Client(base_url=site.url, cookies={COOKIE: kept}) as thief:
            assert not is_in(thief)
            assert thief.get("/api/0/organizations/").status_code == 401


def test_a_session_is_over_when_its_time_is(site: Site) -> None:
    with closing(newcomer(site, "old@example.com")) as client:
        assert is_in(client)
        account = "(SELECT id FROM account WHERE email = 'old@example.com')"
        write(
            site.server, f"UPDATE account_session SET expires_at = 1 WHERE account_id = {account}"
        )
        assert not is_in(client)


def test_a_new_password_ends_other_sessions(site: Site) -> None:
    with closing(newcomer(site, "changer@example.com")) as client, site.browser() as other:
        assert sign_in(other, "changer@example.com", PASSWORD).status_code == 303
        assert is_in(other)
        wrong = client.post("/account/password/", data={"current": "no", "new": "another one!"})
        assert wrong.status_code == 400
        assert is_in(other)
        form = {"current": PASSWORD, "new": "a wholly other one"}
        assert client.post("/account/password/", data=form).status_code == 303
        assert is_in(client)
        assert not is_in(other)


def test_an_invitation_works_once(site: Site) -> None:
    link = invite(site, "once@example.com")
    with site.browser() as first, site.browser() as second:
        form = {"name": "O", "password": PASSWORD}
        assert first.post(link, data=form).status_code == 303
        assert second.post(link, data=form).status_code == 404
        assert second.get(link).status_code == 404
        assert first.post(link, data=form).status_code == 404


def test_an_invitation_is_taken_by_one_of_two_at_once(site: Site) -> None:
    link = invite(site, "race@example.com")

    def take(_: int) -> int:
        with site.browser() as client:
            return client.post(link, data={"name": "R", "password": PASSWORD}).status_code

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(take, range(4)))
    assert statuses[0] == 303
    assert set(statuses[1:]) <= {404, 409}


def test_first_page_makes_one_account(tmp_path_factory: pytest.TempPathFactory) -> None:
    with launch(tmp_path_factory, "setup") as server:

        def make(number: int) -> int:
            origin = {"Origin": server.base_url}
            form = {"organization": f"Org {number}", "project": "web", "password": PASSWORD}
            form |= {"email": f"p{number}@example.com", "name": "P"}
            with httpx.Client(base_url=server.base_url, headers=origin) as client:
                return client.post("/setup/", data=form).status_code

        with ThreadPoolExecutor(4) as threads:
            statuses = sorted(threads.map(make, range(4)))
        assert statuses == [303, 403, 403, 403]
        assert make(9) == 403
        assert rows(server, "SELECT count(*) FROM account") == [(1,)]
        assert httpx.get(f"{server.base_url}/setup/").headers["location"] == "/sign-in/"


def test_host_headers_lead_no_link_astray(site: Site) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    with site.api() as api:
        listed = api.get("/organizations/acme/members/", headers=headers)
        invited = api.post(
            "/organizations/acme/members/", json={"email": "h@example.com"}, headers=headers
        )
    assert "evil.example" not in str(listed.headers) + listed.text
    assert invited.json()["invite_link"].startswith(site.url)
    for path in ("/", "/account/", "/sign-in", "/organizations/acme"):
        answer = httpx.get(f"{site.url}{path}", headers=headers)
        assert answer.headers["location"].startswith("/")
        assert "evil.example" not in str(answer.headers)


def test_secrets_are_kept_as_digests_and_told_nowhere(site: Site) -> None:
    with closing(newcomer(site, "secret@example.com")) as client, site.api() as api:
        session = client.cookies[COOKIE]
        token = api.post("/api-tokens/", json={"scopes": ["org:read"]}).json()["token"]
        build = api.post("/organizations/acme/org-auth-tokens/", json={"name": "x"}).json()["token"]
        link = invite(site, "told@example.com").split("/")[-2]
        sign_in(client, "secret@example.com", "a mistyped password")
        client.get("/account/", params={"token": token})
        secrets = [session, token, build, link, site.made.auth_token, PASSWORD, "a mistyped pass"]
        for path in ("/api-tokens/", "/organizations/acme/org-auth-tokens/", "/users/me/"):
            shown = api.get(path).text
            assert not [each for each in secrets if each in shown]
        shown = httpx.get(f"{site.url}/metrics").text + site.server.log()
    stored = b"".join(path.read_bytes() for path in site.server.directory.glob("*.sqlite*"))
    assert not [each for each in secrets if each in shown]
    assert not [each for each in secrets if each.encode() in stored]

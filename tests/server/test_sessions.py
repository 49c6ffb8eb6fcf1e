"""The session cookie: signed by the server's keys, which can be replaced."""

from pathlib import Path

import httpx
import pytest

from tests.server.running_server import Bootstrapped, RunningServer
from urgentry.access.sessions import COOKIE

OLD, NEW = "old" * 12, "new" * 12


def sign_in(server: RunningServer, made: Bootstrapped) -> str:
    form = {"email": made.email, "password": made.password}
    origin = {"Origin": server.base_url}
    answer = httpx.post(f"{server.base_url}/sign-in/", data=form, headers=origin)
    assert answer.status_code == 303
    return answer.cookies[COOKIE]


def status(server: RunningServer, cookie: str) -> int:
    """Of the API's answer to a browser with that cookie."""
    headers = {b"Cookie": f"{COOKIE}={cookie}".encode("latin-1")}
    return httpx.get(f"{server.base_url}/api/0/organizations/", headers=headers).status_code


def test_a_cookie_that_the_server_did_not_sign_is_nobodys(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        cookie = sign_in(server, server.bootstrap())
        text, _, signature = cookie.rpartition(".")
        assert status(server, cookie) == 200
        for forged in (
            text,
            f"{text}.",
            f"{text}.{signature[:-1]}",
            f"x{cookie}",
            ".",
            "\xe9.\xe9",
        ):
            assert status(server, forged) == 401
        server.restart()
        assert status(server, cookie) == 200, "the key is kept"
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("keys", "expected"),
    [(f"{NEW},{OLD}", 200), (OLD, 200), (NEW, 401)],
    ids=["both", "old", "new"],
)
def test_keys_are_replaced_without_signing_anybody_out(
    tmp_path: Path, keys: str, expected: int
) -> None:
    with RunningServer(tmp_path, settings={"URGENTRY_SECRET_KEYS": OLD}) as server:
        cookie = sign_in(server, server.bootstrap())
        assert not (tmp_path / "secret_key").exists()
    with RunningServer(tmp_path, settings={"URGENTRY_SECRET_KEYS": keys}) as server:
        assert status(server, cookie) == expected

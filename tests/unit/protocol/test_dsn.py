"""DSNs as clients write them."""

import pytest

from urgentry.protocol.dsn import (
    PublicKey,
    format_dsn,
    parse_dsn,
    project_from_path,
    project_number,
    split_flags,
)
from urgentry.protocol.outcome import Outcome, Rejected

KEY = "e12d836b15bb49d7bbf99e64295d995b"


@pytest.mark.parametrize(
    ("text", "host", "path", "project_id"),
    [
        (f"https://{KEY}@errors.example/42", "errors.example", "", 42),
        (f"http://{KEY}@127.0.0.1:8000/1", "127.0.0.1:8000", "", 1),
        (f"http://{KEY}:secret@errors.example/1", "errors.example", "", 1),
        (f"https://{KEY}@errors.example/some/base/7", "errors.example", "/some/base", 7),
        (f"https://{KEY}@errors.example/7/", "errors.example", "", 7),
        (f"https://{KEY}.no-cache@errors.example/7", "errors.example", "", 7),
        (f"https://{KEY}@[::1]:9000/7", "[::1]:9000", "", 7),
        (f"https://{KEY}@errors.example/{2**64 - 1}", "errors.example", "", 2**64 - 1),
    ],
)
def test_reads(text: str, host: str, path: str, project_id: int) -> None:
    dsn = parse_dsn(text)

    assert (dsn.host, dsn.path, dsn.project_id) == (host, path, project_id)
    assert dsn.public_key == KEY
    assert parse_dsn(str(dsn)) == dsn


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        f"ftp://{KEY}@errors.example/1",
        "https://errors.example/1",
        f"https://{KEY}@/1",
        f"https://{KEY}@errors.example",
        f"https://{KEY}@errors.example/web",
        f"https://{KEY}@errors.example/{2**64}",
        f"https://{KEY}@errors.example:port/1",
        f"https://{KEY}@errors.example/-1",
        "https://short@errors.example/1",
        f"https://{KEY}@[::1/1",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_dsn(text)


def test_is_made_from_a_base_url() -> None:
    made = format_dsn("https://errors.example:8443/base/", KEY, 3)

    assert made == f"https://{KEY}@errors.example:8443/base/3"
    assert parse_dsn(made).path == "/base"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (KEY, PublicKey(KEY)),
        (f"{KEY}.no-cache", PublicKey(KEY, no_cache=True)),
        (f"{KEY}.other.no-cache", PublicKey(KEY, no_cache=True)),
        ("x" * 32, PublicKey("x" * 32)),
        (KEY[:-1], None),
        (KEY + "0", None),
        ("é" * 32, None),
        ("\n" * 32, None),
        ("", None),
    ],
)
def test_key_and_flags(text: str, key: PublicKey | None) -> None:
    assert split_flags(text) == key


@pytest.mark.parametrize("text", ["", "web", "1.0", "+1", "-1", " 1", "\u0661", "9" * 5000])
def test_project_of_a_path_is_a_number(text: str) -> None:
    assert project_number(text) is None
    with pytest.raises(Rejected) as caught:
        project_from_path(text)
    assert (caught.value.status, caught.value.detail) == (400, "bad project path parameter")
    assert (caught.value.outcome, caught.value.reason) == (Outcome.INVALID, "project_id")


def test_project_of_a_path_is_read() -> None:
    assert project_from_path("0042") == 42

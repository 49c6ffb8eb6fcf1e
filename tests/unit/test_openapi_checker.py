"""The checker itself: it must refuse what Sentry's description does not allow."""

from typing import Any

import pytest

from tests import openapi

TEAM = {
    "id": "1",
    "slug": "web",
    "name": "Web",
    "dateCreated": "2026-01-01T00:00:00Z",
    "isMember": True,
    "teamRole": None,
    "flags": {"idp:provisioned": False},
    "access": [],
    "hasAccess": True,
    "isPending": False,
    "memberCount": 1,
    "avatar": {"avatarType": "letter_avatar", "avatarUuid": None, "avatarUrl": None},
}
PATH = "/api/0/organizations/acme/teams/"


def test_a_described_answer_passes() -> None:
    openapi.check("GET", PATH, 200, [TEAM])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([TEAM | {"id": 1}], r"\$\[0\]\.id"),
        ([{key: TEAM[key] for key in TEAM if key != "slug"}], "'slug' is a required property"),
        ([TEAM | {"dateCreated": "yesterday"}], "date-time"),
        ({}, "array"),
    ],
)
def test_another_answer_is_refused_by_its_place(body: Any, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        openapi.check("GET", PATH, 200, body)


def test_unknown_operations_are_refused() -> None:
    openapi.require_openapi()
    with pytest.raises(AssertionError, match="no path"):
        openapi.check("GET", "/api/0/nothing/", 200, [])
    with pytest.raises(AssertionError, match="no status 207"):
        openapi.check("GET", PATH, 207, [])

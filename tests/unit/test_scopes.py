"""The matrix of roles, and the forms of slugs, addresses and passwords."""

import itertools

import pytest

from tests import openapi
from urgentry.access.scopes import ROLE_SCOPES, SCOPES, expand, role_matrix
from urgentry.domain.account import email_problem, normalise_email, password_problem
from urgentry.domain.organization import Role, slug_problem, slugify


def test_the_scopes_are_those_of_sentrys_api() -> None:
    openapi.require_openapi()
    named = {
        scope
        for operations in openapi.description()["paths"].values()
        for operation in operations.values()
        if isinstance(operation, dict)
        for way in operation.get("security", [])
        for scopes in way.values()
        for scope in scopes
    }
    assert named == SCOPES.keys()


def test_a_higher_role_may_all_that_a_lower_may() -> None:
    ladder = [ROLE_SCOPES[role] for role in sorted(Role, key=lambda role: role.rank)]
    assert all(lower < higher for lower, higher in itertools.pairwise(ladder))
    assert ladder[-1] == SCOPES.keys()
    assert role_matrix().count("\n") == len(SCOPES) + 2


def test_admin_implies_write_implies_read() -> None:
    assert expand(["project:admin"]) == {"project:admin", "project:write", "project:read"}
    assert expand(["org:ci"]) == {"org:ci"}
    assert expand(["nothing", "event:write"]) == {"event:write", "event:read"}
    assert expand([]) == frozenset()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("My App!", "my-app"),
        ("Größe & Maß", "groe-ma"),
        ("  --x__y  ", "x-y"),
        ("2024", "fallback"),
        ("名前", "fallback"),
        ("", "fallback"),
        ("a" * 49 + " bc", "a" * 49),
    ],
)
def test_names_become_slugs(name: str, slug: str) -> None:
    assert slugify(name, fallback="fallback") == slug


@pytest.mark.parametrize("slug", ["", "A", "a b", "123", "a.b", "é", "a\n", "a" * 51])
def test_what_is_no_slug(slug: str) -> None:
    assert slug_problem(slug) is not None


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b", "a b@c", "a@b@c", "a@b\x00", "<a@b>", "x" * 300]
)
def test_what_is_no_address(email: str) -> None:
    assert email_problem(email) is not None


def test_addresses_have_one_form() -> None:
    assert email_problem("Ada.L+x@Example.co.uk") is None
    assert normalise_email(" Ada@Example.COM ") == "ada@example.com"
    assert normalise_email("a\x00\ud800@b") == "a?@b"


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 300, "aaaaaaaaaaaa", "Ada@Example.com", "ada@example.com"]
)
def test_poor_passwords_are_refused(password: str) -> None:
    assert password_problem(password, email="ada@example.com") is not None


def test_good_passwords_are_taken() -> None:
    assert password_problem("correct horse", email="ada@example.com") is None
    assert password_problem("ünïcødé passwörd") is None

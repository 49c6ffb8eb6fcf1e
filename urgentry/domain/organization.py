"""Who owns what: organizations, their members and teams, and the form of slugs."""

import re
import unicodedata
from enum import StrEnum
from typing import Any

import msgspec

MAX_SLUG_LENGTH = 50
_SLUG = re.compile(r"(?![0-9]+$)[a-z0-9_\-]+")
RESERVED_SLUGS = frozenset(
    (
        *("-", "_", "account", "api", "assets", "health", "invitation", "live", "metrics", "new"),
        *("organizations", "ready", "settings", "setup", "sign-in", "sign-out", "static"),
    )
)
"""First parts of our own addresses: an organization of that name could not be reached."""


class Role(StrEnum):
    """What a member is in an organization, from the least to the most."""

    MEMBER = "member"
    ADMIN = "admin"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class TeamRole(StrEnum):
    """What a member is in a team."""

    CONTRIBUTOR = "contributor"
    ADMIN = "admin"


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant. Its settings apply to all its projects; times in microseconds."""

    id: int
    slug: str
    name: str
    open_membership: bool
    """Whether every member sees every project and may join every team."""
    settings: dict[str, Any]
    created_at: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An account's place in an organization, or an invitation while `account_id` is None."""

    id: int
    organization_id: int
    account_id: int | None
    email: str
    name: str
    role: Role
    invitation_expires_at: int | None
    invited_by: int | None
    inviter_email: str | None
    created_at: int

    @property
    def is_pending(self) -> bool:
        return self.account_id is None

    def is_expired(self, at: int) -> bool:
        """Whether the invitation can no longer be accepted."""
        expires_at = self.invitation_expires_at
        return self.is_pending and expires_at is not None and expires_at <= at


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A group of members that projects belong to."""

    id: int
    organization_id: int
    slug: str
    name: str
    created_at: int
    member_count: int


class TeamMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member's place in a team."""

    team_id: int
    team_slug: str
    member_id: int
    role: TeamRole


def slugify(name: str, *, fallback: str) -> str:
    """A slug made of a name; `fallback` where nothing of it is left or only digits are."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG_LENGTH].strip("-")
    return slug if slug_problem(slug) is None else fallback


def slug_problem(slug: str, *, longest: int = MAX_SLUG_LENGTH) -> str | None:
    """Why a text cannot be a slug, in the words of Sentry's API, or None."""
    if len(slug) > longest:
        return f"Ensure this field has no more than {longest} characters."
    if not _SLUG.fullmatch(slug):
        return (
            "Enter a valid slug consisting of lowercase letters, numbers, underscores or hyphens. "
            "It cannot be entirely numeric."
        )
    return None

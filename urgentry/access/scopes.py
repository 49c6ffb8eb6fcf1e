"""The scopes of Sentry's API and which role has which; `docs/reference/roles.md` is made of it."""

from collections.abc import Iterable

from urgentry.domain.organization import Role

SCOPES = {
    "org:read": "See the organization and its settings.",
    "org:write": "Change the organization's settings.",
    "org:admin": "Delete the organization; everything of the organization.",
    "org:ci": "Upload what builds produce: releases, source maps.",
    "org:integrations": "Manage integrations.",
    "member:read": "See who is in the organization.",
    "member:invite": "Invite people.",
    "member:write": "Change what people are.",
    "member:admin": "Remove people.",
    "team:read": "See teams.",
    "team:write": "Make and change teams.",
    "team:admin": "Delete teams.",
    "project:read": "See projects and their keys.",
    "project:write": "Make projects; change their settings and keys.",
    "project:admin": "Delete projects and keys.",
    "project:releases": "Manage releases.",
    "project:distribution": "Distribute builds.",
    "event:read": "See issues and events.",
    "event:write": "Resolve, archive, assign and merge issues.",
    "event:admin": "Delete issues and events.",
    "alerts:read": "See alert rules.",
    "alerts:write": "Change alert rules.",
}

_IMPLIED = {
    "org:admin": ("org:write", "org:integrations"),
    "org:write": ("org:read",),
    "org:integrations": ("org:read",),
    "member:admin": ("member:write", "member:invite"),
    "member:write": ("member:read",),
    "member:invite": ("member:read",),
    "team:admin": ("team:write",),
    "team:write": ("team:read",),
    "project:admin": ("project:write",),
    "project:write": ("project:read",),
    "event:admin": ("event:write",),
    "event:write": ("event:read",),
    "alerts:write": ("alerts:read",),
}

_MEMBER = (
    *("org:read", "org:ci", "member:read", "member:invite", "team:read", "project:read"),
    *("project:releases", "project:distribution", "event:admin", "alerts:write"),
)
_ADMIN = (*_MEMBER, "org:integrations", "team:admin", "project:admin")
_MANAGER = (*_ADMIN, "org:write", "member:admin")
_OWNER = (*_MANAGER, "org:admin")


def expand(scopes: Iterable[str]) -> frozenset[str]:
    """Scopes with all that they imply; names that are none are left out."""
    found: set[str] = set()
    waiting = [scope for scope in scopes if scope in SCOPES]
    while waiting:
        scope = waiting.pop()
        if scope not in found:
            found.add(scope)
            waiting.extend(_IMPLIED.get(scope, ()))
    return frozenset(found)


ROLE_SCOPES = {
    Role.MEMBER: expand(_MEMBER),
    Role.ADMIN: expand(_ADMIN),
    Role.MANAGER: expand(_MANAGER),
    Role.OWNER: expand(_OWNER),
}
"""What a role may do in its organization. An instance admin is an owner everywhere."""

ROLE_MEANING = {
    Role.MEMBER: "Works on issues; sees the organization, its people and its projects.",
    Role.ADMIN: "Also makes, sets up and deletes projects and teams.",
    Role.MANAGER: "Also manages people and the organization's settings.",
    Role.OWNER: "May do everything in the organization.",
}


def role_matrix() -> str:
    """The table of `docs/reference/roles.md`."""
    head = "| scope | " + " | ".join(role.value for role in Role) + " | allows to |\n"
    rule = "|---|" + "---|" * (len(Role) + 1) + "\n"
    rows = (
        f"| `{scope}` | "
        + " | ".join("yes" if scope in ROLE_SCOPES[role] else "" for role in Role)
        + f" | {meaning} |\n"
        for scope, meaning in SCOPES.items()
    )
    return head + rule + "".join(rows)

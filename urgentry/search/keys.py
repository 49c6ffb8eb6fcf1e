"""The keys that mean something of their own, under each name Sentry knows; all others are tags."""

from enum import StrEnum


class Key(StrEnum):
    """A key by its canonical name."""

    IS = "is"
    HAS = "has"
    LEVEL = "level"
    RELEASE = "release"
    RELEASE_VERSION = "release.version"
    RELEASE_PACKAGE = "release.package"
    RELEASE_BUILD = "release.build"
    FIRST_RELEASE = "firstRelease"
    ENVIRONMENT = "environment"
    USER_ID = "user.id"
    USER_EMAIL = "user.email"
    USER_USERNAME = "user.username"
    USER_IP = "user.ip"
    USER_NAME = "user.name"
    USER = "user"
    ASSIGNED = "assigned"
    BOOKMARKS = "bookmarks"
    FIRST_SEEN = "firstSeen"
    LAST_SEEN = "lastSeen"
    TIMESTAMP = "timestamp"
    TIMES_SEEN = "timesSeen"
    USERS_SEEN = "usersSeen"
    ISSUE = "issue"
    ISSUE_ID = "issue.id"
    EVENT_ID = "id"
    PRIORITY = "issue.priority"
    CATEGORY = "issue.category"
    ISSUE_TYPE = "issue.type"
    EVENT_TYPE = "event.type"
    ERROR_TYPE = "error.type"
    ERROR_VALUE = "error.value"
    ERROR_HANDLED = "error.handled"
    ERROR_UNHANDLED = "error.unhandled"
    MECHANISM = "error.mechanism"
    MESSAGE = "message"
    TITLE = "title"
    CULPRIT = "culprit"
    LOCATION = "location"
    PLATFORM = "platform"
    LOGGER = "logger"
    PROJECT = "project"


_ALIASES = {
    "age": Key.FIRST_SEEN,
    "first_seen": Key.FIRST_SEEN,
    "last_seen": Key.LAST_SEEN,
    "event.timestamp": Key.TIMESTAMP,
    "times_seen": Key.TIMES_SEEN,
    "users_seen": Key.USERS_SEEN,
    "userCount": Key.USERS_SEEN,
    "assigned_to": Key.ASSIGNED,
    "assigned_or_suggested": Key.ASSIGNED,
    "bookmarked_by": Key.BOOKMARKS,
    "first_release": Key.FIRST_RELEASE,
    "first-release": Key.FIRST_RELEASE,
    "priority": Key.PRIORITY,
    "release.semver": Key.RELEASE_VERSION,
    "sentry.release": Key.RELEASE,
    "platform.name": Key.PLATFORM,
    "project.name": Key.PROJECT,
    "env": Key.ENVIRONMENT,
    "event.id": Key.EVENT_ID,
}

_BY_NAME = {key.value.lower(): key for key in Key} | {
    name.lower(): key for name, key in _ALIASES.items()
}

UNSUPPORTED = frozenset(
    {
        "subscribed",
        "subscribed_by",
        "linked_issue",
        "release.stage",
        "device.class",
        "issue.seer_actionability",
        "regressed_in_release",
        "timestamp.to_hour",
        "timestamp.to_day",
    }
)
"""Sentry's keys that ask for what this server does not keep: refused, lest they pass for tags."""


def find_key(name: str) -> Key | None:
    """The key of that name in any case, or None: then it is a tag."""
    return _BY_NAME.get(name.lower())


def is_known(name: str) -> bool:
    """Whether the name is a key, so that a missing value is a mistake and not free text."""
    return name.lower() in _BY_NAME or name.lower() in UNSUPPORTED

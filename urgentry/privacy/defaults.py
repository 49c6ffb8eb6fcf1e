"""Default scrubbing: the rules that hold in every project unless it says otherwise."""

from typing import Final

import re2

from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy.builtin import FILTER
from urgentry.privacy.config import Config
from urgentry.privacy.invalid import InvalidRules
from urgentry.privacy.patterns import SESSION_COOKIES, Pattern
from urgentry.privacy.rules import Rule
from urgentry.privacy.selectors import And, Key, Not, Path, Selector, parse_selector, quote_key

MAX_FIELD_CHARS: Final = 200
SENSITIVE_FIELDS: Final = "strip-fields"
"""What remarks call the rule about a project's sensitive fields."""

_VALUES: Final = (
    "($string || $number || $array || $object) && !(debug_meta.** || $frame.filename || "
    "$frame.abs_path || $logentry.formatted || $error.value || $http.headers.user-agent)"
)
_ADDRESSES: Final = (
    "$http.env.REMOTE_ADDR || $user.ip_address || $sdk.client_ip || $span.sentry_tags.'user.ip' "
    "|| attributes.'client.address'"
)
# What people write to each other and to machines: only what is surely secret goes.
_CONVERSATIONS: Final = (
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "gen_ai.request.messages",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.input",
    "gen_ai.tool.call.result",
    "gen_ai.tool.output",
    "gen_ai.output.messages",
    "gen_ai.response.tool_calls",
    "gen_ai.response.text",
    "gen_ai.response.object",
    "gen_ai.tool.definitions",
    "gen_ai.request.available_tools",
    "gen_ai.tool.name",
    "mcp.prompt.result",
    "mcp.tool.result.content",
)
_PROSE_RULES: Final = (
    *("@email:replace", "@creditcard:replace", "@iban:replace", "@usssn:replace"),
    "@bearer:replace",
)
_COOKIE_HEADERS: Final = ("http.request.header.cookie", "http.response.header.set-cookie")


def default_config(settings: PrivacySettings) -> Config:
    """What a project's own switches and lists of fields come to."""
    scrubs = settings.scrub_data
    sensitive = [name.strip() for name in settings.sensitive_fields if name.strip()]
    general: tuple[str, ...] = ("@common:filter",) if scrubs and settings.scrub_defaults else ()
    if settings.scrub_ip_addresses:
        general += ("@ip:replace",)
    rules: dict[str, Rule] = {}
    if scrubs and sensitive:
        rules[SENSITIVE_FIELDS] = _sensitive_rule(sensitive)
        general += (SENSITIVE_FIELDS,)
    applications: list[tuple[Selector, tuple[str, ...]]] = []
    if general:
        applications.append((_general_selector(settings, excludes=scrubs), general))
    if settings.scrub_ip_addresses:
        applications.append((parse_selector(_ADDRESSES), ("@anything:remove",)))
    if scrubs and settings.scrub_defaults:
        applications += _usual()
    return Config(rules, tuple(applications))


def check_field(name: str) -> None:
    """InvalidRules where a sensitive or safe field cannot be one."""
    if not name.strip():
        raise InvalidRules("a field has a name")
    if len(name) > MAX_FIELD_CHARS:
        raise InvalidRules(f"at most {MAX_FIELD_CHARS} characters make a field")


def safe_selector(field: str) -> Selector:
    """A safe field as a selector, or as the name of a member where it is none."""
    try:
        return parse_selector(field)
    except InvalidRules:
        return Path((Key(field.lower()),))


def _general_selector(settings: PrivacySettings, *, excludes: bool) -> Selector:
    safe = [name.strip() for name in settings.safe_fields if name.strip()] if excludes else []
    general = parse_selector(_VALUES)
    assert isinstance(general, And)  # noqa: S101 - it is written above
    return And((*general.parts, *(Not(safe_selector(name)) for name in safe)))


def _sensitive_rule(names: list[str]) -> Rule:
    either = "(?i)" + "|".join(re2.escape(name) for name in names)
    return Rule(
        id=SENSITIVE_FIELDS,
        origin=SENSITIVE_FIELDS,
        pattern=Pattern(either, groups=None, key=either),
        redaction=FILTER,
    )


def _usual() -> list[tuple[Selector, tuple[str, ...]]]:
    prose = ["$logentry.formatted", "$log.body"]
    for name in map(quote_key, _CONVERSATIONS):
        prose += [f"$span.data.{name}", f"attributes.{name}.value"]
    cookies = []
    for name in SESSION_COOKIES:
        cookies.append(f"*.cookies.{quote_key(name)}")
        cookies += [f"*.{quote_key(f'{header}.{name}')}" for header in _COOKIE_HEADERS]
    headers = []
    for header in map(quote_key, _COOKIE_HEADERS):
        headers += [f"*.{header}.*", f"*.{header}"]
    return [
        (parse_selector(" || ".join(prose)), _PROSE_RULES),
        (parse_selector(" || ".join(cookies)), ("@anything:filter",)),
        (parse_selector(" || ".join(headers)), ("@cookies:filter",)),
    ]

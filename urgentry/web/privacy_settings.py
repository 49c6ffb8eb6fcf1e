"""What is removed from data before it is stored: of a project, and of all projects of an
organization; tried out on an event before it is saved.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import orjson
from starlette.responses import Response

from urgentry.access.decision import Access
from urgentry.domain.patterns import lines_of
from urgentry.domain.privacy_settings import DataRules, PrivacySettings, effective
from urgentry.errors import FieldError
from urgentry.ingest.rehearse_scrubbing import MAX_SAMPLE_CHARS, rehearse_scrubbing
from urgentry.privacy import InvalidRules
from urgentry.protocol.outcome import Rejected
from urgentry.storage.database import Transaction
from urgentry.tenancy.privacy import (
    MAX_FIELDS,
    MAX_RULES_CHARS,
    RulesChange,
    change_organization_privacy,
    change_project_privacy,
    changed,
    organization_rules_of,
    project_rules_of,
)
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.view.changes import Change, changes
from urgentry.web.visit import Place, Visit

_MAX_LIST_CHARS = MAX_FIELDS * 200
_MAX_SELECTOR_CHARS = 1_000
SWITCHES = (
    (
        "scrub_data",
        "Scrub data",
        "Nothing below but the advanced rules does anything without it.",
    ),
    (
        "scrub_defaults",
        "The usual secrets",
        "Values under names like password, token or api_key; card numbers, keys, logins in URLs.",
    ),
    ("scrub_ip_addresses", "IP addresses of users", "They are not stored, nor counted."),
)
LISTS = (
    (
        "sensitive_fields",
        "sensitiveFields",
        "Sensitive fields",
        "Names whose values go as well, one a line; a part of the name is enough.",
    ),
    (
        "safe_fields",
        "safeFields",
        "Safe fields",
        "Names whose values stay, one a line. Advanced rules hold for them too.",
    ),
)
KINDS = {
    "anything": "Anything",
    "pattern": "A pattern of mine",
    "ip": "IP addresses",
    "email": "Email addresses",
    "creditcard": "Credit card numbers",
    "iban": "IBANs",
    "usssn": "US social security numbers",
    "password": "Names of passwords",
    "bearer": "Bearer tokens",
    "pemkey": "PEM keys",
    "urlauth": "Logins in URLs",
    "userpath": "User names in paths",
    "uuid": "UUIDs",
    "mac": "MAC addresses",
    "imei": "IMEIs",
}
METHODS = {"remove": "Remove", "mask": "Mask", "hash": "Hash", "replace": "Replace"}
PLACES = (
    *("$string", "$error.value", "$message", "$http.**", "$user.**", "$frame.vars.**", "extra.**"),
    *("tags.**", "contexts.**", "$breadcrumb.**", "$attachments.'*.log'", "$minidump"),
)
"""Selectors that are offered."""
SAMPLE = """{
  "message": "Login of ann@example.com from 203.0.113.7 failed",
  "request": {
    "url": "https://shop.example/login",
    "headers": {"Authorization": "Bearer abcdef0123456789", "Accept": "text/html"},
    "data": {"user": "ann", "password": "hunter2", "card": "4111 1111 1111 1111"}
  },
  "user": {"id": "7", "email": "ann@example.com", "ip_address": "203.0.113.7"},
  "extra": {"customer_number": "cus_8842", "retries": 3}
}"""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """An advanced rule where it applies."""

    place: str
    rule: str
    index: int


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the sample."""

    text: str
    changes: list[Change]


class _Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whose rules they are: those of a project, or of an organization."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    rules_of: Callable[[Place], DataRules]
    change: Callable[[Transaction, Access, RulesChange], Awaitable[Any]]
    address: Callable[[Place], str]


_PROJECT = _Subject(
    read=("project:read",),
    write=("project:write", "project:admin"),
    rules_of=lambda place: project_rules_of(place.project),
    change=change_project_privacy,
    address=lambda place: f"{place.base}/projects/{place.project.slug}/settings/privacy/",
)
_ORGANIZATION = _Subject(
    read=("org:read",),
    write=("org:write", "org:admin"),
    rules_of=lambda place: organization_rules_of(place.organization),
    change=change_organization_privacy,
    address=lambda place: f"{place.base}/settings/privacy/",
)


def _is_of_project(visit: Visit) -> bool:
    return "project" in visit.request.path_params


def _subject(visit: Visit) -> _Subject:
    return _PROJECT if _is_of_project(visit) else _ORGANIZATION


async def show(visit: Visit) -> Response:
    """What is removed."""
    subject = _subject(visit)
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *subject.read)
    return _page(visit, place, Form(), subject.rules_of(place))


async def submit(visit: Visit) -> Response:
    """Saves what was entered, or changes or tries it without."""
    subject, form = _subject(visit), await visit.form()

    async def write(tx: Transaction) -> str:
        place = await visit.enter(tx, *subject.write)
        await subject.change(tx, place.access, _wanted(form))
        return subject.address(place)

    try:
        if form.text("action") == "save":
            address = await visit.database.write(write)
            visit.deps.hub.wake()
            return visit.redirect(address, flash=Flash(code="saved"))
        async with visit.database.read() as tx:
            place = await visit.enter(tx, *subject.write)
        return _edited(visit, place, form, subject.rules_of(place))
    except FieldError as error:
        if visit.place is None:
            raise
        return _refused(visit, visit.place, form.refuse(error), subject.rules_of(visit.place))


def _wanted(form: Form) -> RulesChange:
    """Everything as it was entered."""
    return RulesChange(
        scrub_data=form.flag("scrub_data"),
        scrub_defaults=form.flag("scrub_defaults"),
        scrub_ip_addresses=form.flag("scrub_ip_addresses"),
        sensitive_fields=tuple(lines_of(form.text("sensitive_fields", longest=_MAX_LIST_CHARS))),
        safe_fields=tuple(lines_of(form.text("safe_fields", longest=_MAX_LIST_CHARS))),
        advanced=form.text("advanced", longest=MAX_RULES_CHARS + 1),
    )


def _edited(visit: Visit, place: Place, form: Form, present: DataRules) -> Response:
    """The page with what was entered, changed by an action and tried on the sample."""
    rules = changed(present, _wanted(form))
    action = form.text("action")
    if action == "add":
        rules = changed(rules, RulesChange(advanced=_with_rule(rules.advanced, form)))
    elif action.startswith("drop-"):
        rules = changed(rules, RulesChange(advanced=_without(rules.advanced, action[5:])))
    trial = _try(visit, place, form, rules) if action == "try" else None
    return _page(visit, place, form, rules, trial=trial, is_unsaved=True)


def _with_rule(advanced: str, form: Form) -> str:
    """The rules with one more at the end. FieldError for what makes none."""
    kind, method = form.text("kind"), form.text("method")
    selector = form.text("selector", longest=_MAX_SELECTOR_CHARS)
    if kind not in KINDS or method not in METHODS or not selector:
        raise FieldError({"selector": ["Say where it applies."]})
    config = _config(advanced)
    name = f"@{kind}:{method}"
    if kind == "pattern":
        named = config["rules"]
        name = next(each for each in _names() if each not in named)
        pattern = form.text("pattern", longest=_MAX_SELECTOR_CHARS)
        named[name] = {"type": "pattern", "pattern": pattern, "redaction": {"method": method}}
    config["applications"].setdefault(selector, []).append(name)
    return _spelled(config)


def _names() -> Iterator[str]:
    number = 1
    while True:
        yield f"pattern {number}"
        number += 1


def _without(advanced: str, index: str) -> str:
    """The rules without the application of that number; a rule that applies nowhere goes too."""
    config = _config(advanced)
    listed = _applied(advanced)
    chosen = next((each for each in listed if str(each.index) == index), None)
    if chosen is None:
        return advanced
    names = config["applications"][chosen.place]
    names.remove(chosen.rule)
    if not names:
        del config["applications"][chosen.place]
    used = {name for names in config["applications"].values() for name in names}
    if chosen.rule in config["rules"] and chosen.rule not in used:
        del config["rules"][chosen.rule]
    return _spelled(config) if config["applications"] else ""


def _config(advanced: str) -> dict[str, Any]:
    """The rules as an object; they have been checked."""
    given = orjson.loads(advanced) if advanced else {}
    return {"rules": given.get("rules", {}), "applications": given.get("applications", {})}


def _spelled(config: dict[str, Any]) -> str:
    return orjson.dumps(config, option=orjson.OPT_INDENT_2).decode()


def _applied(advanced: str) -> list[Applied]:
    """Every application; nothing of rules that cannot be read."""
    try:
        pairs = [
            (place, name)
            for place, names in _config(advanced)["applications"].items()
            for name in names
        ]
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        return []
    return [
        Applied(place=place, rule=str(name), index=index)
        for index, (place, name) in enumerate(pairs)
    ]


def _try(visit: Visit, place: Place, form: Form, rules: DataRules) -> Trial:
    """The sample under the rules, together with the organization's."""
    sample = form.text("sample", longest=MAX_SAMPLE_CHARS + 1)
    if len(sample) > MAX_SAMPLE_CHARS:
        raise FieldError({"sample": [f"At most {MAX_SAMPLE_CHARS:,} characters."]})
    try:
        event = rehearse_scrubbing(sample, _settings(visit, place, rules))
    except Rejected as rejected:
        raise FieldError({"sample": [f"This is no event: {rejected.detail}"]}) from None
    except InvalidRules as error:
        raise FieldError({"relayPiiConfig": [str(error)]}) from None
    found = changes(event)
    event.pop("_meta", None)
    return Trial(text=orjson.dumps(event, option=orjson.OPT_INDENT_2).decode(), changes=found)


def _settings(visit: Visit, place: Place, rules: DataRules) -> PrivacySettings:
    if _is_of_project(visit):
        return effective(rules, organization_rules_of(place.organization))
    nothing = DataRules(scrub_data=False, scrub_defaults=False)
    return effective(nothing, rules)


def _refused(visit: Visit, place: Place, form: Form, present: DataRules) -> Response:
    """What was entered, as far as it can be, and what is wrong with it."""
    wanted = _wanted(form)
    entered = msgspec.structs.replace(
        present, **{name: getattr(wanted, name) for name in wanted.__struct_fields__}
    )
    return _page(visit, place, form, entered, status=400, is_unsaved=True)


def _page(
    visit: Visit,
    place: Place,
    form: Form,
    rules: DataRules,
    *,
    trial: Trial | None = None,
    is_unsaved: bool = False,
    status: int = 200,
) -> Response:
    is_project = _is_of_project(visit)
    return visit.page(
        "privacy.html",
        status=status,
        section="projects" if is_project else "settings",
        tab="privacy",
        project=place.project if is_project else None,
        may_write=place.access.allows(*_subject(visit).write),
        form=form,
        rules=rules,
        demanded=organization_rules_of(place.organization) if is_project else None,
        applied=_applied(rules.advanced),
        trial=trial,
        is_unsaved=is_unsaved,
        sample=form.text("sample", SAMPLE, longest=MAX_SAMPLE_CHARS),
        switches=SWITCHES,
        lists=LISTS,
        kinds=KINDS,
        methods=METHODS,
        places=PLACES,
    )


PAGES = (
    page("/{organization}/projects/{project}/settings/privacy/", GET=show, POST=submit),
    page("/{organization}/settings/privacy/", GET=show, POST=submit),
)

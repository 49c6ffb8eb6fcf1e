"""The inbound filters of projects that are turned on and off by name. Those with lists, and those
that Sentry added later, are among the project's options."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from urgentry.access.decision import found, not_found
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.domain.filters import EVERY_LEGACY_BROWSER, SWITCHES, WHOLE, Filter, FilterSettings
from urgentry.domain.patterns import MAX_CHARS
from urgentry.storage.database import Transaction
from urgentry.tenancy.filters import OPTIONS, change_filters, filter_settings_of

LISTED = (
    *(Filter.LOCALHOST, Filter.BROWSER_EXTENSIONS, Filter.LEGACY_BROWSERS),
    *(Filter.WEB_CRAWLERS, Filter.HEALTH_CHECKS),
)
_OPTIONAL_SWITCHES = frozenset(SWITCHES.values()) | {"csp_known_sources"}


async def list_filters(call: Call) -> Response:
    """The inbound filters and whether each is on; of the legacy browsers, which are chosen."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "project:read", "project:write", "project:admin")
    settings = filter_settings_of(found(entered.project))
    return json_response([{"id": name, "active": _active(settings, name)} for name in LISTED])


async def update(call: Call) -> Response:
    """Turns an inbound filter on or off with `active`; `subfilters` chooses legacy browsers."""
    fields = Fields(await call.body())
    name = next((one for one in LISTED if one == call.path("filter")), None)

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "project:write", "project:admin")
        if name is None:
            raise not_found()
        await change_filters(tx, entered, _wanted(name, fields))

    await call.database.write(write)
    return empty()


def read_filter_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """What a project's options ask of its filters, by the names of the settings. FieldError for
    an option that is none of them: nothing else can be set there."""
    fields = Fields(dict(options))
    wanted: dict[str, Any] = {}
    for option, value in options.items():
        field = OPTIONS.get(option)
        if value is None:
            continue
        if field is None:
            fields.refuse(option, "This cannot be changed here.")
        elif field in _OPTIONAL_SWITCHES:
            wanted[field] = fields.flag(option)
        else:
            wanted[field] = fields.text(option, longest=MAX_CHARS, may_be_empty=True)
    fields.check()
    return wanted


def _active(settings: FilterSettings, name: Filter) -> bool | list[str]:
    if name is not Filter.LEGACY_BROWSERS:
        return bool(getattr(settings, SWITCHES[name]))
    chosen = settings.legacy_browsers
    return True if chosen == (WHOLE,) else list(chosen) or False


def _wanted(name: Filter, fields: Fields) -> dict[str, Any]:
    if name is Filter.LEGACY_BROWSERS:
        return {"legacy_browsers": _wanted_browsers(fields)}
    active = fields.flag("active", required=True)
    if "subfilters" in fields:
        fields.refuse("subfilters", "This filter has no parts.")
    fields.check()
    return {SWITCHES[name]: active}


def _wanted_browsers(fields: Fields) -> tuple[str, ...]:
    """Those that are named, or all that Sentry means by the filter as a whole."""
    chosen = fields.texts("subfilters")
    active = fields.flag("active", required=chosen is None)
    for unknown in set(chosen or ()) - EVERY_LEGACY_BROWSER.keys():
        fields.refuse("subfilters", f'"{unknown}" is not a valid choice.')
    fields.check()
    if active is False:
        return ()
    return (WHOLE,) if chosen is None else tuple(sorted(set(chosen)))


ENDPOINTS = (
    endpoint("/projects/{organization}/{project}/filters/", GET=list_filters),
    endpoint("/projects/{organization}/{project}/filters/{filter}/", PUT=update),
)

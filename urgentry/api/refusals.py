"""Says no to options of Sentry's that are not heeded here, rather than answer as if they were.

Handlers name what their operation documents and they do not do. Parameters that Sentry would
ignore as well stay ignored.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from urgentry.api.endpoint import Call
from urgentry.errors import ApiError, FieldError

_OFF = ("", "0", "false")


def refuse_options(call: Call, *names: str, allowed: Iterable[str] = ()) -> None:
    """ApiError 400 when the query turns one of these options on, or asks of it what is not
    allowed."""
    fine = {*_OFF, *allowed}
    for name in names:
        for value in call.query.getlist(name):
            if value.lower() not in fine:
                raise ApiError(400, f'"{name}={value}" is not supported here.')


def refuse_unmet(body: Mapping[str, Any], answer: Mapping[str, Any], *names: str) -> None:
    """FieldError for members that ask for something else than the answer to the change shows.

    Clients may send back what they read; null and what is empty on both sides ask for nothing.
    """
    unmet = [name for name in names if body.get(name) is not None]
    wrong = [name for name in unmet if (body[name] or None) != (answer.get(name) or None)]
    if wrong:
        raise FieldError({name: ["This cannot be changed here."] for name in wrong})

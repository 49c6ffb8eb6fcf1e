"""GraphQL: what a request passed as variables, and where the response repeats it."""

from typing import Any

from urgentry.privacy.rules import FILTERED


def scrub_graphql(payload: dict[str, Any]) -> None:
    """Filters the values of a GraphQL request's variables, and those of the response that have the
    same names. Without variables, what was asked for is part of the query: all of the response's
    data goes."""
    request = payload.get("request")
    if type(request) is not dict or type(request.get("data")) is not dict:
        return
    target = request.get("api_target")
    if type(target) is not str or target.lower() != "graphql":
        return
    variables = request["data"].get("variables")
    names = frozenset(variables) if type(variables) is dict else frozenset()
    if names:
        request["data"]["variables"] = dict.fromkeys(variables, FILTERED)
    answer = _response_data(payload)
    if names:
        _filter(answer.get("data"), names)
    else:
        answer.pop("data", None)


def _response_data(payload: dict[str, Any]) -> dict[str, Any]:
    value: Any = payload
    for name in ("contexts", "response", "data"):
        value = value.get(name) if type(value) is dict else None
    return value if type(value) is dict else {}


def _filter(value: Any, names: frozenset[str]) -> None:
    if type(value) is list:
        for member in value:
            _filter(member, names)
    elif type(value) is dict:
        for name, member in value.items():
            if type(member) is dict or type(member) is list:
                _filter(member, names)
            elif name in names:
                value[name] = FILTERED

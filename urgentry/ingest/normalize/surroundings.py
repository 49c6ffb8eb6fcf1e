"""What surrounded an event: contexts, tags and user, which complete each other.

Both roads through normalisation end here, `event` and `plain_event`.
"""

from typing import Any

from urgentry.ingest.normalize.contexts import add_replay, complete_trace, fit_contexts
from urgentry.ingest.normalize.devices import device_class
from urgentry.ingest.normalize.mechanism import name_signals
from urgentry.ingest.normalize.receipt import NormalizeContext
from urgentry.ingest.normalize.release import fit_environment
from urgentry.ingest.normalize.report import Report, at
from urgentry.ingest.normalize.sdk import infer_ip_policy, sdk_of_client
from urgentry.ingest.normalize.tags import fit_tags, set_tag, take_environment
from urgentry.ingest.normalize.user import identify, infer_ip, locate
from urgentry.ingest.normalize.user_agents import add_client_contexts, add_sender

Event = dict[str, Any]

_NOTHING: Event = {}


def surround(
    event: Event, contexts: Any, tags: Any, context: NormalizeContext, report: Report
) -> None:
    """Set what was given as contexts and tags, and all that these, the request and the sender say.

    Its other attributes, `sdk`, `request` and `user` among them, are in `event` already.
    """
    if "sdk" not in event and (sdk := sdk_of_client(context.sdk_client)):
        event["sdk"] = sdk
    fitted = event["contexts"] = fit_contexts(contexts, at("contexts"), report)
    if event.get("csp"):
        add_sender(event, context)
    request = event.get("request") or _NOTHING
    add_client_contexts(fitted, request.get("headers"), event["platform"])
    complete_trace(fitted, context.event_id)
    add_replay(fitted, context.replay_id)
    name_signals(event)
    _fit_tags(event, tags, fitted, report)
    _complete_user(event, (request.get("env") or _NOTHING).get("REMOTE_ADDR"), context)


def _fit_tags(event: Event, tags: Any, contexts: Event, report: Report) -> None:
    """The client's tags, then those that the event implies."""
    pairs = fit_tags(tags, at("tags"), report)
    environment = take_environment(pairs)
    if environment and event.get("environment") is None and "environment" not in report.tree:
        event["environment"] = fit_environment(environment, at("environment"), report)
    for name in ("server_name", "site"):
        if name in event:
            _move_to_tags(event, name, pairs, report)
    device = contexts.get("device")
    if type(device) is dict and (rank := device_class(device)):
        set_tag(pairs, "device.class", rank)
    if pairs or "tags" in report.tree:
        event["tags"] = pairs


def _move_to_tags(event: Event, name: str, pairs: list[Any], report: Report) -> None:
    value = event.pop(name)
    if value:
        set_tag(pairs, name, value)
    elif name in report.tree:
        event[name] = None


def _complete_user(event: Event, remote_addr: Any, context: NormalizeContext) -> None:
    user = event.get("user")
    if user is None and "user" in event:
        return
    user = user or {}
    infer_ip(
        user, event["platform"], remote_addr, context.client_ip, infer_ip_policy(event.get("sdk"))
    )
    locate(user, context.find_place)
    identify(user)
    if user:
        event["user"] = user

"""The frame that logs, metrics and spans of the newer form share (spec §6.10): many entries in one
item, which says how many there are and what may be added to them.
"""

from typing import Any

import msgspec

from urgentry.ingest.envelope import Item
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.agents import browser_attributes
from urgentry.ingest.signals.values import Attributes
from urgentry.protocol.outcome import Reason, invalid

_AUTO = "{{auto}}"
_ADDRESS = "client.address"
_WITH_SETTINGS = 2


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of an item, unchecked, and what their client lets be inferred."""

    entries: list[Any]
    infers_browser: bool
    infers_address: bool
    takes_auto: bool
    """Whether an entry may ask by itself for the address that it came from."""

    def complete(self, attributes: Attributes, receipt: Receipt) -> None:
        """Adds what is known of the request and may be told."""
        asks = attributes.found.get(_ADDRESS) == _AUTO
        if asks:
            del attributes.found[_ADDRESS]
        if receipt.client_ip and (self.infers_address or (asks and self.takes_auto)):
            attributes.set(_ADDRESS, receipt.client_ip)
        if self.infers_browser and receipt.user_agent:
            attributes.update(browser_attributes(receipt.user_agent))


def open_container(item: Item, content_type: str, receipt: Receipt) -> Container:
    """Reads a container. `Rejected` as a whole when it is none, or holds not as many entries as it
    says."""
    if item.headers.get("content_type") != content_type:
        raise invalid(Reason.DUPLICATE_ITEM, "the item is no container", status=200)
    frame = parse_event_json(item.payload, receipt.credentials.client)
    entries = frame.get("items")
    if not isinstance(entries, list) or item.headers.get("item_count") != len(entries):
        raise invalid(Reason.INVALID_JSON, "item_count is not the number of items", status=200)
    version = frame.get("version")
    settings = frame.get("ingest_settings")
    settings = settings if isinstance(settings, dict) else {}
    is_first = version in (None, 1)
    has_settings = version == _WITH_SETTINGS
    return Container(
        entries=entries,
        infers_browser=is_first or (has_settings and settings.get("infer_user_agent") == "auto"),
        infers_address=has_settings and settings.get("infer_ip") == "auto",
        takes_auto=is_first,
    )

"""The grouping of an event as `grouping-info` tells it: variants with their component trees.

The API's endpoint and the event page's panel call `grouping_info` with what `explain_event` gave.
"""

from collections.abc import Collection
from typing import Any, Final

from urgentry.grouping.component import Component
from urgentry.grouping.outcome import Grouping, Variant

_NAMES: Final = {
    "app": "in-app",
    "chained_exception": "chained exception",
    "context_line": "context line",
    "csp": "CSP report",
    "expect-ct": "Expect-CT report",
    "expect-staple": "Expect-Staple report",
    "hpkp": "HPKP report",
    "ns_error": "NSError",
    "stacktrace": "stack-trace",
    "uri": "blocked URI",
}

Json = dict[str, Any]


def grouping_info(grouping: Grouping, stored: Collection[str] | None = None) -> Json:
    """Variants by name, each with type, hash, component tree, hint and fingerprint values.

    `stored` are the hashes that the event was grouped by when it came: where rules have changed
    since, a variant has another one now.
    """
    return {
        "grouping_config": grouping.config,
        "variants": {
            variant.name: _variant(variant, grouping, stored) for variant in grouping.variants
        },
    }


def _variant(variant: Variant, grouping: Grouping, stored: Collection[str] | None) -> Json:
    own = variant.hash.hex() if variant.hash is not None else None
    told: Json = {
        "key": variant.name,
        "type": variant.type,
        "description": variant.description,
        "hash": own,
        "hashMismatch": own is not None and stored is not None and own not in stored,
        "hint": variant.hint,
        "contributes": variant.hash is not None,
    }
    if variant.component is not None:
        told["component"] = component_tree(variant.component)
        told["config"] = {"id": grouping.config}
    if variant.values is not None:
        told["values"] = list(variant.values)
    if variant.client_values is not None:
        told["client_values"] = list(variant.client_values)
    if variant.matched_rule is not None:
        told["matched_rule"] = variant.matched_rule
    return told


def component_tree(component: Component) -> Json:
    """A component and all below it; leaves are plain strings."""
    return {
        "id": component.id,
        "name": _NAMES.get(component.id, component.id),
        "contributes": component.contributes,
        "hint": component.hint,
        "values": [
            value if isinstance(value, str) else component_tree(value) for value in component.values
        ],
    }

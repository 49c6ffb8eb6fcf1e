"""What Kubernetes and the operators accept: the API's own schemas, and those of custom resources
from where `scripts/chart-tools` put them. Unknown fields are refused.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft7Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from tests.chart.rendering import Json, tools

VERSIONS = ("1.30", "1.37")
"""The oldest that the chart is for, and the newest that is known here."""


def complaints(found: Json, version: str) -> list[str]:
    """What is wrong with an object, in the eyes of one version of Kubernetes."""
    validator = _validator(found["apiVersion"], found["kind"], version)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]


@cache
def _validator(api_version: str, kind: str, version: str) -> Validator:
    group, _, number = api_version.rpartition("/")
    custom = _custom_schemas().get((group, number, kind))
    if custom is not None:
        return Draft7Validator(custom)
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], number)))
    schema = json.loads((folder / f"{name}.json").read_text())
    return Draft7Validator(schema, registry=_definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text())
    resource = Resource.from_contents(definitions, default_specification=DRAFT7)
    registry: Registry[Any] = Registry().with_resource("_definitions.json", resource)
    return registry


@cache
def _custom_schemas() -> dict[tuple[str, str, str], Json]:
    found = {}
    for file in sorted((tools() / "schemas").glob("*.yaml")):
        for resource in yaml.safe_load_all(file.read_text()):
            if resource and resource["kind"] == "CustomResourceDefinition":
                spec = resource["spec"]
                for version in spec["versions"]:
                    key = (spec["group"], version["name"], spec["names"]["kind"])
                    found[key] = _closed(version["schema"]["openAPIV3Schema"])
    return found


def _closed(schema: Json) -> Json:
    """The schema, with unknown fields refused and the metadata that every object may have."""
    closed = dict(_close(schema))
    closed["properties"] = {**closed["properties"], "metadata": {"type": "object"}}
    return closed


def _close(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_close(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _close(part) for key, part in schema.items() if key != "format"}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    is_map = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
    if is_map and "additionalProperties" not in schema and not open_ended:
        closed["additionalProperties"] = False
    return closed

"""Names and versions out of the one-line descriptions that platforms give of themselves."""

import re
from typing import Any

from urgentry.ingest.normalize.limits import DESCRIPTION

# A release number of the .NET Framework's registry key, and the version it stands for.
_NET_FRAMEWORK = {
    "378389": "4.5", "378675": "4.5.1", "378758": "4.5.1", "379893": "4.5.2",
    "393295": "4.6", "393297": "4.6", "394254": "4.6.1", "394271": "4.6.1",
    "394802": "4.6.2", "394806": "4.6.2", "460798": "4.7", "460805": "4.7",
    "461308": "4.7.1", "461310": "4.7.1", "461808": "4.7.2", "461814": "4.7.2",
    "528040": "4.8", "528049": "4.8", "528209": "4.8", "528372": "4.8", "528449": "4.8",
    "533320": "4.8.1", "533325": "4.8.1",
}  # fmt: skip
_WINDOWS_VERSIONS = {
    "5.1": "XP", "5.2": "XP", "6.0": "Vista", "6.1": "7", "6.2": "8", "6.3": "8.1", "10.0": "10",
}  # fmt: skip
_FIRST_BUILD_OF_WINDOWS_11 = 22000

Found = dict[str, Any] | None

_RUNTIME = re.compile(r"(?P<name>.*?)\s*(?P<version>\d+\.\d[\w.\-]*)")
_WINDOWS = re.compile(r"(?:Microsoft )?Windows (?:NT )?(?P<version>\d+\.\d+)\.(?P<build>\d+)")
_ANDROID = re.compile(r"Android (?:OS )?(?P<version>[\d.]+) / API-\d+ \((?P<build>[^)]+)\)")
_APPLE = re.compile(
    r"(?P<name>Mac OS X|macOS|iOS|iPadOS|tvOS|watchOS|visionOS)"
    r"(?: (?:Version )?(?P<version>\d[\d.]*))?(?: \((?:Build )?(?P<build>\w+)\))?"
)
_KERNEL = re.compile(r"(?P<name>Unix|Linux|Darwin|FreeBSD) (?P<version>\d+(?:\.\d+)*)")
_DISTRIBUTION = re.compile(r"(?P<name>\D+?) (?:release )?(?P<version>\d+(?:\.\d+)+)")


def describe_runtime(context: dict[str, Any]) -> None:
    """Fill in name and version from `raw_description`."""
    described = context.get("raw_description")
    if type(described) is not str or context.get("name") or context.get("version"):
        return
    match = _RUNTIME.match(described[:DESCRIPTION])
    if match is None:
        return
    context["name"] = match["name"] or described
    known = None
    if context["name"] == ".NET Framework":
        known = _NET_FRAMEWORK.get(str(context.get("build")))
    context["version"] = known or match["version"]


def describe_os(context: dict[str, Any]) -> None:
    """Fill in name, version, build and kernel from `raw_description`."""
    described = context.get("raw_description")
    if type(described) is not str or context.get("name") or context.get("version"):
        return
    for read in (_windows, _android, _apple, _kernel, _distribution):
        found = read(described[:DESCRIPTION])
        if found:
            context.update({key: value for key, value in found.items() if value})
            return


def _windows(described: str) -> Found:
    match = _WINDOWS.match(described)
    if match is None:
        return None
    version = _WINDOWS_VERSIONS.get(match["version"], match["version"])
    if version == "10" and int(match["build"]) >= _FIRST_BUILD_OF_WINDOWS_11:
        version = "11"
    return {"name": "Windows", "version": version, "build": match["build"]}


def _android(described: str) -> Found:
    match = _ANDROID.match(described)
    return {"name": "Android"} | match.groupdict() if match else None


def _apple(described: str) -> Found:
    match = _APPLE.match(described)
    return match.groupdict() if match else None


def _kernel(described: str) -> Found:
    match = _KERNEL.match(described)
    if match is None:
        return None
    release = described[len(match["name"]) + 1 :].split(" ", 1)[0]
    return {"name": match["name"], "version": match["version"], "kernel_version": release}


def _distribution(described: str) -> Found:
    match = _DISTRIBUTION.match(described)
    return match.groupdict() if match else None

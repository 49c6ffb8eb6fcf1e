"""The names of signals, their codes, Mach exceptions and C errors on each system."""

import errno
import signal
import sys
from typing import Any

import pytest

from tests.unit.normalize.events import normalized
from urgentry.ingest.normalize.signals import LINUX, error_name, family_of, signal_name


def meta(given: dict[str, Any], system: str | None = None, **payload: Any) -> Any:
    exception = {"type": "A", "mechanism": {"type": "m", "meta": given}}
    contexts = {"os": {"name": system}} if system else {}
    event = normalized({"exception": exception, "contexts": contexts} | payload)
    return event["exception"]["values"][0]["mechanism"]["meta"]


@pytest.mark.parametrize(
    ("system", "number", "code", "name", "code_name"),
    [
        ("iOS", 11, 2, "SIGSEGV", "SEGV_ACCERR"),
        ("macOS", 10, 1, "SIGBUS", "BUS_ADRALN"),
        ("Mac OS X", 8, 7, "SIGFPE", "FPE_INTDIV"),
        ("iOS", 11, 0, "SIGSEGV", "SEGV_NOOP"),
        ("Linux", 11, 1, "SIGSEGV", "SEGV_MAPERR"),
        ("Android", 7, 2, "SIGBUS", "BUS_ADRERR"),
        ("Linux", 6, -6, "SIGABRT", "SI_TKILL"),
        ("Linux", 8, 1, "SIGFPE", "FPE_INTDIV"),
        ("Windows", 22, 1, "SIGABRT", None),
        ("Linux", 99, 1, None, None),
        ("BeOS", 11, 1, None, None),
        (None, 11, 1, None, None),
    ],
)
def test_signals(
    system: str | None, number: int, code: int, name: str | None, code_name: str | None
) -> None:
    found = meta({"signal": {"number": number, "code": code}}, system)["signal"]
    assert (found.get("name"), found.get("code_name")) == (name, code_name)


@pytest.mark.parametrize(
    ("system", "number", "name"),
    [
        ("Linux", 2, "ENOENT"),
        ("Linux", 11, "EAGAIN"),
        ("Linux", 110, "ETIMEDOUT"),
        ("Linux", 41, None),
        ("iOS", 11, "EDEADLK"),
        ("iOS", 35, "EAGAIN"),
        ("iOS", 60, "ETIMEDOUT"),
        ("Windows", 2, "ENOENT"),
        ("Windows", 138, "ETIMEDOUT"),
        ("Windows", 15, None),
        (None, 2, None),
    ],
)
def test_errors(system: str | None, number: int, name: str | None) -> None:
    assert meta({"errno": {"number": number}}, system)["errno"].get("name") == name


def test_mach_exceptions_need_no_system() -> None:
    found = meta({"mach_exception": {"exception": 1, "code": 1, "subcode": 8}})
    assert found["mach_exception"]["name"] == "EXC_BAD_ACCESS"


def test_names_that_are_given_stay() -> None:
    given = {"signal": {"number": 11, "code": 1, "name": "MINE", "code_name": "OWN"}}
    assert meta(given, "Linux") == given


def test_the_sdk_knows_the_system_better_than_the_contexts() -> None:
    debug_meta = {"sdk_info": {"sdk_name": "iOS"}, "images": []}
    found = meta({"signal": {"number": 10}}, "Linux", debug_meta=debug_meta)
    assert found["signal"]["name"] == "SIGBUS"


@pytest.mark.skipif(sys.platform != "linux", reason="these are Linux's own names")
def test_linux_names_are_those_of_linux() -> None:
    same = {"EWOULDBLOCK": "EAGAIN", "EDEADLOCK": "EDEADLK", "ENOTSUP": "EOPNOTSUPP"}
    for number, name in errno.errorcode.items():
        assert error_name(number, LINUX) == same.get(name, name)
    for known in signal.Signals:
        if known < signal.SIGRTMIN:
            assert signal_name(known, LINUX) == known.name


def test_families() -> None:
    assert family_of("visionOS") == family_of("Mac OS X") == "darwin"
    assert family_of("") == ""

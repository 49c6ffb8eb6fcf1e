"""Released configurations stay as they are: these hashes are in people's databases."""

from typing import Any

import pytest

from urgentry.grouping import RELEASED, compile_config, group_event

Event = dict[str, Any]


def _python() -> Event:
    frames = [
        {
            "module": "__main__",
            "function": "<module>",
            "filename": "<string>",
            "context_line": "from multiprocessing.spawn import spawn_main; spawn_main(fd=7)",
            "in_app": True,
        },
        {
            "module": "django.core",
            "function": "get",
            "filename": "core.py",
            "abs_path": "/v/site-packages/django/core.py",
            "in_app": True,
        },
        {"module": "shop.views", "function": "pay", "filename": "views.py", "in_app": True},
    ]
    value = "no user 12 at 10:30"
    exception = {"type": "LookupError", "value": value, "stacktrace": {"frames": frames}}
    return {"platform": "python", "exception": {"values": [exception]}}


def _browser() -> Event:
    frame = {"abs_path": "https://a.example/x.js", "filename": "x.js", "in_app": True}
    stack = {"frames": [{**frame, "context_line": "throw new Error()", "lineno": 1}]}
    exception = {"type": "Error", "value": "utf-8 12345678", "stacktrace": stack}
    return {"platform": "javascript", "exception": {"values": [exception]}}


def _native() -> Event:
    frames = [
        {"function": "main", "package": "/usr/local/bin/app", "in_app": True},
        {"function": "core::panicking::panic_fmt", "package": "/usr/local/bin/app"},
        {"function": "abort", "package": "/lib/libc.so.6"},
    ]
    exception = {"type": "SIGABRT", "mechanism": {"synthetic": True, "type": "signalhandler"}}
    return {
        "platform": "native",
        "exception": {"values": [{**exception, "stacktrace": {"frames": frames}}]},
    }


def _java() -> Event:
    frames = [
        {"module": "java.lang.Thread", "function": "run"},
        {"module": "org.apache.http.Client", "function": "call", "in_app": True},
        {"module": "com.shop.Pay$$Lambda$7", "function": "lambda$x$0", "in_app": True},
    ]
    exception = {"type": "IOException", "value": "x", "stacktrace": {"frames": frames}}
    return {"platform": "java", "exception": {"values": [exception]}}


def _message() -> Event:
    return {
        "logentry": {"formatted": "job 550e8400-e29b-41d4-a716-446655440000 of host a.example.com"},
        "fingerprint": ["{{ default }}", "{{ unknown }}"],
    }


EVENTS = {
    "browser": _browser,
    "java": _java,
    "message": _message,
    "native": _native,
    "python": _python,
}
HASHES: dict[str, dict[str, list[str]]] = {
    "newstyle:2023-01-11": {
        "browser": ["e6ede0c8ba666826ab890556e9986591"],
        "java": ["2158181c2c0fdff57f6495fd342224b6"],
        "message": ["ae275f49770babda2a7415385fc80062"],
        "native": ["fad58de7366495db4650cfefac2fcd61", "e1082536b3306fe6f8aeab56cb78e540"],
        "python": ["3cc25a1c18040a416ee4d9bad9bf1683", "017ddaf2065ed5225c12128bf2a53bfd"],
    },
    "newstyle:2023-01-11@2026": {
        "browser": ["8646c8489bbd74fd9d1b5dd84b484eb4"],
        "java": ["2158181c2c0fdff57f6495fd342224b6"],
        "message": ["7c1b7157c47860a65af686e199bb7d60"],
        "native": ["fad58de7366495db4650cfefac2fcd61", "e1082536b3306fe6f8aeab56cb78e540"],
        "python": ["3cc25a1c18040a416ee4d9bad9bf1683", "017ddaf2065ed5225c12128bf2a53bfd"],
    },
    "newstyle:2025-11-21": {
        "browser": ["8646c8489bbd74fd9d1b5dd84b484eb4"],
        "java": ["69e9378edf07fd523953e26ddd6c202c"],
        "message": ["7c1b7157c47860a65af686e199bb7d60"],
        "native": ["fad58de7366495db4650cfefac2fcd61"],
        "python": ["132d5cd628d16d7a49f3dccc0ba214bf", "cc5a793c107cf328040cd3fc9c7504ce"],
    },
    "newstyle:2026-01-20": {
        "browser": ["8646c8489bbd74fd9d1b5dd84b484eb4"],
        "java": ["69e9378edf07fd523953e26ddd6c202c"],
        "message": ["ac4aa7e60d41241a8f395cc054f06d75"],
        "native": ["fad58de7366495db4650cfefac2fcd61"],
        "python": ["132d5cd628d16d7a49f3dccc0ba214bf", "cc5a793c107cf328040cd3fc9c7504ce"],
    },
}


@pytest.mark.parametrize("config_id", sorted(RELEASED))
def test_hashes_of_a_released_configuration(config_id: str) -> None:
    config = compile_config(config_id)
    found = {
        name: [value.hex() for value in group_event(make(), config).hashes]
        for name, make in EVENTS.items()
    }
    assert found == HASHES[config_id]


def test_every_released_configuration_is_held() -> None:
    assert sorted(HASHES) == sorted(RELEASED)

"""Events in the forms that today's SDKs give them, 20 KB and more each."""

from collections.abc import Callable
from typing import Any

Event = dict[str, Any]

LINES = [f"        value = compute(request, {line})" for line in range(5)]
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _python_frame(number: int) -> Event:
    return {
        "filename": f"app/file{number}.py",
        "abs_path": f"/srv/app/file{number}.py",
        "function": f"handle_{number}",
        "module": f"app.file{number}",
        "lineno": number + 10,
        "pre_context": LINES,
        "context_line": f"        return self.process(request, {number})",
        "post_context": LINES,
        "vars": {"self": "<app.View object at 0x7f12>", "row": {"id": number, "tags": ["a", "b"]}},
        "in_app": number % 2 == 0,
    }


def python_event() -> Event:
    return {
        "level": "error",
        "exception": {
            "values": [
                {
                    "mechanism": {"type": "django", "handled": False, "data": {"a": 1}},
                    "module": "app.errors",
                    "type": "OutOfStock",
                    "value": "no stock left for SKU-7",
                    "stacktrace": {"frames": [_python_frame(n) for n in range(18)]},
                }
            ]
        },
        "event_id": "d644eb4e718c4d8585a547d05a1ec035",
        "timestamp": "2026-11-23T11:59:40.192313Z",
        "platform": "python",
        "transaction": "/api/orders/{id}",
        "transaction_info": {},
        "release": "shop@1.4.0",
        "environment": "staging",
        "server_name": "web-1",
        "contexts": {
            "trace": {"trace_id": "9b2d0bc989b1494ca1c8cc968c7ef71b", "span_id": "9bde7fc879cde746",
                      "parent_span_id": None},
            "runtime": {"name": "CPython", "version": "3.11.2", "build": "3.11.2 (main) [GCC]"},
        },
        "user": {"id": "42", "email": "snake@example.com", "ip_address": "{{auto}}"},
        "tags": {"checkout.step": "payment"},
        "request": {
            "url": "https://shop.example.com/api/orders/1",
            "method": "POST",
            "query_string": "page=2&ref=a%20b",
            "headers": {"Host": "shop.example.com", "User-Agent": AGENT, "X-Request-Id": "ab12"},
            "cookies": {"session": "[Filtered]"},
            "env": {"SERVER_NAME": "shop.example.com", "SERVER_PORT": "443"},
            "data": {"quantity": 3, "note": "in the morning"},
        },
        "breadcrumbs": {
            "values": [
                {
                    "type": "http" if n % 3 else "default",
                    "category": "httplib",
                    "level": "info",
                    "message": f"SELECT * FROM orders WHERE id = {n}",
                    "data": {"url": f"https://api.example.com/{n}", "status_code": 200},
                    "timestamp": f"2026-11-23T11:58:{n:02}.191861Z",
                }
                for n in range(30)
            ]
        },
        "extra": {"sys.argv": ["gunicorn", "shop.wsgi"]},
        "modules": {f"package-{n}": f"{n % 7}.{n % 13}.{n % 5}" for n in range(60)},
        "sdk": {
            "name": "sentry.python.django",
            "version": "2.75.0",
            "packages": [{"name": "pypi:sentry-sdk", "version": "2.75.0"}],
            "integrations": ["argv", "django", "excepthook", "logging"],
        },
    }  # fmt: skip


def _script_frame(number: int) -> Event:
    return {
        "filename": f"https://shop.example.com/static/js/chunk-{number}.4ae1.js?v={number}",
        "function": "?" if number % 4 == 0 else f"Object.render{number}",
        "in_app": True,
        "lineno": 1,
        "colno": 1000 + number,
    }


def browser_event() -> Event:
    return {
        "exception": {
            "values": [
                {
                    "type": "TypeError",
                    "value": "Cannot read properties of undefined (reading 'id')",
                    "stacktrace": {"frames": [_script_frame(n) for n in range(45)]},
                    "mechanism": {"type": "auto.browser.global_handlers.onerror", "handled": False},
                }
            ]
        },
        "event_id": "d3f347b4331848dbb0708200aaf130f3",
        "platform": "javascript",
        "timestamp": NOW_SECONDS,
        "environment": "production",
        "release": "shop-browser@1.4.0",
        "request": {
            "url": "https://shop.example.com/cart?step=2#total",
            "headers": {"Referer": "https://www.example.com/", "User-Agent": AGENT},
        },
        "contexts": {
            "trace": {
                "trace_id": "8042e535ba104ca7a254adb6a1632837",
                "span_id": "960fe8174b60b208",
            },
            "culture": {"locale": "en-US", "timezone": "UTC", "calendar": "gregory"},
            "react": {"version": "19.1.0"},
        },
        "sdk": {
            "name": "sentry.javascript.react",
            "version": "11.12.0",
            "integrations": ["Breadcrumbs", "GlobalHandlers", "HttpContext", "Dedupe"],
            "packages": [{"name": "npm:@sentry/react", "version": "11.12.0"}],
            "settings": {"infer_ip": "auto"},
        },
        "tags": {"checkout.step": "payment"},
        "user": {"id": "44", "email": "fox@example.com", "plan": "gold"},
        "breadcrumbs": [
            {
                "timestamp": NOW_SECONDS - n / 10,
                "category": "ui.click" if n % 2 else "console",
                "message": f"body > div#root > main > section:nth-child({n}) > button.add",
                "level": "log" if n % 5 == 0 else "info",
                "data": {"logger": "console", "arguments": [f"added {n}", n]},
            }
            for n in range(80)
        ],
        "debug_meta": {
            "images": [
                {
                    "type": "sourcemap",
                    "code_file": f"https://shop.example.com/static/js/chunk-{n}.4ae1.js",
                    "debug_id": f"c05b4ddd-69a7-3840-a649-32180d3415{n:02}",
                }
                for n in range(10)
            ]
        },
    }


NOW_SECONDS = 1_795_435_190.623


def go_event() -> Event:
    return {
        "environment": "staging",
        "event_id": "63547970ab2f4ab8b11882d4581300fc",
        "level": "error",
        "platform": "go",
        "release": "shop-go@1.4.0",
        "sdk": {
            "name": "sentry.go",
            "version": "0.50.0",
            "integrations": ["Environment", "GlobalTags", "Modules"],
            "packages": [{"name": "sentry-go", "version": "0.50.0"}],
        },
        "server_name": "vm",
        "timestamp": "2026-11-23T11:59:41.704064326Z",
        "modules": {f"github.com/shop/library-{n}": f"v1.{n}.0" for n in range(60)},
        "tags": {"checkout.step": "payment"},
        "contexts": {
            "device": {"arch": "amd64", "num_cpu": 2},
            "os": {"name": "linux"},
            "runtime": {"go_maxprocs": 2, "go_numroutines": 3, "name": "go", "version": "go1.26.8"},
            "trace": {
                "span_id": "700edb17405c3914", "trace_id": "53d61a45de47fa0c251d47cb6202bb2d"},
        },
        "breadcrumbs": [
            {
                "category": "cart",
                "message": f"added SKU-{n} to the cart of the customer",
                "level": "info",
                "timestamp": f"2026-11-23T11:59:{n % 60:02}.703972169Z",
            }
            for n in range(60)
        ],
        "exception": [
            {
                "type": "*main.inventoryError",
                "value": "no stock left for SKU-7",
                "mechanism": {"type": "chained", "source": "unwrap", "parent_id": 0,
                              "exception_id": 1},
            },
            {
                "type": "*fmt.wrapError",
                "value": "order refused: no stock left for SKU-7",
                "stacktrace": {
                    "frames": [
                        {
                            "function": f"(*Server).handle{n}",
                            "module": "github.com/shop/server",
                            "abs_path": f"/go/src/github.com/shop/server/handler{n}.go",
                            "lineno": 50 + n,
                            "pre_context": LINES,
                            "context_line": "\treturn next(w, r)",
                            "post_context": LINES,
                            "in_app": n % 2 == 0,
                        }
                        for n in range(15)
                    ]
                },
                "mechanism": {"type": "generic", "exception_id": 0},
            },
        ],
        "user": {"id": "41", "email": "gopher@example.com", "username": "gopher"},
    }  # fmt: skip


def native_event() -> Event:
    """A crash on a phone: addresses, registers, threads and the images they lie in."""
    frames = [
        {
            "function": f"-[Checkout step{n}:]",
            "package": "/private/var/containers/Bundle/Application/Shop.app/Shop",
            "instruction_addr": f"0x{0x104C3A5B0 + n:016x}",
            "symbol_addr": f"0x{0x104C3A000 + n:016x}",
            "image_addr": "0x0000000104c30000",
            "in_app": True,
        }
        for n in range(12)
    ]
    return {
        "event_id": "63547970ab2f4ab8b11882d4581300fd",
        "timestamp": "2026-11-23T11:59:41.704Z",
        "platform": "cocoa",
        "level": "fatal",
        "release": "com.example.shop@4.2+77",
        "dist": "77",
        "exception": {
            "values": [
                {
                    "type": "EXC_BAD_ACCESS",
                    "value": "Attempted to dereference garbage pointer at 0x10.",
                    "thread_id": 0,
                    "stacktrace": {"frames": frames, "registers": {"x0": "0x00000000000000A0"}},
                    "mechanism": {
                        "type": "mach",
                        "handled": False,
                        "data": {"relevant_address": "0x10"},
                        "meta": {
                            "mach_exception": {"exception": 1, "code": 1, "subcode": 16},
                            "signal": {"number": 11, "code": 2},
                        },
                    },
                }
            ]
        },
        "threads": {
            "values": [
                {
                    "id": n,
                    "crashed": n == 0,
                    "current": n == 0,
                    "name": f"queue-{n}",
                    "stacktrace": {"frames": frames, "snapshot": True},
                }
                for n in range(4)
            ]
        },
        "contexts": {
            "os": {"name": "iOS", "version": "18.1", "build": "22B83", "rooted": False},
            "device": {"family": "iOS", "model": "iPhone14,5", "memory_size": 5_900_000_000,
                       "battery_level": 80, "simulator": False},
            "app": {"app_name": "Shop", "app_build": "77", "in_foreground": True},
        },
        "debug_meta": {
            "images": [
                {
                    "type": "macho",
                    "debug_id": f"C05B4DDD-69A7-3840-A649-32180D34{n:04}",
                    "code_file": f"/System/Library/Frameworks/Framework{n}.framework/Framework{n}",
                    "image_addr": f"0x{0x1A0000000 + n * 65536:016x}",
                    "image_vmaddr": "0x0000000100000000",
                    "image_size": 65536,
                }
                for n in range(60)
            ],
            "sdk_info": {"sdk_name": "iOS", "version_major": 18, "version_minor": 1},
        },
        "sdk": {"name": "sentry.cocoa", "version": "9.1.0"},
        "user": {"id": "8D9B2F4C"},
    }  # fmt: skip


EVENTS: dict[str, Callable[[], Event]] = {
    "python": python_event,
    "browser": browser_event,
    "go": go_event,
    "native": native_event,
}

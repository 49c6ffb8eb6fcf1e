"""Java, Android and Kotlin: which packages are platform, framework, user interface, telemetry."""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import NOISE, OUT_OF_APP, category, each
from urgentry.grouping.enhancements.rules import Rule

_SYSTEM: Final = """
    dalvik.system.*
    com.android.*
    com.lenovo.lsf.*
    com.lenovo.payplus.*
"""
_STANDARD: Final = """
    java.*
    com.google.crypto.*
    com.google.android.*
    javax.crypto.*
    android.database.*
    androidx.*
    android.*
"""
_UI: Final = """
    android.view.*
    android.text.*
    android.widget.*
    android.app.Dialog
    androidx.*.widget.*
    com.google.android.material.*
"""
# Module → function at which a thread's or a message's own work begins.
_THREAD_BASES: Final = (
    ("android.os.AsyncTask*", "call"),
    ("java.util.concurrent.ThreadPoolExecutor*", "runWorker"),
    ("android.os.*", "call"),
    ("android.app.ActivityThread", "main"),
    ("android.view.View", "layout"),
    ("android.os.Looper", "loop"),
    ("android.os.Handler", "dispatchMessage"),
    ("android.os.Handler", "handleCallback"),
    ("android.app.ActivityThread*", "handleMessage"),
)
_LOADERS: Final = (
    ("java.lang.System", "loadLibrary"),
    ("java.lang.Runtime", "loadLibrary*"),
)
_TELEMETRY: Final = """
    cn.gundam.sdk.*
    com.lenovo.payplus.analytics.*
"""

_FRAMEWORKS: Final = """
    akka.*
    com.fasterxml.*
    com.microsoft.*
    com.sun.*
    feign.*
    io.opentelemetry.*
    jdk.*
    oauth.*
    org.apache.*
    org.glassfish.*
    org.jboss.*
    org.jdesktop.*
    org.postgresql.*
    org.springframework.*
    org.web3j.*
    reactor.core.*
    scala.*
    sun.*
"""
_OUR_SDK: Final = "io.sentry.*"

_LIBRARIES_OF_2023: Final = """
    jdk.*
    sun.*
    com.sun.*
    java.*
    scala.*
    akka.*
    javax.*
    org.apache.*
    org.springframework.*
    org.glassfish.*
    org.jboss.*
    feign.*
    io.opentelemetry.*
"""
_KOTLIN: Final = """
    kotlin.*
    kotlinx.*
    io.ktor.*
    io.netty.*
"""


def _at(places: tuple[tuple[str, str], ...], name: str) -> tuple[Rule, ...]:
    return tuple(
        rule
        for module, function in places
        for rule in each("module", [module], category(name), also={"function": function})
    )


CATEGORIES: Final[tuple[Rule, ...]] = (
    *each("module", _SYSTEM, category("system")),
    *each("module", _STANDARD, category("std")),
    *each("module", "android.os.*", category("system")),
    *each("module", _UI, category("ui")),
    # What the user interface only passes through on its way to a handler.
    *each("category", ["ui"], category("indirection"), also={"function": "handleMessage"}),
    *each("category", ["ui"], category("indirection"), also={"function": "run"}),
    *_at(_THREAD_BASES, "threadbase"),
    *each("module", "java.lang.reflect.*", category("indirection")),
    *_at((("java.lang.Class", "getMethod"),), "indirection"),
    *each("module", "androidx.work.impl.utils.ForceStopRunnable", category("indirection")),
    *each("module", _TELEMETRY, category("telemetry")),
    *_at(_LOADERS, "load"),
)

FRAMEWORKS_2026: Final[tuple[Rule, ...]] = each("module", _FRAMEWORKS, category("framework"))

LIBRARIES_2023: Final[tuple[Rule, ...]] = (
    *each("module", _LIBRARIES_OF_2023, OUT_OF_APP),
    *each("module", _OUR_SDK, *NOISE),
    *each("module", _KOTLIN, OUT_OF_APP),
)
LIBRARIES_2026: Final[tuple[Rule, ...]] = (
    *each("module", _OUR_SDK, *NOISE),
    *each("module", _KOTLIN, OUT_OF_APP),
)

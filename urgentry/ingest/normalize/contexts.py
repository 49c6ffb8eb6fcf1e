"""Contexts: what surrounded the event (device, system, runtime, trace, the user's own)."""

import re
from itertools import islice
from typing import Any

from urgentry.ingest.normalize.bags import fit_bag, is_small
from urgentry.ingest.normalize.descriptions import describe_os, describe_runtime
from urgentry.ingest.normalize.fields import (
    FLAG,
    NUMBER,
    TEXTS,
    UNSIGNED,
    Field,
    cut,
    fit_known,
    fit_list,
    fit_member,
    fitted_by,
    lenient_text,
    members,
    reject,
    text,
)
from urgentry.ingest.normalize.limits import CONTEXT, CONTEXTS, ENUMERATION, FLAG_TEXT
from urgentry.ingest.normalize.pairs import COOKIE_LIST, HEADER_LIST
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.requests import read_body, take_cookies


def _hexadecimal(digits: int, what: str) -> Field:
    """An id of so many digits, in lower case and without dashes; nothing but zeros is none."""
    form = re.compile(rf"(?!0+\Z)[0-9a-f]{{{digits}}}")

    def fit(value: Any, path: Path, report: Report) -> Any:
        if type(value) is str and form.fullmatch(value):
            return value
        spelled = value.replace("-", "").lower() if type(value) is str else ""
        return (
            spelled if form.fullmatch(spelled) else reject(value, path, report, f"expected {what}")
        )

    return fitted_by(fit)


# What the first SDKs called them.
_STATUSES = {"success": "ok", "failure": "internal_error", "internal": "internal_error",
             "unknown_error": "unknown"}  # fmt: skip


def _fit_status(value: Any, path: Path, report: Report) -> Any:
    return fit_member(
        _STATUSES.get(value, value) if type(value) is str else value, _SHORT, path, report
    )


def _fit_flag(value: Any, path: Path, report: Report) -> Any:
    """A feature flag that was evaluated, and with which result."""
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    flag = fit_known(value, _FLAG, path, report)
    if type(flag.get("result")) is str:
        flag["result"] = cut(flag["result"], FLAG_TEXT, (path, "result"), report)
    return flag


_TEXT = text()
_SHORT = text(ENUMERATION)
_EVENT_ID = _hexadecimal(32, "an event id")
_FLAG = {"flag": text(FLAG_TEXT)}
_KNOWN: dict[str, dict[str, Field]] = {
    "app": {
        **members(
            _TEXT,
            "app_start_time device_app_hash build_type app_identifier app_name app_version",
        ),
        "app_build": lenient_text(),
        "app_memory": UNSIGNED,
        "in_foreground": FLAG,
        "view_names": TEXTS,
    },
    "browser": members(_TEXT, "browser name version"),
    "cloud_resource": members(
        _TEXT,
        "cloud.account.id cloud.provider cloud.platform cloud.region cloud.availability_zone "
        "host.id host.type",
    ),
    "culture": {
        **members(_TEXT, "calendar display_name locale timezone"),
        "is_24_hour_format": FLAG,
    },
    "device": {
        **members(
            _TEXT,
            "name family model model_id arch orientation manufacturer brand screen_resolution "
            "boot_time timezone locale cpu_description device_type battery_status "
            "device_unique_identifier uuid",
        ),
        **members(NUMBER, "battery_level screen_density"),
        **members(
            UNSIGNED,
            "screen_width_pixels screen_height_pixels screen_dpi memory_size free_memory "
            "usable_memory storage_size free_storage external_storage_size "
            "external_free_storage processor_count processor_frequency",
        ),
        **members(
            FLAG,
            "online charging low_memory simulator supports_vibration supports_accelerometer "
            "supports_gyroscope supports_audio supports_location_service",
        ),
    },
    "flags": {"values": fit_list(fitted_by(_fit_flag))},
    "gpu": {
        **members(
            _TEXT,
            "name version vendor_id vendor_name driver_version api_type npot_support "
            "graphics_shader_level",
        ),
        **members(UNSIGNED, "memory_size max_texture_size"),
        **members(
            FLAG,
            "multi_threaded_rendering supports_draw_call_instancing supports_ray_tracing "
            "supports_compute_shaders supports_geometry_shaders",
        ),
    },
    "memory_info": {
        **members(
            UNSIGNED,
            "allocated_bytes finalization_pending_count fragmented_bytes heap_size_bytes "
            "high_memory_load_threshold_bytes index memory_load_bytes pinned_objects_count "
            "promoted_bytes total_allocated_bytes total_available_memory_bytes "
            "total_committed_bytes",
        ),
        **members(FLAG, "compacted concurrent"),
        "pause_durations": fit_list(UNSIGNED),
        "pause_time_percentage": NUMBER,
    },
    "os": {
        **members(
            _TEXT,
            "os name version kernel_version distribution_name distribution_version "
            "distribution_pretty_name raw_description",
        ),
        "build": lenient_text(),
        "rooted": FLAG,
    },
    "ota_updates": members(_TEXT, "channel runtime_version update_id"),
    "profile": members(_EVENT_ID, "profile_id profiler_id"),
    "replay": {"replay_id": _EVENT_ID},
    "response": {
        "cookies": COOKIE_LIST,
        "headers": HEADER_LIST,
        **members(UNSIGNED, "status_code body_size"),
        "inferred_content_type": _TEXT,
    },
    "runtime": {
        **members(_TEXT, "runtime name version raw_description"),
        "build": lenient_text(),
    },
    "spring": {"active_profiles": TEXTS},
    "threadpool_info": members(
        UNSIGNED,
        "available_worker_threads available_completion_port_threads max_worker_threads "
        "max_completion_port_threads min_worker_threads min_completion_port_threads",
    ),
    "trace": {
        "trace_id": _hexadecimal(32, "a trace id"),
        **members(_hexadecimal(16, "a span id"), "span_id parent_span_id"),
        **members(text(ENUMERATION), "op origin"),
        "status": fitted_by(_fit_status),
        **members(NUMBER, "exclusive_time client_sample_rate"),
        "sampled": FLAG,
    },
    "unity": members(
        _TEXT,
        "copy_texture_support editor_version install_mode rendering_threading_mode "
        "target_frame_rate",
    ),
    "feedback": members(_TEXT, "message contact_email"),
}
_KNOWN_KINDS = {kind: fields | {"type": _TEXT} for kind, fields in _KNOWN.items()}
_ANDROID_EMULATOR = "Android SDK built for"
_SUMMED_UP = frozenset({"os", "runtime", "browser"})
_DESCRIBED = _SUMMED_UP | {"device", "response"}


def fit_contexts(value: Any, path: Path, report: Report) -> dict[str, Any]:
    """Each context with its `type`, its known members held to theirs, its size limited."""
    if value is None:
        return {}
    if type(value) is not dict:
        reject(value, path, report, "expected an object")
        return {}
    if len(value) > CONTEXTS:
        report.shortened(path, len(value))
    fitted: dict[str, Any] = {}
    for name, context in islice(value.items(), CONTEXTS):
        if context is not None:
            fitted[name] = _fit_context(name, context, (path, name), report)
    if not is_small(fitted, *CONTEXT, among=len(fitted)):
        for name, context in fitted.items():
            fitted[name] = fit_bag(context, *CONTEXT, (path, name), report)
    return fitted


def complete_trace(contexts: dict[str, Any], event_id: str) -> None:
    """Every event belongs to a trace: one of its own where the client names none."""
    trace = contexts.get("trace")
    if not isinstance(trace, dict):
        trace = contexts["trace"] = {"type": "trace"}
    if not trace.get("trace_id"):
        trace["trace_id"] = event_id
    if not trace.get("span_id"):
        trace["span_id"] = event_id[:16]
    if not trace.get("status"):
        trace["status"] = "unknown"


def add_replay(contexts: dict[str, Any], replay_id: str | None) -> None:
    """The session replay that the trace belongs to, unless the event names one itself."""
    if replay_id and not contexts.get("replay"):
        contexts["replay"] = {"type": "replay", "replay_id": replay_id}


def _fit_context(name: str, context: Any, path: Path, report: Report) -> Any:
    if type(context) is not dict:
        return reject(context, path, report, "expected an object")
    kind = context.get("type")
    if type(kind) is not str or not kind:
        kind = context["type"] = name
    fields = _KNOWN_KINDS.get(kind)
    if fields is not None:
        context = fit_known(context, fields, path, report)
        if kind in _DESCRIBED:
            _describe(kind, context, path, report)
    return context


def _describe(kind: str, context: dict[str, Any], path: Path, report: Report) -> None:
    if kind == "os":
        describe_os(context)
    elif kind == "runtime":
        describe_runtime(context)
    elif kind == "response":
        take_cookies(context, "Set-Cookie")
        if context.get("data") is not None:
            read_body(context["data"], context, path, report)
    elif kind == "device" and str(context.get("model")).startswith(_ANDROID_EMULATOR):
        context["name"] = "Emulator"
    if kind in _SUMMED_UP and context.get(kind) is None:
        sum_up(kind, context)


def sum_up(kind: str, context: dict[str, Any]) -> None:
    """Name and version in one text, under the context's own name, by which people filter."""
    name, version = context.get("name"), context.get("version")
    if name:
        context[kind] = f"{name} {version}" if version else name

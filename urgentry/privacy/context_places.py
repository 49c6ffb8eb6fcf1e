"""The contexts of an event as places: what is known of a device, what it runs, and of the rest."""

from typing import Final

from urgentry.privacy.places import (
    LIKELY,
    LIKELY_TEXT,
    PERHAPS,
    ByType,
    Listing,
    Pairs,
    Personal,
    Place,
    Struct,
    never,
    perhaps,
)
from urgentry.privacy.span_places import SPAN_LINKS, TRACE_DATA


def _context(technical: str, named: str = "", **others: Place) -> Struct:
    """Technical members, those that rules may name, and any that the client made up."""
    members = {**never(f"type {technical}"), **perhaps(named), **others}
    return Struct(members, others=PERHAPS)


_MONITOR: Final = Struct(never("type"), others=PERHAPS, personal=Personal.PERHAPS)


_KNOWN: Final[dict[str, Place]] = {
    "app": _context(
        "build_type app_identifier app_name app_version app_build app_memory in_foreground "
        "view_names",
        "app_start_time device_app_hash",
    ),
    "browser": _context("browser name version"),
    "cloudresource": _context(
        "cloud.provider cloud.platform cloud.region cloud.availability_zone host.type",
        "cloud.account.id host.id",
    ),
    "culture": _context("", "calendar display_name locale is_24_hour_format timezone"),
    "device": _context(
        "family model model_id arch battery_level orientation manufacturer brand online charging "
        "low_memory simulator processor_count processor_frequency supports_vibration "
        "supports_accelerometer supports_gyroscope supports_audio supports_location_service",
        "name screen_resolution screen_width_pixels screen_height_pixels screen_density "
        "screen_dpi memory_size free_memory usable_memory storage_size free_storage "
        "external_storage_size external_free_storage boot_time timezone locale cpu_description "
        "device_type battery_status uuid",
        device_unique_identifier=LIKELY_TEXT,
    ),
    "flags": _context("", values=Listing(Struct(never("flag result"), others=PERHAPS))),
    "gpu": _context(
        "max_texture_size graphics_shader_level supports_draw_call_instancing "
        "supports_ray_tracing supports_compute_shaders supports_geometry_shaders",
        "name version id vendor_id vendor_name driver_version memory_size api_type "
        "multi_threaded_rendering npot_support",
    ),
    "memory_info": _context(
        "allocated_bytes compacted concurrent finalization_pending_count fragmented_bytes "
        "heap_size_bytes high_memory_load_threshold_bytes index memory_load_bytes pause_durations "
        "pause_time_percentage pinned_objects_count promoted_bytes total_allocated_bytes "
        "total_available_memory_bytes total_committed_bytes"
    ),
    "monitor": _MONITOR,
    "os": _context(
        "os name version rooted",
        "build kernel_version distribution_name distribution_version distribution_pretty_name "
        "raw_description",
    ),
    "otaupdates": _context("channel runtime_version update_id"),
    "otel": _context("", attributes=PERHAPS, resource=PERHAPS),
    "response": _context(
        "status_code body_size inferred_content_type",
        cookies=Pairs(Personal.LIKELY),
        headers=Pairs(Personal.LIKELY),
        data=LIKELY,
    ),
    "runtime": _context("runtime name version", "build raw_description"),
    "spring": _context("active_profiles"),
    "threadpool_info": _context(
        "available_worker_threads available_completion_port_threads max_worker_threads "
        "max_completion_port_threads min_worker_threads min_completion_port_threads"
    ),
    "trace": _context(
        "trace_id span_id parent_span_id op status exclusive_time client_sample_rate origin "
        "sampled",
        data=TRACE_DATA,
        links=SPAN_LINKS,
    ),
    "unity": _context(
        "copy_texture_support editor_version install_mode rendering_threading_mode "
        "target_frame_rate"
    ),
    **never("feedback profile replay reprocessing performancescore"),
}
CONTEXTS: Final = ByType(_KNOWN, LIKELY)

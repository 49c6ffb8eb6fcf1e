"""The keys of projects with all the addresses that can be made of one."""

from collections.abc import Iterable
from typing import Any

from urgentry.api.timestamps import iso
from urgentry.domain.project import ProjectKey
from urgentry.domain.sdk_loader import version_choices
from urgentry.protocol.dsn import format_dsn

LOADER_OPTIONS = {
    "hasReplay": "replay",
    "hasPerformance": "performance",
    "hasDebug": "debug",
    "hasFeedback": "feedback",
    "hasLogsAndMetrics": "logs_and_metrics",
}
"""What the loader brings beside the SDK's core, by Sentry's names."""


def key_shape(key: ProjectKey, base_url: str, versions: Iterable[str]) -> dict[str, Any]:
    """A key. Its id is its public part, as in Sentry; `versions` are those of the browser SDK."""
    return {
        "id": key.public_key,
        "name": key.label,
        "label": key.label,
        "public": key.public_key,
        "secret": key.secret_key,
        "projectId": key.project_id,
        "isActive": key.is_active,
        "rateLimit": _rate_limit(key),
        "dsn": _addresses(key, base_url),
        "browserSdkVersion": key.loader.version,
        "browserSdk": {"choices": [[name, name] for name in version_choices(versions)]},
        "dateCreated": iso(key.created_at),
        "dynamicSdkLoaderOptions": {
            option: getattr(key.loader, part) for option, part in LOADER_OPTIONS.items()
        },
        "useCase": "user",
        "routing": _routing(key),
    }


def _routing(key: ProjectKey) -> dict[str, Any] | None:
    if key.routing is None:
        return None
    routes = {value: str(project_id) for value, project_id in key.routing.projects.items()}
    return {"attribute": key.routing.attribute, "projects": routes}


def _rate_limit(key: ProjectKey) -> dict[str, int] | None:
    if key.rate_limit_count is None or key.rate_limit_window is None:
        return None
    return {"window": key.rate_limit_window, "count": key.rate_limit_count}


def _addresses(key: ProjectKey, base_url: str) -> dict[str, str]:
    root = f"{base_url}/api/{key.project_id}"
    query = f"?sentry_key={key.public_key}"
    pair = f"{key.public_key}:{key.secret_key}"
    return {
        "secret": format_dsn(base_url, pair, key.project_id),
        "public": format_dsn(base_url, key.public_key, key.project_id),
        "csp": f"{root}/csp-report/{query}",
        "security": f"{root}/security/{query}",
        "minidump": f"{root}/minidump/{query}",
        "nel": f"{root}/nel/{query}",
        "unreal": f"{root}/unreal/{key.public_key}/",
        "crons": f"{root}/cron/___MONITOR_SLUG___/{key.public_key}/",
        "cdn": f"{base_url}/js-sdk-loader/{key.public_key}.min.js",
        "playstation": f"{root}/playstation/{query}",
        "integration": f"{root}/integration/",
        "otlp_traces": f"{root}/integration/otlp/v1/traces/",
        "otlp_logs": f"{root}/integration/otlp/v1/logs/",
    }

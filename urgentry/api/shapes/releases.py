"""Releases."""

from collections.abc import Callable
from typing import Any

from urgentry.api.timestamps import iso, iso_or_none
from urgentry.domain.release import ParsedVersion, Release, ReleaseProject, parse_version

HealthOf = Callable[[Release, ReleaseProject], dict[str, Any]]
"""What is told of a release's health in a project."""


def release_shape(
    release: Release, seen: list[ReleaseProject], health_of: HealthOf | None = None
) -> dict[str, Any]:
    """A release with what the projects that the caller may see saw of it."""
    parsed = parse_version(release.version)
    firsts = [project.first_seen for project in seen if project.first_seen is not None]
    lasts = [project.last_seen for project in seen if project.last_seen is not None]
    return {
        "id": release.id,
        "version": release.version,
        "shortVersion": parsed.description,
        "versionInfo": version_info(parsed),
        "status": "open",
        "ref": release.ref,
        "url": release.url,
        "dateCreated": iso(release.created_at),
        "dateReleased": iso_or_none(release.released_at),
        "dateStarted": None,
        "firstEvent": iso_or_none(min(firsts, default=None)),
        "lastEvent": iso_or_none(max(lasts, default=None)),
        "newGroups": sum(project.new_issues for project in seen),
        "data": {},
        "owner": None,
        "lastCommit": None,
        "lastDeploy": None,
        "commitCount": 0,
        "deployCount": 0,
        "authors": [],
        "userAgent": None,
        "projects": [
            _project(project)
            | ({} if health_of is None else {"healthData": health_of(release, project)})
            for project in seen
        ],
    }


def version_info(parsed: ParsedVersion) -> dict[str, Any]:
    """A version in its parts."""
    return {
        "package": parsed.package or None,
        "version": _version_parts(parsed),
        "description": parsed.description,
        "buildHash": parsed.build_hash,
    }


def _version_parts(parsed: ParsedVersion) -> dict[str, Any]:
    if not parsed.numbers:
        return {"raw": parsed.rest}
    major, minor, patch = (*parsed.numbers, 0, 0)[:3]
    return {
        "raw": parsed.rest,
        "major": major,
        "minor": minor,
        "patch": patch,
        "pre": parsed.pre or None,
        "buildCode": parsed.build or None,
        "components": len(parsed.numbers),
    }


def _project(seen: ReleaseProject) -> dict[str, Any]:
    return {
        "id": seen.project_id,
        "slug": seen.project_slug,
        "name": seen.project_name,
        "platform": seen.platform or None,
        "platforms": [seen.platform] if seen.platform else [],
        "newGroups": seen.new_issues,
        "hasHealthData": seen.has_sessions,
    }

"""Projects, from the few members that every answer has to the full one."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.api.privacy import rules_shape
from urgentry.api.shapes.avatars import letter_avatar
from urgentry.api.timestamps import iso, iso_or_none
from urgentry.domain.grouping_settings import read_grouping_settings
from urgentry.domain.project import Project
from urgentry.domain.storms import DEFAULT_ONE_IN
from urgentry.storage.projects import TeamLink
from urgentry.storage.received import Received
from urgentry.tenancy.filters import OPTIONS, filter_settings_of
from urgentry.tenancy.privacy import project_rules_of

COLORS = ("#3f7fbf", "#bf5e3f", "#3fbf7f", "#bf3f7f", "#7f3fbf", "#7fbf3f", "#bf9b3f", "#3fb4bf")


class ProjectFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of projects beside their rows, by project id."""

    links: dict[int, list[TeamLink]]
    latest: dict[int, str]
    environments: dict[int, list[str]]
    with_sessions: Collection[int] = ()
    """Projects that ever had a session."""
    received: Mapping[int, Received] = {}

    def team_shapes(self, project: Project) -> list[dict[str, str]]:
        """The teams of a project, shortly."""
        return [
            {"id": str(link.team_id), "slug": link.slug, "name": link.name}
            for link in self.links.get(project.id, [])
        ]

    def is_member(self, project: Project, access: Access) -> bool:
        """Whether the caller is in one of the project's teams."""
        return any(link.team_id in access.team_ids for link in self.links.get(project.id, []))


def project_core(project: Project, access: Access, facts: ProjectFacts) -> dict[str, Any]:
    """What every shape of a project begins with."""
    return {
        "id": str(project.id),
        "slug": project.slug,
        "name": project.name,
        "platform": project.platform or None,
        "dateCreated": iso(project.created_at),
        "isBookmarked": False,
        "isMember": facts.is_member(project, access),
        "features": [],
        "firstEvent": iso_or_none(project.first_event_at),
        "access": sorted(access.scopes),
        "hasAccess": True,
        **_NOT_TOLD_APART,
        **_received_shape(facts.received.get(project.id, Received())),
        "hasSessions": project.id in facts.with_sessions,
    }


def project_shape(project: Project, access: Access, facts: ProjectFacts) -> dict[str, Any]:
    """A project as a team's or a change's answer shows it."""
    return project_core(project, access, facts) | {
        "isInternal": False,
        "isPublic": False,
        "avatar": letter_avatar(),
        "color": COLORS[project.id % len(COLORS)],
        "status": "active",
    }


def project_with_teams(project: Project, access: Access, facts: ProjectFacts) -> dict[str, Any]:
    """The same with its teams."""
    return project_shape(project, access, facts) | _teams(project, facts)


def project_summary(project: Project, access: Access, facts: ProjectFacts) -> dict[str, Any]:
    """A project as an organization's list shows it."""
    version = facts.latest.get(project.id)
    return (
        project_core(project, access, facts)
        | {"team": None}
        | _teams(project, facts)
        | {
            "platforms": [project.platform] if project.platform else [],
            "hasUserReports": facts.received.get(project.id, Received()).reports,
            "environments": facts.environments.get(project.id, []),
            "latestRelease": {"version": version} if version else None,
        }
    )


def project_details(
    project: Project, access: Access, facts: ProjectFacts, organization: dict[str, Any]
) -> dict[str, Any]:
    """A project in full."""
    version = facts.latest.get(project.id)
    return (
        project_with_teams(project, access, facts)
        | _DEFAULTS
        | {
            "latestRelease": {"version": version} if version else None,
            "platforms": [project.platform] if project.platform else [],
            "organization": organization,
        }
        | settings_shape(project)
        | rules_shape(project_rules_of(project))
        | grouping_shape(project)
        | {"options": options_shape(project)}
    )


def settings_shape(project: Project) -> dict[str, Any]:
    """What people set of a project, with the defaults of what they did not."""
    settings = project.settings
    return {
        "allowedDomains": settings.get("allowed_origins", ["*"]),
        "subjectPrefix": settings.get("subject_prefix", ""),
        "subjectTemplate": settings.get("subject_template", "$shortID - $title"),
        "highlightTags": settings.get("highlight_tags", ["handled", "level"]),
        "highlightContext": settings.get("highlight_context", {}),
        "defaultEnvironment": settings.get("default_environment"),
        "storeCrashReports": settings.get("store_crash_reports"),
        "spikeProtection": settings.get("spike_protection", False),
        "stormStoredFirst": settings.get("storm_after", 0),
        "stormStoredOneIn": settings.get("storm_one_in", DEFAULT_ONE_IN),
    }


def options_shape(project: Project) -> dict[str, Any]:
    """What Sentry keeps among a project's options: what it filters, by lists and switches."""
    settings = filter_settings_of(project)
    return {option: getattr(settings, field) for option, field in OPTIONS.items()}


def grouping_shape(project: Project) -> dict[str, Any]:
    """How the project groups; the expiry of a transition in seconds, 0 when none lasts."""
    settings = read_grouping_settings(project.grouping_config, project.settings)
    former = settings.former_at(clock.now())
    return {
        "groupingConfig": settings.config,
        "groupingEnhancements": settings.enhancements,
        "fingerprintingRules": settings.fingerprinting,
        "secondaryGroupingConfig": former[0] if former else None,
        "secondaryGroupingExpiry": settings.former_until // clock.SECOND if former else 0,
    }


def _teams(project: Project, facts: ProjectFacts) -> dict[str, Any]:
    teams = facts.team_shapes(project)
    return {"teams": teams} | ({"team": teams[0]} if teams else {})


def _received_shape(received: Received) -> dict[str, bool]:
    return {
        "firstTransactionEvent": received.transactions,
        "hasFeedbacks": received.feedback,
        "hasNewFeedbacks": received.feedback,
        "hasMonitors": received.monitors,
        "hasProfiles": received.profiles,
        "hasReplays": received.replays,
        "hasLogs": received.logs,
        "hasTraceMetrics": received.metrics,
    }


_NOT_TOLD_APART: dict[str, Any] = {
    "hasFlags": False,
    "hasMinifiedStackTrace": False,
    "hasInsightsHttp": False,
    "hasInsightsDb": False,
    "hasInsightsAssets": False,
    "hasInsightsAppStart": False,
    "hasInsightsScreenLoad": False,
    "hasInsightsVitals": False,
    "hasInsightsCaches": False,
    "hasInsightsQueues": False,
    "hasInsightsAgentMonitoring": False,
    "hasInsightsMCP": False,
}
"""Kinds of errors and spans that are not told apart here."""

_DEFAULTS: dict[str, Any] = {
    "digestsMinDelay": 300,
    "digestsMaxDelay": 1800,
    "securityToken": "",
    "securityTokenHeader": None,
    "verifySSL": True,
    "scrapeJavaScript": False,
    "enableAutoReleaseCreation": True,
    "highlightPreset": {"tags": [], "context": {}},
    "derivedGroupingEnhancements": "",
    "processingIssues": 0,
    "resolveAge": 0,
    "builtinSymbolSources": [],
    "dynamicSamplingBiases": None,
    "symbolSources": "[]",
    "isDynamicallySampled": False,
    "tempestFetchScreenshots": False,
    "autofixAutomationTuning": "off",
    "seerScannerAutomation": False,
    "seerNightshiftTweaks": None,
    "scmSourceContextEnabled": False,
    "debugFilesRole": None,
}
"""What clients expect to find and nobody can set here."""

"""Organizations, as a list shows them and in full."""

from typing import Any

from urgentry.access.decision import Access
from urgentry.api.privacy import rules_shape
from urgentry.api.shapes.avatars import letter_avatar
from urgentry.api.shapes.roles import organization_roles, team_roles
from urgentry.api.timestamps import iso
from urgentry.domain import crash_reports
from urgentry.domain.organization import Organization
from urgentry.tenancy.members import rank_of
from urgentry.tenancy.privacy import organization_rules_of


def organization_shape(organization: Organization, base_url: str) -> dict[str, Any]:
    """An organization as a list shows it."""
    return {
        "id": str(organization.id),
        "slug": organization.slug,
        "name": organization.name,
        "status": {"id": "active", "name": "active"},
        "dateCreated": iso(organization.created_at),
        "features": ["open-membership"] if organization.open_membership else [],
        "isEarlyAdopter": False,
        "require2FA": False,
        "avatar": letter_avatar(),
        "links": {
            "organizationUrl": f"{base_url}/{organization.slug}/",
            "regionUrl": base_url,
        },
        "hasAuthProvider": False,
        "allowMemberInvite": True,
        "allowMemberProjectCreation": False,
        "allowSuperuserAccess": True,
        "onboardingTasks": [],
    }


def organization_details(access: Access, base_url: str) -> dict[str, Any]:
    """An organization in full, as the caller may see it; without its teams and projects."""
    organization = access.organization
    return (
        organization_shape(organization, base_url)
        | _FIXED
        | rules_shape(organization_rules_of(organization))
        | {
            "access": sorted(access.scopes),
            "role": access.role.value if access.role else None,
            "orgRole": access.role.value if access.role else "",
            "orgRoleList": organization_roles(rank_of(access)),
            "teamRoleList": team_roles(may_lead=access.allows("team:write")),
            "openMembership": organization.open_membership,
        }
    )


_FIXED: dict[str, Any] = {
    "experiments": {},
    "isDefault": False,
    "defaultRole": "member",
    "allowSharedIssues": False,
    "enhancedPrivacy": False,
    "storeCrashReports": crash_reports.DEFAULT,
    "attachmentsRole": "member",
    "debugFilesRole": "admin",
    "eventsMemberAdmin": True,
    "alertsMemberWrite": True,
    "scrapeJavaScript": False,
    "allowJoinRequests": False,
    "relayDsnEndpoint": None,
    "trustedRelays": [],
    "pendingAccessRequests": 0,
    "hideAiFeatures": True,
    "aggregatedDataConsent": False,
    "isDynamicallySampled": False,
    "issueAlertsThreadFlag": True,
    "metricAlertsThreadFlag": True,
    "requiresSso": False,
    "defaultAutofixAutomationTuning": "off",
    "defaultSeerScannerAutomation": False,
    "enableSeerCoding": False,
    "defaultCodingAgent": "",
    "defaultCodingAgentIntegrationId": None,
    "defaultAutomatedRunStoppingPoint": "",
    "autoEnableCodeReview": False,
    "autoOpenPrs": False,
    "defaultCodeReviewTriggers": [],
}
"""What clients expect to find and nobody can set here."""

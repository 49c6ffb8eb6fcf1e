"""Organizations: those of the caller, one in full, changing one."""

from typing import Any

from starlette.responses import Response

from urgentry.access.decision import (
    Access,
    access,
    forbidden,
    visible_organizations,
    visible_projects,
)
from urgentry.access.scopes import ROLE_SCOPES
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.pagination import page_of
from urgentry.api.privacy import read_rules_change
from urgentry.api.project_facts import facts_of
from urgentry.api.refusals import refuse_options, refuse_unmet
from urgentry.api.shapes.organizations import organization_details, organization_shape
from urgentry.api.shapes.projects import project_summary
from urgentry.api.shapes.teams import team_shape
from urgentry.api.teams import own_roles
from urgentry.domain.organization import MAX_SLUG_LENGTH, Organization, Role, slugify
from urgentry.storage import members, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy.organizations import create_organization, update_organization
from urgentry.tenancy.privacy import change_organization_privacy

MAX_NAME = 64
MAX_LISTED = 1000
READ = ("org:read", "org:write", "org:admin")
FIXED = (
    *("aggregatedDataConsent", "alertsMemberWrite", "allowJoinRequests", "allowMemberInvite"),
    *("allowMemberProjectCreation", "allowSharedIssues", "attachmentsRole", "avatar"),
    *("debugFilesRole", "defaultRole"),
    *("enhancedPrivacy", "eventsMemberAdmin", "hideAiFeatures", "isEarlyAdopter"),
    "issueAlertsThreadFlag",
    *("metricAlertsThreadFlag", "relayDsnEndpoint", "require2FA"),
    "scrapeJavaScript",
    *("storeCrashReports", "trustedRelays", "cancelDeletion"),
    *("hasGranularReplayPermissions", "replayAccessMembers"),
)
"""What Sentry lets people set of an organization, and this server does not."""


async def list_organizations(call: Call) -> Response:
    """The organizations that the caller may see; `owner=1` those that they own."""
    refuse_options(call, "sortBy")
    wanted = call.query.get("query", "").casefold()
    async with call.database.read() as tx:
        readable = await visible_organizations(tx, call.principal, *READ)
        if call.query.get("owner") in ("1", "true"):
            roles = await members.list_roles(tx, call.principal.account_id or 0)
            readable = [one for one in readable if roles.get(one.id) is Role.OWNER]
    matching = [one for one in readable if wanted in f"{one.slug} {one.name}".casefold()]
    page, headers = page_of(call, matching)
    base_url = call.deps.base_url
    return json_response([organization_shape(one, base_url) for one in page], headers=headers)


async def create(call: Call) -> Response:
    """A new organization whose owner is the caller, who must be an instance admin."""
    account = call.account
    fields = Fields(await call.body())
    name = fields.text("name", longest=MAX_NAME, required=True) or ""
    slug = fields.text("slug", longest=MAX_SLUG_LENGTH)
    fields.check()
    if not call.principal.is_instance_admin or not _may_create(call):
        raise forbidden()

    async def write(tx: Transaction) -> Organization:
        chosen = slug or slugify(name, fallback="")
        return await create_organization(tx, account, slug=chosen, name=name)

    made = await call.database.write(write)
    return json_response(organization_shape(made, call.deps.base_url), 201)


async def show(call: Call) -> Response:
    """An organization with its teams and projects, unless `detailed=0`."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        return json_response(await _details(tx, call, entered))


async def update(call: Call) -> Response:
    """Changes slug, name, open membership, or what is removed from the data of all projects."""
    body = await call.body()
    fields = Fields(body)
    slug = fields.text("slug", longest=MAX_SLUG_LENGTH)
    name = fields.text("name", longest=MAX_NAME)
    open_membership = fields.flag("openMembership")
    rules = read_rules_change(fields)
    fields.check()

    async def write(tx: Transaction) -> int:
        entered = await call.enter(tx, "org:write", "org:admin")
        refuse_unmet(body, organization_details(entered, call.deps.base_url), *FIXED)
        changed = await update_organization(
            tx, entered, slug=slug, name=name, open_membership=open_membership
        )
        if not rules.is_empty:
            entered = await access(tx, call.principal, organization=changed.id)
            await change_organization_privacy(tx, entered, rules)
        return changed.id

    organization_id = await call.database.write(write)
    async with call.database.read() as tx:
        entered = await access(tx, call.principal, "org:write", organization=organization_id)
        return json_response(await _details(tx, call, entered))


def _may_create(call: Call) -> bool:
    return "org:admin" in call.principal.limit(ROLE_SCOPES[Role.OWNER])


async def _details(tx: Transaction, call: Call, entered: Access) -> dict[str, Any]:
    details = organization_details(entered, call.deps.base_url)
    if call.query.get("detailed") == "0":
        return details
    listed = (await visible_projects(tx, entered))[:MAX_LISTED]
    facts = await facts_of(tx, listed)
    roles = await own_roles(tx, entered)
    found_teams = await teams.list_teams(tx, entered.organization.id)
    return details | {
        "teams": [team_shape(team, entered, roles.get(team.id)) for team in found_teams],
        "projects": [project_summary(project, entered, facts) for project in listed],
    }


ENDPOINTS = (
    endpoint("/organizations/", GET=list_organizations, POST=create),
    endpoint("/organizations/{organization}/", GET=show, PUT=update),
)

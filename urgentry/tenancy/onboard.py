"""The first organization, project and owner: by command, by environment, or on the first page.

`bootstrap` is idempotent: it makes what is missing and answers what is there. `set_up` works only
while no account exists.
"""

import msgspec

from urgentry import clock
from urgentry.access.passwords import hash_password
from urgentry.access.scopes import SCOPES
from urgentry.access.tokens import digest, mint_user_token, minted, supplied_token_problem
from urgentry.domain.account import Account, email_problem, normalise_email, password_problem
from urgentry.domain.organization import MAX_SLUG_LENGTH, Organization, Role, slug_problem
from urgentry.domain.project import MAX_SLUG_LENGTH as MAX_PROJECT_SLUG_LENGTH
from urgentry.domain.project import Project
from urgentry.errors import ApiError, FieldError, UniqueViolation
from urgentry.protocol.dsn import format_dsn
from urgentry.storage import accounts, keys, members, organizations, projects, teams, tokens
from urgentry.storage.database import Database, Transaction
from urgentry.tenancy.changes import tell
from urgentry.tenancy.organizations import organization_slug_problem
from urgentry.tenancy.projects import first_settings, insert_default_key

TOKEN_NAME = "bootstrap"  # noqa: S105 - the name of a token, not its text


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to be. Slugs of organization and project; names default to them."""

    organization: str
    project: str
    email: str
    password: str | None = None
    """Needed when there is no account of this address; an existing one keeps its own."""
    name: str = ""
    organization_name: str = ""
    project_name: str = ""
    platform: str = ""
    auth_token: str | None = None
    """A token to make instead of a random one, known beforehand."""
    rotate_token: bool = False
    retention_days: int = 90


class BootstrapResult(msgspec.Struct, frozen=True, kw_only=True):
    """What there is. `auth_token` is None when it was made before: it is kept as a digest."""

    dsn: str
    auth_token: str | None
    organization: str
    organization_id: int
    project: str
    project_id: int
    email: str
    account_id: int


async def bootstrap(database: Database, wish: Wish, *, base_url: str) -> BootstrapResult:
    """Makes what is missing of the wish. FieldError says what is wrong with it."""
    _check(wish)
    password_hash = await _password_hash(database, wish)

    async def write(tx: Transaction) -> BootstrapResult:
        return await _fulfil(tx, wish, password_hash, base_url)

    try:
        return await database.write(write)
    except UniqueViolation:
        # Another process made the same at the same time: now it is there to be found.
        return await database.write(write)


async def set_up(database: Database, wish: Wish, *, base_url: str) -> BootstrapResult:
    """The same for the first page, as an instance admin; ApiError 403 once an account exists."""
    async with database.read() as tx:
        # Asked before the costly hash, whose time would tell which addresses have accounts.
        await _require_nobody(tx)
    _check(wish)
    password_hash = await _password_hash(database, wish)

    async def write(tx: Transaction) -> BootstrapResult:
        await accounts.hold_first(tx)
        await _require_nobody(tx)
        return await _fulfil(tx, wish, password_hash, base_url)

    return await database.write(write)


async def _require_nobody(tx: Transaction) -> None:
    if await accounts.has_accounts(tx):
        raise ApiError(403, "This server is set up already: sign in.")


def _check(wish: Wish) -> None:
    problems = {
        "organization": organization_slug_problem(wish.organization),
        "project": slug_problem(wish.project, longest=MAX_PROJECT_SLUG_LENGTH),
        "email": email_problem(wish.email),
        "password": password_problem(wish.password, email=wish.email) if wish.password else None,
        "auth_token": supplied_token_problem(wish.auth_token) if wish.auth_token else None,
    }
    wrong = {field: [problem] for field, problem in problems.items() if problem is not None}
    if wrong:
        raise FieldError(wrong)


async def _password_hash(database: Database, wish: Wish) -> str | None:
    async with database.read() as tx:
        account = await accounts.find_account(tx, normalise_email(wish.email))
    if account is not None:
        return None
    if not wish.password:
        raise FieldError({"password": ["A new account needs a password."]})
    return await hash_password(wish.password)


async def _fulfil(
    tx: Transaction, wish: Wish, password_hash: str | None, base_url: str
) -> BootstrapResult:
    account = await _account(tx, wish, password_hash)
    organization = await _organization(tx, wish)
    member_id = await _owner(tx, organization, account)
    project = await _project(tx, wish, organization, member_id)
    public_key = await _public_key(tx, project)
    auth_token = await _token(tx, wish, account)
    await tell(tx, "bootstrap", organization_id=organization.id, project_id=project.id)
    return BootstrapResult(
        dsn=format_dsn(base_url, public_key, project.id),
        auth_token=auth_token,
        organization=organization.slug,
        organization_id=organization.id,
        project=project.slug,
        project_id=project.id,
        email=account.email,
        account_id=account.id,
    )


async def _account(tx: Transaction, wish: Wish, password_hash: str | None) -> Account:
    email = normalise_email(wish.email)
    account = await accounts.find_account(tx, email)
    if account is not None:
        return account
    is_first = not await accounts.has_accounts(tx)
    return await accounts.insert_account(
        tx,
        email=email,
        name=wish.name,
        password_hash=password_hash,
        is_instance_admin=is_first,
        at=clock.now(),
    )


async def _organization(tx: Transaction, wish: Wish) -> Organization:
    organization = await organizations.find_organization(tx, wish.organization)
    if organization is not None:
        return organization
    name = wish.organization_name or wish.organization
    return await organizations.insert_organization(
        tx, slug=wish.organization, name=name, at=clock.now()
    )


async def _owner(tx: Transaction, organization: Organization, account: Account) -> int:
    member = await members.find_by_account(tx, organization.id, account.id)
    if member is not None:
        return member.id
    invited = await members.find_by_email(tx, organization.id, account.email)
    if invited is not None:
        await members.delete_member(tx, invited)
    return await members.insert_member(
        tx,
        organization_id=organization.id,
        account_id=account.id,
        email=account.email,
        role=Role.OWNER,
        at=clock.now(),
    )


async def _project(
    tx: Transaction, wish: Wish, organization: Organization, member_id: int
) -> Project:
    project = await projects.find_project(tx, organization.id, wish.project)
    if project is not None:
        return project
    project = await projects.insert_project(
        tx,
        organization_id=organization.id,
        slug=wish.project,
        name=wish.project_name or wish.project,
        platform=wish.platform,
        retention_days=wish.retention_days,
        settings=first_settings(wish.platform),
        at=clock.now(),
    )
    team_id = await _first_team(tx, organization, member_id)
    await projects.link_team(tx, project_id=project.id, team_id=team_id)
    return project


async def _first_team(tx: Transaction, organization: Organization, member_id: int) -> int:
    slug = organization.slug[:MAX_SLUG_LENGTH]
    team = await teams.find_team(tx, organization.id, slug)
    if team is None:
        team = await teams.insert_team(
            tx,
            organization_id=organization.id,
            slug=slug,
            name=organization.name,
            at=clock.now(),
        )
    await teams.add_member(tx, team_id=team.id, member_id=member_id)
    return team.id


async def _public_key(tx: Transaction, project: Project) -> str:
    listed = await keys.list_keys(tx, [project.id])
    active = [key.public_key for key in listed if key.is_active]
    if active:
        return active[0]
    await insert_default_key(tx, project.id)
    return (await keys.list_keys(tx, [project.id]))[-1].public_key


async def _token(tx: Transaction, wish: Wish, account: Account) -> str | None:
    """The token's text, when this call made it or the caller knew it."""
    old = [t for t in await tokens.list_of_account(tx, account.id) if t.name == TOKEN_NAME]
    if wish.auth_token and await tokens.find_token(tx, digest(wish.auth_token)):
        return wish.auth_token
    if old and not (wish.rotate_token or wish.auth_token):
        return None
    for token in old:
        await tokens.delete_token(tx, token.id)
    new = minted(wish.auth_token) if wish.auth_token else mint_user_token()
    await tokens.insert_token(
        tx,
        token_hash=new.token_hash,
        account_id=account.id,
        organization_id=None,
        name=TOKEN_NAME,
        scopes=SCOPES,
        hint=new.hint,
        created_by=account.id,
        at=clock.now(),
    )
    return new.text

"""The people of an organization, and the invitations that bring them in."""

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, found
from urgentry.access.scopes import ROLE_MEANING
from urgentry.access.sessions import open_session
from urgentry.domain.account import Account
from urgentry.domain.organization import Member, Role
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts, members, organizations
from urgentry.storage.database import Transaction
from urgentry.tenancy import members as cases
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Visit


async def show(visit: Visit) -> Response:
    """Members and invitations."""
    return await _members(visit, Form())


async def _members(
    visit: Visit, form: Form, *, status: int = 200, invitation: cases.Invitation | None = None
) -> Response:
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "member:read", "org:read")
        listed = await members.list_members(tx, place.organization.id)
    return visit.page(
        "members.html",
        status=status,
        section="settings",
        tab="members",
        form=form,
        members=listed,
        roles=_roles(place.access),
        meanings=ROLE_MEANING,
        now=clock.now(),
        invited=invitation.member.email if invitation else "",
        link=invitation.link(visit.deps.base_url.rstrip("/")) if invitation else "",
    )


def _roles(access: Access) -> list[Role]:
    """What the visitor may make somebody, the least first."""
    return [role for role in Role if role.rank <= cases.rank_of(access)]


async def invite(visit: Visit) -> Response:
    """Invites an address; the page that answers shows the link, once."""
    form = await visit.form()

    async def write(tx: Transaction) -> cases.Invitation:
        place = await visit.enter(tx, "member:read", "org:read")
        role = _role(form)
        return await cases.invite(tx, place.access, email=form.text("email"), role=role)

    try:
        invitation = await visit.database.write(write)
    except ApiError as error:
        return await _members(visit, form.refuse(error, "email"), status=error.status)
    return await _members(visit, Form(), invitation=invitation)


async def change(visit: Visit) -> Response:
    """Changes a role, renews an invitation, or lets somebody go."""
    form = await visit.form()
    action = form.text("action")

    async def write(tx: Transaction) -> cases.Invitation | None:
        place = await visit.enter(tx, "member:read", "org:read")
        member = await cases.find_member(tx, place.access, visit.path("member"))
        if action == "renew":
            return await cases.renew_invitation(tx, place.access, member)
        if action == "remove":
            await cases.remove(tx, place.access, member)
        else:
            await cases.set_role(tx, place.access, member, _role(form))
        return None

    invitation = await visit.database.write(write)
    if invitation is not None:
        return await _members(visit, Form(), invitation=invitation)
    address = f"/{visit.path('organization')}/settings/members/"
    return visit.redirect(address, flash=Flash(code="removed" if action == "remove" else "saved"))


def _role(form: Form) -> Role:
    role = form.text("role", Role.MEMBER.value)
    if role not in set(Role):
        raise FieldError({"role": ["There is no such role."]})
    return Role(role)


async def show_invitation(visit: Visit) -> Response:
    """What the link of an invitation opens."""
    return await _invitation(visit, Form())


async def _invitation(visit: Visit, form: Form, *, status: int = 200) -> Response:
    async with visit.database.read() as tx:
        invitation = await cases.find_invitation(tx, visit.path("secret"))
        organization = found(await organizations.get_organization(tx, invitation.organization_id))
        has_account = await accounts.find_account(tx, invitation.email) is not None
    return visit.page(
        "invitation.html",
        status=status,
        form=form,
        invitation=invitation,
        invited_to=organization,
        has_account=has_account,
        here=visit.request.url.path,
    )


async def accept(visit: Visit) -> Response:
    """Takes the visitor in: signed in as they are, or with a new account."""
    form = await visit.form()
    try:
        member = await _join(visit, form)
    except ApiError as error:
        if error.status == 404:  # noqa: PLR2004 - the link is used up
            raise
        return await _invitation(visit, form.refuse(error), status=error.status)
    async with visit.database.read() as tx:
        organization = found(await organizations.get_organization(tx, member.organization_id))
    return visit.redirect(f"/{organization.slug}/issues/", flash=Flash(code="joined"))


async def _join(visit: Visit, form: Form) -> Member:
    secret = visit.path("secret")
    if visit.known_principal is not None:
        account = visit.account
        return await visit.database.write(lambda tx: cases.accept_invitation(tx, account, secret))
    async with visit.database.read() as tx:
        invitation = await cases.find_invitation(tx, secret)
    name, password = form.text("name", longest=200), form.raw("password")
    account = await cases.register(visit.database, secret, name=name, password=password)
    await _sign_in(visit, account)
    return invitation


async def _sign_in(visit: Visit, account: Account) -> None:
    async def write(tx: Transaction) -> str:
        opened = await open_session(
            tx, account, ip_address=visit.ip_address, user_agent=visit.user_agent
        )
        return opened.cookie

    cookie = await visit.database.write(write)
    visit.cookies.append(visit.session_cookie(cookie))


PAGES = (
    page("/{organization}/settings/members/", GET=show, POST=invite),
    page("/{organization}/settings/members/{member}/", POST=change),
    page("/invitation/{secret}/", public=True, GET=show_invitation, POST=accept),
)

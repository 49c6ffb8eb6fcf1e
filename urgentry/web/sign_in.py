"""Signing in and out, and the front door: where somebody is sent who asks for nothing special."""

from urllib.parse import urlsplit

from starlette.responses import Response

from urgentry.access.decision import visible_organizations
from urgentry.access.sessions import cookie_header, sign_in, sign_out
from urgentry.errors import ApiError
from urgentry.storage import accounts
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.visit import Visit

LAST_PLACE = "urgentry_place"
"""A cookie with the organization that was looked at last."""


async def front_door(visit: Visit) -> Response:
    """Sends on: to set-up, to sign-in, to the last organization, or to make a first one."""
    async with visit.database.read() as tx:
        if visit.known_principal is None:
            has_accounts = await accounts.has_accounts(tx)
            return visit.redirect("/sign-in/" if has_accounts else "/setup/")
        slugs = [found.slug for found in await visible_organizations(tx, visit.principal)]
    if not slugs and visit.principal.is_instance_admin:
        return visit.redirect("/organizations/new/")
    if not slugs:
        return visit.page("no_organization.html")
    last = visit.request.cookies.get(LAST_PLACE)
    return visit.redirect(f"/{last if last in slugs else slugs[0]}/issues/")


async def show(visit: Visit) -> Response:
    """The form; whoever is in already goes on."""
    target = safe_next(visit.query.get("next"))
    if visit.known_principal is not None:
        return visit.redirect(target)
    async with visit.database.read() as tx:
        if not await accounts.has_accounts(tx):
            return visit.redirect("/setup/")
    return visit.page("sign_in.html", form=Form(), next=target)


async def enter(visit: Visit) -> Response:
    """Checks what was entered and opens a session."""
    form = await visit.form()
    target = safe_next(form.text("next"))
    try:
        signed_in = await sign_in(
            visit.database,
            email=form.text("email"),
            password=form.raw("password"),
            ip_address=visit.ip_address,
            user_agent=visit.user_agent,
        )
    except ApiError as error:
        refused = visit.page(
            "sign_in.html", status=error.status, form=form.refuse(error), next=target
        )
        if "Retry-After" in error.headers:
            refused.headers["retry-after"] = error.headers["Retry-After"]
        return refused
    visit.cookies.append(visit.session_cookie(signed_in.cookie))
    return visit.redirect(target)


async def leave(visit: Visit) -> Response:
    """Ends the session."""
    principal = visit.known_principal
    if principal is not None and principal.account is not None and principal.session_hash:
        await sign_out(visit.database, principal.account.id, principal.session_hash)
    visit.cookies.append(cookie_header("", is_secure=visit.deps.is_secure))
    response = visit.redirect("/sign-in/", flash=Flash(code="signed-out"))
    response.headers["clear-site-data"] = '"cache"'
    return response


def safe_next(target: str | None) -> str:
    """An address of this server to go on to; "/" for everything else."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(target)
    is_plain = target.isprintable() and "\\" not in target
    return target if is_plain and not parts.scheme and not parts.netloc else "/"


PAGES = (
    page("/", public=True, GET=front_door),
    page("/sign-in/", public=True, GET=show, POST=enter),
    page("/sign-out/", public=True, POST=leave),
)

"""What people set for themselves: name, password, look, API tokens, sessions."""

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import visible_organizations
from urgentry.access.scopes import SCOPES
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts, tokens
from urgentry.storage.database import Transaction
from urgentry.tenancy.accounts import change_password
from urgentry.tenancy.tokens import IssuedToken, create_account_token, delete_account_token
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.forms import Form
from urgentry.web.look import CLOCKS, DENSITIES, THEMES
from urgentry.web.visit import Visit

_MAX_NAME = 200
_USUAL_SCOPES = frozenset({"org:read", "project:read", "team:read", "event:read", "org:ci"})


async def show(visit: Visit) -> Response:
    """Name, password, look."""
    return await _account(visit, Form())


async def _account(visit: Visit, form: Form, *, status: int = 200) -> Response:
    return visit.page(
        "account.html",
        status=status,
        tab="account",
        form=form,
        home=await _home(visit),
        themes=THEMES,
        densities=DENSITIES,
        clocks=CLOCKS,
    )


async def _home(visit: Visit) -> str:
    """Where "back" leads."""
    async with visit.database.read() as tx:
        known = await visible_organizations(tx, visit.principal)
    return f"/{known[0].slug}/issues/" if known else "/"


async def save(visit: Visit) -> Response:
    """Changes the name."""
    form = await visit.form()
    account_id, name = visit.account.id, form.text("name", longest=_MAX_NAME)
    await visit.database.write(lambda tx: accounts.set_name(tx, account_id, name))
    return visit.redirect("/account/", flash=Flash(code="saved"))


async def save_password(visit: Visit) -> Response:
    """Changes the password and signs other browsers out."""
    form = await visit.form()
    try:
        await change_password(
            visit.database,
            visit.account,
            current=form.raw("current"),
            new=form.raw("new"),
            keep_session=visit.principal.session_hash or b"",
        )
    except ApiError as error:
        return await _account(visit, form.refuse(error), status=error.status)
    return visit.redirect("/account/", flash=Flash(code="password"))


async def show_tokens(visit: Visit) -> Response:
    """The tokens that speak for the visitor."""
    return await _tokens(visit, Form())


async def _tokens(
    visit: Visit, form: Form, *, status: int = 200, issued: IssuedToken | None = None
) -> Response:
    async with visit.database.read() as tx:
        listed = await tokens.list_of_account(tx, visit.account.id)
    return visit.page(
        "account_tokens.html",
        status=status,
        tab="tokens",
        form=form,
        home=await _home(visit),
        tokens=listed,
        scopes=SCOPES,
        usual=_USUAL_SCOPES,
        issued=issued,
    )


async def make_token(visit: Visit) -> Response:
    """A new token; the page that answers shows its text, once."""
    form = await visit.form()
    account = visit.account

    async def write(tx: Transaction) -> IssuedToken:
        name = form.text("name", longest=_MAX_NAME)
        if not name:
            raise FieldError({"name": ["Say what it is for."]})
        scopes = form.texts("scope")
        return await create_account_token(tx, account, name=name, scopes=scopes)

    try:
        issued = await visit.database.write(write)
    except ApiError as error:
        return await _tokens(visit, form.refuse(error), status=error.status)
    response = await _tokens(visit, Form(), issued=issued)
    response.headers["cache-control"] = "no-store"
    return response


async def remove_token(visit: Visit) -> Response:
    """Takes a token back."""
    number = visit.path("token")
    token_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0  # noqa: PLR2004
    account = visit.account
    await visit.database.write(lambda tx: delete_account_token(tx, account, token_id))
    return visit.redirect("/account/tokens/", flash=Flash(code="removed"))


async def show_sessions(visit: Visit) -> Response:
    """The browsers that are signed in."""
    async with visit.database.read() as tx:
        listed = await accounts.list_sessions(tx, visit.account.id, at=clock.now())
    return visit.page(
        "account_sessions.html",
        tab="sessions",
        home=await _home(visit),
        sessions=listed,
        own=visit.principal.session_hash,
    )


async def end_session(visit: Visit) -> Response:
    """Signs one browser out, or every other one."""
    form = await visit.form()
    account_id, own = visit.account.id, visit.principal.session_hash or b""
    name = form.text("session")
    if name == "others":
        await visit.database.write(lambda tx: accounts.delete_other_sessions(tx, account_id, own))
    else:
        try:
            chosen = bytes.fromhex(name)
        except ValueError:
            raise ApiError(400, "There is no such session.") from None
        await visit.database.write(lambda tx: accounts.delete_session(tx, account_id, chosen))
    return visit.redirect("/account/sessions/", flash=Flash(code="removed"))


PAGES = (
    page("/account/", GET=show, POST=save),
    page("/account/password/", POST=save_password),
    page("/account/tokens/", GET=show_tokens, POST=make_token),
    page("/account/tokens/{token}/delete/", POST=remove_token),
    page("/account/sessions/", GET=show_sessions, POST=end_session),
)

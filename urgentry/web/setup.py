"""The first page of a new server: makes the first account, organization and project, once."""

from starlette.responses import Response

from urgentry.access.sessions import open_session
from urgentry.domain.organization import slugify
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts
from urgentry.storage.database import Transaction
from urgentry.tenancy.onboard import BootstrapResult, Wish, set_up
from urgentry.web.edge import page
from urgentry.web.forms import Form
from urgentry.web.visit import Visit


async def show(visit: Visit) -> Response:
    """The form, while there is nobody."""
    async with visit.database.read() as tx:
        if await accounts.has_accounts(tx):
            return visit.redirect("/sign-in/")
    return visit.page("setup.html", form=Form())


async def make(visit: Visit) -> Response:
    """Makes everything, signs the new person in and shows how to send the first error."""
    form = await visit.form()
    try:
        made = await set_up(visit.database, _wish(visit, form), base_url=visit.deps.base_url)
    except ApiError as error:
        return visit.page("setup.html", status=error.status, form=form.refuse(error))
    await _sign_in(visit, made)
    return visit.redirect(f"/{made.organization}/projects/{made.project}/start/")


def _wish(visit: Visit, form: Form) -> Wish:
    organization, project = form.text("organization"), form.text("project")
    missing = {
        name: ["Give it a name."] for name in ("organization", "project") if not form.text(name)
    }
    if missing:
        raise FieldError(missing)
    return Wish(
        organization=slugify(organization, fallback="main"),
        organization_name=organization,
        project=slugify(project, fallback="project"),
        project_name=project,
        email=form.text("email"),
        password=form.raw("password"),
        name=form.text("name"),
        retention_days=visit.deps.event_retention_days,
    )


async def _sign_in(visit: Visit, made: BootstrapResult) -> None:
    async def write(tx: Transaction) -> str:
        account = await accounts.get_account(tx, made.account_id)
        assert account is not None  # noqa: S101 - it was just made
        opened = await open_session(
            tx, account, ip_address=visit.ip_address, user_agent=visit.user_agent
        )
        return opened.cookie

    cookie = await visit.database.write(write)
    visit.cookies.append(visit.session_cookie(cookie))


PAGES = (page("/setup/", public=True, GET=show, POST=make),)

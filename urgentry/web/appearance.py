"""Theme, density and clock of this browser; works signed out too."""

from starlette.responses import Response

from urgentry.web.edge import page
from urgentry.web.look import chosen
from urgentry.web.sign_in import safe_next
from urgentry.web.visit import Visit


async def choose(visit: Visit) -> Response:
    """Keeps what was chosen and goes back."""
    form = await visit.form()
    look = chosen(
        theme=form.text("theme"),
        density=form.text("density"),
        clock=form.text("clock"),
        old=visit.look,
    )
    visit.cookies.append(look.cookie(is_secure=visit.deps.is_secure))
    return visit.redirect(safe_next(form.text("back")))


PAGES = (page("/account/appearance/", public=True, POST=choose),)

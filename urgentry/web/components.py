"""A page that shows every piece that pages are made of, for whoever changes them."""

from starlette.responses import Response

from urgentry.access.decision import not_found
from urgentry.web.charts import spark_path
from urgentry.web.edge import page
from urgentry.web.forms import Form
from urgentry.web.icons import NAMES
from urgentry.web.view.issue import Badge
from urgentry.web.visit import Visit

_COUNTS = (0, 2, 5, 3, 0, 8, 13, 7, 4, 2, 9, 21, 12, 6)


async def show(visit: Visit) -> Response:
    """The pieces; for instance admins only."""
    if not visit.principal.is_instance_admin:
        raise not_found()
    badges = [
        Badge(text=kind or "plain", kind=kind) for kind in ("", "accent", "ok", "warn", "danger")
    ]
    form = Form([("wrong", "not right")])
    form.errors = {"wrong": ["This is how a mistake is told."]}
    return visit.page(
        "components.html",
        form=form,
        icons=NAMES,
        badges=badges,
        spark_data=spark_path(_COUNTS),
        levels=("fatal", "error", "warning", "info", "debug"),
    )


PAGES = (page("/_/components/", GET=show),)

"""The page of the whole server, for those who run it: what it takes in, what takes room and how
long there is some, and its background jobs. The numbers are those of `/metrics`.
"""

from starlette.responses import Response

from urgentry import __version__, clock
from urgentry.access.decision import visible_organizations
from urgentry.domain.event import day_of, hour_of
from urgentry.domain.sizes import GROWTH_DAYS, growth_of, sizes_of
from urgentry.errors import ApiError
from urgentry.storage import organizations, outcomes, projects, sizes
from urgentry.storage.outcomes import Dimension, OutcomeSelection
from urgentry.web.charts import spark_path
from urgentry.web.edge import page
from urgentry.web.view.instance import (
    IN_BLOBS,
    KIND_LABELS,
    Job,
    fares_of,
)
from urgentry.web.view.stats import FATES
from urgentry.web.visit import Visit

_HOURS = 24
_MOST_PROJECTS = 100


async def show(visit: Visit) -> Response:
    """The page. ApiError 403 for whoever does not run the server."""
    if not visit.principal.is_instance_admin:
        raise ApiError(403, "Only an administrator of this server sees this.")
    now, metrics = clock.now(), visit.deps.metrics
    async with visit.database.read() as tx:
        known = await visible_organizations(tx, visit.principal)
        listed = {each.id: each for each in await organizations.list_organizations(tx)}
        of_all = await projects.list_of_organizations(tx, listed)
        latest = await sizes.list_latest(tx)
        daily = await sizes.list_of_database(tx, since=day_of(now) - GROWTH_DAYS)
        sums = await outcomes.list_sums(
            tx,
            OutcomeSelection(
                project_ids=tuple(project.id for project in of_all),
                from_hour=hour_of(now) - _HOURS + 1,
                until_hour=hour_of(now) + 1,
            ),
            width=_HOURS,
            by=(Dimension.CATEGORY, Dimension.OUTCOME),
            limit=outcomes.MAX_SUMS,
        )
    rows = sizes_of(latest, {project.id: project for project in of_all}, listed)
    kinds = [kind for kind in KIND_LABELS if any(row.by_kind.get(kind) for row in rows)]
    return visit.page(
        "instance.html",
        tab="instance",
        home=f"/{known[0].slug}/issues/" if known else "/",
        version=__version__,
        started=_micros(metrics.sample("process_start_time_seconds")),
        queue_bytes=round(metrics.sample("ingest_queue_bytes")),
        queue_age=_micros(metrics.sample("ingest_oldest_event_seconds")),
        spool_bytes=round(metrics.sample("ingest_spool_bytes")),
        spool_age=_micros(metrics.sample("ingest_spool_oldest_seconds")),
        memory=round(metrics.sample("process_resident_memory_bytes")),
        blob_free=metrics.sample("blob_free_bytes"),
        jobs=[
            Job(name=name, heard=_micros(heard), restarts=restarts)
            for name, heard, restarts in metrics.jobs()
        ],
        growth=growth_of(
            daily,
            now=metrics.sample("database_bytes"),
            free=metrics.sample("database_free_bytes"),
            most=visit.deps.max_database_bytes,
        ),
        growth_spark=spark_path([each.bytes for each in daily]),
        sizes=rows[:_MOST_PROJECTS],
        all_sizes=len(rows),
        kinds=[(kind, KIND_LABELS[kind]) for kind in kinds],
        in_blobs=IN_BLOBS,
        fates=FATES,
        fares=fares_of(sums),
        organizations=len(listed),
        projects=len(of_all),
    )


def _micros(seconds: float) -> int:
    return round(seconds * clock.SECOND)


PAGES = (page("/instance/", GET=show),)

"""Releases and how they fare, ready to print."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from urgentry.domain.health import Measured, Status
from urgentry.domain.release import Release, ReleaseProject, parse_version
from urgentry.domain.session import SessionCounts
from urgentry.storage.health import Spot
from urgentry.triage.release_health import Fared
from urgentry.web import formats
from urgentry.web.charts import spark_path
from urgentry.web.picks import Buckets
from urgentry.web.view.stacked import Stacked, stack

GOOD, FAIR = 0.995, 0.98


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a chart of sessions."""

    name: str
    label: str
    about: str = ""


LAYERS = (
    Layer(name=Status.HEALTHY.value, label="Healthy", about="Nothing went wrong"),
    Layer(name=Status.ERRORED.value, label="Errored", about="Errors, all of them handled"),
    Layer(name=Status.UNHANDLED.value, label="Unhandled", about="An unhandled error; it went on"),
    Layer(name=Status.ABNORMAL.value, label="Abnormal", about="Did not end by itself"),
    Layer(name=Status.CRASHED.value, label="Crashed", about="An error ended it"),
)


class Unit:
    """Sessions, as the chart tells them."""

    told = staticmethod(formats.short_number)
    told_in_full = staticmethod(formats.full_number)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A way to sort releases."""

    name: str
    label: str
    rank: Callable[[Fared], float | None] | None = None
    """None: by age."""


ORDERS = (
    Order(name="date", label="Newest"),
    Order(name="adoption", label="Adoption", rank=lambda fared: fared.adoption),
    Order(name="sessions", label="Sessions", rank=lambda fared: float(fared.own.counts.started)),
    Order(name="users", label="Users", rank=lambda fared: float(fared.own.everybody)),
    Order(
        name="crash_free_sessions",
        label="Least stable, by sessions",
        rank=lambda fared: _worst_first(fared.own.crash_free_sessions),
    ),
    Order(
        name="crash_free_users",
        label="Least stable, by users",
        rank=lambda fared: _worst_first(fared.own.crash_free_users),
    ),
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A release in the list."""

    release: Release
    name: str
    package: str
    projects: list[ReleaseProject]
    fared: Fared | None
    spark: str

    @property
    def new_issues(self) -> int:
        return sum(project.new_issues for project in self.projects)

    @property
    def events(self) -> int:
        return sum(project.events for project in self.projects)


def order_named(name: str) -> Order | None:
    """One of the ways to sort."""
    return next((order for order in ORDERS if order.name == name), None)


def sorted_by(
    order: Order, releases: Sequence[Release], fared: Mapping[str, Fared]
) -> list[Release]:
    """The largest first; those of which nothing is known after them, by age."""
    rank = order.rank
    if rank is None:
        return list(releases)

    def place(release: Release) -> tuple[bool, float]:
        value = rank(fared[release.version]) if release.version in fared else None
        return (value is None, -(value or 0.0))

    return sorted(releases, key=place)


def row_of(
    release: Release,
    projects: Iterable[ReleaseProject],
    fared: Fared | None,
    counts: Sequence[int],
) -> Row:
    """A release with what was read of it."""
    parsed = parse_version(release.version)
    return Row(
        release=release,
        name=parsed.description,
        package=parsed.package,
        projects=list(projects),
        fared=fared,
        spark=spark_path(counts),
    )


def counts_by_release(
    counts: Mapping[Spot, SessionCounts], buckets: Buckets
) -> dict[str, list[int]]:
    """Sessions of each version in each span."""
    found: dict[str, list[int]] = {}
    for spot, each in counts.items():
        spans = found.setdefault(spot.group.release or "", [0] * buckets.count)
        spans[spot.bucket - buckets.first] += each.started
    return found


def chart_of(counts: Mapping[Spot, SessionCounts], buckets: Buckets) -> Stacked:
    """The bars of sessions by how they ended."""
    layers = {layer.name: [0] * buckets.count for layer in LAYERS}
    for spot, each in counts.items():
        measured = Measured(each)
        for layer in LAYERS:
            layers[layer.name][spot.bucket - buckets.first] += measured.sessions(Status(layer.name))
    return stack(layers, begins=buckets.begins, width=buckets.width)


def grade(share: float | None) -> str:
    """How good a crash-free rate is: the class that colours it."""
    if share is None:
        return "unknown"
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def _worst_first(share: float | None) -> float | None:
    return None if share is None else -share

"""Plays the time line to a server: makes the shop, sends what its programs sent, hour by hour, and
does what its people did. Called by `urgentry demo`.
"""

import asyncio
import random
import secrets
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from itertools import groupby

import orjson

from urgentry import clock
from urgentry.config import Settings
from urgentry.demo.cast import DAYS, MATES, ORGANIZATION_NAME, PARTS, SEED, Mate, Part
from urgentry.demo.people import DEEDS, Deed
from urgentry.demo.sending import Sending
from urgentry.demo.stage import DemoFailed, Stage, make_room, open_stage
from urgentry.demo.weeks import sendings
from urgentry.opening import is_embedded, open_settings_database
from urgentry.protocol.dsn import parse_dsn
from urgentry.storage import migrate as schema
from urgentry.storage import organizations
from urgentry.storage.data_directory import lock_data_directory
from urgentry.storage.database import Database
from urgentry.storage.dsn import sqlite_path
from urgentry.tenancy.onboard import BootstrapResult, Wish, bootstrap

_ENVELOPES = {"content-type": "application/x-sentry-envelope"}
_ROUND_HOURS = 4
_TEAMS = (
    ("web", "Web", ("storefront",)),
    ("platform", "Platform", ("checkout", "catalog", "billing")),
    ("mobile", "Mobile", ("courier-app",)),
)


async def play(
    settings: Settings,
    *,
    organization: str,
    email: str,
    password: str | None,
    tell: Callable[[str], None],
) -> BootstrapResult:
    """Makes the organization, owned by the account of an address, with weeks behind it. DemoFailed
    when it is there already, ConfigError when a server has the data directory."""
    wish = Wish(
        organization=organization,
        organization_name=ORGANIZATION_NAME,
        project=PARTS[0].slug,
        platform=PARTS[0].platform,
        email=email,
        password=password,
        rotate_token=True,
        retention_days=settings.limits.event_retention_days,
    )
    async with AsyncExitStack() as opened:
        if is_embedded(settings):
            opened.enter_context(lock_data_directory(sqlite_path(settings.database.dsn).parent))
        database = open_settings_database(settings)
        opened.push_async_callback(database.close)
        if is_embedded(settings):
            await schema.migrate(database)
        await schema.check(database)
        await _require_new(database, wish.organization)
        ends = clock.now()
        began = ends - DAYS * clock.DAY
        await make_room(database, range(began, ends + clock.DAY, clock.DAY))
        stage = await opened.enter_async_context(open_stage(settings, database))
        stage.set_time(began)
        shop = await _make(stage, wish, base_url=settings.base_url)
        tell(f"{DAYS} days of {ORGANIZATION_NAME} are being played …")
        await _play(stage, shop, began, ends)
    return shop.made


class _Shop:
    """The organization as it was made: what is needed to speak for its programs and people."""

    def __init__(self, made: BootstrapResult) -> None:
        self.made = made
        self.token = made.auth_token or ""
        self.tokens: dict[str, str] = {}
        self.doors: dict[str, tuple[str, str]] = {}
        """The project id and key of each part."""


async def _require_new(database: Database, slug: str) -> None:
    async with database.read() as tx:
        if await organizations.find_organization(tx, slug) is not None:
            raise DemoFailed(
                f"there is an organization {slug} already",
                hint="name another with --org, or play in another data directory",
            )


async def _make(stage: Stage, wish: Wish, *, base_url: str) -> _Shop:
    made = await bootstrap(stage.database, wish, base_url=base_url)
    shop = _Shop(made)
    organization = made.organization
    for slug, name, _ in _TEAMS:
        path = f"/organizations/{organization}/teams/"
        await stage.ask("POST", path, shop.token, {"slug": slug, "name": name})
    for part in PARTS:
        shop.doors[part.slug] = await _make_project(stage, shop, part)
    await _switch_filter_on(stage, shop)
    for mate in MATES:
        shop.tokens[mate.email] = await _hire(stage, shop, mate, base_url)
    return shop


async def _make_project(stage: Stage, shop: _Shop, part: Part) -> tuple[str, str]:
    organization, token = shop.made.organization, shop.token
    teams = [slug for slug, _, slugs in _TEAMS if part.slug in slugs]
    if part.slug != shop.made.project:
        place = f"/teams/{organization}/{teams[0]}/projects/"
        given = {"name": part.slug, "slug": part.slug, "platform": part.platform}
        await stage.ask("POST", place, token, given)
    else:
        team = f"/projects/{organization}/{part.slug}/teams/{teams[0]}/"
        await stage.ask("POST", team, token)
    keys = await stage.ask("GET", f"/projects/{organization}/{part.slug}/keys/", token)
    dsn = parse_dsn(keys[0]["dsn"]["public"])
    return str(dsn.project_id), dsn.public_key


async def _switch_filter_on(stage: Stage, shop: _Shop) -> None:
    path = f"/projects/{shop.made.organization}/storefront/filters/web-crawlers/"
    await stage.ask("PUT", path, shop.token, {"active": True})


async def _hire(stage: Stage, shop: _Shop, mate: Mate, base_url: str) -> str:
    """Makes somebody's account; the token that speaks for them."""
    organization = shop.made.organization
    wish = Wish(
        organization=organization,
        project=shop.made.project,
        email=mate.email,
        name=mate.name,
        password=secrets.token_urlsafe(24),
        rotate_token=True,
    )
    made = await bootstrap(stage.database, wish, base_url=base_url)
    members = f"/organizations/{organization}/members/"
    listed = await stage.ask("GET", members, shop.token, query=mate.email)
    member = next(each for each in listed if each["email"] == mate.email)
    await stage.ask("PUT", f"{members}{member['id']}/", shop.token, {"orgRole": mate.role})
    return made.auth_token or ""


async def _play(stage: Stage, shop: _Shop, began: int, ends: int) -> None:
    """Everything in its order: an hour of sendings at once, check-ins and deeds by themselves."""
    rng = random.Random(SEED)  # noqa: S311 - the same weeks each time, nothing secret
    deeds = sorted(DEEDS, key=lambda deed: deed.day)
    for hour, sent in groupby(sendings(rng, began, ends), key=lambda each: each.at // clock.HOUR):
        end = min((hour + 1) * clock.HOUR, ends)
        await _send_hour(stage, shop, list(sent), end)
        while deeds and began + deeds[0].day * clock.DAY < end:
            await _do(stage, shop, deeds.pop(0))
        if hour % _ROUND_HOURS == 0:
            await stage.pass_time(end)


async def _send_hour(stage: Stage, shop: _Shop, sent: Sequence[Sending], end: int) -> None:
    for each in (each for each in sent if each.is_timely):
        stage.set_time(each.at)
        await _send(stage, shop, each)
    stage.set_time(end)
    async with asyncio.TaskGroup() as tasks:
        for each in (each for each in sent if not each.is_timely):
            tasks.create_task(_send(stage, shop, each))


async def _send(stage: Stage, shop: _Shop, sending: Sending) -> None:
    project_id, key = shop.doors[sending.part]
    auth = f"sentry_key={key}&sentry_version=7"
    if sending.report is not None:
        headers = {"content-type": "application/csp-report"}
        body = orjson.dumps(sending.report)
        await stage.report(f"/api/{project_id}/security/?{auth}", body, headers)
    else:
        await stage.report(f"/api/{project_id}/envelope/?{auth}", sending.body, _ENVELOPES)


async def _do(stage: Stage, shop: _Shop, deed: Deed) -> None:
    await deed.do(stage, shop.made.organization, shop.tokens[deed.who])

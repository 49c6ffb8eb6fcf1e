"""Who works on what in the made-up shop, and which releases came when."""

import random
from dataclasses import dataclass

ORGANIZATION_NAME = "Larkspur Outfitters"
DAYS = 28
SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mate:
    """Somebody who works there."""

    email: str
    name: str
    role: str = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version, and how many days after the beginning it began to spread."""

    version: str
    day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A program of the shop, which is a project here. `busy` scales its traffic."""

    slug: str
    platform: str
    sdk: str
    sdk_version: str
    releases: tuple[Release, ...]
    environments: tuple[str, ...] = ("production", "staging")
    servers: tuple[str, ...] = ()
    has_sessions: bool = False
    busy: float = 1.0

    def release_at(self, day: float, rng: random.Random) -> str:
        """The version that one user has at a time: nobody has a new one at once."""
        chosen = self.releases[0].version
        for release in self.releases[1:]:
            spread = 0.05 if self.servers else 2.5
            if day - release.day > rng.random() * spread:
                chosen = release.version
        return chosen


MATES = (
    Mate(email="noor@larkspur.example", name="Noor Haddad", role="admin"),
    Mate(email="tomas@larkspur.example", name="Tomás Rey"),
    Mate(email="ines@larkspur.example", name="Inès Fabre"),
)

PARTS = (
    Part(
        slug="storefront",
        platform="javascript-react",
        sdk="sentry.javascript.react",
        sdk_version="10.21.0",
        has_sessions=True,
        busy=1.6,
        releases=(
            Release(version="storefront@4.11.0", day=0),
            Release(version="storefront@4.12.0", day=6.4),
            Release(version="storefront@4.12.1", day=8.2),
            Release(version="storefront@4.13.0", day=17.5),
            Release(version="storefront@4.14.0", day=25.4),
        ),
    ),
    Part(
        slug="checkout",
        platform="python-fastapi",
        sdk="sentry.python.fastapi",
        sdk_version="2.42.1",
        servers=("checkout-1", "checkout-2", "checkout-3"),
        releases=(
            Release(version="checkout@2026.10.1", day=0),
            Release(version="checkout@2026.10.2", day=9.5),
            Release(version="checkout@2026.11.0", day=19.6),
            Release(version="checkout@2026.11.1", day=26.3),
        ),
    ),
    Part(
        slug="catalog",
        platform="go",
        sdk="sentry.go",
        sdk_version="0.36.2",
        servers=("catalog-a", "catalog-b"),
        releases=(
            Release(version="catalog@1.31.0", day=0),
            Release(version="catalog@1.32.0", day=13.4),
        ),
    ),
    Part(
        slug="courier-app",
        platform="android",
        sdk="sentry.java.android",
        sdk_version="8.23.0",
        has_sessions=True,
        environments=("production",),
        releases=(
            Release(version="com.larkspur.courier@3.4.0+340", day=0),
            Release(version="com.larkspur.courier@3.5.0+350", day=10.6),
            Release(version="com.larkspur.courier@3.5.1+351", day=21.4),
        ),
    ),
    Part(
        slug="billing",
        platform="node-express",
        sdk="sentry.javascript.node",
        sdk_version="10.21.0",
        servers=("billing-0", "billing-1"),
        busy=0.6,
        releases=(
            Release(version="billing@0.58.0", day=0),
            Release(version="billing@0.59.0", day=15.5),
        ),
    ),
)
BY_SLUG = {part.slug: part for part in PARTS}

CITIES = (
    ("DE", "Berlin"),
    ("FR", "Lyon"),
    ("ES", "Valencia"),
    ("US", "Portland"),
    ("GB", "Leeds"),
    ("JP", "Sapporo"),
    ("BR", "Recife"),
    ("NL", "Utrecht"),
)
_CHROME = "(KHTML, like Gecko) Chrome/142.0.0.0"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1"
BROWSERS = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {_CHROME} Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) {_APPLE} Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 {_CHROME} Mobile Safari/537.36",
)
_USERS = 900


def somebody(rng: random.Random) -> dict[str, object]:
    """A customer; some come far more often than others."""
    number = int(_USERS * rng.random() ** 2)
    country, city = CITIES[number % len(CITIES)]
    return {
        "id": str(41_000 + number),
        "email": f"customer{number}@mail.example",
        "ip_address": f"198.51.100.{number % 250 + 1}",
        "geo": {"country_code": country, "city": city},
    }


def chance(rng: random.Random, rate: float) -> bool:
    """Whether something happens that happens so often, from 0 to 1."""
    return rng.random() < rate

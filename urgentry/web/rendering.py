"""Turns a template and a view into HTML. Everything that is printed is escaped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from urgentry import clock
from urgentry.web import assets, formats
from urgentry.web.icons import icon, level_mark


def moment(at: int | None, *, style: str = "ago") -> Markup:
    """A time: relative or exact as text, exact for scripts, which keep it current and local."""
    if at is None:
        return Markup("–")
    exact = formats.exact(at)
    text = exact if style == "exact" else _STYLES[style](at, clock.now())
    return Markup(  # noqa: S704 - digits and words of our own
        f'<time datetime="{formats.iso(at)}" data-style="{style}" title="{exact}">{text}</time>'
    )


_STYLES: dict[str, Callable[[int, int], str]] = {
    "ago": formats.ago,
    "old": formats.old,
    "day": lambda at, _: formats.day(at),
    "short": lambda at, _: formats.short_day(at),
    "hour": lambda at, _: formats.hour(at),
    "clock": lambda at, _: formats.clock_time(at),
}


def number(value: int, *, about: bool = False) -> Markup:
    """A number in short, in full when pointed at; `about` says that it is an estimate."""
    mark = "~" if about else ""
    full, short = formats.full_number(value), formats.short_number(value)
    return Markup(  # noqa: S704 - digits
        f'<span class="num" title="{mark}{full}">{mark}{short}</span>'
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        icon=icon,
        level_mark=level_mark,
        moment=moment,
        number=number,
        asset=assets.address,
        modules=assets.modules,
    )
    environment.filters.update(
        short_number=formats.short_number,
        full_number=formats.full_number,
        initials=formats.initials,
        hue=formats.hue,
        size=formats.size,
        span=formats.span_text,
        duration=formats.duration,
        exact=formats.exact,
    )
    environment.globals.update(
        plural=formats.plural,
        percent=formats.percent,
        rate=formats.rate,
        tag_search=formats.tag_search,
    )
    return environment


_templates = _environment()


def render(template: str, view: dict[str, Any]) -> str:
    """The HTML of a page."""
    return _templates.get_template(template).render(view)

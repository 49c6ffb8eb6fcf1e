"""Renders a `Condition` as a composed query fragment with its parameters.

Each leaf gets its own parameter names, so that one fragment can occur many times; the parameters
that bound the whole search (`organization_id`, `project_ids`) keep theirs. Called by the query
modules that take a condition.
"""

from dataclasses import dataclass, field
from typing import Any

from urgentry.domain.condition import AllOf, AnyOf, Condition, Holds, Not, Within
from urgentry.storage.queries import Library, Query, all_of, any_of, library, negated

SCOPE_PARAMS = ("organization_id", "project_ids")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A fragment and the values of its own parameters, those of the scope left out."""

    query: Query
    params: dict[str, Any]


def render(condition: Condition) -> Rendered:
    """The fragment of a condition."""
    renderer = _Renderer()
    return Rendered(_closed(renderer.render(condition)), renderer.params)


def _closed(query: Query) -> Query:
    """In parentheses: it must stay one condition beside whatever a text puts around it."""
    return all_of(query)


@dataclass(slots=True)
class _Renderer:
    """Numbers the leaves and gathers their parameters."""

    params: dict[str, Any] = field(default_factory=dict)
    leaves: int = 0

    def render(self, condition: Condition) -> Query:
        match condition:
            case Holds():
                return self._leaf(condition.fragment, condition.params)
            case Within():
                outer = self._leaf(condition.fragment, condition.params)
                inner = _closed(self.render(condition.inner))
                return Library((outer,)).compose(outer.name, inner=inner)
            case Not():
                return negated(self.render(condition.part))
            case AllOf():
                return all_of(*(self.render(part) for part in condition.parts))
            case AnyOf():
                return any_of(*(self.render(part) for part in condition.parts))

    def _leaf(self, fragment: str, params: dict[str, Any]) -> Query:
        prefix = f"c{self.leaves}"
        self.leaves += 1
        self.params |= {f"{prefix}_{name}": value for name, value in params.items()}
        return library().fragment(fragment, prefix=prefix, keep=SCOPE_PARAMS)

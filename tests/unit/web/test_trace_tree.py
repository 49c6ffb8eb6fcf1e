"""A trace as a tree: order, self time, the critical path, and what does not fit together."""

from tests.signals import signal, span_id
from urgentry.explore.listing import Found
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN
from urgentry.web.view.trace_tree import TraceTree, build_tree

MS = 1_000
START = 1_790_000_000_000_000


def span(number: int, start_ms: int, ms: int, *, parent: int = 0) -> Found:
    return Found(
        project_id=1,
        signal=signal(
            START + start_ms * MS,
            {names.DURATION_MS: float(ms)},
            span=span_id(number),
            parent=span_id(parent) if parent else NO_SPAN,
        ),
    )


def log(start_ms: int, *, within: int) -> Found:
    made = signal(START + start_ms * MS, {names.BODY: "said"}, span=span_id(within))
    return Found(project_id=1, signal=made)


def numbers(tree: TraceTree) -> list[tuple[int, int]]:
    """Depth and number of each span, from the top."""
    return [
        (item.depth, int.from_bytes(item.span.signal.span_id))
        for item in tree.items
        if item.span is not None
    ]


def critical(tree: TraceTree) -> dict[int, list[tuple[int, int]]]:
    """When each span was waited for, in milliseconds."""
    return {
        int.from_bytes(item.span.signal.span_id): sorted(
            ((start - START) // MS, (end - START) // MS) for start, end in item.critical
        )
        for item in tree.items
        if item.span is not None and item.critical
    }


def test_lines_stand_below_their_parents_by_time() -> None:
    spans = [span(3, 5, 1, parent=2), span(2, 1, 9, parent=1), span(1, 0, 20), span(4, 0, 1)]
    tree = build_tree(spans, [], [log(3, within=2), log(9, within=77)])
    assert numbers(tree) == [(0, 1), (1, 2), (2, 3), (0, 4)]
    assert [(item.depth, item.log is not None, item.below) for item in tree.items] == [
        *((0, False, 3), (1, False, 2), (2, True, 0), (2, False, 0)),
        *((0, False, 0), (0, True, 0)),
    ]
    assert [item.index for item in tree.items] == list(range(6))


def test_self_time_counts_what_overlaps_once() -> None:
    spans = [
        span(1, 0, 100),
        span(2, 10, 30, parent=1),
        span(3, 20, 30, parent=1),
        span(4, 90, 50, parent=1),
        span(5, 60, 10, parent=3),
    ]
    tree = build_tree(spans, [], [])
    assert [item.self_time // MS for item in tree.items] == [50, 30, 30, 10, 50]


def test_the_critical_path_is_what_the_end_waited_for() -> None:
    spans = [
        span(1, 0, 100),
        span(2, 10, 30, parent=1),
        span(3, 20, 60, parent=1),
        span(4, 30, 20, parent=3),
        span(5, 95, 500, parent=2),
    ]
    assert critical(build_tree(spans, [], [])) == {
        1: [(0, 10), (80, 100)],
        2: [(10, 20)],
        3: [(20, 30), (50, 80)],
        4: [(30, 50)],
    }


def test_every_span_is_shown_whatever_its_parent() -> None:
    spans = [
        span(1, 0, 10),
        span(2, -3, 5, parent=1),
        span(3, 0, 5, parent=99),
        span(4, 0, 5, parent=5),
        span(5, 0, 5, parent=6),
        span(6, 0, 5, parent=4),
        span(7, 0, 5, parent=7),
    ]
    tree = build_tree(spans, [], [])
    assert sorted(number for _, number in numbers(tree)) == [1, 2, 3, 4, 5, 6, 7]
    odd = tree.oddities
    assert (odd.roots, odd.orphans, odd.looped, odd.skewed) == (1, 1, 4, 1)
    assert odd.most_skew == 3 * MS
    assert tree.main is not None
    assert tree.main.span is spans[0]


def test_a_very_deep_trace() -> None:
    spans = [span(number, 0, 10, parent=number - 1) for number in range(1, 5001)]
    tree = build_tree(spans, [], [])
    assert tree.items[-1].depth == 4999
    assert tree.items[0].below == 4999


def test_nothing_is_a_tree_too() -> None:
    tree = build_tree([], [], [])
    assert (tree.items, tree.main) == ([], None)

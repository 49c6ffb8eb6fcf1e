"""What other settings would do, told from the hashes that events would be looked up by."""

from urgentry.grouping.preview import Merge, Regrouped, Split, preview_of


def again(*events: tuple[int, str]) -> list[Regrouped]:
    """Events: the issue that each is in, and its hashes, a letter each."""
    return [
        Regrouped(issue_id=issue_id, hashes=tuple(letter.encode() for letter in letters))
        for issue_id, letters in events
    ]


def owners(**issues: int) -> dict[bytes, int]:
    return {letter.encode(): issue_id for letter, issue_id in issues.items()}


def test_nothing_happens_where_a_known_hash_is_left() -> None:
    preview = preview_of(again((1, "xa"), (1, "x"), (2, "b")), owners(a=1, b=2))
    assert (preview.events, preview.moved) == (3, 0)
    assert (preview.merges, preview.splits, preview.renewed) == ((), (), ())


def test_the_first_known_hash_decides() -> None:
    preview = preview_of(again((1, "ba")), owners(a=1, b=2))
    assert preview.merges == (Merge(issue_ids=(1, 2), events=1),)


def test_issues_that_come_together_in_a_new_one() -> None:
    preview = preview_of(again((1, "x"), (2, "x"), (2, "x"), (3, "c")), owners(c=3))
    assert preview.merges == (Merge(issue_ids=(1, 2), events=3),)
    assert (preview.moved, preview.renewed) == (3, ())


def test_a_new_hash_of_a_known_issue_brings_others_in() -> None:
    """As in ingest: the hash that is new belongs to the issue from its first event on."""
    preview = preview_of(again((1, "xa"), (2, "xb")), owners(a=1, b=2))
    assert preview.merges == (Merge(issue_ids=(1, 2), events=1 + 1),)
    assert preview.moved == 1


def test_an_issue_that_splits() -> None:
    preview = preview_of(again((1, "x"), (1, "y"), (1, "x"), (1, "a")), owners(a=1))
    assert preview.splits == (Split(issue_id=1, parts=(2, 1, 1)),)
    assert preview.renewed == ()


def test_an_issue_that_starts_anew() -> None:
    preview = preview_of(again((1, "x"), (1, "x")), {})
    assert (preview.renewed, preview.moved) == ((1,), 2)
    assert (preview.merges, preview.splits) == ((), ())


def test_the_largest_merge_comes_first() -> None:
    events = again((1, "x"), (2, "x"), (3, "y"), (4, "y"), (5, "y"))
    assert [merge.events for merge in preview_of(events, {}).merges] == [3, 2]

"""The corpus's tables of single functions: names, messages, culprits, titles, globs, rules.

`score_grouping` prints how many rows agree, `test_grouping` holds them.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.corpus.grouping_corpus import CORPUS, Disagreements, read
from urgentry.grouping import compile_config, group_event
from urgentry.grouping.culprit import culprit_of, generated_culprit
from urgentry.grouping.describe import metadata_of, title_of
from urgentry.grouping.enhancements import parse_rules
from urgentry.grouping.enhancements.builtin import base_rules
from urgentry.grouping.functions import replace_outermost, split_outside_brackets, trim_function
from urgentry.grouping.messages import replacer
from urgentry.web.view.source_link import source_link

Row = tuple[str, Any, Any]
"""What was asked, the answer expected, the answer found."""
Rows = Iterator[Row]

_PADDINGS = (("", ""), ("prefix ", ""), ("", " suffix"), ("prefix ", " suffix"))
_PLATFORMS = {
    "test_trim_native_function_name": "native",
    "test_trim_csharp_function_name": "csharp",
    "test_trim_cocoa_function_name": "cocoa",
}
_RULES_OF_2023 = "newstyle@2023-01-11.txt"
# They only steered the hierarchical grouping that was retired in 2021.
_RETIRED_ACTION = "invert-stacktrace"


def disagreements(rows: Iterable[Row]) -> Disagreements:
    return {
        asked: f"expected {expected!r}, found {found!r}"
        for asked, expected, found in rows
        if found != expected
    }


def function_names() -> Rows:
    """Trimming on each platform, and the two steps of it that the corpus tells apart."""
    for table in _table("trim_function_name"):
        for case in table["cases"]:
            if platform := _PLATFORMS.get(table["test"]):
                name, expected = case
                yield f"{platform}: {name}", expected, trim_function(name, platform)
            elif table["test"] == "test_enclosed_string_simple":
                text, opening, _, replacement, expected = case
                found = replace_outermost(text, opening, lambda *_, by=replacement: by)
                yield f"{opening} in {text}", expected, found
            elif table["test"] == "test_split_func_tokens":
                text, expected = case
                yield f"words of {text}", expected, split_outside_brackets(text)


def source_links() -> Rows:
    """Addresses of a frame's source."""
    for table in _table("trim_function_name"):
        if table["test"] == "test_get_source_link_for_frame":
            for frame, expected in table["cases"]:
                yield f"source of {frame}", expected, source_link(frame)


def messages_of_2024() -> Rows:
    """Without what was an experiment then (its rows have a note), off by default; the rows of what
    was wished for and not reached are expected to fail."""
    replace = replacer("2024")
    for table in _table("normalize_message_2024"):
        is_wish = table["test"].startswith("test_fail")
        for name, text, expected, *note in table["cases"]:
            if is_wish:
                yield f"{name}: {text}", True, replace(text) != expected
            elif not note:
                yield f"{name}: {text}", expected, replace(text)


def messages_of_2026() -> Rows:
    """Each row also with words before and behind it."""
    replace = replacer("2026")
    table = _table("parameterization_2025_2026")
    rows = [
        *table["standard"],
        *([name, text, late] for name, text, _, late in table["version_dependent"]),
        *([name, text, late] for name, text, _, late in table["until_2025"]),
    ]
    for name, text, expected in rows:
        for before, after in _PADDINGS:
            asked = f"{before}{text}{after}"
            yield f"{name}: {asked}", f"{before}{expected}{after}", replace(asked)


def globs() -> Rows:
    for case in _table("enhancement_glob"):
        name, value = case["matcher"], case["value"]
        found = _glob_matches(name, case["pattern"], value)
        yield f"{name}:{case['pattern']} on {value}", case["matches"], found


def _glob_matches(name: str, pattern: str, value: str) -> Any:
    pattern = pattern.strip('"').replace("\\\\", "\\")
    frame: dict[str, Any] = {"abs_path" if name == "path" else name: value, "in_app": False}
    event = {"platform": "other", "stacktrace": {"frames": [frame]}}
    rule = f'{name}:"{pattern}" +app'
    group_event(event, compile_config("newstyle:2023-01-11", enhancements=rule))
    return frame["in_app"]


def culprits() -> Rows:
    answers: dict[str, Callable[[Any], str]] = {
        "get_culprit": culprit_of,
        "generate_culprit": generated_culprit,
    }
    for number, case in enumerate(_table("culprit")):
        asked = f"{number} {case['test']}"
        yield asked, case["expected"], answers[case["fn"]](case["input"])


def titles() -> Rows:
    """Titles and metadata. Whether a title shows the tree of a retired configuration is no part."""
    for number, case in enumerate(_table("title_metadata")):
        given, expected = case["input"], case["expected"]
        asked = f"{number} {case['test']}"
        if isinstance(expected, str):
            metadata = {name: value or "" for name, value in given.items()}
            yield asked, expected, title_of(metadata, "error", title_chars=100)
        else:
            expected = {k: v for k, v in expected.items() if k != "display_title_with_tree_label"}
            yield asked, expected, metadata_of(given, case["eventtype"])


def rules_of_2023() -> Rows:
    """The rules that come with the configuration: the same ones, in whatever order."""
    published = parse_rules((CORPUS / "enhancements" / _RULES_OF_2023).read_text())
    ours = {rule.text for rule in base_rules("2023-01-11")}
    theirs = {rule.text for rule in published if _RETIRED_ACTION not in rule.text}
    for text in sorted(ours | theirs):
        yield text, text in theirs, text in ours


TABLES: dict[str, Callable[[], Rows]] = {
    "function names": function_names,
    "source links": source_links,
    "messages of 2024": messages_of_2024,
    "messages of 2026": messages_of_2026,
    "globs": globs,
    "culprits": culprits,
    "titles and metadata": titles,
    "rules of 2023": rules_of_2023,
}


def _table(name: str) -> Any:
    return read(CORPUS / "cases" / f"{name}.json")

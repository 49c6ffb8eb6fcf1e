"""All that is removed from a project's payloads, compiled once for its settings.

A payload goes through the rules that people wrote first, then through default scrubbing, as in
Sentry. `Scrubber.event` is what ingest calls.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy.config import Config, merged, read_config
from urgentry.privacy.defaults import default_config
from urgentry.privacy.files import scrub_bytes, scrub_name
from urgentry.privacy.graphql import scrub_graphql
from urgentry.privacy.identity import identity_of, keep_identity
from urgentry.privacy.minidump import MAGIC, Part, ranges_of
from urgentry.privacy.originals import Originals
from urgentry.privacy.paths import Paths, State
from urgentry.privacy.places import Place
from urgentry.privacy.plans import Plans
from urgentry.privacy.proof import EVERYTHING, prove
from urgentry.privacy.remarks import Remarks
from urgentry.privacy.schema import EVENT, FILES, LOGS, METRICS, MINIDUMPS, REPLAY, SPANS
from urgentry.privacy.walk import Walk

Payload = dict[str, Any]

_KEPT: Final = 64
"""Compiled settings, each of a few megabytes at most."""


class _Pass:
    """One configuration over one kind of payload."""

    def __init__(self, config: Config, root: Place) -> None:
        self._plans = Plans(Paths(config, root))
        self._has_own_patterns = config.has_own_patterns

    def scrub(self, payload: Payload, *, proves: bool) -> None:
        originals = Originals.of(payload)
        suspects = EVERYTHING
        if proves:
            marked = originals.marked(payload, own_patterns=self._has_own_patterns)
            suspects = prove(self._plans, payload, marked)
        if suspects:
            before, remarks = identity_of(payload), Remarks(payload)
            Walk(self._plans, suspects, remarks).payload(payload)
            keep_identity(payload, before, remarks)
        if originals.exist:
            originals.scrub(self._plans, payload)

    def file_state(self, name: str) -> State | None:
        """What holds for a file of a name."""
        return self._plans.paths.root.child(name, b"")


class Scrubber:
    """What is removed from the payloads of projects with the same settings."""

    def __init__(self, settings: PrivacySettings) -> None:
        """InvalidRules where the settings' advanced rules cannot be read."""
        configs = (_advanced(settings), default_config(settings))
        self._configs = [config for config in configs if config.applications]
        self._passes: dict[Place, list[_Pass]] = {}
        self._scrubs_graphql = settings.scrub_data

    def event(self, event: Payload, *, proves: bool = True) -> None:
        """Scrubs a normalised event in place, and says so in its `_meta`. Without proofs all of it
        is walked, which comes to the same."""
        if self._scrubs_graphql:
            scrub_graphql(event)
        self._scrub(event, EVENT, proves=proves)

    def logs(self, logs: list[Payload]) -> None:
        """The same for log records: their `body`, and their `attributes` by name. Nothing is said
        of what was removed."""
        self._scrub({"items": logs}, LOGS)

    def spans(self, spans: list[Payload]) -> None:
        """The same for the `attributes` of spans."""
        self._scrub({"items": spans}, SPANS)

    def metrics(self, metrics: list[Payload]) -> None:
        """The same for the `attributes` of metrics."""
        self._scrub({"items": metrics}, METRICS)

    def replay(self, replay: Payload) -> None:
        """The same for what describes a replay."""
        self._scrub(replay, REPLAY)

    def looks_into(self, name: str, start: bytes) -> bool:
        """Whether any rule is about a file of this name that begins so."""
        return bool(self._states_of(name, start))

    def attachment(self, name: str, content: bytes) -> bytes:
        """A file with what rules about attachments find in it overwritten: every byte keeps its
        place, and of a minidump only memory and paths change. The same object where nothing does.

        Takes time in proportion to the content.
        """
        changed = bytearray(content)
        for state in self._states_of(name, content[: len(MAGIC)]):
            if content.startswith(MAGIC):
                _scrub_minidump(changed, content, state)
            else:
                scrub_bytes(changed, 0, len(changed), state)
        return content if changed == content else bytes(changed)

    def _states_of(self, name: str, start: bytes) -> list[State]:
        is_minidump = start.startswith(MAGIC)
        passes = self._passes_of(MINIDUMPS if is_minidump else FILES)
        states = [state for each in passes if (state := each.file_state(name))]
        if is_minidump:
            return [state for state in states if any(_parts(state))]
        return [state for state in states if state.steps]

    def _scrub(self, payload: Payload, root: Place, *, proves: bool = True) -> None:
        for each in self._passes_of(root):
            each.scrub(payload, proves=proves)

    def _passes_of(self, root: Place) -> list[_Pass]:
        if root not in self._passes:
            self._passes[root] = [_Pass(config, root) for config in self._configs]
        return self._passes[root]


@lru_cache(maxsize=_KEPT)
def scrubber(settings: PrivacySettings) -> Scrubber:
    """The compiled rules: made once for equal settings, kept for those that were used last.

    InvalidRules where the advanced rules cannot be read, which are checked when they are saved.
    """
    return Scrubber(settings)


def _parts(dump: State) -> Iterator[State]:
    """The parts of a minidump that rules are about."""
    for part in Part:
        below = dump.child(part, b"")
        if below is not None and below.steps:
            yield below


def _scrub_minidump(changed: bytearray, content: bytes, state: State) -> None:
    for found in ranges_of(content):
        below = state.child(found.part, b"")
        if below is not None and found.part in (Part.CODE_FILE, Part.DEBUG_FILE):
            scrub_name(changed, found.start, found.stop, found.encoding, below)
        elif below is not None:
            scrub_bytes(changed, found.start, found.stop, below)


def _advanced(settings: PrivacySettings) -> Config:
    """The organization's rules and the project's: remarks tell whose a rule is."""
    return merged(
        read_config(settings.organization_rules or "{}", "organization:"),
        read_config(settings.project_rules or "{}", "project:"),
    )

"""Runs the fuzzer on a target in a process of its own: `python -m tests.fuzz.driver TARGET …`, with
libFuzzer's options behind. `scripts/fuzz` and `test_fuzz` start it.
"""

import sys
from random import Random

import atheris

from tests.fuzz.mutating import mutate_line

with atheris.instrument_imports(include=["urgentry"]):
    from tests.fuzz import targets

_SHARE_OF_JSON = 0.7


def _mutate(data: bytes, most: int, seed: int) -> bytes:
    """The next input to try: another value in its JSON, or other bytes."""
    random = Random(seed)  # noqa: S311 - to try things, not to hide them
    if random.random() < _SHARE_OF_JSON:
        changed = mutate_line(data, random)
        if changed != data and len(changed) <= most:
            return changed
    mutated: bytes = atheris.Mutate(data, most)
    return mutated


def main(target: str, options: list[str]) -> None:
    """Fuzzes until libFuzzer ends the process; its status is not zero when an input failed."""
    limits = [f"-max_len={targets.MOST_BYTES}", "-timeout=30", "-rss_limit_mb=2048"]
    has_json = target in targets.OF_JSON
    atheris.Setup(
        [sys.argv[0], *limits, *options],
        lambda data: targets.run(target, data),
        custom_mutator=_mutate if has_json else None,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

"""Prints `docs/settings.md`; called by `scripts/docs` and by the test that compares the two."""

from urgentry.config import describe

HEAD = """\
# Settings

All settings come from environment variables and are read once at the start. An unknown name that
begins with `URGENTRY_`, or a value that makes no sense, stops the start with a message that names
it; an empty value counts as not set. The variables that Kubernetes makes for a Service named
`urgentry` are no settings and are ignored. This page is written by `scripts/docs`.

| Name | Default | Meaning |
|---|---|---|
"""


def page() -> str:
    """The page as it must stand in the tree."""
    return HEAD + "".join(
        f"| `{setting.name}` | {setting.default or '–'} | {setting.about} |\n"
        for setting in describe()
    )


if __name__ == "__main__":
    print(page(), end="")

"""The page on the command line names the commands and options that exist, and no others."""

import re

import pytest

from tests.style.tree import ROOT
from urgentry.cli import main

PAGE = (ROOT / "docs/reference/cli.md").read_text()
SECTIONS = {
    part.split("`", 1)[0].split()[0]: part
    for part in re.split(r"^## `urgentry ", PAGE, flags=re.MULTILINE)
}
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def help_text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


def test_every_command_has_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"^    ([a-z]+)\b", help_text(capsys), re.MULTILINE)
    assert commands
    assert {name for name in SECTIONS if name.isalpha()} == set(commands)


@pytest.mark.parametrize("command", [name for name in SECTIONS if name.isalpha()])
def test_every_option_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = set(OPTION.findall(SECTIONS[command]))
    assert told == set(OPTION.findall(help_text(capsys, command))) - {"--help"}

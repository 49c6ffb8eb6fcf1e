"""No setting is accepted that nothing reads."""

import ast

from tests.style.tree import modules
from urgentry.config import describe


def test_every_setting_is_read_somewhere() -> None:
    read = {
        node.attr.upper()
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    groups = ("DATABASE_", "BOOTSTRAP_", "BLOBS_", "BROWSER_SDK_", "REPORT_", "")
    prefixes = [f"URGENTRY_{group}" for group in groups]

    def field(name: str) -> str:
        return next(name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix))

    assert not [setting.name for setting in describe() if field(setting.name) not in read]

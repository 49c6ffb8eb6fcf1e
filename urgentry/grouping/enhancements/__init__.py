"""Stack-trace rules ("enhancements"): which frames are in-app, of what category, and group.

`rules` are the words, `syntax` reads a project's text, `builtin` holds our own facts, `index` finds
the rules a frame may match, and `passes` applies them to a stack.
"""

from urgentry.grouping.enhancements.rules import Rule
from urgentry.grouping.enhancements.syntax import parse_rules

__all__ = ["Rule", "parse_rules"]

"""A frame's module without what compilers and byte-code generators number.

Used by `frame_component`; the shapes are those of spec §4.
"""

import re
from typing import Final

from urgentry.grouping.component import Component, leaf, word
from urgentry.grouping.frame import Frame

_ACCESSORS: Final = (
    "sun.reflect.GeneratedMethodAccessor",
    "jdk.internal.reflect.GeneratedMethodAccessor",
)
_LONGEST: Final = 4096
"""No class has a longer name."""
_JAVASSIST: Final = r"\$\$_javassist(?:_seam)?(?:_\d+)?"

# What is kept, and the generated part that becomes <auto>.
_GENERATED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(sun\.reflect\.Generated(?:Serialization)?ConstructorAccessor)\d+",
        r"(\$\$\w{0,128}?CGLIB\$\$)[a-fA-F0-9]+(?:_\d+)?",
        r"(\$\$_javassist)(?:_seam)?(?:_\d+)?",
        r"(\$fn__)\d+",
        r"(\${1,2}EnhancerBy\w{0,128}?\${1,2})[a-fA-F0-9]+(?:_\d+)?",
        r"(\${1,2}FastClassBy\w{0,128}?\${1,2})[a-fA-F0-9]+(?:_\d+)?",
        r"(\${1,2}HibernateProxy\${1,2})\w+(?:_\d+)?",
    )
)
_JAVASSIST_FILE = re.compile(_JAVASSIST)
_NO_MODULE: Final = leaf("module")


def module_component(frame: Frame) -> Component:
    module = frame.module
    if not module:
        return _NO_MODULE
    if frame.platform == "javascript" and _is_bad_javascript(module, frame.abs_path):
        return leaf("module", module, contributes=False, hint="ignored bad javascript module")
    if frame.platform == "java":
        return _java_module(module)
    return word("module", module)


def _is_bad_javascript(module: str, abs_path: str | None) -> bool:
    return "/" in module and abs_path is not None and abs_path.endswith(module)


def _java_module(module: str) -> Component:
    for accessor in _ACCESSORS:
        if module.startswith(accessor):
            return leaf("module", accessor, hint="removed reflection marker")
    cleaned = module
    if len(module) <= _LONGEST and ("$" in module or "sun.reflect.Generated" in module):
        for pattern in _GENERATED:
            cleaned = pattern.sub(r"\1<auto>", cleaned)
    if cleaned != module:
        return leaf("module", cleaned, hint="removed codegen marker")
    if "$$Lambda$" in module:
        return leaf("module", module, contributes=False, hint="ignored java lambda")
    return word("module", module)


def clean_filename(name: str) -> str:
    """A Java source file's name without javassist's numbers."""
    return _JAVASSIST_FILE.sub("$$_javassist<auto>", name)

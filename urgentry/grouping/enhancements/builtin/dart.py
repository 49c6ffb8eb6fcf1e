"""Dart and Flutter: which frames are the framework's, the language's, or the SDK's."""

from typing import Final

from urgentry.grouping.enhancements.builtin.making import IN_APP, NOISE, OUT_OF_APP, each
from urgentry.grouping.enhancements.rules import Rule

_LANGUAGE_PATH: Final = "org-dartlang-sdk:///**"
_FLUTTER_MODULE: Final = "**/packages/flutter/**"

_FLUTTER_PATHS: Final = """
    package:flutter/**
    **/packages/flutter/**
    dart:**
    **/lib/ui/hooks.dart
    **/platform_dispatcher.dart
    **/third_party/dart/sdk/**
    **/.pub-cache/**
"""
_FLUTTER_FRAMEWORKS: Final = """
    **/Flutter.framework/**
    **/FlutterMacOS.framework/**
    Flutter
    FlutterMacOS
"""
_ENTRY_STUBS: Final = """
    stub InvokeDartCode
    stub CallBootstrapNative
"""
_SDK_PATHS: Final = """
    package:sentry/**
    package:sentry{_flutter,_logging,_dio,_file,_sqflite,_drift,_hive,_isar,_link}/**
    package:sentry_firebase_remote_config/**
"""

RULES_2023: Final[tuple[Rule, ...]] = (
    *each("path", [_LANGUAGE_PATH], *NOISE, family="javascript"),
    *each("module", [_FLUTTER_MODULE], OUT_OF_APP, family="javascript"),
)

RULES_2026: Final[tuple[Rule, ...]] = (
    *RULES_2023,
    *each("path", "**/*.dart", IN_APP, family="native", also={"package": "/data/app/**"}),
    *each("path", _FLUTTER_PATHS, OUT_OF_APP),
    *each("package", _FLUTTER_FRAMEWORKS, OUT_OF_APP, family="native"),
    *each("function", _ENTRY_STUBS, OUT_OF_APP, family="native"),
    *each("path", _SDK_PATHS, *NOISE),
)

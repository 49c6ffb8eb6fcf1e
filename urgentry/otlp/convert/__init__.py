"""Exports made into signals and events. Pure.

Every function reads messages of both forms alike: a member that is absent is false.
"""

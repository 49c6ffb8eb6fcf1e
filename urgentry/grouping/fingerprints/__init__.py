"""Fingerprints: what a client or a rule says that an event groups by.

`variables` resolves `{{ … }}`, `rules` and `syntax` are a project's rules, `matching` finds the
first that holds, and `builtin` are the few that we bring.
"""

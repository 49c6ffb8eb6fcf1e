"""Crashes of native programs: what a dump or a report tells becomes an event; pure.

`minidump` reads dumps and `apple` reports, each bounded in all that it reads; `crash_reasons` names
what happened; `event` says it in an event's words; `assemble` joins it with what else an envelope
has. `form` and `unreal` take apart how crash reporters send it all. Stacks are not unwound here: a
crash is known by its reason, its module and its address.
"""

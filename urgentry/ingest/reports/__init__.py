"""What browsers report by themselves: broken policies, certificates and connections. Pure.

`security` turns one report into the payload of an event, `network` one into a log; both are called
by the items and endpoints of that kind. `csp` and `certificates` hold the forms of single reports.
"""

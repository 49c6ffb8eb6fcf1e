"""A made-up shop with weeks behind it, for those who want to look around first: `urgentry demo`.

`cast` names its people, projects and releases, `faults` (with a module for each language) what goes
wrong there, `signals` what else its programs send. `weeks` puts all that on a time line, `stage`
runs the server in this process with its clock set back, and `play` sends the one to the other: what
SDKs would have sent, when they would have, and what people did about it through the web API.
"""

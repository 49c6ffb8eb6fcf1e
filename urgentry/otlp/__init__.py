"""OpenTelemetry's protocol over HTTP: exports of spans and logs become the items that SDKs send.

`messages` reads a body of either form, `convert` makes signals and events of what it holds,
`items` hands them to ingest, and `endpoints` answers as the protocol wants.
"""

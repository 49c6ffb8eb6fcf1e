"""OpenTelemetry's protocol: exports of spans and logs become the items that SDKs send.

`messages` reads a body of either form, `convert` makes signals and events of what it holds,
`items` hands them to ingest, `endpoints` answers over HTTP as the protocol wants, and `grpc` over
gRPC, on a port of its own.
"""

"""Spans, logs and metrics in the forms that clients send, made into signals. Pure.

`transactions` takes a normalised transaction apart, `spans` reads spans of both forms, `logs` and
`metrics` theirs; `containers` is the frame that the newer forms share. Called by the readers in
`ingest.items`, and by what converts other protocols.
"""

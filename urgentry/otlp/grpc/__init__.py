"""OTLP over gRPC, on a port of its own: the listener and its services. Imported only where that
port is open, because gRPC costs memory. What a call brings goes the way that it would over HTTP.
"""

"""Where requests come in: each endpoint makes an envelope of its own form of request and answers in
its own form. What lies between is the same for all: `urgentry.ingest.edge` and `intake`.
"""

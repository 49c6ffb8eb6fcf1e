"""The relational store: the only room that knows a dialect.

`database.py` is the contract, `sqlite.py` and `postgres.py` keep it, `queries.py` loads the named
queries of `sql/`, `migrate.py` brings the schema forward and back. The other modules are query
modules, one per area: the transaction comes first, domain types come out.
"""

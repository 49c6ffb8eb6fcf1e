"""The benchmark harness: `scripts/bench` runs it against a server of its own or any DSN."""

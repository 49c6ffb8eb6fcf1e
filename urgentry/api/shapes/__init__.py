"""Domain types as Sentry's API writes them. Pure: what a shape needs is given to it."""

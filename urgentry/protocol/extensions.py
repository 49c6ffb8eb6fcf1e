"""What our listener tells our applications beside ASGI, by the names of its extensions."""

WHOLE_BODY = "urgentry.whole_body"
"""Answers the body of a request where all of it is there: a callable without arguments, which
answers None where it is not. Then nobody has to wait for it."""

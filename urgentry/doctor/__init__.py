"""`urgentry doctor`: looks at everything that a server needs and says what is wrong, with a hint.

`finding` is what a look gives; a module for each part holds its looks; `examine` runs them all.
"""

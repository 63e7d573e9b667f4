"""The error family of the project: one base class, so that callers catch one thing."""


class KemitraanError(Exception):
    """Wrong use or invalid input: the message says what, where, the range and what to do."""

    exit_code = 2

"""The program's log, kept out of what measurements print."""

import logging

import structlog


def quiet() -> None:
    """Let only warnings through. For whoever is the process's main program."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

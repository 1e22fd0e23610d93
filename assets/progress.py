"""Progress of a run as the command shows it, instead of Dagster's log.

Belongs here: a Dagster logger that tells a listener which step began, and nothing else. Does
not belong here: how it is drawn (`cli_refresh`).
"""

import logging
from collections.abc import Callable

import dagster as dg

Listener = Callable[[str, bool], None]
"""Told a step's name and whether it has ended."""

_listeners: list[Listener] = []


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        step = meta.get("step_key") or getattr(event, "step_key", None)
        if event is None or step is None:
            return
        if event.event_type_value in ("STEP_START", "STEP_SUCCESS", "STEP_FAILURE"):
            for listener in _listeners:
                listener(step, event.event_type_value != "STEP_START")


@dg.logger({}, "Tells the command which step runs; writes nothing.")
def progress_logger(init_context: dg.InitLoggerContext) -> logging.Logger:
    """The logger a command's run uses in place of the console."""
    del init_context
    logger = logging.Logger("rechallenge.progress", logging.DEBUG)
    logger.addHandler(_Handler())
    return logger


class listening:  # noqa: N801 - used as a statement
    """Have a function told of every step while the block runs."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def __enter__(self) -> None:
        _listeners.append(self._listener)

    def __exit__(self, *_: object) -> None:
        _listeners.remove(self._listener)

"""Parameters of the times to events that do not belong to one study's variant."""

from etl.parameters.base import ParameterGroup


class TimeParameters(ParameterGroup):
    """How times are counted."""

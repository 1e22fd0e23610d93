"""Deliveries over time and hospitals: what arrived, what it holds, and what is gone or changed.

Belongs here: the facts about hospitals and deliveries that rules judge and the delivery board
shows, and the history they are compared with. Does not belong here: rules (`expectations/rules`),
composing the registry's state from deliveries (`etl/ingest/compose`).
"""

from etl.deliveries.build import build_before_judging, build_deliveries, build_night, parameters

__all__ = ["build_before_judging", "build_deliveries", "build_night", "parameters"]

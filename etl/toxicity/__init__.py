"""The toxicity of lines, read slowly and plainly.

Belongs here: the reference reading that the SQL is compared with. Does not belong here: the SQL
itself (`etl/sql/derived`), lines (`etl/lines`), cumulative incidence (`etl/survival`).
"""

from etl.toxicity.reading import (
    Course,
    Event,
    GivenLine,
    LineRead,
    OrganRead,
    attribute,
    read_organ_classes,
    read_toxicity,
)

__all__ = [
    "Course",
    "Event",
    "GivenLine",
    "LineRead",
    "OrganRead",
    "attribute",
    "read_organ_classes",
    "read_toxicity",
]

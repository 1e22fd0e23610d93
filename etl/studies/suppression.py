"""Which estimates a shared version must not print.

Belongs here: marking the rows of `marts.estimates` as suppressed: all that the release of the study
does not show. The mart itself and the internal report keep every value. Does not belong here: what
may be shown (`release`), what is small (`etl/disclosure/policy`).
"""

from dataclasses import replace

from etl.disclosure.policy import Policy
from etl.studies.definition import Study
from etl.studies.estimates import Row
from etl.studies.pairs import Pair
from etl.studies.release import mark_suppressed_rows, release_study


def study_policy(study: Study, minimum_cell: int) -> Policy:
    """The disclosure policy of a study at a site."""
    return Policy(
        minimum_cell=minimum_cell,
        zero_is_small=study.disclosure.zero_is_small,
        complementary=study.disclosure.complementary,
        missing_counts_exempt=study.disclosure.missing_counts_exempt,
    )


def mark_suppressed(rows: list[Row], pairs: list[Pair], study: Study, policy: Policy) -> list[Row]:
    """The rows with `suppressed` set where the release of the study does not show them.

    A row is suppressed when a count behind it is small, when it would help to work out a small
    count together with all other rows and tables that are shown, and when it is never released.
    """
    marks = mark_suppressed_rows(rows, release_study(study, pairs, policy))
    return [replace(row, suppressed=mark) for row, mark in zip(rows, marks, strict=True)]

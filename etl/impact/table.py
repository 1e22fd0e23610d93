"""The published table of impact: its columns with their descriptions.

Belongs here: `quality.impact` as analysts read it. Does not belong here: what fills it
(`measures`).
"""

import duckdb

from expectations.quality_tables import Columns, create_table

NAME = "impact"

IMPACT: Columns = {
    "study": ("varchar not null", "Id of the study."),
    "rule_id": (
        "varchar not null",
        (
            "Rule whose open error findings touch the study's patients; all: every such rule "
            "at once, which is the edition quality_filtered."
        ),
    ),
    "stratum": ("varchar not null", "Group of the study, or all."),
    "endpoint": ("varchar not null", "orr or pfs, as the study defines it."),
    "statistic": ("varchar not null", "proportion for orr, median for pfs."),
    "patients_touched": (
        "bigint not null",
        "Patients of the study and group of whom the rule makes any value doubtful.",
    ),
    "patients_left": (
        "bigint not null",
        "Of those, patients who leave the evaluable set of the endpoint because of the rule.",
    ),
    "patients_left_alone": (
        "bigint not null",
        (
            "Of those, patients whom no other rule takes out: they come back when this rule's "
            "findings are put right."
        ),
    ),
    "value_as_registered": (
        "double",
        (
            "Proportion from 0 to 1, or median in months, of everybody evaluable; NULL when it is "
            "not reached or nobody is evaluable, as remark says."
        ),
    ),
    "value_without": ("double", "The same without the patients who leave because of the rule."),
    "difference": ("double", "value_without less value_as_registered; NULL when either is."),
    "numerator_as_registered": ("bigint not null", "Responders, or patients with the event."),
    "denominator_as_registered": ("bigint not null", "Patients in the evaluable set."),
    "numerator_without": ("bigint not null", "Responders, or patients with the event, without."),
    "denominator_without": ("bigint not null", "Patients in the evaluable set, without."),
    "remark": ("varchar", "What a missing value means; NULL when both are there."),
    "suppressed": (
        "boolean not null",
        (
            "Whether a shared version must not print it: it rests on, or differs by, a count below "
            "the minimum cell."
        ),
    ),
}


def create_impact(con: duckdb.DuckDBPyConnection) -> None:
    """Create `quality.impact` anew and empty."""
    con.execute("create schema if not exists quality")
    con.execute(f"drop table if exists quality.{NAME}")
    create_table(con, NAME, IMPACT)
    con.execute(
        f"comment on table quality.{NAME} is 'One row per study, rule that touches its patients, "
        "group and endpoint: the estimate as registered, and without the patients that the rule "
        "makes doubtful.'"
    )

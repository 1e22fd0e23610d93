"""The section on changes in words, and which inputs of two snapshots differ.

Belongs here: small cases by hand. Does not belong here: nights (`tests/pipeline/test_changes`).
"""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from etl.changes import StudyChanges
from etl.changes.sides import Differences, Side, differences
from etl.outputs import changes_table
from etl.outputs.results import Results
from etl.outputs.tables import Table
from expectations.contracts.changes import CAUSES

COMPARED: dict[str, Any] = {
    "study": "s",
    "snapshot_before": "aaa",
    "as_of_before": "2025-03-01",
    "export_date_before": "2025-02-28",
    "export_date_after": "2025-03-02",
    "not_compared_because": None,
    "inputs_differing": "cut_off, delivery, parameters",
    "parameters_differing": "combination_window_days",
    "source_rows_kept": True,
}
ORR: dict[str, Any] = {
    "study": "s",
    "edition": "as_registered",
    "stratum": "all",
    "subset": "all",
    "endpoint": "orr",
    "statistic": "proportion",
    "at": None,
    "change": "changed",
    "value_before": 0.4,
    "lower_before": 0.226,
    "upper_before": 0.594,
    "numerator_before": 12,
    "denominator_before": 30,
    "value_after": 13 / 31,
    "lower_after": 0.245,
    "upper_after": 0.609,
    "numerator_after": 13,
    "denominator_after": 31,
    "patients_joined": 1,
    "patients_left": 0,
    "patients_changed": 0,
    "adds_up": True,
    "because": "record_new",
}
SIDE = Side(
    "a",
    "2025-03-01",
    "2025-02-28",
    {
        "source": "native",
        "export_id": "e",
        "studies_hash": "s",
        "rules_hash": "r",
        "parameters": {"combination_window_days": 90, "minimum_cell": 5},
    },
    {"s": {"id": "s"}},
    ("s",),
)


def said(**found: Any) -> tuple[Any, ...]:
    results = SimpleNamespace(changes=StudyChanges(**found), study=SimpleNamespace(id="s"))
    return changes_table.changes(cast(Results, results))


def test_without_an_earlier_snapshot_the_page_says_so() -> None:
    assert said() == (changes_table.FIRST,)
    assert said(compared=COMPARED | {"snapshot_before": None}) == (changes_table.FIRST,)


def test_a_new_study_is_said_to_be_new() -> None:
    _, reason = said(compared=COMPARED | {"not_compared_because": "The study is new."})
    assert reason == "The study is new."


def test_nothing_differs() -> None:
    first, second = said(compared=COMPARED)
    assert first == (
        "Compared with snapshot aaa of 2025-03-01, data cut-off 2025-02-28; the cut-off is "
        "2025-03-02 now. What differs between the two: the data cut-off, the delivery and "
        "parameters of the derivations. Parameters and settings that differ: "
        "combination_window_days."
    )
    assert second.startswith("No estimate of this study differs")


def test_the_tables_give_numbers_causes_and_the_query_and_no_patient() -> None:
    cause = {
        "cause": "record_new",
        "subject": "patients",
        "rule_id": None,
        "patients": 1,
        "records": 1,
    }
    hidden = ORR | {"endpoint": "dcr"}
    same = ORR | {"endpoint": "pfs", "statistic": "median", "change": "patients_only"}
    _, estimates, causes, query = said(
        compared=COMPARED, estimates=(ORR, hidden, same), causes=(cause,)
    )
    assert isinstance(estimates, Table)
    assert estimates.rows == (
        (
            "Objective response, as registered: All patients",
            "12/30 = 40.0% (22.6 to 59.4)",
            "13/31 = 41.9% (24.5 to 60.9)",
            "1 / 0 / 0",
            "new",
        ),
    )
    assert "1 more estimate differs; 1 is the same number" in estimates.note
    assert causes.rows == ((changes_table.CAUSES["record_new"], "patients", "1", "1"),)
    assert "where study = 's'" in query


def test_an_estimate_that_is_new_or_does_not_add_up_says_so() -> None:
    nothing = {f"{name}_before": None for name in ("value", "numerator", "denominator")}
    row = ORR | nothing | {"adds_up": False}
    _, estimates, *_ = said(compared=COMPARED, estimates=(row,))
    assert estimates.rows[0][1] == "not there"
    assert estimates.rows[0][-1] == "new; does not add up"


def test_a_group_that_is_everybody_is_not_said_twice() -> None:
    twin = ORR | {"stratum": "ipilimumab+nivolumab"}
    other = ORR | {"stratum": "ipilimumab", "numerator_after": 12}
    _, estimates, *_ = said(compared=COMPARED, estimates=(ORR, twin, other))
    assert [row[0] for row in estimates.rows] == [
        "Objective response, as registered: All patients",
        "Objective response, as registered: ipilimumab",
    ]


def test_every_cause_has_its_words() -> None:
    assert set(changes_table.CAUSES) == set(CAUSES)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Differences((), ())),
        ({"rules_hash": "q"}, Differences(("rules",), ())),
        ({"export_id": "f"}, Differences(("delivery",), ())),
        ({"governance_hash": "g"}, Differences(("governance",), ())),
        (
            {"parameters": {"combination_window_days": 60, "minimum_cell": 5}},
            Differences(("parameters",), ("combination_window_days",)),
        ),
        (
            {"parameters": {"combination_window_days": 90, "minimum_cell": 10}},
            Differences(("settings",), ("minimum_cell",)),
        ),
    ],
)
def test_inputs_that_differ(changed: dict[str, Any], expected: Differences) -> None:
    other = replace(SIDE, inputs={**SIDE.inputs, **changed})
    assert differences(SIDE, other, "s") == expected


def test_a_definition_differs_for_its_own_study_or_by_the_hash_where_it_is_not_known() -> None:
    other = replace(SIDE, definitions={"s": {"id": "s", "title": "t"}, "t": {}})
    assert differences(SIDE, other, "s").inputs == ("study_definition",)
    assert differences(SIDE, replace(SIDE, definitions={**SIDE.definitions, "t": {}}), "s") == (
        Differences((), ())
    )
    unknown = replace(SIDE, definitions={})
    assert differences(unknown, SIDE, "s").inputs == ()
    hashed = replace(SIDE, inputs={**SIDE.inputs, "studies_hash": "z"})
    assert differences(unknown, hashed, "s").inputs == ("study_definition",)
    assert unknown.definition("s") is None
    assert SIDE.definition("s") is None  # no definition that this program can read

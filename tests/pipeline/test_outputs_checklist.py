"""The checklist of RECORD and STROBE, the statement on data quality, and where numbers come from.

Belongs here: what these parts of the report hold. Does not belong here: the page as a whole
(`test_outputs_report`), how it looks in a browser (tests/ui).
"""

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl.outputs import checklist_item, quality_statement, trace
from etl.outputs.checklist import record_table
from etl.outputs.people import People
from etl.outputs.report import write_outputs
from etl.outputs.results import Results, read_results
from etl.outputs.tables import Table, attrition_table
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import build, cohort, marts, seed_study

STROBE = (
    *("1a", "1b", "2", "3", "4", "5", "6a", "6b", "7", "8", "9", "10", "11"),
    *("12a", "12b", "12c", "12d", "12e", "13a", "13b", "13c", "14a", "14b", "14c", "15"),
    *("16a", "16b", "16c", "17", "18", "19", "20", "21", "22"),
)
RECORD = ("1.1", "1.2", "1.3", "6.1", "6.2", "6.3", "7.1", "12.1", "12.2", "12.3", "13.1")
RECORD += ("19.1", "22.1")


def results_of(*, doubtful: bool = False, empty: bool = False) -> Results:
    with marts() if empty else cohort() as con:
        if doubtful:
            con.execute(
                "update marts.treatment_lines set response_doubtful_because = 'TR-T02'"
                " where line_id in ('i-01|advanced|2', 'b-01|advanced|2')"
            )
        build(con)
        return read_results(con, seed_study(), context())


@pytest.fixture(scope="module")
def sound() -> Results:
    return results_of()


@pytest.fixture(scope="module")
def doubtful() -> Results:
    return results_of(doubtful=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the seed study."""
    path = tmp_path_factory.mktemp("outputs")
    with cohort() as con:
        build(con)
        write_outputs(con, seed_study(), path, context())
    return path


def rows_of(table: Table) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in table.rows}


@pytest.mark.parametrize("empty", [False, True], ids=["patients", "nobody"])
def test_every_item_of_both_checklists_stands_once(empty: bool) -> None:
    table = record_table(results_of(empty=empty))
    numbers = [row[0].partition(": ")[2] for row in table.rows]
    asked = [f"STROBE {item}" for item in STROBE] + [f"RECORD {item}" for item in RECORD]
    assert sorted(numbers) == sorted(asked)
    assert len({item.rstrip("abcde") for item in STROBE}) == 22
    assert len(RECORD) == 13


def test_each_item_is_answered_or_left_to_the_authors(sound: Results) -> None:
    by = {row[0].partition(": ")[2]: row[2] for row in record_table(sound).rows}
    answers = {row[0].partition(": ")[2]: row[3] for row in record_table(sound).rows}
    authors = {number for number, name in by.items() if name == checklist_item.AUTHORS}
    assert authors == {
        *("STROBE 1b", "STROBE 2", "RECORD 6.2", "STROBE 18", "STROBE 20", "STROBE 21"),
        "STROBE 22",
    }
    assert all(answers[number].startswith("To write") for number in authors)
    shared = {number for number, name in by.items() if name == checklist_item.BOTH}
    assert all("authors" in answers[number] for number in shared)
    assert all(len(answer) > 8 for answer in answers.values())


def test_items_point_at_headings_that_exist(sound: Results, folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    headings = set(re.findall(r"<h2 id=\"[^\"]*\">([^<]*)</h2>", page))
    for pointed in ("Main estimates", "Definition in words", "Attrition", "Table 1", "Exposure"):
        assert pointed in headings
        assert any(pointed in row[3] for row in record_table(sound).rows)


def test_follow_up_and_numbers_are_those_of_the_mart(sound: Results) -> None:
    answers = {row[0].partition(": ")[2]: row[3] for row in record_table(sound).rows}
    assert "73 rechallenged" in answers["STROBE 13a"]
    value = f"{sound.estimate('follow_up')['value']:.1f}"
    assert answers["STROBE 14c"].startswith(f"Median {value} (")


def test_the_statement_says_who_is_doubtful_and_how_far_it_moves(
    sound: Results, doubtful: Results
) -> None:
    assert "No value of the cohort" in quality_statement.doubt_in_words(sound)
    assert "No proportion" in quality_statement.editions_in_words(sound)
    said = quality_statement.doubt_in_words(doubtful)
    assert said.startswith("In 2/73 (2.7%) of the patients")
    table = rows_of(quality_statement.editions_table(doubtful))
    before, after, difference, left = table["Objective response to rechallenge, % (95% interval)"]
    fraction = [tuple(map(int, cell.split(" ")[0].split("/"))) for cell in (before, after)]
    moved = 100 * (fraction[1][0] / fraction[1][1] - fraction[0][0] / fraction[0][1])
    assert difference == f"{moved:+.1f} points"
    assert left == str(fraction[0][1] - fraction[1][1]) == "2"
    assert "percentage points" in quality_statement.editions_in_words(doubtful)


def test_what_cannot_be_judged_complements_the_evaluable_sets(sound: Results) -> None:
    table = rows_of(quality_statement.not_judged_table(sound))
    endpoints: dict[str, str] = {
        "Response to the rechallenge": "orr",
        "Both responses": "discordance",
        "Severe toxicity of the rechallenge": "irae_grade3plus",
    }
    for name, endpoint in endpoints.items():
        for stratum, cell in zip(sound.strata, table[name], strict=True):
            known = sound.estimate(endpoint, stratum)["denominator"]
            assert int(cell.split(" ")[0]) == len(sound.members(stratum)) - known


def test_rules_that_cannot_judge_are_counted(sound: Results) -> None:
    def judged(rule: str, applicable: int, cannot: int) -> dict[str, Any]:
        return {
            "rule_id": rule,
            "title": "A title",
            "severity": "error",
            "applicable": applicable,
            "judged": applicable - cannot,
            "violated": 0,
            "accepted": 0,
            "cannot_judge": cannot,
        }

    sound = _with(sound, [judged("A-1", 10, 4), judged("A-2", 5, 0), judged("A-3", 0, 0)])
    said = quality_statement.rules_without_verdict(sound)
    assert said.startswith("1 rule met records that cannot be judged, 4 in the whole registry")
    assert "A-3" in said
    assert "A-2" not in said
    assert "1 rule had no record to apply to" in quality_statement.judged_in_words(sound)


def _with(results: Results, judged: list[dict[str, Any]]) -> Results:
    return replace(results, judged=judged)


def test_each_table_and_figure_names_a_file_and_an_origin(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    said = page.count('<p class="source">')
    assert said > 20
    without = re.findall(r'<p class="source">Files?: (?:<a [^>]*>[^<]*</a>[,.] ?)+</p>', page)
    named = {re.findall(r"tables/(\w+)\.csv", one)[-1] for one in without}
    # What comes from the definition, the code or the checklist is counted from no mart.
    assert named == {"definition", "parameters", "versions", "record"}


def test_an_origin_names_only_rows_that_exist(folder: Path) -> None:
    with (folder / "estimates.csv").open(encoding="utf-8", newline="") as file:
        estimates = list(csv.DictReader(file))
    said = trace.ORIGINS["headline"].sentence(estimates)
    assert "irae_recurrence" not in said
    assert "orr" in said
    assert trace.Origin(("ttnt",), ("proportion",)).sentence(estimates) == ""


def test_the_attrition_says_the_number_of_ids_beside_persons_where_it_differs(
    sound: Results,
) -> None:
    assert sound.people.ids == sound.people.patients == sound.attrition[0]["patients"]
    assert " ids)" not in attrition_table(sound).note
    linked = replace(sound, people=People(1_200, 1_234))
    assert "1,200 patients (1,234 ids)" in attrition_table(linked).note

"""One date is shown in one notation: the one in which the record's own file writes it."""

from dataclasses import fields
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assets.cli_findings import _on_lines
from etl.explain.doubt import _said
from etl.explain.facts import Finding
from etl.sources import Mapping, load_mapping
from etl.sources.notation import in_one_notation
from etl.warehouse import open_memory
from etl.worklists import select, words
from etl.worklists.export import OfSnapshot, write_lists
from etl.worklists.read import read_workbook
from expectations.subjects import load_subjects
from tests.unit.test_worklist_workbook import columns
from tests.unit.worklist_edits import FIRST
from tests.unit.worklist_support import CATALOGUE, DAY, EXPORTED, SNAPSHOT, finding, publish

DMTR = load_mapping("dmtr")
TREATMENTS = load_subjects()["treatments"]
PART = next(number for number, table, _ in DMTR.numbered_parts() if table == "treatments")


def written(style: str) -> Mapping:
    """The Dutch registry with all its dates in another style."""
    files = {key: one.model_copy(update={"dates": style}) for key, one in DMTR.files.items()}
    return DMTR.model_copy(
        update={"files": files, "anchor_date": load_mapping("tcga_skcm").anchor_date}
    )


@pytest.mark.parametrize(
    ("style", "entered", "compared", "shown"),
    [
        ("day_month_year", "03-02-2021", "2021-04-05", "05-04-2021"),
        ("day_month_year", "3/2/2021", "2021-04-05", "05/04/2021"),
        ("day_month_year", "03.02.2021 00:00", "2021-04-05", "05.04.2021"),
        ("day_month_year", "02-2021", "2021-04", "04-2021"),
        ("month_day_year", "02/03/2021", "2021-04-05", "04/05/2021"),
        ("year_month_day", "2021/02/03", "2021-04-05", "2021/04/05"),
        ("days_since_anchor", "7704", "2000-01-11", "10"),
        ("iso", "2021-02-03", "2021-04-05", "2021-04-05"),
        # Written as ISO in a file of another style, it is ISO that the others follow.
        ("day_month_year", "2021-02-03", "2021-04-05", "2021-04-05"),
        # Nothing of its own can be read: the style of its file.
        ("day_month_year", "soon", "2021-04-05", "05-04-2021"),
        ("day_month_year", "31-02-2021", "2021-04-05", "05-04-2021"),
        ("day_month_year", None, "2021-04-05", "05-04-2021"),
        # Not a date.
        ("day_month_year", "03-02-2021", "2021-13-05", "2021-13-05"),
        ("day_month_year", "03-02-2021", "2021", "2021"),
        ("day_month_year", "03-02-2021", "E17", "E17"),
    ],
)
def test_what_is_compared_follows_what_was_written(
    style: str, entered: str | None, compared: str, shown: str
) -> None:
    own, others = in_one_notation(
        written(style), TREATMENTS, PART, {"stop_date": entered}, {"next_start_date": compared}
    )
    assert own == {"stop_date": entered}
    assert others == {"next_start_date": shown}


def test_a_date_of_another_file_follows_too() -> None:
    mapping = written("day_month_year")
    _, others = in_one_notation(
        mapping,
        TREATMENTS,
        PART,
        {"start_date": "2021-02-03"},
        {"patient_death_date": "05-04-2021", "regimen": "2021-04-05"},
    )
    # A text that looks like a date is none.
    assert others == {"patient_death_date": "2021-04-05", "regimen": "2021-04-05"}


def test_of_a_registry_that_is_not_known_nothing_is_said_otherwise() -> None:
    given = {"stop_date": "03-02-2021"}, {"next_start_date": "2021-04-05"}
    assert in_one_notation(None, TREATMENTS, PART, *given) == given


def test_a_worklist_shows_one_notation_and_is_read_back(tmp_path: Path) -> None:
    night = OfSnapshot(SNAPSHOT, "dmtr", "Dutch registry", DAY, EXPORTED)
    with open_memory() as con:
        publish(
            con,
            finding(
                1,
                "EPI-T06",
                source="dmtr",
                source_part=PART,
                raw_values='{"stop_date":"03-04-2021","days":"3"}',
                compared_with='{"next_start_date":"2021-03-02"}',
            ),
        )
        lists = write_lists(con, select.PUBLISHED, night, [], tmp_path, rows=50)
    path = next(one.path for one in lists if one.counts.list_id == "H1")
    book = load_workbook(path)
    sheet = book[words.LIST_SHEET]
    at = columns(sheet)
    assert sheet.cell(FIRST, at["entered"]).value == "03-04-2021"
    assert str(sheet.cell(FIRST, at["compared"]).value).splitlines() == [
        "days = 3",
        "next_start_date = 02-03-2021",
    ]
    sheet.cell(FIRST, at["answer"]).value = "value confirmed"
    sheet.cell(FIRST, at["who"]).value = "A. Steward"
    book.save(path)
    returned = read_workbook(path)
    assert [one.finding_id for one in returned.answers] == ["f000001"]
    assert not returned.problems


def test_findings_on_a_line_show_one_notation() -> None:
    row = {
        **finding(1, "EPI-T06", source="dmtr", source_part=PART),
        "raw_values": '{"stop_date":"03-04-2021","next_start_date":"2021-03-02","doses":"4"}',
    }
    [line] = _on_lines([row])
    assert line["entered"] == "stop_date = 03-04-2021, next_start_date = 02-03-2021, doses = 4"
    # Published by a release that kept neither part nor source: as it stands there.
    [line] = _on_lines([{**row, "source": None, "source_part": None}])
    assert line["entered"] == "stop_date = 03-04-2021, next_start_date = 2021-03-02, doses = 4"


def test_an_explanation_shows_one_notation() -> None:
    row = finding(
        1,
        "EPI-T06",
        source="dmtr",
        source_part=PART,
        raw_values='{"stop_date":"03-04-2021"}',
        compared_with='{"next_start_date":"2021-03-02"}',
    )
    rule = CATALOGUE.by_id["EPI-T06"]
    told = {"title": rule.title, "fix": rule.fix, "affects": "", "is_accepted": False}
    names = {one.name for one in fields(Finding)}
    found = Finding(**{name: value for name, value in {**row, **told}.items() if name in names})
    text = _said(found, load_subjects())
    assert "stop_date = 03-04-2021" in text
    assert "next_start_date = 02-03-2021" in text

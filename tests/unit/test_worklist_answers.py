"""Answers come back: what is recorded, what is told, and that the same file changes nothing."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from etl.worklists import read as reading
from etl.worklists import words
from etl.worklists.answers import Outcome, import_file
from expectations import acceptances, queries
from tests.unit.test_worklist_workbook import columns
from tests.unit.worklist_edits import (
    FIRST,
    column_sorted_alone,
    comment_too_long,
    copied_with_another_answer,
    filtered,
    hidden_cell_changed,
    hidden_cells_emptied,
    moved,
    renamed,
    rule_changed,
    sorted_backwards,
    under_dutch_headers,
    with_a_line_above,
)
from tests.unit.worklist_support import DAY, ERROR, WARNING, finding, publish, written

ON = date(2025, 3, 14)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A published registry: hospital H1 has three open findings, H2 one."""
    with duckdb.connect() as opened:
        publish(
            opened,
            finding(1),
            finding(2, WARNING),
            finding(3, patient_id="P1"),
            finding(4, hospital_id="H2"),
        )
        yield opened


@pytest.fixture
def sent(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Path:
    """The worklist of H1 as it was sent."""
    return written(con, tmp_path / "sent")["H1"].path


@pytest.fixture
def stewards(tmp_path: Path) -> Path:
    return tmp_path / "acceptances.sqlite"


Import = Callable[..., Outcome]


@pytest.fixture
def bring_back(con: duckdb.DuckDBPyConnection, stewards: Path) -> Import:
    """Import a file as of a day."""

    def done(path: Path, on: date = ON, **options: Any) -> Outcome:
        return import_file(path, con, stewards, on=on, **options)

    return done


def filled(
    path: Path,
    *answers: tuple[str, str, str] | None,
    change: Callable[[Worksheet], None] | None = None,
    name: str = "back.xlsx",
) -> Path:
    """The worklist with the rows answered in order: answer, comment, who; None leaves one."""
    book = load_workbook(path)
    sheet = book[words.LIST_SHEET]
    at = columns(sheet)
    for number, given in enumerate(answers, start=FIRST):
        for key, text in zip(("answer", "comment", "who"), given or (), strict=False):
            sheet.cell(number, at[key]).value = text
    if change is not None:
        change(sheet)
    back = path.with_name(name)
    book.save(back)
    return back


def said(outcome: Outcome) -> list[str]:
    return [str(one) for one in outcome.problems]


def test_answers_become_queries_proposals_and_precision(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    back = filled(
        sent,
        ("waarde bevestigd / value confirmed", "nagekeken", "datamanager H1"),
        ("regel klopt niet", "late toxiciteit bestaat", "datamanager H1"),
        ("corrected at source", "", "J."),
    )
    outcome = bring_back(back, author="steward")
    assert outcome.is_whole
    assert dict(outcome.recorded) == {
        "value confirmed": 1,
        "rule is wrong": 1,
        "corrected at source": 1,
    }
    found = {one.finding_id: one for one in queries.read(stewards)}
    assert {one.released_by for one in found.values()} == {"steward"}
    assert [found[f"f00000{number}"].answer for number in (1, 3, 2)] == [
        "value confirmed",
        "rule is wrong",
        "corrected at source",
    ]
    confirmed = found["f000001"]
    assert (confirmed.answer_comment, confirmed.answered_by) == ("nagekeken", "datamanager H1")
    assert confirmed.answered_on == ON
    [proposed] = outcome.proposed
    assert acceptances.valid_on(stewards, ON) == []  # it counts once a steward approves it
    acceptances.approve(stewards, proposed, author="steward")
    assert [row[1:3] for row in acceptances.valid_on(stewards, ON)] == [(ERROR, "R1")]


def test_the_same_file_twice_changes_nothing(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    back = filled(sent, ("waarde bevestigd", "nagekeken", "J."), ("", "we zoeken het uit", "J."))
    first = bring_back(back)
    assert dict(first.recorded) == {"value confirmed": 1, "comment": 1}
    before = stewards.read_bytes()
    again = bring_back(back, on=date(2025, 3, 15))
    assert (dict(again.recorded), again.unchanged, again.proposed) == ({}, 2, ())
    assert again.is_whole
    assert stewards.read_bytes() == before


def test_a_dry_run_says_the_same_and_records_nothing(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    back = filled(sent, ("waarde bevestigd", "", "J."), ("misschien", "", "J."))
    tried = bring_back(back, dry_run=True)
    assert not stewards.exists()
    assert "1 answer would be recorded (1 value confirmed)" in tried.sentences(dry_run=True)[0]
    done = bring_back(back)
    assert dict(tried.recorded) == dict(done.recorded)
    assert said(tried) == said(done)


def test_what_can_be_recorded_is_and_the_rest_is_told(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    back = filled(
        sent, ("misschien", "", "J."), ("niet onze patiënt", "", ""), ("regel klopt niet", "", "J.")
    )
    outcome = bring_back(back)
    answer, who = (
        load_workbook(back)[words.LIST_SHEET].cell(1, at).column_letter
        for at in (columns(load_workbook(back)[words.LIST_SHEET])[key] for key in ("answer", "who"))
    )
    place = f"sheet {words.LIST_SHEET}, row"
    assert said(outcome)[0].startswith(f"{place} 4, column {answer}: this is not one of the four")
    assert said(outcome)[1].startswith(f"{place} 5, column {who}: it is not said who answers")
    assert "misschien" not in " ".join(said(outcome))
    assert len(queries.read(stewards)) == 1
    corrected = filled(back, ("waarde bevestigd", "", "J."), name="corrected.xlsx")
    assert dict(bring_back(corrected).recorded) == {"value confirmed": 1}


def test_rows_that_are_left_empty_say_nothing(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    outcome = bring_back(filled(sent, ("", "", "J. was hier"), None))
    assert (outcome.rows, outcome.is_whole, dict(outcome.recorded)) == (3, True, {})
    assert queries.read(stewards) == []


@pytest.mark.parametrize(
    "change",
    [sorted_backwards, moved, under_dutch_headers, filtered, renamed, with_a_line_above],
)
def test_a_sheet_that_was_worked_in_still_imports(
    sent: Path, bring_back: Import, stewards: Path, change: Callable[[Worksheet], None]
) -> None:
    answers = [("waarde bevestigd", "een", "J."), ("regel klopt niet", "twee", "J.")]
    outcome = bring_back(filled(sent, *answers, change=change))
    assert said(outcome) == []
    found = {one.finding_id: one.answer_comment for one in queries.read(stewards)}
    assert found == {"f000001": "een", "f000003": "twee"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (column_sorted_alone, "the hidden cells do not belong to the rule and record"),
        (hidden_cell_changed, "the hidden cells do not belong to the rule and record"),
        (rule_changed, "the hidden cells do not belong to the rule and record"),
        (hidden_cells_emptied, "the row belongs to no finding"),
        (copied_with_another_answer, "the same finding is answered otherwise in row 4"),
        (comment_too_long, "the text is longer than 10,000 characters"),
    ],
)
def test_a_row_that_was_damaged_gets_a_sentence(
    sent: Path,
    bring_back: Import,
    stewards: Path,
    change: Callable[[Worksheet], None],
    sentence: str,
) -> None:
    outcome = bring_back(filled(sent, ("waarde bevestigd", "", "J."), change=change))
    assert len(outcome.problems) == 1
    assert sentence in said(outcome)[0]
    assert said(outcome)[0].startswith(f"sheet {words.LIST_SHEET}, row ")
    assert queries.read(stewards) == []


def test_a_row_pasted_from_another_hospitals_list_is_told(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, bring_back: Import, stewards: Path
) -> None:
    both = written(con, tmp_path / "sent")
    theirs = load_workbook(both["H2"].path)[words.LIST_SHEET]
    values = [cell.value for cell in theirs[FIRST]]

    def paste(sheet: Worksheet) -> None:
        for at, value in enumerate(values, start=1):
            sheet.cell(FIRST, at).value = value
        sheet.cell(FIRST, columns(sheet)["answer"]).value = "niet onze patiënt"
        sheet.cell(FIRST, columns(sheet)["who"]).value = "J."

    outcome = bring_back(filled(both["H1"].path, change=paste))
    assert "pasted from another list" in said(outcome)[0]
    assert queries.read(stewards) == []


def test_a_finding_that_closed_since_is_told(
    sent: Path, con: duckdb.DuckDBPyConnection, bring_back: Import, stewards: Path
) -> None:
    con.execute(
        "update quality.findings set status = 'corrected', closed_on = date '2025-03-12' "
        "where finding_id = 'f000001'"
    )
    outcome = bring_back(filled(sent, ("waarde bevestigd", "", "J.")))
    assert "no longer open: it is corrected on 2025-03-12" in said(outcome)[0]
    assert queries.read(stewards) == []


def test_a_finding_of_no_ledger_is_told(
    sent: Path, con: duckdb.DuckDBPyConnection, bring_back: Import
) -> None:
    con.execute("delete from quality.findings where finding_id = 'f000001'")
    outcome = bring_back(filled(sent, ("waarde bevestigd", "", "J.")))
    assert "the finding is not in the ledger of this registry" in said(outcome)[0]


def test_another_answer_to_an_answered_query_is_told_and_the_first_stands(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    bring_back(filled(sent, ("waarde bevestigd", "", "J.")))
    outcome = bring_back(filled(sent, ("regel klopt niet", "", "K."), name="other.xlsx"))
    assert "Q00001 was answered already on 2025-03-14, after this list was made" in said(outcome)[0]
    assert [one.answer for one in queries.read(stewards)] == ["value confirmed"]


def test_a_list_made_after_an_answer_may_answer_anew(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    bring_back(filled(sent, ("corrected at source", "", "J.")), on=DAY - timedelta(days=1))
    outcome = bring_back(filled(sent, ("waarde bevestigd", "", "J."), name="other.xlsx"))
    assert said(outcome) == []
    assert [one.answer for one in queries.read(stewards)] == ["value confirmed"]


def test_who_answered_may_say_more_of_the_same_answer(
    sent: Path, bring_back: Import, stewards: Path
) -> None:
    bring_back(filled(sent, ("waarde bevestigd", "", "J.")))
    outcome = bring_back(filled(sent, ("waarde bevestigd", "brief erbij", "J."), name="o.xlsx"))
    assert said(outcome) == []
    assert [one.answer_comment for one in queries.read(stewards)] == ["brief erbij"]


def no_workbook(path: Path) -> None:
    path.write_bytes(b"no zip")


def without_technical_sheet(path: Path) -> None:
    book = load_workbook(path)
    del book[words.TECHNICAL_SHEET]
    book.save(path)


def technical_line(name: str, value: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        book = load_workbook(path)
        for row in book[words.TECHNICAL_SHEET].iter_rows(max_col=2):
            if row[0].value == name:
                row[1].value = value
        book.save(path)

    return change


def column_removed(path: Path) -> None:
    book = load_workbook(path)
    sheet = book[words.LIST_SHEET]
    sheet.delete_cols(columns(sheet)["who"])
    book.save(path)


def list_removed(path: Path) -> None:
    book = load_workbook(path)
    del book[words.LIST_SHEET]
    book.save(path)


def empty_workbook(path: Path) -> None:
    Workbook().save(path)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (no_workbook, "cannot be read as an Excel workbook"),
        (empty_workbook, "is no worklist: its hidden sheet"),
        (without_technical_sheet, "is no worklist: its hidden sheet"),
        (technical_line("format", "rechallenge worklist 9"), "not of the form this version reads"),
        (technical_line("list_id", "H2"), "the contents of its hidden sheet were changed"),
        (technical_line("as_of", "2025-03-11"), "the contents of its hidden sheet were changed"),
        (column_removed, "Beantwoord door / Answered by are missing"),
        (list_removed, "no sheet has the columns of a worklist"),
    ],
)
def test_a_file_that_is_no_worklist_of_ours_is_refused_whole(
    sent: Path, bring_back: Import, stewards: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    back = filled(sent, ("waarde bevestigd", "", "J."))
    damage(back)
    outcome = bring_back(back)
    assert outcome.refused.startswith("back.xlsx")
    assert sentence in outcome.refused
    assert outcome.sentences() == [f"Nothing was recorded. {outcome.refused}"]
    assert queries.read(stewards) == []


def test_a_file_that_is_not_there_is_told(tmp_path: Path, bring_back: Import) -> None:
    assert "There is no file" in bring_back(tmp_path / "gone.xlsx").refused


def test_a_list_of_another_registry_is_refused(
    sent: Path, con: duckdb.DuckDBPyConnection, bring_back: Import
) -> None:
    con.execute("update quality.snapshots set source = 'dmtr'")
    outcome = bring_back(filled(sent, ("waarde bevestigd", "", "J.")))
    assert "worklist of the registry Test registry (native); here stands dmtr" in outcome.refused


def test_a_list_of_a_snapshot_that_was_never_published_is_refused(
    sent: Path, con: duckdb.DuckDBPyConnection, bring_back: Import
) -> None:
    con.execute("update quality.snapshots set snapshot_id = 'ffffffffffff'")
    outcome = bring_back(filled(sent, ("waarde bevestigd", "", "J.")))
    assert "snapshot abcdef012345 of 2025-03-10, which was never published" in outcome.refused


@pytest.mark.parametrize("limit", ["LARGEST_FILE", "LARGEST_UNPACKED"])
def test_a_file_too_large_is_refused_unread(
    sent: Path, bring_back: Import, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(reading, limit, 100)
    assert "than 0 MB: no worklist" in bring_back(sent).refused


def test_sentences_never_quote_what_was_typed(sent: Path, bring_back: Import) -> None:
    typed = "Jansen, 12-03-1951"
    back = filled(sent, (typed, typed, typed), ("waarde bevestigd", typed, ""))
    shutil.copy(back, back.with_name("named.xlsx"))
    assert typed not in " ".join(bring_back(back).sentences())

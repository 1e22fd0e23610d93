"""The morning page and the rule pages, on nights small enough to read."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from etl.outputs.quality import changes, delivered, doubts, impact, stewards, trends
from etl.outputs.quality.page import Table
from etl.outputs.quality.rule_pages import MOST_RECORDS, query
from expectations import queries
from expectations.catalogue import Rule
from tests.unit.ledger_support import WHOLE, catalogue_of, night
from tests.unit.quality_support import desk, read, said, write_pages

pytestmark = pytest.mark.slow

PATIENTS = """
    patient_id | hospital_id | vital_status | death_date
    P0001      | H01         | alive        |
    P0002      | H02         | alive        |
"""
WRONG_DEATH = PATIENTS.replace(
    "P0002      | H02         | alive        |", "P0002      | H02 | dead | 31-31-1999"
)
EVENTS = """
    event_id | patient_id | term    | onset_date | resolved_date
    E1       | P0001      | Colitis | 2021-03-02 | 2021-02-09
    E2       | P0002      | Rash    | 2021-03-02 | 2021-02-09
    E3       | P0002      | Rash    | 2021-03-02 | 2021-03-09
"""
E1_CORRECTED = EVENTS.replace(
    "Colitis | 2021-03-02 | 2021-02-09", "Colitis | 2021-03-02 | 2021-03-09"
)
NO_FAULT = EVENTS.replace("2021-02-09", "2021-03-09")
_ELSEWHERE = ("worklists/", "data-docs/", "../hospitals/index.html")
T19 = catalogue_of("AE-T19")
BOTH = catalogue_of("AE-T19", "PAT-C02")


def test_a_first_night_says_that_there_is_nothing_to_compare_with(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    at = desk(con, T19, 1)
    assert changes.verdict_sentence(at) == (
        "Published with 2 new errors, 0 reopened and 0 new warnings; it is the first night, so all "
        "of it counts as new. 1 of 1 rule found something."
    )
    assert "Nothing was published before this night" in said(changes.changes(at))
    assert said(trends.trends(at)).startswith("One night is no trend.")


def test_a_night_without_findings_reads_well(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=NO_FAULT)
    at = desk(con, T19, 1)
    assert changes.verdict_sentence(at) == (
        "Published, and nothing was found: each of 1 rule held on every record it could judge."
    )
    assert said(changes.changes(at)) == "Nothing changed since the last published night."
    assert "No rule was violated." in said(changes.by_rule(at))
    page = write_pages(con, T19, 1, tmp_path)["rules/AE-T19.html"]
    assert "None is open." in read(page)[0]


def test_the_second_night_tells_what_changed_and_what_is_known(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, BOTH, patients=PATIENTS, adverse_events=EVENTS)
    night(con, 2, BOTH, patients=WRONG_DEATH, adverse_events=E1_CORRECTED)
    at = desk(con, BOTH, 2)
    assert changes.verdict_sentence(at) == (
        "Published with 1 new error, 0 reopened and 0 new warnings; 1 finding known before. "
        "1 finding corrected, 0 gone with their records. 2 of 2 rules found something."
    )
    table = said(changes.changes(at))
    assert "PAT-C02" in table.splitlines()[1]  # what is red stands first
    assert (
        "AE-T19 | An adverse event does not resolve before it began | error | - | - | 1 |" in table
    )
    assert "AE-T19" in said(changes.by_rule(at))
    assert "1 of 3 (33.3%)" in said(changes.by_rule(at))
    hospitals = said(changes.by_hospital(at))
    assert "H02 | 2 | 2 | 1 | - | - | - | - | 1 of 1 (100%) | H02.xlsx" in hospitals
    assert "H01 | - | - | - | - | 1 |" in hospitals
    over_time = said(trends.trends(at))
    assert "Open findings over 2 nights: errors from 2 to 2, warnings from 0 to 0." in over_time
    assert "on the last night 1 came and 1 went" in over_time


def test_no_patient_and_no_value_stands_on_any_page(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    night(con, 1, BOTH, patients=WRONG_DEATH, adverse_events=EVENTS)
    pages = write_pages(con, BOTH, 1, tmp_path)
    assert set(pages) == {
        "index.html",
        "rules/index.html",
        "rules/AE-T19.html",
        "rules/PAT-C02.html",
    }
    for name, page in pages.items():
        for secret in ("P0001", "P0002", "31-31-1999", "Colitis"):
            assert secret not in page, (name, secret)
    text, _, _ = read(pages["rules/PAT-C02.html"])
    assert "new (by file and line) patients.csv 3 H02 0 1 March 2025" in text
    assert "new E1 adverse_events.csv 2 H01 0 1 March 2025" in read(pages["rules/AE-T19.html"])[0]


def test_a_patients_id_in_another_spelling_is_not_shown_either(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    night(con, 1, BOTH, patients=WRONG_DEATH, adverse_events=EVENTS)
    con.execute("update quality.next_findings set patient_id = 'somebody else'")
    assert "P0002" not in write_pages(con, BOTH, 1, tmp_path)["rules/PAT-C02.html"]


def test_a_rule_page_says_what_why_how_and_where(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    text, links, ids = read(write_pages(con, T19, 1, tmp_path)["rules/AE-T19.html"])
    rule = WHOLE.by_id["AE-T19"]
    assert f"AE-T19 {rule.title} error" in text
    for told in (rule.why, rule.fix, rule.standard, rule.check_name, f"family {rule.family}"):
        assert told.lower() in text.lower()
    assert "2 new, 0 reopened, 0 known, 0 accepted. Violated by 2 of 3 (66.7%) judged" in text
    for example in rule.examples:
        assert example.verdict in text
    assert {"../index.html", "../../../worklists/H01.xlsx", "../../../worklists/H02.xlsx"} < set(
        links
    )
    assert "../../../data-docs/index.html" in links
    assert len(ids) == len(set(ids))


def test_every_link_within_the_pages_leads_somewhere(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    night(con, 1, WHOLE, patients=PATIENTS, adverse_events=EVENTS)
    pages = write_pages(con, WHOLE, 1, tmp_path)
    assert len(pages) == len(WHOLE.rules) + 2
    ids = {name: set(read(page)[2]) for name, page in pages.items()}
    for name, page in pages.items():
        for link in read(page)[1]:
            target, _, anchor = link.partition("#")
            folder = Path(name).parent
            found = str(Path(*_without_dots(folder / target))) if target else name
            if found in pages:
                assert not anchor or anchor in ids[found], (name, link)
            else:
                assert any(word in link for word in _ELSEWHERE), (name, link)


def _without_dots(path: Path) -> list[str]:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if parts:
                parts.pop()
        else:
            parts.append(part)
    return parts


def test_more_records_than_a_page_holds_are_counted_with_the_query_to_see_all(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    many = "\n".join(
        f"E{number} | P0001 | Rash | 2021-03-02 | 2021-02-09" for number in range(MOST_RECORDS + 7)
    )
    events = f"event_id | patient_id | term | onset_date | resolved_date\n{many}"
    night(con, 1, T19, patients=PATIENTS, adverse_events=events)
    text, _, _ = read(write_pages(con, T19, 1, tmp_path)["rules/AE-T19.html"])
    assert text.count("adverse_events.csv") == MOST_RECORDS
    assert "7 more records; the query below shows all." in text
    found = con.execute(query("AE-T19")).fetchall()
    assert len(found) == MOST_RECORDS + 7


def test_what_data_say_is_never_markup(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    events = EVENTS.replace("E1 ", "<script>x</script>")
    patients = PATIENTS.replace("H01", "<b>H</b>")
    night(con, 1, T19, patients=patients, adverse_events=events)
    for page in write_pages(con, T19, 1, tmp_path).values():
        assert "<script>" not in page
        assert "<b>" not in page


def test_a_rule_in_shadow_is_in_nobodys_list_and_says_so(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    tried = catalogue_of("AE-T19", shadow_nights=3)
    night(con, 1, tried, patients=PATIENTS, adverse_events=EVENTS)
    at = desk(con, tried, 1)
    assert changes.verdict_sentence(at).startswith("Published, and nothing was found")
    assert "error | 3 | 2 of 3 (66.7%) | 2" in said(stewards.shadow(at))
    text, _, _ = read(write_pages(con, tried, 1, tmp_path)["rules/AE-T19.html"])
    assert "In shadow for 3 more nights: it would have found 2." in text
    assert "None is in anybody's list while the rule is in shadow." in text


def test_queries_that_wait_stand_with_the_longest_waiting_first(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    from datetime import date

    path = tmp_path / "words.sqlite"
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    found = con.execute(
        "select finding_id, rule_id, rule_hash, record_key, hospital_id, accept_key "
        "from quality.findings order by record_key"
    ).fetchall()
    for day, row in zip((5, 3), found, strict=True):
        queries.release(path, [queries.Finding(*row)], author="J.", on=date(2025, 3, day))
    queries.load(con, path, date(2025, 3, 9))
    told = said(stewards.queries(desk(con, T19, 1)))
    assert "Of 2 queries: 2 released." in told
    rows = [line for line in told.splitlines() if line.startswith("Q0")]
    assert rows == [
        "Q00002 | 6 | H02 | AE-T19 | E2 | adverse_events.csv | 3 | -",
        "Q00001 | 4 | H01 | AE-T19 | E1 | adverse_events.csv | 2 | -",
    ]
    assert "No query was answered yet." in said(stewards.precision(desk(con, T19, 1)))
    for query_id, word in (("Q00001", "rule is wrong"), ("Q00002", "corrected at source")):
        queries.answer(path, query_id, answer=word, comment="", who="A.", on=date(2025, 3, 10))
    queries.load(con, path, date(2025, 3, 11))
    assert "1 of 2 (50.0%)" in said(stewards.precision(desk(con, T19, 1)))
    assert "Answered and not closed" in said(stewards.queries(desk(con, T19, 1)))


@pytest.mark.parametrize(
    "table",
    ["hospital_deliveries", "completeness", "queries", "rule_precision", "controls", "impact"],
)
def test_a_part_that_was_not_made_is_said_and_breaks_nothing(
    con: duckdb.DuckDBPyConnection, table: str, tmp_path: Path
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    con.execute(f"drop table if exists quality.{table}")
    assert "This part was not made this night." in write_pages(con, T19, 1, tmp_path)["index.html"]


def board(con: duckdb.DuckDBPyConnection, *rows: tuple[object, ...]) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    for hospital, table, now, before, expected, status in rows:
        con.execute(
            "insert into quality.hospital_deliveries (source, hospital_id, table_name, rows, "
            "rows_before, expected_rows, delivered_on, days_since_delivery, status) "
            "values ('native', ?, ?, ?, ?, ?, '2025-02-20', 9, ?)",
            [hospital, table, now, before, expected, status],
        )


def test_the_delivery_board_shows_the_troubled_first(con: duckdb.DuckDBPyConnection) -> None:
    board(
        con,
        ("H01", "patients", 10, 8, 10, "arrived"),
        ("H01", "treatments", 20, 20, None, "arrived"),
        ("H02", "patients", 5, 5, 5, "late"),
        ("H02", "treatments", 6, 5, 6, "late"),
        ("H03", "patients", 0, 4, 4, "missing"),
        ("H03", "treatments", 9, 9, 9, "arrived"),
        (None, "patients", 1, None, None, "arrived"),
    )
    told = said(delivered.board(desk(con, T19, 1))).splitlines()
    assert told[0] == "Of 3 hospitals 1 arrived; 1 missing (H03); 1 late (H02)."
    assert told[2] == "H03 | ✕ missing | 20 February 2025 | 9 | 9 | -4 | 13 | patients"
    assert told[3] == "H02 | ◷ late | 20 February 2025 | 9 | 11 | +1 | 11 | all"
    assert "H01 | ✓ arrived | 20 February 2025 | 9 | 30 | +2 | 10 | -" in told
    assert "No hospital | ✓ arrived | 20 February 2025 | 9 | 1 | first time | - | -" in told


def test_the_delivery_board_names_what_the_inbox_holds_back(
    con: duckdb.DuckDBPyConnection,
) -> None:
    asked = desk(con, T19, 1)
    held = replace(
        asked.context,
        not_taken=(("h7", "2025-03-09 12:00 UTC", "responses.csv is missing"),),
        about_deliveries=("Delivery a had come before.",),
    )
    told = said(delivered.board(replace(asked, context=held)))
    for word in ("h7", "2025-03-09 12:00 UTC", "responses.csv is missing", "had come before"):
        assert word in told
    assert "not taken" not in said(delivered.board(asked))


def test_when_all_arrived_one_sentence_says_it(con: duckdb.DuckDBPyConnection) -> None:
    board(
        con, ("H01", "patients", 10, 10, None, "arrived"), (None, "patients", 1, 1, None, "arrived")
    )
    assert said(delivered.board(desk(con, T19, 1))).startswith("All 1 hospital arrived.")


def test_completeness_is_shaded_by_what_is_missing_and_never_rounds_to_whole(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    con.execute("""
        insert into quality.completeness values
            ('H01', 2020, 'ldh', 100000, 99999, 0.99999), ('H02', 2020, 'ldh', 10, 4, 0.4),
            ('H01', null, 'ldh', 3, 3, 1.0)
    """)
    section = delivered.completeness(desk(con, T19, 1))
    told = said(section)
    assert "LDH | >99.99% 100006/100013 | >99.99% 100003/100010 | 100% 3/3" in told
    assert "H01 | >99.99% 99999/100000 | 100% 3/3" in told
    assert "H02 | 40.0% 4/10" in told
    assert delivered.heat_cell(4, 10).level == 4
    assert delivered.heat_cell(3, 3).level == 0


@pytest.mark.parametrize(
    ("first", "without_column"),
    [(2016, ""), (2015, "2015: no column"), (2013, "2013 to 2015: no column")],
)
def test_years_without_a_column_are_named(
    con: duckdb.DuckDBPyConnection, first: int, without_column: str
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    for year in range(first, 2026):
        con.execute("insert into quality.completeness values ('H01', ?, 'ldh', 2, 1, 0.5)", [year])
    section = delivered.completeness(desk(con, T19, 1))
    notes = [one.note for one in section.items if isinstance(one, Table)]
    assert len(notes) == 2
    for note in notes:
        assert (without_column in note) if without_column else ("no column" not in note)
    overall = next(one for one in section.items if isinstance(one, Table))
    assert overall.header == ("Item", "All years", *map(str, range(2016, 2026)))
    assert overall.rows[0][1].small == f"{2026 - first}/{2 * (2026 - first)}"


def test_a_missed_control_is_named(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    con.execute(
        "create or replace table quality.controls (rule_id varchar, examples bigint, missed bigint)"
    )
    con.execute("insert into quality.controls values ('AE-T19', 4, 0), ('PAT-C02', 3, 0)")
    at = desk(con, T19, 1)
    assert said(stewards.controls(at)).startswith("7 examples of 2 rules went through")
    con.execute("update quality.controls set missed = 1 where rule_id = 'AE-T19'")
    assert "AE-T19 | 1 of 4 (25.0%)" in said(stewards.controls(at))


def test_doubt_is_told_by_record_and_day_and_never_by_line_id(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    night(con, 2, T19, patients=PATIENTS, adverse_events=EVENTS)
    con.execute("create schema if not exists marts")
    con.execute("""
        create table marts.patients (patient_id varchar, patient_ids varchar);
        create table marts.treatment_lines as select * from (values
            ('P0001|advanced|1', 'P0001', 'AE-T19', null),
            ('P0001|advanced|2', 'P0001', 'AE-T19', null),
            ('P0002|advanced|1', 'P0002', null, 'AE-T19, PAT-C02')
        ) as t (line_id, patient_id, toxicity_doubtful_because, os_doubtful_because)
    """)
    for name in ("lines", "response", "pfs"):
        con.execute(f"alter table marts.treatment_lines add column {name}_doubtful_because varchar")
    told = said(doubts.doubtful(desk(con, T19, 2)))
    assert told.startswith("3 of 3 (100%) lines are doubtful in something: line 0 of 3, ")
    assert "1 March 2025 | E1 | adverse_events.csv | 2 | H01 | AE-T19 | toxicity | 2" in told
    assert "1 March 2025 | E2 | adverse_events.csv | 3 | H02 | AE-T19 | OS | 1" in told
    assert "P000" not in told


def test_the_impact_stands_with_both_denominators(con: duckdb.DuckDBPyConnection) -> None:
    from etl.impact.table import create_impact

    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    create_impact(con)
    at = desk(con, T19, 1)
    assert said(impact.impact(at)) == (
        "No finding takes a patient out of a study's response rate or its PFS."
    )
    con.execute("""
        insert into quality.impact by name select
            's' as study, 'AE-T19' as rule_id, 'all' as stratum, 'orr' as endpoint,
            'proportion' as statistic, 3 as patients_touched, 2 as patients_left,
            2 as patients_left_alone, 0.5 as value_as_registered, 0.375 as value_without,
            -0.125 as difference, 5 as numerator_as_registered, 10 as denominator_as_registered,
            3 as numerator_without, 8 as denominator_without, false as suppressed
    """)
    assert (
        "s | AE-T19 | response rate | 2 | 5 of 10 (50.0%) | 3 of 8 (37.5%) | -12.5 points"
        in said(impact.impact(at))
    )


@pytest.mark.parametrize("rule", WHOLE.rules, ids=lambda rule: str(rule.id))
def test_every_rule_can_say_its_condition(rule: Rule) -> None:
    from etl.outputs.quality.rule_pages import _condition

    assert len(_condition(rule)) > len(rule.kind)

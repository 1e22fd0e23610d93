"""Guarded parsing: text becomes a value only when it is one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sql_macros import create_macros
from etl.warehouse import open_memory
from tests.support import native, rows, run_layers


@pytest.fixture(scope="module")
def macros():
    with open_memory() as con:
        create_macros(con)
        yield con


def value(con, call, given_text):
    return con.execute(f"select {call}($text)", {"text": given_text}).fetchone()[0]


@pytest.mark.parametrize(
    ("written", "earliest", "representative", "latest"),
    [
        ("2021-06-14", date(2021, 6, 14), date(2021, 6, 14), date(2021, 6, 14)),
        ("2021-06", date(2021, 6, 1), date(2021, 6, 15), date(2021, 6, 30)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 15), date(2020, 2, 29)),
        ("2021", date(2021, 1, 1), date(2021, 7, 1), date(2021, 12, 31)),
        (" 2021-06-14\t", date(2021, 6, 14), date(2021, 6, 14), date(2021, 6, 14)),
        ("\u00a02021", date(2021, 1, 1), date(2021, 7, 1), date(2021, 12, 31)),
    ],
)
def test_a_date_full_or_partial(macros, written, earliest, representative, latest):
    assert value(macros, "date_earliest", written) == earliest
    assert value(macros, "date_representative", written) == representative
    assert value(macros, "date_latest", written) == latest


@pytest.mark.parametrize(
    "written",
    [
        *("2021-02-31", "2021-02-29", "2021-13", "2021-00", "2021-06-00", "0000"),
        *("14-06-2021", "2021/06/14", "2021-6-14", "20210614", "2021-06-14T00:00", "202", "20210"),
        *("unknown", "", "  ", "-", "2021-", None),
    ],
)
def test_what_is_no_date(macros, written):
    for call in ("date_earliest", "date_representative", "date_latest"):
        assert value(macros, call, written) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("3", 3), ("007", 7), ("-2", -2), ("+5", 5), (" 5 ", 5), ("9" * 18, 10**18 - 1)),
        *(("3.0", 3), ("-2.00", -2), ("3.000", None), ("3.", None), ("3.01", None), ("3.7", None)),
        *(("1e1", None), ("9" * 19, None), ("0x1F", None)),
        *(("five", None), ("", None), (None, None), ("1 000", None), ("3,7", None)),
    ],
)
def test_an_integer(macros, written, read):
    assert value(macros, "parse_integer", written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("3.7", 3.7), ("3", 3.0), (".5", 0.5), ("5.", 5.0), ("-0.25", -0.25), (" 2.5 ", 2.5)),
        *(("1e5", None), ("inf", None), ("nan", None), ("3,7", None), (".", None), ("1.2.3", None)),
        *(("", None), (None, None)),
    ],
)
def test_a_number(macros, written, read):
    assert value(macros, "parse_number", written) == read


@settings(deadline=None)
@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_reads_back_and_stands_between_its_bounds(macros, day):
    text = day.isoformat()
    assert value(macros, "date_representative", text) == day
    for partial in (text[:7], text[:4]):
        earliest = value(macros, "date_earliest", partial)
        latest = value(macros, "date_latest", partial)
        assert earliest <= day <= latest
        assert earliest <= value(macros, "date_representative", partial) <= latest


@settings(deadline=None)
@given(st.text(max_size=12))
def test_whatever_is_written_nothing_breaks(macros, written):
    for call in ("date_earliest", "date_latest", "parse_integer", "parse_number", "cleaned"):
        value(macros, call, written)


def test_a_value_that_does_not_parse_stands_beside_its_text(con):
    native(
        con,
        patients="""
            patient_id | sex    | birth_date | death_date
            P1         | FEMALE | 1950       | 2021-02-31
            P2         | vrouw  |            | 2021-02
        """,
        baselines="""
            patient_id | breslow_mm | organ_sites | ecog    | m_category
            P1         | 1.5        | 3.7         | unknown | m1A
            P2         | 1,5        | 3           | 6       | M2
        """,
    )
    run_layers(con, "staging")
    assert rows(
        con,
        "select sex, sex_text, birth_date, birth_date_text, death_date, death_date_earliest, "
        "death_date_text from staging.patients order by patient_id",
    ) == [
        ("female", "FEMALE", date(1950, 7, 1), "1950", None, None, "2021-02-31"),
        (None, "vrouw", None, None, date(2021, 2, 15), date(2021, 2, 1), "2021-02"),
    ]
    assert rows(
        con,
        "select breslow_mm, breslow_mm_text, organ_sites, organ_sites_text, ecog, ecog_text, "
        "m_category, m_category_text from staging.baselines order by patient_id",
    ) == [
        (1.5, "1.5", None, "3.7", "unknown", "unknown", "M1a", "m1A"),
        (None, "1,5", 3, "3", None, "6", None, "M2"),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("5", "5.0"), ("5.0", "5.0"), ("5.00", "5.0"), ("4", "4.0"), ("4.03", "4.03")),
        *(("4.3", None), ("2", None), ("5.000", None), ("5.", None), ("v5", None)),
    ],
)
def test_a_version_is_read_where_nothing_else_can_be_meant(con, written, read):
    native(
        con,
        patients="patient_id\nP1",
        adverse_events=[{"event_id": "E1", "patient_id": "P1", "ctcae_version": written}],
        baselines=[{"patient_id": "P1", "ajcc_edition": "8.0", "ecog": "1.0", "stage": "iv"}],
    )
    run_layers(con, "staging")
    assert rows(con, "select ctcae_version from staging.adverse_events") == [(read,)]
    coded = "select ajcc_edition, ecog, stage from staging.baselines"
    assert rows(con, coded) == [("8", "1", "IV")]


def test_a_response_code_forgives_case_and_blanks_and_nothing_else(con):
    native(
        con,
        patients="patient_id\nP1",
        responses=[
            {"response_id": f"R{n}", "patient_id": "P1", "response": code}
            for n, code in enumerate(
                ["cr", " CR", "iupd", "Non-CR/Non-PD", "PR.", "complete response", "CR*"]
            )
        ],
    )
    run_layers(con, "staging")
    codes = "select response from staging.responses order by source_line"
    assert [code for (code,) in rows(con, codes)] == [
        *("CR", "CR", "iUPD", "NON-CR/NON-PD", None, None, None)
    ]


def test_written_text_is_kept_as_in_the_file_when_a_mapping_translated_it(con):
    native(con, patients="patient_id | sex\nP1 | female")
    con.execute("update source.patients set sex__raw = ' 2 '")
    run_layers(con, "staging")
    assert rows(con, "select sex, sex_text from staging.patients") == [("female", " 2 ")]

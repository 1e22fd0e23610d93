"""From written cell to native value: codes, dates, numbers and units of a Dutch-style export."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from etl.ingest import load_export
from etl.ingest.values import date, translated, written
from etl.sources import ColumnMapping, Mapping, SourceFile, load_mapping
from etl.sources.mapping import Numbers
from etl.warehouse import open_memory
from expectations.export_format import Column
from tests.unit.ingest_support import rows, write_dutch

DUTCH = load_mapping("dmtr")
FILE = DUTCH.files["patient"]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def value(
    con: duckdb.DuckDBPyConnection,
    text: str | None,
    mapped: ColumnMapping,
    kind: str = "text",
    file: SourceFile = FILE,
    mapping: Mapping = DUTCH,
    **other: str,
) -> str | None:
    """The native value of one cell of column `c`."""
    native = Column("c", kind, "")  # type: ignore[arg-type]
    names = {"c": text, **other}
    cells = ", ".join(f"cast(? as varchar) as {name}" for name in names)
    sql = (
        f"select {translated('cell', mapped, native, file, mapping)} "
        f"from (select *, {written(mapped, file)} as cell from (select {cells}))"
    )
    row = con.execute(sql, list(names.values())).fetchone()
    assert row is not None
    return row[0]


def column(**given: object) -> ColumnMapping:
    return ColumnMapping.model_validate({"from": "c", **given})


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("14-06-2021", "2021-06-14"),
        ("14/06/2021", "2021-06-14"),
        ("14.06.2021", "2021-06-14"),
        ("4-6-2021", "2021-06-04"),
        ("14-06-2021 00:00", "2021-06-14"),
        ("2021", "2021"),
        ("06-2021", "2021-06"),
        ("6-2021", "2021-06"),
        ("??-06-2021", "2021-06"),
        ("00-06-2021", "2021-06"),
        ("99-06-2021", "2021-06"),
        ("xx-06-2021", "2021-06"),
        ("??-??-2021", "2021"),
        ("00-00-2021", "2021"),
        ("14-00-2021", "2021"),
        ("2021-06-14", "2021-06-14"),
        ("2021-06", "2021-06"),
        (" 14-06-2021 ", "2021-06-14"),
        ("\u00a014-06-2021", "2021-06-14"),
        ("31-02-2021", "2021-02-31"),  # no such day: staging finds it, the written text is kept
        ("06-14-2021", "2021-14-06"),  # day and month turned round: the same
        ("14-06-21", "14-06-21"),
        ("14-06-2021 13:00", "14-06-2021 13:00"),
        ("??-??-????", "??-??-????"),
        ("gisteren", "gisteren"),
        ("", None),
        ("  ", None),
    ],
)
def test_day_first_dates_full_and_partial(con, text, iso):
    assert value(con, text, column(), "date") == iso


@pytest.mark.parametrize(
    ("style", "text", "iso"),
    [
        ("month_day_year", "06/14/2021", "2021-06-14"),
        ("month_day_year", "06/00/2021", "2021-06"),
        ("year_month_day", "2021-6-4", "2021-06-04"),
        ("year_month_day", "2021/06/14", "2021-06-14"),
        ("year_month_day", "2021-06", "2021-06"),
        ("iso", "14-06-2021", "14-06-2021"),
        ("days_since_anchor", "0", "2000-01-01"),
        ("days_since_anchor", "366", "2001-01-01"),
        ("days_since_anchor", "-1", "1999-12-31"),
        ("days_since_anchor", "2012", "2005-07-05"),  # days, not a year
        ("days_since_anchor", "2012-05-06", "?2012-05-06"),  # a calendar day has no place here
        ("days_since_anchor", "1.5", "1.5"),
        ("days_since_anchor", "[Discrepancy]", "[Discrepancy]"),
    ],
)
def test_other_date_styles(con, style, text, iso):
    tcga = load_mapping("tcga_skcm")
    row = con.execute(f"select {date('x', style, tcga)} from (select ? as x)", [text]).fetchone()
    assert row == (iso,)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3759", "3759"),
        ("3.759", "3759"),
        ("1.234.567,5", "1234567.5"),
        ("3,75", "3.75"),
        ("-3,5", "-3.5"),
        ("3,0", "3.0"),
        ("37.59", "?37.59"),  # no thousands point stands there: not read as 37.59 nor 3759
        ("3.7590", "?3.7590"),
        ("1.234567", "?1.234567"),
        ("3.5", "?3.5"),
        ("1e3", "?1e3"),
        ("3,5,5", "3,5,5"),
        ("circa 4", "circa 4"),
        ("", None),
    ],
)
def test_decimal_comma_and_thousands_point(con, text, number):
    assert value(con, text, column(), "number") == number


def test_a_space_or_an_apostrophe_may_separate_thousands(con):
    for sign in (" ", "'"):
        numbers = Numbers.model_validate({"decimal": ",", "thousands": sign})
        file = FILE.model_copy(update={"numbers": numbers})
        assert value(con, f"3{sign}759,5", column(), "number", file) == "3759.5"


def test_a_decimal_point_is_left_alone_where_it_is_declared(con):
    file = SourceFile(name="x.csv")
    assert value(con, "3.759", column(), "number", file) == "3.759"


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("3,75", "ukat/l", "225"),
        ("4,123", "ukat/l", "247.38"),
        ("1.000", "ukat/l", "60000"),
        ("450", "U/l", "450"),
        ("450,50", "U/l", "450.50"),
        ("450", "mg", "?450"),  # an unknown unit: no number may come out
        ("450", "", "?450"),
        ("veel", "U/l", "veel"),
        ("", "U/l", None),
    ],
)
def test_units_are_converted_exactly(con, text, unit, number):
    mapped = column(unit={"from": "u", "factors": {"U/l": "1", "ukat/l": "60"}})
    assert value(con, text, mapped, "number", u=unit) == number


def test_a_factor_converts_a_whole_column(con):
    assert value(con, "0,35", column(factor="10"), "number") == "3.5"
    assert column(factor="0.1").factor == Decimal("0.1")


def test_codes_and_their_labels_are_translated(con):
    sex = column(codes={"1": {"to": "male", "label": "man"}, "9": "unknown"})
    assert [value(con, text, sex, "code") for text in ("1", " man ", "9", "")] == [
        "male",
        "male",
        "unknown",
        None,
    ]


def test_an_unknown_code_passes_as_written_and_never_as_another_code(con):
    edition = column(codes={"1": "7", "2": "8"})
    assert value(con, "3", edition, "code") == "3"
    assert value(con, "7", edition, "code") == "?7"


def test_a_list_of_codes_is_translated_one_by_one(con):
    management = column(codes={"1": "steroids", "3": "hospitalisation"}, list_separator="|")
    assert value(con, "1|3", management) == "steroids;hospitalisation"
    assert value(con, "1| 4", management) == "steroids;4"
    assert value(con, "", management) is None


def test_null_tokens_are_empty_and_a_column_may_name_its_own(con):
    file = SourceFile(name="x.csv", null_tokens=("NA", "[Unknown]"))
    coded = column(codes={"[Unknown]": "unknown"})
    assert value(con, "NA", column(), "text", file) is None
    assert value(con, "NA", column(null_tokens=["-"]), "text", file) == "NA"
    assert value(con, "-", column(null_tokens=["-"]), "text", file) is None
    assert value(con, "[Unknown]", coded, "code", file) == "unknown"


def test_a_constant_and_a_concatenation(con):
    constant = ColumnMapping.model_validate({"constant": "radiotherapy"})
    joined = ColumnMapping.model_validate({"concat": ["c", "d"]})
    assert value(con, "x", constant, "code") == "radiotherapy"
    assert value(con, "x", joined, "id", d="7") == "x|7"
    assert value(con, "x", joined, "id", d="") is None


def test_a_quote_in_a_code_is_only_text(con):
    assert value(con, "it's", column(codes={"it's": "yes"}), "code") == "yes"


def test_a_dutch_export_end_to_end(con, tmp_path):
    folder = write_dutch(
        tmp_path / "export",
        {
            "patient": [{"patientnr": "007", "geslacht": "2", "geboortedatum": "1950"}],
            "diagnose": [
                {"patientnr": "007", "breslow_mm": "3,50", "ldh": "3.759", "ldh_eenheid": "U/l"},
                {"patientnr": "007", "ulceratie": "onbekend", "stadium": "33", "who_status": "1"},
            ],
            "bijwerking": [{"bijwerkingnr": "1", "ctcae_term": "Coëliakie", "beleid": "1|9"}],
        },
    )
    registration = load_export(con, folder, "dmtr")
    assert registration.files[0].encoding == "cp1252"
    assert rows(con, "select patient_id, sex, sex__raw, birth_date from source.patients") == [
        ("007", "female", "2", "1950")
    ]
    assert rows(
        con,
        "select breslow_mm, ldh_u_per_l, ldh_u_per_l__raw, ulceration, stage, ecog, _line "
        "from source.baselines order by _line",
    ) == [
        ("3.50", "3759", "3.759", None, None, None, 2),
        (None, None, None, "unknown", "IIIC", "1", 3),
    ]
    assert rows(con, "select term, management from source.adverse_events") == [
        ("Coëliakie", "steroids;unknown")
    ]

"""A home of the release before keys changed, and the first night after the upgrade.

`tests/data/last_release` was made by that release: three nights of a small synthetic registry
with faults, records without keys and texts in decomposed Unicode; four acceptances, and every
hospital's list released before the third night. Kept of it is what the upgrade reads.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from etl.ingest import load_export
from etl.models import run_layer
from etl.parameters import Parameters
from etl.rekey import bring_up_keys
from etl.sql_macros import create_macros
from etl.warehouse import open_memory
from etl.worklists import words
from etl.worklists.answers import import_file
from expectations import acceptance_bindings, acceptances, ledger, queries, steward_file
from expectations.catalogue import load_catalogue
from expectations.codelists import load_codelists
from expectations.evaluate import judge, prepare
from expectations.export_format import TABLES
from tests.unit.ingest_support import native_header, native_row, write_manifest, write_native

HOME = Path(__file__).parent.parent / "data" / "last_release"
CATALOGUE = load_catalogue()
DAY = date(2025, 3, 14)
SNAPSHOT = ledger.SnapshotRecord(
    "upgraded", "native", "e", date(2025, 3, 4), DAY, rules_hash="r", code_version="c"
)
OPEN = "status in ('new', 'persisting', 'reopened', 'accepted')"
# What another release says otherwise of a rule or of how drugs are read is not the keys' doing.
SAME_RULE = (
    "rule_id in (select v.rule_id from quality.rule_versions as v "
    "inner join quality.rules as r on r.rule_id = v.rule_id and r.rule_hash = v.rule_hash "
    "where v.first_snapshot_id <> 'upgraded')"
)


@pytest.fixture
def stewards(tmp_path: Path) -> Path:
    path = tmp_path / "acceptances.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((HOME / "stewards.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture
def home(stewards: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as the last release left it."""
    del stewards
    with open_memory() as con:
        _lay_down(con)
        yield con


def _lay_down(con: duckdb.DuckDBPyConnection) -> None:
    load_codelists(con)
    create_macros(con)
    for path in sorted(HOME.glob("*.parquet")):
        schema, table = path.stem.split(".")
        con.execute(f"create schema if not exists {schema}")
        con.execute(f"create table {schema}.{table} as from '{path}'")


def night(con: duckdb.DuckDBPyConnection, stewards: Path, delivery: Path) -> None:
    """The first load after the upgrade, judged and committed."""
    bring_up_keys(con, CATALOGUE, stewards)
    load_export(con, delivery, "native")
    run_layer(con, "staging", Parameters().as_sql())
    prepare(con, CATALOGUE)
    acceptance_bindings.load(con, stewards, DAY)
    judge(con, CATALOGUE, "source")
    ledger.plan(con, SNAPSHOT.snapshot_id, DAY, CATALOGUE)
    queries.load(con, stewards, DAY)
    ledger.commit(con, SNAPSHOT)


def places(con: duckdb.DuckDBPyConnection, which: str) -> set[tuple[str, str, int]]:
    """Rule, file and line of findings: the delivery is that of the night before."""
    sql = f"select rule_id, source_file, source_line from quality.findings where {which}"
    return set(con.execute(sql).fetchall())


def test_no_finding_comes_or_goes_by_the_upgrade(
    home: duckdb.DuckDBPyConnection, stewards: Path
) -> None:
    before = home.execute(
        f"select count(*), count(*) filter (record_key like '%.csv:%' or subject like 'drug%') "
        f"from quality.findings where {OPEN}"
    ).fetchone()
    assert before is not None
    assert before[0] > 150
    assert before[1] > 40
    were_open = places(home, OPEN)
    night(home, stewards, HOME / "delivery")
    # What rules of this release find besides, or no longer, stands elsewhere.
    assert places(home, "status = 'new'") & were_open == set()
    assert places(home, "status = 'vanished' and closed_on = date '2025-03-14'") == set()
    assert places(home, "closed_on = date '2025-03-14'") & places(home, OPEN) == set()
    still = f"select count(*) from quality.findings where {OPEN} and {SAME_RULE}"
    kept = home.execute(f"{still} and first_seen < date '2025-03-14'").fetchone()
    assert kept is not None
    assert kept[0] > 150
    by_line = "select count(*) from quality.findings where record_key similar to '.*[.]csv:[0-9]+'"
    assert home.execute(by_line).fetchone() == (0,)


def test_values_that_only_changed_their_form_are_not_changed(
    home: duckdb.DuckDBPyConnection, stewards: Path
) -> None:
    decomposed = "raw_values <> nfc_normalize(raw_values)"
    count = f"select count(*) from quality.findings where {OPEN} and "
    assert home.execute(count + decomposed).fetchone() == (4,)
    night(home, stewards, HOME / "delivery")
    assert home.execute(count + decomposed).fetchone() == (0,)
    composed = "select record_key from quality.findings where rule_id = 'PAT-C09' and " + OPEN
    assert ("P\u00e9-7",) in home.execute(composed).fetchall()


def test_acceptances_and_queries_stay_bound(
    home: duckdb.DuckDBPyConnection, stewards: Path
) -> None:
    asked = {one.query_id: one.rule_id for one in queries.read(stewards)}
    night(home, stewards, HOME / "delivery")
    accepted = home.execute(
        "select acceptance_id, rule_id, record_key from quality.findings "
        f"where status = 'accepted' and {SAME_RULE} order by all"
    ).fetchall()
    assert [one[:2] for one in accepted] == [
        ("A00001", "RSP-C11"),
        ("A00002", "DRG-C02"),
        ("A00003", "PAT-C09"),
    ]
    given = {one.acceptance_id: one.record_key for one in acceptances.read(stewards)}
    assert all(given[name] == key for name, _, key in accepted)
    again = {one.query_id: one for one in queries.read(stewards)}
    assert {name: one.rule_id for name, one in again.items()} == asked
    found = home.execute(f"select finding_id from quality.findings where {SAME_RULE}").fetchall()
    kept = home.execute(f"select rule_id from quality.findings where {SAME_RULE}").fetchall()
    ours = {one[0] for one in kept}
    lost = [one for one in again.values() if one.rule_id in ours and (one.finding_id,) not in found]
    assert lost == []


def test_a_second_time_and_after_a_cut_nothing_is_done_twice(
    home: duckdb.DuckDBPyConnection, stewards: Path
) -> None:
    bring_up_keys(home, CATALOGUE, stewards)
    once = home.execute("select * from quality.findings order by all").fetchall()
    said = acceptances.read(stewards), queries.read(stewards)
    assert bring_up_keys(home, CATALOGUE, stewards) == 0
    assert home.execute("select * from quality.findings order by all").fetchall() == once
    # The stewards' file was brought up, the warehouse was not: it was cut off between the two.
    with open_memory() as old:
        _lay_down(old)
        bring_up_keys(old, CATALOGUE, stewards)
        assert old.execute("select * from quality.findings order by all").fetchall() == once
    assert (acceptances.read(stewards), queries.read(stewards)) == said


def test_a_list_sent_before_the_upgrade_is_taken(
    home: duckdb.DuckDBPyConnection, stewards: Path, tmp_path: Path
) -> None:
    answered = tmp_path / "worklist.xlsx"
    shutil.copy(HOME / "worklist_H05.xlsx", answered)
    count = _answer(answered, ("adverse_events.csv:6", "local_treatments.csv:4"))
    assert count == 4
    night(home, stewards, HOME / "delivery")
    outcome = import_file(answered, home, stewards, on=DAY)
    assert [str(one) for one in outcome.problems] == []
    assert dict(outcome.recorded) == {"corrected at source": count}
    assert import_file(answered, home, stewards, on=DAY).unchanged == count
    assert len(steward_file.finding_aliases(stewards)) > 40


def _answer(path: Path, records: tuple[str, ...]) -> int:
    """Answer every row of these records; returns how many."""
    book = load_workbook(path)
    rows = 0
    for sheet in book.worksheets:
        header: dict[str, int] = {}
        for row in sheet.iter_rows():
            keys = {words.column_of(str(cell.value or "")): cell.column for cell in row}
            if "record" in keys and "answer" in keys:
                header = {key: at for key, at in keys.items() if key}
            elif header and row[header["record"] - 1].value in records:
                sheet.cell(row[0].row, header["answer"]).value = "corrected at source"
                sheet.cell(row[0].row, header["who"]).value = "Hospital"
                rows += 1
    book.save(path)
    return rows


def test_what_was_kept_of_a_hospital_in_another_form_is_of_that_hospital(
    home: duckdb.DuckDBPyConnection, stewards: Path, tmp_path: Path
) -> None:
    """A part of Zürich of the last release, decomposed, and one of today: one hospital."""
    _keep_as_before(home, "Zu\u0308rich")
    bring_up_keys(home, CATALOGUE, stewards)
    patients = native_header("patients") + native_row(
        "patients", patient_id="P2", hospital_id="Z\u00fcrich"
    )
    folder = write_native(tmp_path / "part", patients=patients)
    write_manifest(folder, scope=["Z\u00fcrich"], export_date="2025-03-20")
    load_export(home, folder, "native")
    assert home.execute("select patient_id, hospital_id from source.patients").fetchall() == [
        ("P2", "Z\u00fcrich")
    ]
    covered = "select distinct unnest(hospitals) from deliveries.exports"
    assert home.execute(covered).fetchall() == [("Z\u00fcrich",)]


def test_what_was_kept_is_laid_out_in_one_form(
    home: duckdb.DuckDBPyConnection, stewards: Path, tmp_path: Path
) -> None:
    """Zürich stays as kept where another hospital delivers; its rows are in one form then."""
    _keep_as_before(home, "Zu\u0308rich")
    bring_up_keys(home, CATALOGUE, stewards)
    patients = native_header("patients") + native_row("patients", patient_id="P2", hospital_id="H2")
    folder = write_native(tmp_path / "part", patients=patients)
    write_manifest(folder, scope=["H2"], export_date="2025-03-20")
    load_export(home, folder, "native")
    assert home.execute(
        "select patient_id, hospital_id, _part is null from source.patients order by all"
    ).fetchall() == [("P2", "H2", False), ("P\u00e91", "Z\u00fcrich", False)]


def _keep_as_before(con: duckdb.DuckDBPyConnection, hospital: str) -> None:
    """What the last release kept of a part: no `_part`, texts as delivered."""
    con.execute("create schema deliveries")
    con.execute(
        "create table deliveries.exports as select 'native' as source, 'old' as export_id, "
        "date '2025-03-03' as export_date, [?] as hospitals, 1::bigint as received",
        [hospital],
    )
    for name in TABLES:
        con.execute(
            f"create table deliveries.native__{name} as select *, null::varchar as _export_id, "
            f"null::varchar as _hospital from source.{name} where false"
        )
    con.execute(
        "insert into deliveries.native__patients by name select 'Pe\u03011' as patient_id, "
        "? as hospital_id, 'patients.csv' as _file, 2 as _line, 1 as _ordinal, "
        "'old' as _export_id, ? as _hospital",
        [hospital, hospital],
    )

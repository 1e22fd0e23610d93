"""Small marts for the tests of studies and outputs, made from the contracts.

Belongs here: filling `marts.patients`, `marts.treatment_lines` and `marts.responses` with what a
test names and a plain default for the rest, and the calibration cohort of the seed study.
"""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import duckdb

from etl.parameters import Parameters
from etl.studies import Study, build_study, load_studies
from etl.studies.engine import select_cohort
from etl.synthetic.calibration import SEVERE_TOXICITY, Member, members
from etl.warehouse import create_schemas
from expectations.codelists import substance_classes
from expectations.contracts import contract_for, create_table_sql, physical_columns

IPI = "ipilimumab"
BOTH = "ipilimumab+nivolumab"
START = date(2018, 1, 1)

_REGIMENS = {"ipinivo": BOTH, "ipi": IPI}

_PLAIN = {"varchar": "", "boolean": False, "bigint": 0, "integer": 0, "date": date(2018, 1, 1)}
"""What stands in a column that must not be missing and that no test names."""

LINE = {
    "setting": "advanced",
    "line_number": 1,
    "line_sequence": 1,
    "start_date": START,
    "end_reason": "progression",
    "opened_because": "first_treatment",
    "closed_because": "no_later_line",
    "treatment_ids": "t",
    "has_unknown_stop": False,
    "has_substitution": False,
    "is_resumed_after_toxicity": False,
    "is_beyond_progression": False,
    "response_source": "assessments",
    "response_evaluable": False,
    "toxicity_known": False,
    "toxicity_collected": True,
}


def marts() -> duckdb.DuckDBPyConnection:
    """An in-memory warehouse with empty marts."""
    con = duckdb.connect()
    create_schemas(con)
    for name in ("patients", "treatment_lines", "responses", "adverse_events"):
        con.execute(create_table_sql(contract_for(f"marts.{name}")))
    return con


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows by name; what is not named is missing."""
    columns = [column.name for column in physical_columns(contract_for(table))]
    unknown = {name for row in rows for name in row} - set(columns)
    assert not unknown, f"{table} has no column {unknown}"
    plain = {
        column.name: _PLAIN.get(column.sql_type.lower())
        for column in physical_columns(contract_for(table))
        if not column.nullable
    }
    names = ", ".join(columns)
    marks = ", ".join("?" for _ in columns)
    con.executemany(
        f"insert into {table} ({names}) values ({marks})",
        [[row.get(name, plain.get(name)) for name in columns] for row in rows],
    )


def add_patient(con: duckdb.DuckDBPyConnection, patient_id: str, *lines: dict[str, Any]) -> None:
    """A patient with lines in order; days (`start`, `end`, `progression`) count from 2018."""
    insert(con, "marts.patients", [{"patient_id": patient_id, "age_at_advanced_diagnosis": 60}])
    numbers: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for line in lines:
        setting = str(line.get("setting", "advanced"))
        numbers[setting] = numbers.get(setting, 0) + 1
        row = {**LINE, "patient_id": patient_id, "line_number": numbers[setting], **line}
        row["line_id"] = f"{patient_id}|{setting}|{numbers[setting]}"
        row["line_sequence"] = len(rows) + 1
        row.setdefault("regimen_class", _classes(str(row.get("regimen", ""))))
        for day, column in (
            ("start", "start_date"),
            ("end", "end_date"),
            ("progression", "progression_date"),
        ):
            if day in row:
                row[column] = START + timedelta(days=row.pop(day))
        rows.append(row)
    if rows:
        insert(con, "marts.treatment_lines", rows)


def _classes(regimen: str) -> str:
    known = substance_classes()
    return "+".join(sorted({known[one] for one in regimen.split("+") if one in known}))


def seed_study() -> Study:
    """The seed study as defined."""
    return load_studies()["van-dijk-2025"]


def study_with(**changes: Any) -> Study:
    """The seed study with parts replaced, validated again."""
    written = seed_study().model_dump(mode="json", exclude_none=True)
    for part, value in changes.items():
        before = written.get(part)
        merges = isinstance(value, dict) and isinstance(before, dict)
        written[part] = before | value if merges else value
    return Study.model_validate(written)


def selected(
    *lines: dict[str, Any], of: Study, primary_type: str | None = None
) -> tuple[str, str] | None:
    """Initial line and rechallenge of a patient with these lines; the attrition must add up."""
    with marts() as con:
        add_patient(con, "p", *lines)
        con.execute("update marts.patients set primary_type = ?", [primary_type])
        select_cohort(con, of)
        steps = con.execute(
            "select patients, excluded from marts.attrition order by step"
        ).fetchall()
        assert all(before[0] == after[0] + after[1] for before, after in pairwise(steps))
        row = con.execute(
            "select initial_line_id[3:], rechallenge_line_id[3:] from marts.rechallenges"
        ).fetchone()
        registered = con.execute(
            "select min(patients) from marts.attrition where edition = 'as_registered'"
        ).fetchone()
        assert registered == (0 if row is None else 1,)
        return row


def again(**changes: Any) -> Study:
    """A study of anti-PD-1 after anti-PD-1, without a progression, unless changed."""
    parts: dict[str, Any] = {
        "initial": {"match": "contains_class", "regimens": [], "classes": ["anti-PD-1"]},
        "rechallenge": {"match": "contains_class", "regimens": [], "classes": ["anti-PD-1"]},
        "between": {"progression_required": False},
        "strata": "none",
    }
    for part, value in changes.items():
        before = parts.get(part)
        merges = isinstance(value, dict) and isinstance(before, dict)
        parts[part] = before | value if merges else value
    return study_with(**parts)


def line(regimen: str, start: int, end: int | None = None, **more: Any) -> dict[str, Any]:
    """A line of a regimen from one day to another."""
    return {"regimen": regimen, "start": start, **({} if end is None else {"end": end}), **more}


def build(con: duckdb.DuckDBPyConnection, study: Study | None = None) -> None:
    """Build a study, the seed study by default."""
    build_study(con, study or seed_study(), Parameters())


def cohort() -> duckdb.DuckDBPyConnection:
    """Marts with the calibration cohort, some patients treated once, and some never."""
    con = marts()
    for table, rows in _cohort_rows().items():
        con.register("rows", rows)
        con.execute(f"insert into {table} select * from rows")
        con.unregister("rows")
    return con


@cache
def _cohort_rows() -> dict[str, Any]:
    """The cohort's rows, told patient by patient once and copied from then on."""
    con = marts()
    for group in _REGIMENS:
        for number, member in enumerate((m for m in members() if m.regimen == group), start=1):
            _add_rechallenged(con, number, member)
    for number in range(20):
        add_patient(con, f"once-{number}", {"regimen": BOTH, "start": 0, "end": 60})
    for number in range(7):
        add_patient(con, f"other-{number}", {"regimen": "nivolumab", "start": 0, "end": 60})
    add_patient(con, "untreated")
    tables = ("marts.patients", "marts.treatment_lines", "marts.responses")
    rows = {table: con.execute(f"select * from {table}").to_arrow_table() for table in tables}
    con.close()
    return rows


def _add_rechallenged(con: duckdb.DuckDBPyConnection, number: int, member: Member) -> None:
    regimen, again = _REGIMENS[member.regimen], member.rechallenge
    severe, known = SEVERE_TOXICITY[member.regimen]
    unknown = sum(one.regimen == member.regimen for one in members()) - known
    is_known = number > unknown
    is_severe = is_known and number <= unknown + severe
    pfs, is_event = member.pfs_days, member.is_event
    patient = f"{'b' if regimen == BOTH else 'i'}-{number:02}"
    add_patient(
        con,
        patient,
        {
            "regimen": regimen,
            "start": 0,
            "end": 63,
            "progression": 200,
            **_response(member.initial),
        },
        {
            "regimen": BOTH,
            "start": 230,
            "end": 300,
            "pfs_days": pfs,
            "pfs_event": is_event,
            "os_days": pfs + 30,
            "os_event": is_event and number % 2 == 0,
            "toxicity_known": is_known,
            "worst_irae_grade": 3 if is_severe else None,
            "first_response_date": START + timedelta(days=230 + 80) if again == "R" else None,
            **_response(again),
        },
    )


def _response(code: str) -> dict[str, Any]:
    if code in ("missing", "NE"):
        return {"response_evaluable": False, "best_overall_response": None}
    return {"response_evaluable": True, "best_overall_response": {"R": "PR", "N": "PD"}[code]}

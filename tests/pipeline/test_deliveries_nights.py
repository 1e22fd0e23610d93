"""Three nights of one registry: a patient goes, a value changes, a hospital stays away."""

import json
import shutil
from pathlib import Path

import pytest

from tests.pipeline.support_refresh import STUDY, ask, edit, rechallenge

RULES = ("DEL-M12", "DEL-T60", "DEL-T60a", "DEL-T61", "DEL-T62b")


def night(export: Path, home: Path, day: str) -> None:
    ended = rechallenge("refresh", "--export", export, "--as-of", day, "--study", STUDY, home=home)
    assert ended.code == 0, ended.err


def found(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Record and status of the findings of each rule, in the current snapshot."""
    by_rule: dict[str, list[tuple[object, ...]]] = {rule: [] for rule in RULES}
    for rule, *row in ask(
        home,
        f"select rule_id, record_key, status from quality.findings where rule_id in {RULES} "
        "order by all",
    ):
        by_rule[str(rule)].append(tuple(row))
    return by_rule


def status(home: Path) -> dict[object, object]:
    rows = ask(
        home,
        "select hospital_id, status from quality.hospital_deliveries "
        "where table_name = 'patients' and hospital_id is not null",
    )
    return {row[0]: row[1] for row in rows}


def parts_with(export: Path, folder: Path, hospital: str, day: str) -> Path:
    """A delivery of that day that covers every hospital but one."""
    shutil.copytree(export, folder)
    hospitals: set[str] = set()
    kept: dict[str, set[str]] = {"patient_id": set(), "treatment_id": set()}

    def take(rows: list[dict[str, str]], key: str) -> None:
        rows[:] = [row for row in rows if row["hospital_id"] != hospital]
        kept[key] |= {row[key] for row in rows}
        hospitals.update(row["hospital_id"] for row in rows if row["hospital_id"])

    edit(folder, "patients", lambda rows: take(rows, "patient_id"))
    edit(folder, "treatments", lambda rows: take(rows, "treatment_id"))
    for table, key in (
        ("drugs", "treatment_id"),
        *(
            (name, "patient_id")
            for name in ("baselines", "responses", "adverse_events", "local_treatments")
        ),
    ):
        edit(
            folder,
            table,
            lambda rows, key=key: rows.__setitem__(  # type: ignore[misc]
                slice(None), [row for row in rows if row[key] in kept[key]]
            ),
        )
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"scope": sorted(hospitals), "export_date": day}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.slow
def test_three_nights(export: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    night(export, home, "2025-03-10")
    assert found(home) == {rule: [] for rule in RULES}
    assert set(status(home).values()) == {"arrived"}

    written = rechallenge("deliveries", "--write-expected", home=home)
    assert written.code == 0, written.err
    assert (home / "expected_rows" / "native.csv").exists()

    # The second night: a patient with all his rows, and one date of birth
    with_rows = ask(
        home,
        "select p.patient_id, p.hospital_id from marts.patients as p "
        "semi join marts.treatment_lines as l on l.patient_id = p.patient_id "
        "where p.hospital_id is not null order by 1 limit 2",
    )
    (gone, _), (changed, hospital) = ((str(a), str(b)) for a, b in with_rows)
    treatments: list[str] = []

    def drop(rows: list[dict[str, str]]) -> None:
        treatments.extend(row.get("treatment_id", "") for row in rows if row["patient_id"] == gone)
        rows[:] = [row for row in rows if row["patient_id"] != gone]

    for table in (
        "patients",
        "treatments",
        "baselines",
        "responses",
        "adverse_events",
        "local_treatments",
    ):
        edit(export, table, drop)
    edit(
        export,
        "drugs",
        lambda rows: rows.__setitem__(
            slice(None), [row for row in rows if row["treatment_id"] not in treatments]
        ),
    )

    def age(rows: list[dict[str, str]]) -> None:
        for row in rows:
            if row["patient_id"] == changed:
                row["birth_date"] = "1901-01-01"

    edit(export, "patients", age)
    night(export, home, "2025-03-11")
    second = found(home)
    assert second["DEL-T60"] == [(gone, "new")]
    assert second["DEL-T60a"] == []  # they went with the patient
    assert second["DEL-T61"] == [(changed, "new")]
    (compared,) = ask(
        home, "select compared_with, source_file from quality.findings where rule_id = 'DEL-T61'"
    )
    assert set(json.loads(str(compared[0]))) == {"birth_date_before"}
    assert compared[1] == "patients.csv"
    # nothing of it stands in the pages and metadata by value, and the board counts the row less
    (counted,) = ask(
        home,
        "select sum(rows_before) - sum(rows) from quality.hospital_deliveries "
        "where table_name = 'patients'",
    )
    assert counted[0] == 1

    # The third night: everybody delivers anew six weeks on, one hospital does not
    later = parts_with(export, tmp_path / "later", hospital, "2025-04-20")
    night(later, home, "2025-04-21")
    third = status(home)
    assert third.pop(hospital) == "late"
    assert set(third.values()) == {"arrived"}
    assert found(home)["DEL-T60"] == [(gone, "persisting")]
    assert found(home)["DEL-T61"] == [(changed, "persisting")]
    assert found(home)["DEL-M12"] == []
    snapshots = ask(home, "select count(distinct snapshot_id) from quality.delivery_counts")
    assert snapshots == [(3,)]

    # The board in the terminal says the same
    said = rechallenge("deliveries", "--as-of", "2025-04-21", home=home)
    assert said.code == 0, said.err
    (line,) = (line for line in said.out.splitlines() if line.split()[:1] == [hospital])
    assert "late" in line
    unknown = rechallenge("deliveries", "--hospital", "H99", home=home)
    assert unknown.code == 2
    assert "There is no hospital H99." in unknown.err

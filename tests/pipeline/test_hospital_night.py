"""The indicators and pages of hospitals in a whole night."""

import re
from pathlib import Path

import duckdb

from tests.pipeline.support_refresh import ask, current


def test_a_night_publishes_the_indicators_and_a_page_for_every_hospital(refreshed: Path) -> None:
    counted = dict(
        ask(
            refreshed,
            "select hospital_id, count(*) from marts.patients where hospital_id is not null "
            "group by hospital_id",
        )
    )
    assert len(counted) > 10
    indicators = dict(
        ask(
            refreshed,
            "select hospital_id, denominator from marts.hospital_indicators "
            "where indicator = 'patients' and year is null",
        )
    )
    assert indicators == counted
    folder = refreshed / "published" / current(refreshed)
    assert (folder / "parquet" / "marts.hospital_indicators.parquet").exists()
    written = {path.stem for path in (folder / "outputs" / "hospitals").glob("*.html")}
    assert written == {"index", *map(str, counted)}


def test_the_pages_link_to_what_the_night_wrote(refreshed: Path) -> None:
    outputs = refreshed / "published" / current(refreshed) / "outputs"
    worklists = {path.name for path in (refreshed / "worklists" / "current").glob("*.xlsx")}
    for page in (outputs / "hospitals").glob("*.html"):
        for link in re.findall(r'href="([^"#]+)"', page.read_text(encoding="utf-8")):
            if "/worklists/" in link:
                assert link.rpartition("/")[2] in worklists, (page.name, link)
            else:
                assert (page.parent / link).resolve().is_file(), (page.name, link)


def test_no_page_names_a_patient_or_another_hospital(refreshed: Path) -> None:
    outputs = refreshed / "published" / current(refreshed) / "outputs" / "hospitals"
    patients = {str(row[0]) for row in ask(refreshed, "select patient_id from marts.patients")}
    names = dict(ask(refreshed, "select hospital_id, name from quality.worklist_hospitals"))
    for page in outputs.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        words = set(re.findall(r"[A-Za-z0-9_-]+", text))
        assert words.isdisjoint(patients), page.name
        if page.stem != "index":
            assert words & set(map(str, names)) == {page.stem}
            others = [name for code, name in names.items() if code != page.stem and name]
            assert not any(f"{name}<" in text or f"{name} " in text for name in others), page.name


def test_the_totals_of_the_registry_are_those_of_the_marts(refreshed: Path) -> None:
    with duckdb.connect(
        str(refreshed / "published" / "current" / "registry.duckdb"), read_only=True
    ) as con:
        sums = con.execute("""
            select sum(numerator), sum(denominator), max(registry_value)
            from marts.hospital_indicators
            where indicator = 'toxicity_known' and year is null
        """).fetchone()
        direct = con.execute("""
            select count(*) filter (toxicity_known), count(*), avg(toxicity_known::int)
            from marts.treatment_lines inner join marts.patients using (patient_id)
            where setting = 'advanced' and hospital_id is not null
        """).fetchone()
    assert sums == direct

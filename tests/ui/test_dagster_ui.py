"""What a steward sees in the morning, in the real UI and a real browser."""

import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.support_refresh import ask
from tests.ui.conftest import picture

pytestmark = [pytest.mark.ui, pytest.mark.slow]


def failing_check(home: Path) -> tuple[str, str]:
    """Rule and check name of the planted error."""
    [(rule, check)] = ask(
        home,
        "select rule_id, check_name from quality.findings join quality.rules using (rule_id) "
        "where findings.severity = 'error' and findings.status = 'new' "
        "and findings.subject = 'patients' and findings.source_line = 2 order by rule_id limit 1",
    )
    return str(rule), str(check)


def test_the_asset_graph_shows_the_layers(page: Any, ui_address: str) -> None:
    page.goto(f"{ui_address}/asset-groups")
    page.get_by_text("staging", exact=False).first.wait_for()
    for group in ("source", "derived", "marts", "quality", "outputs", "published"):
        page.get_by_text(group, exact=False).first.wait_for(state="attached")
    picture(page, "asset-graph")


def test_a_table_shows_its_schema_with_descriptions(page: Any, ui_address: str) -> None:
    page.goto(f"{ui_address}/assets/marts/treatment_lines?view=overview")
    page.get_by_text("best_overall_response_confirmed").first.wait_for()
    page.get_by_text("One row per", exact=False).first.wait_for(state="attached")
    picture(page, "table-schema")


def test_a_failing_check_shows_counts_records_and_how_to_fix(
    page: Any, ui_address: str, ui_home: Path
) -> None:
    rule, check = failing_check(ui_home)
    page.goto(f"{ui_address}/assets/staging/patients?view=checks&checkDetail={check}")
    [(new, known)] = ask(
        ui_home,
        "select new, persisting from quality.rule_results "
        "join quality.snapshots using (snapshot_id) "
        f"where rule_id = '{rule}' order by as_of desc limit 1",
    )
    page.get_by_text(f"{new} new, 0 reopened, {known} known").first.wait_for()
    [(fix,)] = ask(ui_home, f"select fix from quality.rules where rule_id = '{rule}'")
    page.get_by_text(str(fix)[:40], exact=False).first.wait_for(state="attached")
    page.get_by_text("patients.csv", exact=False).first.wait_for(state="attached")
    page.get_by_text(f"rule_id = '{rule}'", exact=False).first.wait_for(state="attached")
    picture(page, "failing-check")


def test_no_patient_is_on_the_page(page: Any, ui_address: str, ui_home: Path) -> None:
    _, check = failing_check(ui_home)
    page.goto(f"{ui_address}/assets/staging/patients?view=checks&checkDetail={check}")
    page.get_by_text(" new, 0 reopened").first.wait_for()
    text = page.inner_text("body")
    patients = {str(row[0]) for row in ask(ui_home, "select patient_id from marts.patients")}
    assert {word for word in re.findall(r"[A-Za-z0-9_-]+", text) if word in patients} == set()
    assert "31-31-1999" not in text


def test_the_schedule_and_the_inbox_sensor_are_on(page: Any, ui_address: str) -> None:
    page.goto(f"{ui_address}/automation")
    page.get_by_text("every_night").first.wait_for()
    page.get_by_text("inbox").first.wait_for()
    page.get_by_text("04:00", exact=False).first.wait_for()
    picture(page, "automation")


def test_the_report_opens_beside_it_and_the_data_does_not(page: Any, ui_address: str) -> None:
    host, _, port = ui_address.rpartition(":")
    reports = f"{host}:{int(port) + 1}"
    page.goto(f"{reports}/outputs/van-dijk-2025/report.html")
    page.get_by_text("Attrition").first.wait_for()
    picture(page, "report")
    for hidden in (
        "registry.duckdb",
        "parquet/marts.patients.parquet",
        "outputs/../registry.duckdb",
    ):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{reports}/{hidden}", timeout=10)  # noqa: S310 - loopback

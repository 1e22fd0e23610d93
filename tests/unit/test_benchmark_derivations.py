"""The benchmark of the derivations: what it counts, and that each of its limits can be broken."""

from typing import Any

import duckdb
import pytest

from benchmarks.derivations import broken_limits, counted, growth_per_patient
from benchmarks.large_registry import multiply, stage_small
from etl.models import load_models
from etl.settings import Settings

pytestmark = pytest.mark.slow


def result(patients: int, seconds: float, memory: float = 1.0) -> dict[str, Any]:
    return {"patients": patients, "counted_seconds": seconds, "peak_memory_gib": memory}


def test_counted_is_what_lines_responses_times_and_pairs_are_made_from() -> None:
    models = load_models()
    assert {"derived.lines", "derived.exposures", "marts.reexposures"} <= counted()
    assert {models[name].layer for name in counted()} == {"derived", "marts"}
    assert "marts.patients" not in counted()


@pytest.mark.parametrize(
    ("largest", "broken"),
    [
        (result(1_000_000, 59.9, 5.9), 0),
        (result(1_000_000, 60.0), 1),
        (result(1_000_000, 59.9, 6.0), 1),
        (result(1_000_000, 60.0, 6.0), 2),
    ],
)
def test_a_million_patients_keep_the_limits(largest: dict[str, Any], broken: int) -> None:
    assert len(broken_limits([result(100_000, 6.0), largest])) == broken


def test_growth_is_held_to_a_line() -> None:
    linear = [result(100_000, 5.0), result(1_000_000, 50.0)]
    assert growth_per_patient(linear) == pytest.approx(1.0)
    assert broken_limits([result(100_000, 4.0), result(1_000_000, 46.0)]) == []
    assert len(broken_limits([result(100_000, 4.0), result(1_000_000, 46.1)])) == 1
    assert growth_per_patient([result(10_000, 1.0)]) is None


@pytest.mark.slow
def test_copies_share_no_record(tmp_path: Any) -> None:
    small = stage_small(tmp_path, 60)
    settings = Settings(home=tmp_path / "large", threads=1)
    multiply(small, settings, 3)
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as con:
        for table, key in (("patients", "patient_id"), ("treatments", "treatment_id")):
            found = con.execute(
                f"select count(*), count(distinct {key}) from staging.{table} where is_placed"
            ).fetchone()
            assert found is not None
            assert found[0] == found[1]
            assert found[0] % 3 == 0
            assert found[0] > 0

"""The benchmark of judging: each of its limits can be broken, and it judges every rule."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.judging import broken_limits, judge_all, lay_out
from benchmarks.large_registry import multiply, stage_small
from etl.settings import Settings
from expectations.catalogue import load_catalogue

pytestmark = pytest.mark.slow


def result(size: int, cpu: float, memory: float = 1.0, share: float = 0.0) -> dict[str, Any]:
    return {
        "size": size,
        "patients": size,
        "share": share,
        "cpu_seconds": cpu,
        "peak_memory_gib": memory,
    }


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        (result(10_000, 5.9), 0),
        (result(10_000, 6.0), 1),
        (result(10_000, 9.0, share=1.0), 0),
        (result(1_000_000, 600.0, 5.9), 0),
        (result(1_000_000, 600.0, 6.0), 1),
    ],
)
def test_ten_thousand_patients_are_quick_and_a_million_fit_in_memory(
    given: dict[str, Any], broken: int
) -> None:
    assert len(broken_limits([given])) == broken


@pytest.mark.slow
def test_every_rule_is_judged_on_the_whole_registry(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "large", threads=1)
    multiply(stage_small(tmp_path, 120, fault_share=1.0), settings, 2)
    lay_out(settings)
    judged = judge_all(settings)
    assert judged["rules"] == len(load_catalogue().rules)
    assert judged["findings"] > judged["patients"] > 200
    assert {one["stage"] for one in judged["stages"]} == {"source", "derived", "mart"}

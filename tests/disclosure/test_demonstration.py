"""The attack on the demonstration's registry: every study of the library, as a night derives it.

Belongs here: real derivations, from raw records to the shared files. Does not belong here: made-up
cohorts and planted leaks (`test_reconstruction`).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.studies import load_studies
from tests.disclosure.targets import small_counts, worked_out
from tests.disclosure.versions import write_both
from tests.pipeline.nights import SyntheticNight, synthetic_night

pytestmark = pytest.mark.slow
SEED_STUDY = "van-dijk-2025"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyntheticNight]:
    """The demonstration with fewer patients around the seed study's cohort, which is whole."""
    with synthetic_night(tmp_path_factory.mktemp("night"), "native", patients=1500) as made:
        yield made


def test_no_study_of_the_library_gives_a_small_count_back(
    night: SyntheticNight, tmp_path: Path
) -> None:
    attacked: dict[str, int] = {}
    for name, study in load_studies().items():
        versions = write_both(night.con, study, tmp_path / name)
        [(patients,)] = night.rows(
            f"select count(*) from marts.rechallenges where study = '{name}'"
        )
        if patients < 5:
            assert "No patient" in (page := (versions.shared / "report.html").read_text()) or (
                "Too few patients" in page
            ), name
            continue
        everything, shared = versions.read()
        attacked[name] = len(list(small_counts(everything, shared, 5)))
        found = [one.name for one in worked_out(everything, shared)]
        assert found == [], f"{name}: {found}"
    assert attacked[SEED_STUDY] >= 5
    assert sum(small > 0 for small in attacked.values()) >= 5, attacked

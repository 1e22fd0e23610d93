"""Nobody can work a small count out of the files of a shareable version.

Belongs here: the attack on versions as they are shared, and the proof that it works: the same
attack on versions into which a leak was planted. Does not belong here: what is hidden and why
(tests/unit/test_disclosure.py), the files themselves (`test_shareable_files`).
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.studies import load_studies
from tests.disclosure.targets import small_counts, worked_out
from tests.disclosure.versions import GROUPS, Versions, made_up, write_both
from tests.unit.study_support import BOTH, IPI, cohort, seed_study, study_with


def attack(versions: Versions) -> list[str]:
    """Names of the small counts that can be worked out."""
    return [found.name for found in worked_out(*versions.read())]


@pytest.fixture
def calibration() -> Iterator[duckdb.DuckDBPyConnection]:
    with cohort() as con:
        yield con


def test_the_seed_study_gives_nothing_back(
    calibration: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    versions = write_both(calibration, seed_study(), tmp_path)
    everything, shared = versions.read()
    # Both responses to ipilimumab are two patients, among others.
    assert len(list(small_counts(everything, shared, 5))) >= 5
    assert attack(versions) == []


def test_the_seed_study_stays_worth_reading(
    calibration: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    _, shared = write_both(calibration, seed_study(), tmp_path).read()
    label = "Objective response to rechallenge"
    found = {
        scope: tuple(
            shared.knowledge.facts[label, "as_registered", scope, part].value for part in "nN"
        )
        for scope in ("ipilimumab", "ipilimumab + nivolumab", "All patients")
    }
    assert found == {
        "ipilimumab": (12, 30),
        "ipilimumab + nivolumab": (13, 36),
        "All patients": (25, 66),
    }


@pytest.mark.parametrize(
    ("sizes", "seed"),
    [
        ({IPI: 9, BOTH: 8}, 1),
        ({IPI: 3, BOTH: 14}, 2),
        ({IPI: 1, BOTH: 6}, 3),
        ({BOTH: 7}, 4),
        ({IPI: 24, BOTH: 31}, 5),
        # A median of ten patients says that at most four had the event before it.
        ({IPI: 10, BOTH: 8}, 64101),
    ],
    ids=str,
)
def test_small_groups_give_nothing_back(sizes: dict[str, int], seed: int, tmp_path: Path) -> None:
    with made_up(sizes, seed) as con:
        assert attack(write_both(con, seed_study(), tmp_path)) == []


@pytest.mark.parametrize("name", ["chiarion-sileni-2014", "whitman-2020"])
def test_studies_of_the_library_with_few_patients_give_nothing_back(
    name: str, tmp_path: Path
) -> None:
    study = load_studies()[name]
    asked = study.model_copy(update={"population": seed_study().population})
    parts = seed_study().model_dump(mode="json", exclude_none=True)
    parts |= {"strata": "none", "endpoints": asked.model_dump(mode="json")["endpoints"]}
    with made_up({IPI: 7, BOTH: 5}, 11) as con:
        assert attack(write_both(con, type(study).model_validate(parts), tmp_path)) == []


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sizes=st.dictionaries(st.sampled_from(GROUPS), st.integers(1, 16), min_size=1, max_size=2),
    seed=st.integers(0, 10**6),
    exempt=st.booleans(),
)
def test_drawn_cohorts_give_nothing_back(
    sizes: dict[str, int], seed: int, exempt: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if sum(sizes.values()) < 5:
        return
    study = study_with(disclosure={"missing_counts_exempt": exempt})
    with made_up(sizes, seed) as con:
        versions = write_both(con, study, tmp_path_factory.mktemp("drawn"))
        assert attack(versions) == []


class TestTheAttackWorks:
    """Each leak that the release guards against is planted, and found."""

    def test_where_only_small_cells_were_hidden(self, tmp_path: Path) -> None:
        study = study_with(disclosure={"complementary": False})
        with cohort() as con:
            found = attack(write_both(con, study, tmp_path))
        assert "pairs, ipilimumab, R, R" in found

    def test_where_a_percentage_was_left(
        self, calibration: duckdb.DuckDBPyConnection, tmp_path: Path
    ) -> None:
        versions = write_both(calibration, seed_study(), tmp_path)
        # 8 of 32 initial responders; with the table of all pairs two of them responded again.
        versions.leak("best_response", "Initial treatment: response", 1, "25.0%")
        assert "pairs, ipilimumab, R, R" in attack(versions)

    def test_where_a_percentage_with_its_interval_was_left(
        self, calibration: duckdb.DuckDBPyConnection, tmp_path: Path
    ) -> None:
        versions = write_both(calibration, seed_study(), tmp_path)
        row = "Responded to the rechallenge only: ipilimumab"
        versions.leak("response", row, 1, "31.3% (16.1 to 50.0)")
        assert "pairs, ipilimumab, R, R" in attack(versions)

    def test_where_the_margin_of_one_table_gives_a_cell_of_another_back(
        self, calibration: duckdb.DuckDBPyConnection, tmp_path: Path
    ) -> None:
        versions = write_both(calibration, seed_study(), tmp_path)
        versions.leak("best_response", "Initial treatment: no response", 1)
        assert "pairs, ipilimumab, R, R" in attack(versions)

    def test_where_an_edition_that_leaves_out_two_was_left(
        self, calibration: duckdb.DuckDBPyConnection, tmp_path: Path
    ) -> None:
        calibration.execute(
            "update marts.treatment_lines set response_doubtful_because = 'RE-T01'"
            " where line_id in ('b-09|advanced|2', 'b-10|advanced|2')"
        )
        versions = write_both(calibration, seed_study(), tmp_path)
        assert attack(versions) == []
        versions.leak("sensitivity", "Objective response to rechallenge: All patients", 2)
        label = "Objective response to rechallenge, as_registered, All patients, N: doubtful"
        assert label in attack(versions)

    def test_where_the_only_other_category_was_left(self, tmp_path: Path) -> None:
        with made_up({IPI: 24, BOTH: 31}, 0) as con:
            versions = write_both(con, seed_study(), tmp_path)
        everything, shared = versions.read()
        hidden = [
            name
            for name, fact in everything.knowledge.facts.items()
            if name[0] == "category" and name not in shared.knowledge.facts and fact.value >= 5
        ]
        assert hidden
        _, variable, level, scope = hidden[0]
        heads = everything.table("table_1")[0]
        place = next(place for place, head in enumerate(heads) if head.startswith(f"{scope} ("))
        table = "table_1" if variable != "initial_toxicity" else variable
        versions.leak(table, f"{variable}: {level}", place)
        assert any(found.startswith(f"category, {variable}") for found in attack(versions))

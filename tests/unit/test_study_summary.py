"""What the command prints of a study: steps in order, each cell with its n/N."""

from pathlib import Path

import duckdb
import pytest

from assets.study_summary import show_other_studies, show_study


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two strata; steps past nine, so that an order by text would show."""
    path = tmp_path / "registry.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        con.execute("""
            create table marts.attrition as
            select 's-2025' as study, step, 'step ' || step as description,
                'as_registered' as edition, 100 - step as patients
            from unnest(range(1, 12)) as t(step)
        """)
        con.execute("""
            create table marts.estimates as
            select 's-2025' as study, 'as_registered' as edition, e.*
            from (values
                ('rechallenge_only', 'all', 'ipilimumab', 'proportion', 0.3125, 0.161, 0.5,
                    10, 32, 'all'),
                ('rechallenge_only', 'all', 'all', 'proportion', 0.2, 0.12, 0.316, 10, 50, 'all'),
                ('pfs', 'all', 'ipilimumab', 'median', 5.6, 3.2, null, 26, 32, 'pfs_known'),
                ('os', 'all', 'all', 'median', null, 12.0, null, 3, 50, 'os_known'),
                ('pfs', 'all', 'all', 'survival_at', 0.1, 0.0, 0.2, 26, 32, 'pfs_known')
            ) as e(endpoint, subset, stratum, statistic, value, lower, upper, numerator,
                denominator, evaluable_set)
        """)
        con.execute("""
            insert into marts.estimates values
                ('other-2024', 'as_registered', 'orr', 'all', 'all', 'proportion', 0.25, 0.006,
                    0.806, 1, 4, 'all'),
                ('none-2023', 'as_registered', 'orr', 'all', 'all', 'proportion', null, null,
                    null, 0, 0, 'all')
        """)
        con.execute("""
            create table marts.rechallenges as
            select
                's-2025' as study,
                'p' || n as patient_id,
                if(n < 32, 'ipilimumab', 'nivolumab') as stratum
            from unnest(range(50)) as t(n)
            union all
            select 'other-2024', 'q' || n, 'all' from unnest(range(4)) as t(n)
        """)
    return path


def test_steps_come_in_order_and_cells_say_their_counts(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_study(database, "s-2025")
    printed = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert [line for line in lines if "step" in line] == [
        f"{100 - n} step {n}" for n in range(1, 12)
    ]
    assert "ipilimumab (N = 32)" in printed
    assert "10/32 = 31.3% (16.1 to 50.0)" in printed
    assert "5.6 months (3.2 to not reached)" in printed
    assert "not reached (12.0 to not reached)" in printed


def test_an_endpoint_without_an_estimate_is_said_to_have_nobody(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_study(database, "s-2025")
    [row] = [line for line in capsys.readouterr().out.splitlines() if "objective" in line]
    assert row.count("nobody evaluable") == 2


def test_other_studies_are_a_line_each(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_other_studies(database, "s-2025")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "none-2023 0 nobody evaluable" in lines
    assert "other-2024 4 1/4 = 25.0% (0.6 to 80.6)" in lines
    assert not [line for line in lines if line.startswith("s-2025")]

"""What the figures draw, read independently: curves by R's survival, counts by SQL.

Belongs here: the demonstration's seed study, from the files that its report writes. Does not
belong here: the estimators on their own data sets (tests/unit/test_survival_against_r.py),
whether what is drawn is what the files say (`test_figures_draw_their_csv`).

R reads `patients.csv`, which a query of this test makes from the marts. What it printed once is
kept in tests/data/figures beside that file and the call (README.md); where R is installed the
call is run again, so that the recording cannot go stale unseen.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from etl.outputs.report import write_outputs
from etl.studies import load_studies
from tests.pipeline.nights import SyntheticNight, synthetic_night
from tests.pipeline.test_outputs_report import context

DATA = Path(__file__).parents[1] / "data" / "figures"
STUDY = "van-dijk-2025"
KAPLAN_MEIER = ("km_pfs", "km_pfs_responders", "km_dor_responders", "km_os")
INCIDENCE = "incidence_irae"
MONTH = 30.4375
Row = dict[str, str]

PATIENTS = f"""
    select
        rechallenges.stratum,
        coalesce(rechallenges.rechallenge_responder, false) as responder,
        rechallenges.pfs_days,
        rechallenges.pfs_event,
        rechallenges.os_days,
        rechallenges.os_event,
        rechallenges.dor_days,
        rechallenges.dor_event,
        treatment_lines.toxicity_known,
        treatment_lines.severe_irae_days as irae_days,
        treatment_lines.severe_irae_cause as irae_cause
    from marts.rechallenges
    inner join marts.treatment_lines
        on rechallenges.rechallenge_line_id = treatment_lines.line_id
    where rechallenges.study = '{STUDY}'
    order by all
"""
"""One row a patient, without any identifier, in an order that tells nothing."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyntheticNight]:
    with synthetic_night(tmp_path_factory.mktemp("night"), "native", patients=1500) as made:
        yield made


@pytest.fixture(scope="module")
def folder(night: SyntheticNight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs")
    write_outputs(night.con, load_studies()[STUDY], path, context())
    return path


@pytest.fixture(scope="module")
def patients(night: SyntheticNight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("patients") / "patients.csv"
    names = [one[0] for one in night.con.execute(f"describe {PATIENTS}").fetchall()]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(
            [_for_r(value) for value in row] for row in night.con.execute(PATIENTS).fetchall()
        )
    return path


def _for_r(value: object) -> object:
    if value is None:
        return "NA"
    return str(value).upper() if isinstance(value, bool) else value


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(folder: Path, name: str) -> list[Row]:
    return read(folder / "tables" / f"{name}.csv")


def printed(figure: str, kind: str) -> dict[str, list[Row]]:
    """What R printed of a figure, by group, in its order."""
    found: dict[str, list[Row]] = {}
    for row in read(DATA / "curves.csv"):
        if (row["figure"], row["kind"]) == (figure, kind):
            found.setdefault(row["group"], []).append(row)
    return found


def of_group(rows: list[Row], group: str) -> list[Row]:
    return [row for row in rows if row["Group"] == group]


def close(ours: str, theirs: str) -> bool:
    """Whether a number of four decimals is R's; blank where R has none or says 0 or 1."""
    if ours == "":
        return theirs in ("NA", "NaN") or float(theirs) in (0.0, 1.0)
    return abs(float(ours) - float(theirs)) <= 0.5001e-4


def days(months: str) -> int:
    """A time of the CSV, three decimals of a month, as the day it was."""
    exact = float(months) * MONTH
    assert abs(exact - round(exact)) < 0.02
    return round(exact)


def test_r_read_the_patients_of_this_night(patients: Path) -> None:
    assert patients.read_text("utf-8") == (DATA / "patients.csv").read_text("utf-8"), (
        "the demonstration has other patients now: record again (tests/data/figures/README.md)"
    )


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_prints_the_recording_again(tmp_path: Path) -> None:
    done = subprocess.run(
        ["Rscript", "--vanilla", DATA / "curves.R", DATA / "patients.csv", tmp_path / "again.csv"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if "there is no package called" in done.stderr:
        pytest.skip("R has no package survival")
    assert done.returncode == 0, done.stderr
    again, recorded = read(tmp_path / "again.csv"), read(DATA / "curves.csv")
    assert len(again) == len(recorded) > 800
    for ours, theirs in zip(again, recorded, strict=True):
        for name, value in theirs.items():
            if name in ("value", "lower", "upper", "other") and value not in ("NA", "NaN"):
                assert float(ours[name]) == pytest.approx(float(value), rel=1e-9, abs=1e-12)
            else:
                assert ours[name] == value


@pytest.mark.parametrize("figure", KAPLAN_MEIER)
def test_every_step_of_the_curves_is_the_one_of_r(folder: Path, figure: str) -> None:
    rows = drawn(folder, figure)
    theirs = printed(figure, "step")
    assert {row["Group"] for row in rows} == set(theirs)
    for group, steps in theirs.items():
        ours = of_group(rows, group)
        assert len(ours) == len(steps) > 5
        for row, step in zip(ours, steps, strict=True):
            assert days(row["Months"]) == int(float(step["time"]))
            assert (row["At risk"], row["Events"], row["Censored"]) == (
                step["at_risk"],
                step["events"],
                step["censored"],
            )
            assert close(row["Survival"], step["value"])
            assert close(row["Lower"], step["lower"])
            assert close(row["Upper"], step["upper"])


@pytest.mark.parametrize("figure", [*KAPLAN_MEIER, INCIDENCE])
def test_numbers_at_risk_below_the_figure_are_those_of_r(folder: Path, figure: str) -> None:
    rows = drawn(folder, f"{figure}_at_risk")
    theirs = printed(figure, "at_risk")
    assert {row["Group"] for row in rows} == set(theirs)
    for row in rows:
        ticks = [name for name in row if name != "Group"]
        assert len(ticks) >= 3
        at = {step["time"]: step["at_risk"] for step in theirs[row["Group"]]}
        assert {tick: row[tick] for tick in ticks} == {tick: at[tick] for tick in ticks}


@pytest.mark.parametrize("figure", KAPLAN_MEIER)
def test_medians_and_their_intervals_are_those_of_r(folder: Path, figure: str) -> None:
    rows = drawn(folder, f"{figure}_medians")
    steps = drawn(folder, figure)
    theirs = printed(figure, "median")
    assert {row["Group"] for row in rows} == set(theirs)
    for row in rows:
        [found] = theirs[row["Group"]]
        for ours, limit in (("Lower", "lower"), ("Upper", "upper")):
            if found[limit] == "NA":
                assert row[ours] == "not reached"
            else:
                assert days(row[ours]) == float(found[limit])
        assert days(row["Median"]) == _first_time(of_group(steps, row["Group"]), found["value"])


def _first_time(steps: list[Row], median: str) -> float:
    """R's median, or where its curve stands at one half the first time of that stretch.

    R takes the middle of the stretch; the report takes its first time, and says so.
    """
    for step, later in pairwise(steps):
        if float(step["Survival"]) == 0.5:
            stretch = [row for row in steps if float(row["Survival"]) == 0.5]
            first = days(stretch[0]["Months"])
            below = next(row for row in steps if float(row["Survival"]) < 0.5)
            assert float(median) == (first + days(below["Months"])) / 2, later
            return first
    return float(median)


def test_cumulative_incidence_is_the_one_of_r(folder: Path) -> None:
    rows = drawn(folder, INCIDENCE)
    theirs = printed(INCIDENCE, "step")
    assert {row["Group"] for row in rows} == set(theirs)
    for group, steps in theirs.items():
        ours = of_group(rows, group)
        assert len(ours) == len(steps) > 5
        assert sum(int(row["Events"]) for row in ours) > 5
        for row, step in zip(ours, steps, strict=True):
            assert days(row["Months"]) == int(float(step["time"]))
            assert row["At risk"] == step["at_risk"]
            assert int(row["Events"]) + int(row["Next line or death"]) == int(step["events"])
            assert close(row["Incidence"], step["value"])
            assert close(row["Lower"], step["lower"])
            assert close(row["Upper"], step["upper"])
            assert close(row["Incidence of next line or death"], step["other"])


def test_a_step_that_is_off_is_found() -> None:
    assert close("0.4500", "0.45004")
    assert not close("0.4500", "0.4502")
    assert not close("", "0.25")


CATEGORY = """
    case
        when {side}_response in ('CR', 'iCR') then 'Complete response'
        when {side}_response in ('PR', 'iPR') then 'Partial response'
        when {side}_response in ('SD', 'iSD', 'NON-CR/NON-PD', 'NON-iCR/NON-iUPD')
            then 'Stable disease'
        when {side}_response in ('PD', 'iUPD', 'iCPD') then 'Progression'
        else 'Not evaluable'
    end
"""
STATUS = """
    case
        when not {evaluable} or {side}_responder is null then 'Not evaluable'
        when {side}_responder then 'Responder'
        else 'Non-responder'
    end
"""


@pytest.mark.parametrize(("name", "sql"), [("sankey", CATEGORY), ("sankey_binary", STATUS)])
def test_flows_of_the_sankey_are_the_pairs(
    night: SyntheticNight, folder: Path, name: str, sql: str
) -> None:
    first = sql.format(side="initial", evaluable="initial_response_evaluable")
    second = sql.format(side="rechallenge", evaluable="response_evaluable")
    counted = {
        (one, other): number
        for one, other, number in night.rows(
            f"select {first}, {second}, count(*) from marts.rechallenges "
            f"where study = '{STUDY}' group by all"
        )
    }
    assert sum(counted.values()) == 73
    *rows, total = drawn(folder, name)
    names = [column for column in total if column not in ("Initial response", "Total")]
    assert [row["Initial response"] for row in rows] == names
    cells = {
        (row["Initial response"], column): int(row[column])
        for row in rows
        for column in names
        if int(row[column])
    }
    assert cells == counted
    assert int(total["Total"]) == 73
    for row in [*rows, total]:
        assert sum(int(row[column]) for column in names) == int(row["Total"])
    for column in names:
        assert sum(int(row[column]) for row in rows) == int(total[column])


def test_the_flow_chart_adds_up(night: SyntheticNight, folder: Path) -> None:
    rows = drawn(folder, "attrition")
    patients = [int(row["Patients"].replace(",", "")) for row in rows]
    excluded = [int(row["Left out"].replace(",", "")) for row in rows[1:]]
    assert len(rows) == 11
    assert {row["Edition"] for row in rows} == {"As registered", "Quality filtered"}
    for before, after, left in zip(patients, patients[1:], excluded, strict=False):
        assert after == before - left
    [(everybody,)] = night.rows("select count(*) from marts.patients")
    assert patients[0] == everybody
    registered = [
        at for at, row in zip(patients, rows, strict=True) if row["Edition"] == "As registered"
    ]
    assert registered[-1] == 73

"""Why a number is another one than before: one home, one change a night, each traced to its lines.

Belongs here: what is named as cause of each kind of change, and that it adds up. Does not belong
here: the nights themselves (`changes_nights`), the words of the page (`tests/unit`).
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.cli import main
from etl.changes import build, compare_published, estimates
from etl.changes.contributions import Contribution, contributions
from etl.changes.estimates import ChangesDoNotAddUpError
from etl.changes.records import NOT_KEPT
from etl.outputs import changes_table
from etl.publish.shelf import Shelf
from etl.studies import Study
from tests.pipeline.changes_nights import Night, Row, rows
from tests.pipeline.changes_story import (
    ARRIVES,
    CORRECTED,
    DIED,
    ERRS,
    EVENT,
    GOES,
    OPTS_OUT,
    RULE,
    SEEN,
    Lived,
    live,
)
from tests.pipeline.support_refresh import STUDY, ask

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Live through the nights once."""
    return live(pristine, tmp_path_factory.mktemp("changes"))


def assert_adds_up(night: Night) -> None:
    """The sum that a reader would make: who joined, left and changed is the whole difference."""
    assert night.estimates
    for row in night.estimates:
        before = row["denominator_before"] or 0, row["numerator_before"] or 0
        after = row["denominator_after"] or 0, row["numerator_after"] or 0
        assert after[0] - before[0] == row["patients_joined"] - row["patients_left"]
        assert after[1] - before[1] == (
            row["joined_counted"] - row["left_counted"] + row["gained"] - row["lost"]
        )
        assert row["adds_up"]
        assert row["because"]


def counts(row: Row | None) -> tuple[int, int, int, int]:
    """Differences of numerator and denominator, patients joined and left."""
    assert row is not None
    return (
        row["numerator_difference"],
        row["denominator_difference"],
        row["patients_joined"],
        row["patients_left"],
    )


def test_the_first_night_has_nothing_to_compare_with(lived: Lived) -> None:
    night = lived.night("first")
    assert (night.estimates, night.records) == ([], [])
    assert night.compared["snapshot_before"] is None
    assert night.compared["not_compared_because"] == build.NO_EARLIER


def test_a_corrected_response_is_named_with_its_line_and_nothing_else_is(lived: Lived) -> None:
    night = lived.night("corrected")
    assert_adds_up(night)
    orr = night.estimate("orr")
    assert counts(orr) == (-1, 0, 0, 0)
    assert orr is not None
    assert (orr["patients_changed"], orr["lost"], orr["because"]) == (1, 1, "record_changed")
    [record] = night.records
    assert (record["patient_id"], record["cause"]) == (CORRECTED, "record_changed")
    assert (record["subject"], record["record_key"]) == ("responses", lived.response)
    assert (record["response_before"], record["response_after"]) == ("PR", "SD")
    assert (record["responder_before"], record["responder_after"]) == (True, False)
    assert record["record_columns"] == "response"
    assert json.loads(record["values_before"]) == {"response": "PR"}
    assert json.loads(record["values_after"]) == {"response": "SD"}
    assert (record["file_before"], record["line_before"]) == ("responses.csv", lived.line_before)
    assert (record["file_after"], record["line_after"]) == ("responses.csv", lived.line_after)
    assert record["line_before"] != record["line_after"]
    assert {row["because"] for row in night.estimates} == {"record_changed"}
    assert night.compared["inputs_differing"] == "delivery"


def test_a_death_a_newcomer_a_patient_gone_and_one_seen_later(lived: Lived) -> None:
    night = lived.night("moved")
    assert_adds_up(night)
    [death] = night.of(DIED)
    assert (death["subject"], death["cause"]) == ("patients", "record_changed")
    assert death["record_columns"] == "death_date, vital_status"
    assert (death["os_event_before"], death["os_event_after"]) == (False, True)
    assert {row["in_study"] for row in night.of(ARRIVES)} == {"joined"}
    assert {row["cause"] for row in night.of(ARRIVES)} == {"record_new"}
    assert {row["subject"] for row in night.of(ARRIVES)} >= {"patients", "treatments", "responses"}
    assert {row["in_study"] for row in night.of(GOES)} == {"left"}
    assert {row["cause"] for row in night.of(GOES)} == {"record_gone"}
    assert all(row["file_after"] is None and row["line_before"] for row in night.of(GOES))
    [seen] = night.of(SEEN)
    assert (seen["cause"], seen["subject"]) == ("follow_up", "patients")
    assert seen["os_days_after"] > seen["os_days_before"]
    assert {row["patient_id"] for row in night.records} == {DIED, ARRIVES, GOES, SEEN}
    survival = night.estimate("os", statistic="median")
    assert counts(survival) == (1, 0, 1, 1)
    assert survival is not None
    assert survival["because"] == "follow_up, record_changed, record_gone, record_new"
    response = night.estimate("orr")
    assert counts(response)[2:] == (1, 1)
    assert response is not None
    assert response["because"] == "record_gone, record_new"


def test_an_error_and_its_acceptance_change_the_filtered_edition_alone(lived: Lived) -> None:
    for name, joined, left in (("erroneous", 0, 1), ("accepted", 1, 0)):
        night = lived.night(name)
        assert_adds_up(night)
        assert {row["edition"] for row in night.estimates} == {"quality_filtered"}
        assert night.estimate("orr", edition="quality_filtered") is None
        toxicity = night.estimate("irae_grade3plus", edition="quality_filtered")
        assert counts(toxicity)[2:] == (joined, left)
        [record] = night.records
        assert (record["patient_id"], record["record_key"]) == (ERRS, EVENT)
        assert (record["file_after"], record["line_after"] > 1) == ("adverse_events.csv", True)
    [error], [accepted] = lived.night("erroneous").records, lived.night("accepted").records
    assert (error["cause"], error["record_columns"]) == ("record_changed", "resolved_date")
    assert (error["doubtful_before"], error["doubtful_after"]) == (None, RULE)
    assert (accepted["cause"], accepted["rule_id"]) == ("acceptances", RULE)
    assert (accepted["doubtful_before"], accepted["doubtful_after"]) == (RULE, None)
    assert lived.night("accepted").compared["inputs_differing"] == "acceptances"


def test_a_later_cut_off_alone_moves_nothing_and_is_said(lived: Lived) -> None:
    night = lived.night("later")
    assert night.is_new
    assert (night.estimates, night.records) == ([], [])
    assert set(night.compared["inputs_differing"].split(", ")) == {"cut_off", "delivery"}
    assert (night.compared["export_date_before"], night.compared["export_date_after"]) == (
        "2025-03-03",
        "2025-03-15",
    )


def test_another_definition_names_the_patients_it_lets_in(lived: Lived) -> None:
    night = lived.night("defined")
    assert_adds_up(night)
    orr = night.estimate("orr")
    assert orr is not None
    assert orr["denominator_difference"] == orr["patients_joined"] > 0
    assert (orr["numerator_difference"], orr["because"]) == (0, "study_definition")
    assert len(night.records) == orr["patients_joined"]
    assert {row["cause"] for row in night.records} == {"study_definition"}
    assert {row["pair_columns"] for row in night.records} == {""}
    assert night.compared["inputs_differing"] == "study_definition"


def test_other_parameters_are_named_and_who_opted_out_is_not(lived: Lived) -> None:
    night = lived.night("parametrised")
    assert_adds_up(night)
    assert night.compared["inputs_differing"] == "governance, parameters"
    assert night.compared["parameters_differing"] == "stable_disease_days"
    out = [row for row in night.records if row["patient_id"].startswith("opted out")]
    others = [row for row in night.records if row not in out]
    assert [(row["patient_id"], row["in_study"], row["cause"]) for row in out] == [
        ("opted out 1", "left", "governance")
    ]
    assert others
    assert {row["cause"] for row in others} == {"parameters"}
    assert {row["remark"] for row in others} == {"Parameters that differ: stable_disease_days."}
    assert OPTS_OUT not in json.dumps(night.records, default=str)
    control = night.estimate("dcr")
    assert control is not None
    assert control["because"] == "governance, parameters"


def test_the_same_again_publishes_nothing_and_finds_nothing(lived: Lived) -> None:
    night = lived.night("again")
    assert not night.is_new
    assert night.snapshot_id == lived.night("parametrised").snapshot_id
    assert (night.estimates, night.records) == ([], [])
    assert night.compared["inputs_differing"] == ""


def test_after_a_rollback_it_is_compared_with_what_readers_have(lived: Lived) -> None:
    night, told = lived.night("rolled_back"), lived.night("parametrised")
    assert night.compared == told.compared
    assert night.compared["snapshot_before"] == lived.night("defined").snapshot_id
    assert (night.estimates, night.records) == (told.estimates, told.records)
    assert lived.night("again").compared["snapshot_before"] == told.snapshot_id


def test_the_nightly_job_makes_it_and_the_first_report_says_there_is_none(refreshed: Path) -> None:
    assert ask(refreshed, "select count(*) from quality.estimate_changes") == [(0,)]
    assert ask(refreshed, "select not_compared_because from quality.compared_snapshots") == [
        (build.NO_EARLIER,)
    ]
    report = refreshed / "published" / "current" / "outputs" / STUDY / "report.html"
    page = report.read_text(encoding="utf-8")
    assert "Changes since the last snapshot" in page
    assert changes_table.FIRST in page


def test_what_is_published_is_what_was_compared_and_adds_up_in_sql(lived: Lived) -> None:
    """The invariant as an analyst would ask it, of the published tables."""
    shelf = Shelf(lived.story.settings.published)
    for published in shelf.all():
        database = published.folder / "registry.duckdb"
        with duckdb.connect(str(database), read_only=True) as con:
            [(off,)] = con.execute("""
                select count(*) from quality.estimate_changes
                where denominator_difference <> patients_joined - patients_left
                    or numerator_difference
                        <> joined_counted - left_counted + gained - lost
                    or denominator_after is distinct from coalesce(denominator_after, 0)
            """).fetchall()
            [(comments,)] = con.execute(
                "select count(*) from duckdb_columns() where table_name = 'estimate_changes' "
                "and comment is null"
            ).fetchall()
        assert (off, comments) == (0, 0)
    names = {night.snapshot_id for night in lived.story.nights.values()}
    assert names == {one.snapshot_id for one in shelf.all()}


def test_the_questions_of_the_docs_have_the_answers_they_say(lived: Lived) -> None:
    page = (Path(__file__).parents[2] / "docs" / "changes.md").read_text(encoding="utf-8")
    estimate, record = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    shelf = Shelf(lived.story.settings.published)
    folder = shelf.get(lived.night("corrected").snapshot_id).folder
    with duckdb.connect(str(folder / "registry.duckdb"), read_only=True) as con:
        [orr] = rows(con, estimate)
        [corrected] = rows(con, record)
    assert (orr["patients_changed"], orr["lost"], orr["because"]) == (1, 1, "record_changed")
    assert orr["numerator_after"] == orr["numerator_before"] - 1
    assert (corrected["subject"], corrected["record_columns"]) == ("responses", "response")
    assert (corrected["values_before"], corrected["values_after"]) == (
        '{"response":"PR"}',
        '{"response":"SD"}',
    )


def test_any_two_snapshots_can_be_compared(
    lived: Lived, capsys: pytest.CaptureFixture[str]
) -> None:
    home, nights = lived.story.home, lived.story.nights
    first, second = nights["first"].snapshot_id, nights["corrected"].snapshot_id
    main_ends(["compare", first, second, "--records", "--json", "--home", str(home)])
    found = json.loads(capsys.readouterr().out)
    assert (found["before"], found["after"]) == (first, second)
    assert [row["record_key"] for row in found["records"]] == [lived.response]
    assert len(found["estimates"]) == len(nights["corrected"].estimates)
    assert not {"values_before", "patient_id"} & set(found["records"][0])
    main_ends(["compare", second, first, "--records", "--home", str(home)])
    shown = capsys.readouterr().out
    assert f"responses.csv:{lived.line_after}" in shown
    assert "orr proportion" in shown
    assert CORRECTED not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nightly",), "There is no published snapshot nightly."),
        (("--study", "nobody-1999"), "Neither snapshot holds a study nobody-1999."),
    ],
)
def test_wrong_names_get_a_sentence(
    lived: Lived, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main_ends(["compare", *arguments, "--home", str(lived.story.home)]) == 2
    assert said in capsys.readouterr().err


def test_the_oldest_snapshot_has_none_before_it(
    lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = tmp_path / "published"
    published.mkdir()
    first = lived.night("first").snapshot_id
    shutil.copytree(lived.story.settings.published / first, published / first)
    (published / "current").symlink_to(first)
    assert main_ends(["compare", "--home", str(tmp_path)]) == 2
    assert "is the oldest published snapshot" in capsys.readouterr().err


def test_published_tables_stand_in_where_source_rows_are_not_kept(
    lived: Lived, tmp_path: Path
) -> None:
    shelf = Shelf(lived.story.settings.published)
    pair = [shelf.get(lived.night(name).snapshot_id) for name in ("first", "corrected")]
    elsewhere = lived.story.settings.model_copy(update={"home": tmp_path})
    with compare_published(elsewhere, *pair) as con:
        found = rows(con, "from quality.estimate_change_records")
        [compared] = rows(con, "from quality.compared_snapshots")
    assert not compared["source_rows_kept"]
    assert {row["remark"] for row in found} == {NOT_KEPT}
    assert ("marts.responses", lived.response) in {
        (row["subject"], row["record_key"]) for row in found
    }
    assert {row["patient_id"] for row in found} == {CORRECTED}


def test_a_comparison_that_forgets_a_patient_is_stopped(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted case: sets that disagree with the estimates do not pass in silence."""

    def forgetful(study: Study, side: str, pairs: list[Row]) -> Iterator[Contribution]:
        return (
            one
            for one in contributions(study, side, pairs)
            if not (side == "after" and one[6] == CORRECTED and one[4] == "orr")
        )

    shelf = Shelf(lived.story.settings.published)
    pair = [shelf.get(lived.night(name).snapshot_id) for name in ("first", "corrected")]
    monkeypatch.setattr("etl.changes.contributions.contributions", forgetful)
    with (
        pytest.raises(ChangesDoNotAddUpError, match="orr, proportion"),
        compare_published(lived.story.settings, *pair),
    ):
        raise AssertionError(estimates.__doc__)


def main_ends(arguments: list[str]) -> int:
    """Run the command in this process; its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)

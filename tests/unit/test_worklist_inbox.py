"""Answered worklists that arrive, and the folder of the lists that go out."""

import json
import os
from pathlib import Path

import duckdb
import pytest

from etl.errors import InputUnreadableError, WrongUseError
from etl.publish.shelf import CURRENT, MANIFEST
from etl.publish.snapshot import DATABASE
from etl.settings import Settings
from etl.worklists import inbox, shelf
from etl.worklists.night import write_again
from expectations import queries
from tests.unit.test_worklist_answers import filled
from tests.unit.worklist_support import SNAPSHOT, finding, publish

NOW = 1_000_000.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a published snapshot of three findings."""
    settings = Settings(home=tmp_path / "home", sensor_settle_seconds=60)
    put(settings, SNAPSHOT, 1)
    (settings.published / CURRENT).symlink_to(SNAPSHOT)
    return settings


def put(settings: Settings, snapshot_id: str, sequence: int) -> None:
    """A published snapshot, as far as worklists are concerned."""
    folder = settings.published / snapshot_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / DATABASE)) as con:
        publish(con, finding(1), finding(2), finding(3, hospital_id=None))
    manifest = {
        "snapshot_id": snapshot_id,
        "registry": "Test registry",
        "sequence": sequence,
        "inputs_hash": "h",
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))


def arrived(settings: Settings, *answers: tuple[str, str, str], name: str = "H1.xlsx") -> Path:
    """A worklist in the inbox, answered."""
    [sent] = write_again(settings, settings.worklists / "export", only="H1")
    folder = inbox.folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    back = filled(sent.path, *answers, name=name)
    path = back.replace(folder / name)
    os.utime(path, (NOW, NOW))
    return path


def test_a_file_waits_until_it_has_not_changed_for_a_while(settings: Settings) -> None:
    path = arrived(settings)
    assert inbox.waiting(settings, NOW + 59) == ([], 1)
    [waiting], unsettled = inbox.waiting(settings, NOW + 60)
    assert (waiting.path, unsettled) == (path, 0)


def test_a_file_that_arrives_again_has_another_key(settings: Settings) -> None:
    path = arrived(settings)
    [first], _ = inbox.waiting(settings, NOW + 60)
    os.utime(path, (NOW + 1, NOW + 1))
    [again], _ = inbox.waiting(settings, NOW + 61)
    assert first.key != again.key
    assert first.key.split(":")[0] == again.key.split(":")[0]


def test_lock_files_folders_and_other_files_are_no_answers(settings: Settings) -> None:
    folder = inbox.folder_of(settings)
    folder.mkdir(parents=True)
    for name in ("~$H1.xlsx", ".~lock.H1.xlsx", "H1.ods", "notes.txt"):
        (folder / name).write_text("x")
    (folder / "done").mkdir()
    assert inbox.waiting(settings, NOW * 10_000) == ([], 0)


def test_a_site_without_a_folder_of_answers_has_none_waiting(settings: Settings) -> None:
    assert inbox.waiting(settings, NOW) == ([], 0)


def test_a_file_that_was_read_goes_to_done_with_a_report(settings: Settings) -> None:
    path = arrived(settings, ("waarde bevestigd", "gezien", "J."))
    assert inbox.take_in(settings, path).is_whole
    assert not path.exists()
    done = sorted((inbox.folder_of(settings) / "done").iterdir())
    assert [one.suffix for one in done] == [".txt", ".xlsx"]
    assert "1 answer recorded (1 value confirmed)" in done[0].read_text(encoding="utf-8")
    assert len(queries.read(settings.acceptances_path)) == 1


def test_a_file_with_a_row_that_could_not_be_recorded_goes_to_rejected(
    settings: Settings,
) -> None:
    path = arrived(settings, ("waarde bevestigd", "", "J."), ("misschien", "", "J."))
    assert not inbox.take_in(settings, path).is_whole
    [report] = (inbox.folder_of(settings) / "rejected").glob("*.txt")
    text = report.read_text(encoding="utf-8")
    assert "1 answer recorded" in text
    assert "row 5, column" in text
    assert len(queries.read(settings.acceptances_path)) == 1


def test_a_file_that_is_no_worklist_goes_to_rejected(settings: Settings) -> None:
    path = arrived(settings)
    path.write_bytes(b"no workbook")
    inbox.take_in(settings, path)
    [report] = (inbox.folder_of(settings) / "rejected").glob("*.txt")
    assert "Nothing was recorded. H1.xlsx cannot be read" in report.read_text(encoding="utf-8")


def test_two_files_of_one_name_do_not_replace_each_other(settings: Settings) -> None:
    inbox.take_in(settings, arrived(settings, ("waarde bevestigd", "", "J.")))
    inbox.take_in(settings, arrived(settings, ("waarde bevestigd", "meer", "J.")))
    assert len(list((inbox.folder_of(settings) / "done").glob("*.xlsx"))) == 2


def test_a_file_elsewhere_is_read_where_it_stands(settings: Settings, tmp_path: Path) -> None:
    path = arrived(settings, ("waarde bevestigd", "", "J.")).replace(tmp_path / "own.xlsx")
    assert inbox.take_in(settings, path).is_whole
    assert path.exists()


def test_nothing_can_be_answered_before_something_is_published(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for work in (
        lambda: inbox.import_path(settings, tmp_path / "H1.xlsx"),
        lambda: write_again(settings, tmp_path / "out"),
    ):
        with pytest.raises(InputUnreadableError, match="Nothing is published"):
            work()


def test_export_releases_what_hospitals_are_asked_and_only_that(settings: Settings) -> None:
    folder = settings.worklists / "export"
    written = write_again(settings, folder, release_as="steward")
    assert {one.path.name for one in written} == {"H1.xlsx", "H2.xlsx", "registry.xlsx"}
    found = queries.read(settings.acceptances_path)
    assert {one.finding_id for one in found} == {"f000001", "f000002"}
    assert {one.released_by for one in found} == {"steward"}
    assert {one.counts.list_id: one.counts.asked for one in written} == {
        "H1": 2,
        "H2": 0,
        "registry": 0,
    }
    write_again(settings, folder, release_as="another")
    assert queries.read(settings.acceptances_path) == found


def test_an_export_of_one_hospital_releases_its_findings_alone(settings: Settings) -> None:
    write_again(settings, settings.worklists / "export", only="H2", release_as="steward")
    assert queries.read(settings.acceptances_path) == []


def test_an_unknown_hospital_is_told_with_those_there_are(settings: Settings) -> None:
    with pytest.raises(WrongUseError, match=r"There is no hospital H9[.] Known are H1, H2;"):
        write_again(settings, settings.worklists / "export", only="H9")


def test_a_snapshot_of_before_the_worklists_is_told(settings: Settings) -> None:
    with duckdb.connect(str(settings.published / SNAPSHOT / DATABASE)) as con:
        con.execute("drop table quality.worklist_hospitals")
    with pytest.raises(InputUnreadableError, match="wrote no worklists"):
        write_again(settings, settings.worklists / "export")


@pytest.fixture
def lists(settings: Settings) -> Settings:
    """A home whose current snapshot has worklists."""
    lay(settings, SNAPSHOT, "one")
    return settings


def lay(settings: Settings, snapshot_id: str, text: str) -> None:
    folder = shelf.building(settings, snapshot_id)
    (folder / "H1.xlsx").write_text(text)
    shelf.place(settings, snapshot_id, {"snapshot_id": snapshot_id})


def current(settings: Settings) -> str | None:
    link = settings.worklists / CURRENT
    return link.readlink().name if link.is_symlink() else None


def test_lists_are_current_only_once_their_snapshot_is(lists: Settings) -> None:
    shelf.follow(lists)
    assert current(lists) == SNAPSHOT
    lay(lists, "0123456789ab", "two")
    shelf.follow(lists, keep=["0123456789ab"])
    assert current(lists) == SNAPSHOT
    assert shelf.folder_of(lists, "0123456789ab").is_dir()


def test_lists_of_a_night_that_was_never_published_are_removed_by_the_next(
    lists: Settings,
) -> None:
    lay(lists, "0123456789ab", "two")
    shelf.building(lists, "ffffffffffff")
    shelf.follow(lists)
    names = sorted(path.name for path in lists.worklists.iterdir())
    assert names == sorted([CURRENT, SNAPSHOT])


def test_only_folders_of_our_own_are_ever_removed(lists: Settings) -> None:
    for name in ("export", "answers", "0123456789ab"):
        (lists.worklists / name).mkdir()
        (lists.worklists / name / "mine.txt").write_text("kept")
    shelf.follow(lists)
    for name in ("export", "answers", "0123456789ab"):
        assert (lists.worklists / name / "mine.txt").exists()


def test_the_lists_follow_a_rollback(lists: Settings) -> None:
    put(lists, "0123456789ab", 2)
    lay(lists, "0123456789ab", "two")
    (lists.published / CURRENT).unlink()
    (lists.published / CURRENT).symlink_to("0123456789ab")
    shelf.follow(lists)
    assert current(lists) == "0123456789ab"
    (lists.published / CURRENT).unlink()
    (lists.published / CURRENT).symlink_to(SNAPSHOT)
    shelf.follow(lists)
    assert current(lists) == SNAPSHOT


def test_a_snapshot_without_lists_has_no_current_ones(lists: Settings) -> None:
    shelf.follow(lists)
    put(lists, "0123456789ab", 2)
    (lists.published / CURRENT).unlink()
    (lists.published / CURRENT).symlink_to("0123456789ab")
    shelf.follow(lists)
    assert current(lists) is None


def test_the_same_night_again_replaces_its_lists_and_those_no_longer_there(
    lists: Settings,
) -> None:
    shelf.follow(lists)
    folder = shelf.folder_of(lists, SNAPSHOT)
    (folder / "H9.xlsx").write_text("gone tonight")
    lay(lists, SNAPSHOT, "again")
    assert (lists.worklists / CURRENT / "H1.xlsx").read_text() == "again"
    assert sorted(path.name for path in folder.iterdir()) == ["H1.xlsx", shelf.MANIFEST]


def test_a_site_without_worklists_has_nothing_to_follow(settings: Settings) -> None:
    shelf.follow(settings)
    assert not settings.worklists.exists()

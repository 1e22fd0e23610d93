"""The lists of opt-outs and merges: what is in force, and a sentence for what cannot be taken."""

from datetime import date
from pathlib import Path

import pytest

from etl.errors import InputUnreadableError
from etl.governance import Governance, read_governance

DAY = date(2025, 3, 10)


def read(folder: Path, *, opt_outs: str = "", merges: str = "", day: date = DAY) -> Governance:
    if opt_outs:
        (folder / "opt_outs.csv").write_text("patient_id,since,reason\n" + opt_outs)
    if merges:
        (folder / "merges.csv").write_text("patient_id,becomes,since\n" + merges)
    return read_governance(folder, day)


def test_missing_files_are_empty_lists(tmp_path: Path) -> None:
    found = read_governance(tmp_path / "nowhere", DAY)
    assert (found.opted_out, dict(found.merged), found.remarks, found.hash) == (set(), {}, (), "")


def test_an_opt_out_counts_from_its_day(tmp_path: Path) -> None:
    entries = "P1,2025-03-10,objection\nP2,2025-03-11,objection\n\n"
    found = read(tmp_path, opt_outs=entries)
    assert found.opted_out == {"P1"}
    assert (found.opt_outs, found.waiting, found.last_opt_out) == (1, 1, DAY)
    assert read(tmp_path, day=date(2025, 3, 11)).opted_out == {"P1", "P2"}


def test_a_changed_list_has_another_hash_and_a_new_order_has_not(tmp_path: Path) -> None:
    first = read(tmp_path, opt_outs="P1,2025-03-10,a\nP2,2025-03-10,a\n").hash
    assert read(tmp_path, opt_outs="P2,2025-03-10,a\nP1,2025-03-10,a\n").hash == first
    assert read(tmp_path, opt_outs="P1,2025-03-10,a\n").hash != first
    assert read(tmp_path, opt_outs="P1,2025-03-10,a\n", merges="P3,P4,2025-01-01\n").hash != first


def test_a_list_saved_by_a_dutch_spreadsheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "opt_outs.csv").write_text("\ufeffPatient_id;Since;Reason\nP1;2025-03-01;x\n")
    assert read(tmp_path).opted_out == {"P1"}


def test_an_opt_out_without_a_readable_day_is_honoured_at_once(tmp_path: Path) -> None:
    found = read(tmp_path, opt_outs="P1,01-03-2025,objection\n")
    assert found.opted_out == {"P1"}
    assert found.remarks == (
        (
            "opt_outs.csv, line 2, column since: expected a day as 2025-03-03. The opt-out is "
            "honoured from now on; write the day."
        ),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",P2,2025-01-01", "line 2: patient_id is empty."),
        ("P1,,2025-01-01", "line 2: becomes is empty."),
        ("P1,P1,2025-01-01", "line 2: patient_id and becomes are the same."),
        ("P1,P2,", "line 2: column since: expected a day as 2025-03-03."),
    ],
)
def test_a_merge_in_doubt_is_said_and_not_applied(tmp_path: Path, line: str, said: str) -> None:
    found = read(tmp_path, merges=f"{line}\n")
    assert dict(found.merged) == {}
    assert found.remarks == (f"merges.csv, {said} The merge is not applied.",)


def test_a_chain_is_followed_to_its_end_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, merges="P1,P2,2025-01-01\nP2,P3,2025-01-01\n")
    assert dict(found.merged) == {"P1": "P3", "P2": "P3"}
    assert found.remarks == (
        (
            "merges.csv, line 2: what it becomes is merged further on line 3. The chain is "
            "followed to its end."
        ),
    )


def test_a_circle_is_said_once_and_not_applied(tmp_path: Path) -> None:
    lines = "P0,P1,2025-01-01\nP1,P2,2025-01-01\nP2,P1,2025-01-01\nP8,P9,2025-01-01\n"
    found = read(tmp_path, merges=lines)
    assert dict(found.merged) == {"P8": "P9"}
    assert len(found.remarks) == 1
    assert "the merges on lines 3, 4 run in a circle" in found.remarks[0]


def test_two_merges_that_contradict_are_both_left(tmp_path: Path) -> None:
    found = read(tmp_path, merges="P1,P2,2025-01-01\nP1,P3,2025-01-01\n")
    assert dict(found.merged) == {}
    assert (
        "merges.csv, line 3: the same patient_id becomes another one on line 2" in found.remarks[0]
    )


def test_an_opt_out_of_one_pseudonym_is_of_the_person(tmp_path: Path) -> None:
    merges = "P1,P3,2025-01-01\nP2,P3,2025-01-01\nP8,P9,2025-01-01\n"
    found = read(tmp_path, opt_outs="P1,2025-01-01,x\n", merges=merges)
    assert found.opted_out == {"P1", "P2", "P3"}
    assert found.opt_outs == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"patient,since,reason\nP1,2025-01-01,x\n", "line 1: expected the columns patient_id"),
        (b"", "line 1: expected the columns patient_id"),
        ("patient_id,since,reason\né".encode("utf-16"), "the file is not UTF-8 text"),
    ],
)
def test_a_list_that_cannot_be_honoured_holds_the_night(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "opt_outs.csv").write_bytes(content)
    with pytest.raises(InputUnreadableError, match=said):
        read(tmp_path)


def test_no_sentence_names_a_patient(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        opt_outs="secret-1,never,x,y\n,2025-01-01,x\n",
        merges="secret-1,secret-1,2025-01-01\nsecret-2,secret-3,2025-01-01\n"
        "secret-3,secret-2,2025-01-01\nsecret-4,secret-5,x\n",
    )
    assert len(found.remarks) == 6
    assert not [remark for remark in found.remarks if "secret" in remark]

"""Study files: what is wrong with one is said in a sentence with file and key."""

from pathlib import Path

import pytest

from etl.errors import WrongUseError
from etl.studies import load_studies, load_study
from etl.studies.load import HERE

WRITTEN = (HERE / "van-dijk-2025.yaml").read_text(encoding="utf-8")


def error_of(folder: Path, text: str, name: str = "van-dijk-2025.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUseError) as caught:
        load_study(path)
    message = str(caught.value)
    assert str(path) in message
    return message.replace(str(path), "FILE")


def test_the_seed_study_is_found() -> None:
    study = load_studies()["van-dijk-2025"]
    assert study.stratum_names == ("ipilimumab", "ipilimumab+nivolumab")
    assert study.between.progression_required


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        (
            "next_therapy: ignore",
            "next_therapy: censor",
            (
                "FILE, key endpoints.pfs.next_therapy: 'censor' is not implemented yet. "
                "See docs/studies.md for what is."
            ),
        ),
        (
            "progression_required: true",
            "progression_required: on_or_after_initial",
            (
                "FILE, key between.progression_required: 'on_or_after_initial' is not implemented "
                "yet. See docs/studies.md for what is."
            ),
        ),
        (
            "gap_from: line_end",
            "gap_from: last_dose",
            (
                "FILE, key between.gap_from: 'last_dose' is not implemented yet. "
                "See docs/studies.md for what is."
            ),
        ),
        (
            "intervening_lines: allowed",
            "intervening_line: allowed",
            (
                "FILE, key between.intervening_line: this key is unknown. "
                "Check its spelling against docs/studies.md."
            ),
        ),
        (
            "intervening_lines: allowed",
            "intervening_lines: sometimes",
            (
                "FILE, key between.intervening_lines: Input should be 'allowed', 'forbidden' or "
                "'required', not 'sometimes'."
            ),
        ),
        (
            "  progression_required: true\n",
            "",
            "FILE, key between.progression_required: this key is required. Add it.",
        ),
        (
            "match: exact",
            "match: contains_class",
            (
                "FILE, key rechallenge: `regimens` is needed with `match: exact`, and only then. "
                "See docs/studies.md for what is."
            ),
        ),
        (
            "endpoint: orr, stratum: ipilimumab+nivolumab",
            "endpoint: overall_response, stratum: ipilimumab+nivolumab",
            (
                "FILE, key publication.figures.4: no estimate is called "
                "overall_response proportion. See docs/studies.md for what is."
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_key(
    tmp_path: Path, written: str, instead: str, message: str
) -> None:
    assert written in WRITTEN
    assert error_of(tmp_path, WRITTEN.replace(written, instead, 1)) == message


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    message = error_of(tmp_path, WRITTEN + "\nstrata: none\n")
    assert "gives the key 'strata' a second time" in message


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert "FILE holds no study" in error_of(tmp_path, "- a list")
    assert "not readable as YAML" in error_of(tmp_path, "study: [")


def test_a_study_is_named_like_its_file(tmp_path: Path) -> None:
    message = error_of(tmp_path, WRITTEN, "another.yaml")
    assert "key study: is 'van-dijk-2025', and the file is named 'another'" in message

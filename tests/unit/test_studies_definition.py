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
            "denominator: evaluable",
            "denominator: with_measurable",
            (
                "FILE, key endpoints.response.denominator: 'with_measurable' cannot be computed: "
                "target lesions are not in the export, so it is not known whose disease was "
                "measurable; write evaluable or all. See docs/studies.md."
            ),
        ),
        (
            "progression_required: true",
            "progression_required: sometimes",
            (
                "FILE, key between.progression_required: Input should be true or false or "
                "'on_or_after_initial', not 'sometimes'."
            ),
        ),
        (
            "gap_from: line_end",
            "gap_from: last_scan",
            (
                "FILE, key between.gap_from: Input should be 'line_end', 'line_start' or "
                "'last_dose', not 'last_scan'."
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
                "FILE, key rechallenge: `regimens` has no meaning with `match: contains_class`; it "
                "belongs to `match: exact`. See docs/studies.md."
            ),
        ),
        (
            "endpoint: orr, stratum: ipilimumab+nivolumab",
            "endpoint: overall_response, stratum: ipilimumab+nivolumab",
            (
                "FILE, key publication.figures.4: no estimate is called "
                "overall_response proportion. See docs/studies.md."
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

"""Each mistake in a study's file has its sentence: file, key, what was expected.

Belongs here: wrong values, and keys that are right alone and not together. Does not belong here:
files that cannot be read at all (`test_studies_definition`).
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.errors import WrongUseError
from etl.studies import load_study
from etl.studies.load import HERE

PD1 = {"match": "contains_class", "classes": ["anti-PD-1"]}


def sentences(folder: Path, changes: dict[str, Any]) -> list[str]:
    """What is said of the seed study's file with parts replaced."""
    written = yaml.safe_load((HERE / "van-dijk-2025.yaml").read_text(encoding="utf-8"))
    del written["publication"]
    for key, value in changes.items():
        part = written
        *path, last = key.split(".")
        for name in path:
            part = part.setdefault(name, {})
        part[last] = value
    file = folder / "van-dijk-2025.yaml"
    file.write_text(yaml.safe_dump(written), encoding="utf-8")
    with pytest.raises(WrongUseError) as caught:
        load_study(file)
    return [line.removeprefix(f"{file}, key ") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"initial.regimens": ["nivolumab+ipilimumab"]},
            (
                "initial.regimens.0: 'nivolumab+ipilimumab' is no label of a line; expected "
                "'ipilimumab+nivolumab', generic names in alphabetical order."
            ),
        ),
        (
            {"initial.regimens": ["yervoy"]},
            (
                "initial.regimens.0: 'yervoy' is not a substance of the code list; expected a "
                "generic name of expectations/codelists/substances.csv."
            ),
        ),
        (
            {"initial": {"match": "contains_class", "classes": ["PD-1"]}},
            "initial.classes.0: 'PD-1' is not a drug class of the code list; expected one of anti-",
        ),
        (
            {"population.exclude_primary_types": ["ocular"]},
            (
                "population.exclude_primary_types.0: 'ocular' is not a type of primary; expected "
                "one of cutaneous,"
            ),
        ),
        (
            {"initial": PD1 | {"regimens": ["nivolumab"]}},
            (
                "initial: `regimens` has no meaning with `match: contains_class`; it belongs to "
                "`match: exact`."
            ),
        ),
        (
            {"rechallenge": {"match": "contains_substance"}},
            "rechallenge: `substances` is needed with `match: contains_substance`.",
        ),
        (
            {"rechallenge": {"match": "same_class", "substances": ["nivolumab"]}},
            (
                "rechallenge: `substances` has no meaning with `match: same_class`; it belongs to "
                "`match: contains_substance` or `match: same_substance`."
            ),
        ),
        (
            {"initial": {"match": "same_class"}},
            (
                "initial.match: Input should be 'exact', 'contains_class' or 'contains_substance', "
                "not 'same_class'."
            ),
        ),
        (
            {"initial": PD1 | {"without_classes": ["anti-PD-1"]}},
            "initial: `without_classes` excludes what `classes` asks for: anti-PD-1.",
        ),
        (
            {"initial.line_numbers": [0]},
            "initial: `line_numbers` count from 1.",
        ),
        (
            {"initial.setting": "any"},
            "initial.setting: `any` is wider than `population.setting: advanced`; leave it out,",
        ),
        (
            {"rechallenge.line_numbers": [1]},
            (
                "rechallenge.line_numbers: the rechallenge comes after a line of its setting, so "
                "its number is 2 or more."
            ),
        ),
        (
            {"between.maximum_gap_days": 10, "between.minimum_gap_days": 11},
            "between: `maximum_gap_days` is shorter than `minimum_gap_days`.",
        ),
        (
            {
                "between.intervening_lines": "forbidden",
                "between.intervening_classes": ["BRAF inhibitor"],
            },
            (
                "between: `intervening_lines: forbidden` leaves no line in which BRAF inhibitor "
                "could have been given."
            ),
        ),
        (
            {"between.progression_required": False, "between.progression_after_stop": True},
            "between: `progression_after_stop: true` asks for a progression, and",
        ),
        (
            {
                "between.no_progression_at_stop": True,
                "first_stop_reason": ["progression"],
            },
            "between.no_progression_at_stop: nobody stops for progression without one;",
        ),
        (
            {
                "between.no_progression_at_stop": True,
                "between.progression_within_days_of_last_dose": 0,
            },
            (
                "between.progression_within_days_of_last_dose: 0 days asks for a progression by "
                "the last dose, and `no_progression_at_stop` for none."
            ),
        ),
        (
            {"first_stop_reason": ["toxic"]},
            "first_stop_reason.0: Input should be 'progression', 'toxicity', 'completed',",
        ),
        (
            {"first_stop_reason": []},
            "first_stop_reason: an empty list leaves everybody out; write `any` or reasons.",
        ),
        (
            {"first_stop_reason": ["completed"], "first_stop_toxicity": {"minimum_grade": 3}},
            (
                "first_stop_toxicity: asks for an event that led to the stop, and "
                "`first_stop_reason` leaves `toxicity` out; add it there, or write "
                "`led_to_stop: false`."
            ),
        ),
        (
            {"first_stop_toxicity.minimum_grade": 6},
            "first_stop_toxicity.minimum_grade: Input should be less than or equal to 5, not 6.",
        ),
        (
            {"first_duration": {}},
            "first_duration: give `minimum_days`, `maximum_days` or both.",
        ),
        (
            {"first_duration": {"minimum_days": 9, "maximum_days": 10, "bounds": "exclusive"}},
            "first_duration: no duration lies between `minimum_days` and `maximum_days`.",
        ),
        (
            {"first_benefit": "some"},
            "first_benefit: Input should be 'any' or keys beneath it, not 'some'.",
        ),
        (
            {"first_benefit": {"minimum_sd_days": 90}},
            "first_benefit: give `best_response`, `minimum_pfs_days` or both.",
        ),
        (
            {"first_benefit": {"best_response": ["CR"], "minimum_sd_days": 90}},
            "first_benefit: `minimum_sd_days` needs SD among the `best_response`.",
        ),
        (
            {"first_alternatives": [{"first_duration": {"minimum_days": 3}}]},
            "first_alternatives: one alternative is a condition; write its keys at the top",
        ),
        (
            {"first_alternatives": [{}, {"first_stop_reason": ["completed"]}]},
            "first_alternatives.0: give `first_benefit`, `first_duration` or `first_stop_reason`;",
        ),
        (
            {"response_source": "entered", "endpoints.response.best_response": "confirmed"},
            (
                "endpoints.response.best_response: an entered response is not confirmed by "
                "assessments; write `unconfirmed`, or `response_source: derived`."
            ),
        ),
        (
            {"endpoints.recurrence": {"minimum_grade": 1}},
            (
                "endpoints.recurrence: what recurs is the event that the initial treatment was "
                "stopped for; add `first_stop_toxicity`."
            ),
        ),
        (
            {"endpoints.survival_at_months": [12, 6]},
            (
                "endpoints.survival_at_months: expected whole months from 1, in rising order, each "
                "once."
            ),
        ),
        (
            {"endpoints.toxicity.cumulative_incidence_months": [0]},
            (
                "endpoints.toxicity.cumulative_incidence_months: expected whole months from 1, in "
                "rising order, each once."
            ),
        ),
        (
            {"endpoints.pfs.missed_assessments_days": 0},
            (
                "endpoints.pfs.missed_assessments_days: Input should be greater than or equal to "
                "1, not 0."
            ),
        ),
        (
            {
                "publication": {
                    "citation": "x",
                    "doi": "x",
                    "figures": [
                        {
                            "endpoint": "os",
                            "statistic": "survival_at",
                            "printed": "1",
                            "value": 1,
                            "decimals": 0,
                        }
                    ],
                }
            },
            (
                "publication.figures.0: `at` is needed with survival_at and cumulative_incidence, "
                "and only then."
            ),
        ),
    ],
)
def test_a_mistake_has_one_sentence(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    [sentence] = sentences(tmp_path, changes)
    assert sentence.startswith(said)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    found = sentences(
        tmp_path,
        {
            "first_stop_reason": [],
            "endpoints.recurrence": {},
            "endpoints.survival_at_months": [12, 6],
        },
    )
    assert [sentence.partition(":")[0] for sentence in found] == [
        "first_stop_reason",
        "endpoints.recurrence",
        "endpoints.survival_at_months",
    ]
    assert all(sentence.endswith("See docs/studies.md.") for sentence in found)

"""The parameters of the derivations: defaults, refusals, and each one used."""

import pytest
from pydantic import ValidationError

from etl.models import load_models
from etl.parameters import DAYS_PER_MONTH, Parameters
from etl.parameters.lines import LineParameters
from etl.parameters.reexposures import ReexposureParameters
from etl.parameters.responses import ResponseParameters
from etl.parameters.toxicity import ToxicityParameters


def test_the_defaults_of_lines() -> None:
    assert LineParameters().model_dump() == {
        "combination_window_days": 28,
        "window_respects_stops": True,
        "carried_days": 42,
        "carried_bridge_days": 56,
        "gap_days": 90,
        "gap_oral_days": 60,
        "gap_exempt_substances": (),
        "toxicity_hold_days": 0,
        "progression_opens": True,
        "beyond_progression_days": 28,
        "dropped_component_opens": False,
        "dropped_component_days": 0,
        "given_back_component_opens": False,
        "addition_opens": "substance",
        "substitution_days": 56,
        "substitution_groups": (
            "nivolumab|pembrolizumab",
            "dabrafenib+trametinib|encorafenib+binimetinib|vemurafenib+cobimetinib",
        ),
        "number_settings_apart": True,
        "adjuvant_refractory_days": 182,
        "local_therapy_opens": (),
        "end_reason_order": (
            "progression",
            "toxicity",
            "completed",
            "patient_choice",
            "death",
            "other",
        ),
    }


def test_the_defaults_of_responses() -> None:
    assert ResponseParameters().model_dump() == {
        "stable_disease_days": 42,
        "non_target_days": 42,
        "confirmation_days": 28,
        "confirmation_max_not_evaluable": 1,
        "accept_stable_between": 0,
        "missing_as_not_evaluable": False,
        "stop_to_progression_days": 42,
        "immune_confirmation_min_days": 28,
        "immune_confirmation_max_days": 56,
    }


def test_the_window_of_an_immune_confirmation_is_open() -> None:
    with pytest.raises(ValidationError, match="give a minimum up to the maximum"):
        ResponseParameters(immune_confirmation_min_days=57)
    assert ResponseParameters(immune_confirmation_min_days=56).immune_confirmation_min_days == 56


def test_the_defaults_of_toxicity() -> None:
    assert ToxicityParameters().model_dump() == {"toxicity_window_days": 90}


def test_the_defaults_of_reexposures() -> None:
    assert ReexposureParameters().model_dump() == {
        "stopped_for_progression_days": 28,
        "stopping_toxicity_days": 42,
        "benefit_stable_days": 168,
    }


def test_a_month_has_as_many_days_as_a_twelfth_of_a_year() -> None:
    assert DAYS_PER_MONTH == 365.25 / 12


def test_every_parameter_says_what_it_does() -> None:
    assert [n for n, f in Parameters.model_fields.items() if not f.description] == []


def test_every_parameter_is_used_and_every_one_used_is_a_parameter() -> None:
    used = {name for model in load_models().values() for name in model.parameters}
    assert used == set(Parameters.model_fields)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="gap_dayz"):
        Parameters.model_validate({"gap_dayz": 90})


def test_a_negative_window_is_refused() -> None:
    with pytest.raises(ValidationError, match="gap_days"):
        Parameters(gap_days=-1)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"substitution_groups": ("Nivolumab|pembrolizumab",)}, "Nivolumab; write generic names"),
        ({"substitution_groups": ("nivolumab|a,b",)}, "one name an entry"),
        ({"substitution_groups": ("nivolumab|",)}, "an empty name"),
        ({"substitution_groups": ("nivolumab",)}, "at least two regimens"),
        ({"substitution_groups": ("a|b", "b|c")}, "names b more than once"),
        ({"gap_exempt_substances": ("Sunitinib",)}, "gap_exempt_substances holds Sunitinib"),
        ({"local_therapy_opens": ("laser",)}, "expected some of surgery"),
        ({"end_reason_order": ("toxicity",)}, "expected each of progression"),
        ({"addition_opens": "drug"}, "addition_opens"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(
    parameters: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Parameters.model_validate(parameters)


def test_parameters_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Parameters().gap_days = 120  # type: ignore[misc]

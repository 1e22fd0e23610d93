"""Patients of van Zeijl 2022: first-line anti-PD-1 stopped without progression, then relapse."""

from tests.studies.language import left_out, taken

STUDY = "van-zeijl-2022"
PATIENTS = (
    taken(
        "A relapse after the stop, and anti-PD-1 again",
        "0-300 nivolumab reason=completed; 84 scan PR; 400 scan PD;"
        "420-500 nivolumab reason=progression; 500 scan PR",
        initial_response="PR",
        rechallenge_response="PR",
        discordant=False,
        interval_days=120,
    ),
    taken(
        "The other anti-PD-1 is anti-PD-1 again",
        "0-300 nivolumab reason=completed; 84 scan CR; 400 scan PD; 420-500 pembrolizumab",
        rechallenge_regimen="pembrolizumab",
    ),
    taken(
        "A stop for toxicity is a stop without progression",
        "0-300 nivolumab reason=toxicity; 84 scan PR; 400 scan PD; 420-500 nivolumab",
        first_stop_reason="toxicity",
    ),
    taken(
        "Adjuvant treatment is not the first line",
        "-400--100 nivolumab setting=adjuvant; 0-300 pembrolizumab reason=completed;"
        "84 scan PR; 400 scan PD; 420-500 nivolumab",
        initial_regimen="pembrolizumab",
    ),
    left_out(
        "initial_line",
        "Anti-PD-1 in second line is not first line",
        "0-63 ipilimumab; 80 scan PD; 100-300 nivolumab reason=completed;"
        "184 scan PR; 400 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "initial_line",
        "The combination is no monotherapy",
        "0-300 ipilimumab + nivolumab reason=completed; 84 scan PR; 400 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "later_line",
        "Treated once",
        "0-300 nivolumab reason=completed; 84 scan PR; 400 scan PD",
    ),
    left_out(
        "later_line",
        "A pause of exactly 90 days without progression is one line",
        "0-300 nivolumab reason=completed; 84 scan PR; 390-500 nivolumab; 480 scan PD",
    ),
    left_out(
        "rechallenge_line",
        "With ipilimumab it is no monotherapy again",
        "0-300 nivolumab reason=completed; 84 scan PR; 400 scan PD; 420-500 ipilimumab + nivolumab",
    ),
    taken(
        "Stable disease on day 42",
        "0-300 nivolumab reason=completed; 42 scan SD; 400 scan PD; 420-500 nivolumab",
        initial_response="SD",
    ),
    left_out(
        "first_benefit",
        "Stable disease on day 41 only is no benefit",
        "0-300 nivolumab reason=completed; 41 scan SD; 400 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "first_benefit",
        "Without an assessment no benefit is known",
        "0-300 nivolumab reason=completed; 400 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "no_progression_at_stop",
        "Progression on the last day of the line",
        "0-300 nivolumab reason=completed; 84 scan PR; 300 scan PD; 420-500 nivolumab",
    ),
    taken(
        "Progression the day after the last day of the line",
        "0-300 nivolumab reason=completed; 84 scan PR; 301 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "no_progression_at_stop",
        "Progression as the stop reason, without an assessment of it",
        "0-300 nivolumab reason=progression; 84 scan PR; 420-500 nivolumab",
    ),
    left_out(
        "progression_after_stop",
        "Anti-PD-1 again without a relapse",
        "0-300 nivolumab reason=completed; 84 scan PR; 420-500 nivolumab",
    ),
    taken(
        "A relapse found on the day the second treatment starts",
        "0-300 nivolumab reason=completed; 84 scan PR; 420 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "progression_after_stop",
        "Progression the day after the second treatment starts is its own",
        "0-300 nivolumab reason=completed; 84 scan PR; 421 scan PD; 420-500 nivolumab",
    ),
    taken(
        "A line between is allowed, and its progression is a relapse",
        "0-300 nivolumab reason=completed; 84 scan PR; 420-480 dacarbazine; 470 scan PD;"
        "500-600 nivolumab",
        intervening_lines=1,
    ),
)

"""Chapter: the published tables of best response, row by row."""

from collections.abc import Mapping

from tests.spec.language import Chapter, Paragraph

# First and subsequent response, best response with confirmation when the first is seen on day 84
# and the second on day 112; the same on days 20 and 41, before stable disease counts.
CONFIRMED = (
    ("CR", "CR", "CR", "NE"),
    ("CR", "PR", "SD", "NE"),
    ("CR", "SD", "SD", "NE"),
    ("CR", "PD", "SD", "PD"),
    ("CR", "NE", "SD", "NE"),
    ("PR", "CR", "PR", "NE"),
    ("PR", "PR", "PR", "NE"),
    ("PR", "SD", "SD", "NE"),
    ("PR", "PD", "SD", "PD"),
    ("PR", "NE", "SD", "NE"),
    ("NE", "NE", "NE", "NE"),
)
NOTES = {
    "CR, PR": "The table gives SD, PD or PR: if the CR was true, any disease after it is PD, and "
    "the source would say PD. The registered code is not changed.",
    "CR, SD": "If the CR was true, any disease after it is PD, and the source would say PD. The "
    "registered code is not changed.",
}

# Time points 28 days apart from day 80 on, and the best response.
IMMUNE = (
    ("1", "iCR iCR iPR iUPD iCPD", "iCR"),
    ("1, with iUPD between", "iCR iUPD iPR iUPD iCPD", "iCR"),
    ("2", "iUPD iPR iCR iUPD iCPD", "iCR"),
    ("2, with NE", "iUPD NE iCR NE iSD", "iCR"),
    ("3", "iUPD iPR iSD iUPD iCPD", "iPR"),
    ("4", "iUPD iSD iPR iUPD iCPD", "iPR"),
    ("4, with NE", "iUPD NE iPR iPR NE", "iPR"),
    ("5", "iUPD iSD iUPD iCPD NE", "iSD"),
    ("6", "iUPD iCPD iPR iCR iSD", "iCPD"),
    ("7", "iUPD iUPD iCPD iPR iPR", "iCPD"),
    ("8", "iUPD NE NE NE NE", "iUPD"),
)

# admiralonco's own test of the confirmed best response: days after the start (its day 0 is a day
# later here, where the start day is baseline), what it expects with 28 days and with its other
# setting: 14 days, no NE, one SD accepted, missing as NE.
ADMIRAL = (
    ("1", "1 PR, 31 CR, 46 NE, 60 CR, 91 SD", "CR 31", "PR 1"),
    ("2", "20 SD, 51 PR, 80 SD, 92 CR", "SD 51", "PR 51"),
    ("3", "1 CR, 21 CR, 51 SD", "SD 51", "CR 1"),
    ("4", "2 PR, 62 SD, 93 SD, 123 PR, 137 NON-CR/NON-PD", "SD 62", "SD 62"),
    ("5", "1 PR, 10 SD, 20 PR, 135 NON-CR/NON-PD", "NON-CR/NON-PD 135", "PR 1"),
    ("6", "4 PR, 14 CR, 57 PR", "SD 57", "SD 57"),
    ("7", "4 PR, 14 CR, 59 NE", "NE 4", "NE 4"),
    ("8", "", " ", "NE "),
    ("9", "15 PD, 34 SD", "PD 15", "PD 15"),
)
DEFAULT = {"stable_disease_days": 28, "non_target_days": 28}
OTHER = DEFAULT | {
    "confirmation_days": 14,
    "confirmation_max_not_evaluable": 0,
    "accept_stable_between": 1,
    "missing_as_not_evaluable": True,
}


def _course(assessments: Mapping[int, str]) -> str:
    scans = "\n".join(f"{day}  scan {code}" for day, code in assessments.items())
    return f"0-ongoing  nivolumab\n{scans}"


def _confirmed(first: str, second: str, expected: str, *, early: bool) -> Paragraph:
    when = "before stable disease counts" if early else "28 days later"
    days = (20, 41) if early else (84, 112)
    return Paragraph(
        f"{first}, then {second} {when}",
        _course(dict(zip(days, (first, second), strict=True))),
        f"best_overall_response_confirmed\n{expected}",
        because=NOTES.get(f"{first}, {second}", "") if not early else "",
    )


def _immune(name: str, codes: str, expected: str) -> Paragraph:
    return Paragraph(
        f"iRECIST, example {name}: {codes.replace(' ', ', ')}",
        _course({80 + 28 * place: code for place, code in enumerate(codes.split())}),
        f"criteria | best_overall_response\niRECIST | {expected}",
    )


def _admiral(name: str, codes: str, expected: str, parameters: Mapping[str, object]) -> Paragraph:
    pairs = [pair.split(" ") for pair in codes.split(", ") if pair]
    best, day = expected.split(" ")
    other = "" if parameters == DEFAULT else ", with other settings"
    return Paragraph(
        f"admiralonco, patient {name}{other}: {codes or 'no assessment'}",
        _course({int(when): code for when, code in pairs}),
        "line_id | best_overall_response_confirmed | best_overall_response_confirmed_date\n"
        f"advanced 1 | {best} | {day}",
        parameters=parameters,
    )


CHAPTER = Chapter(
    "published-tables",
    "What do the published tables of best response give?",
    "RECIST 1.1 (Eisenhauer 2009), table 3: best response when confirmation is required, by a "
    "first and a subsequent time point. iRECIST (Seymour 2017), table 3: eight scenarios of five "
    "time points. admiralonco: the patients of its own test of the confirmed best response, with "
    "what it expects.",
    (
        *(_confirmed(*pair, late, early=False) for *pair, late, _ in CONFIRMED),
        *(_confirmed(*pair, soon, early=True) for *pair, _, soon in CONFIRMED),
        *(_immune(*row) for row in IMMUNE),
        *(_admiral(name, codes, best, DEFAULT) for name, codes, best, _ in ADMIRAL),
        *(_admiral(name, codes, best, OTHER) for name, codes, _, best in ADMIRAL),
    ),
)

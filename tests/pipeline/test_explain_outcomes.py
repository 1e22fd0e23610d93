"""What is said of responses, times, toxicity and doubt: whole sentences from crafted patients."""

from dataclasses import replace

from etl.explain import doubt, responses, times, toxicity
from etl.explain.document import Statement
from etl.explain.facts import Doubt, Finding
from tests.unit.explain_support import facts_of, said


def of(con, timeline: str, module, number: int = 1, **options: object) -> list[Statement]:
    facts = facts_of(con, timeline, **options)
    return module.statements(facts, facts.lines[number - 1])


def test_each_assessment_says_whether_it_counts_and_why_not(con):
    timeline = """
        0-200 nivolumab
        41 scan SD
        80 scan PR
        80 scan SD
        120 scan NE
        160 scan PD
        200 scan CR
    """
    assert said(of(con, timeline, responses), "Assessment") == [
        (
            "2020-02-11, day 41 of the line: SD (P-R1), too early to count (before day 42): "
            "counted as not evaluable."
        ),
        (
            "2020-03-21, day 80 of the line: PR (P-R2), not counted: P-R3 of the same day is SD, "
            "which is worse."
        ),
        "2020-03-21, day 80 of the line: SD (P-R3), counted.",
        "2020-04-30, day 120 of the line: NE (P-R4), counted as not evaluable.",
        "2020-06-09, day 160 of the line: PD (P-R5), counted.",
        (
            "2020-07-19, day 200 of the line: CR (P-R6), not counted: it is later than the first "
            "progression, 2020-06-09."
        ),
    ]


def test_the_best_response_says_when_it_was_first_met(con):
    found = of(con, "0-63 nivolumab\n80 scan SD\n160 scan PR\n240 scan PR", responses)
    assert said(found, "Best response") == [
        "PR, the best of 3 assessments that count; first met on 2020-06-09, day 160 of the line."
    ]
    assert [str(one) for one in found[3].sources] == ["responses.csv:3"]
    found = of(con, "0-63 nivolumab\n41 scan SD", responses)
    assert said(found, "Best response") == ["NE: 1 assessment counted, and none says more."]
    found = of(con, "0-63 nivolumab", responses)
    assert said(found, "Best response") == ["None: no assessment belongs to the line."]


def test_what_is_seen_after_a_stop_for_progression_is_said_not_to_count(con):
    timeline = "0-60 nivolumab reason=progression\n80 scan PR\n95 scan PD"
    found = of(con, timeline, responses)
    assert said(found, "Assessment") == [
        (
            "2020-03-21, day 80 of the line: PR (P-R1), not counted: it is later than the stop for "
            "progression, 2020-03-01."
        ),
        "2020-04-05, day 95 of the line: PD (P-R2), counted.",
    ]
    assert said(found, "Best response") == [
        "PD, the only one counted; first met on 2020-04-05, day 95 of the line."
    ]
    found = of(con, "0-60 nivolumab reason=progression\n110 scan SD", responses)
    assert said(found, "Best response") == ["None: no assessment that belongs to the line counts."]


def confirmed(con, timeline: str, **options: object) -> list[str]:
    return said(of(con, timeline, responses, **options), "Confirmed")


def test_a_confirmation_names_the_assessment_and_the_days(con):
    assert confirmed(con, "0-63 nivolumab\n80 scan PR\n108 scan PR") == [
        (
            "PR: PR of 2020-03-21 (P-R1) is confirmed, since P-R2 is PR 28 days later (28 are "
            "required)."
        )
    ]


def test_what_is_not_confirmed_says_why(con):
    assert confirmed(con, "0-63 nivolumab\n80 scan PR\n107 scan PR") == [
        (
            "SD: PR of 2020-03-21 (P-R1) is not confirmed, since P-R2 is only 27 days later, and "
            "28 days are required. From day 42 on it is stable disease all the same."
        )
    ]
    assert confirmed(con, "0-63 nivolumab\n80 scan PR") == [
        (
            "SD: PR of 2020-03-21 (P-R1) is not confirmed, since no later assessment counts. From "
            "day 42 on it is stable disease all the same."
        )
    ]
    assert (
        "since P-R2 of 2020-04-30 is PR, and PR confirms no CR."
        in confirmed(con, "0-63 nivolumab\n80 scan CR\n120 scan PR")[0]
    )
    assert (
        "since P-R2 of 2020-04-10 is SD."
        in confirmed(con, "0-63 nivolumab\n80 scan PR\n100 scan SD\n120 scan PR")[0]
    )
    two = "0-63 nivolumab\n80 scan PR\n100 scan NE\n110 scan NE\n120 scan PR"
    assert (
        "since 2 assessments between could not be evaluated, 1 allowed." in confirmed(con, two)[0]
    )
    lost = "0-63 nivolumab\n80 scan PR\n100 scan CR\n120 scan PR"
    assert confirmed(con, lost) == [
        (
            "SD: CR of 2020-04-10 (P-R2) is not confirmed, since P-R3 is only 20 days later, and "
            "28 days are required. From day 42 on it is stable disease all the same."
        )
    ]
    assert confirmed(con, "0-63 nivolumab\n30 scan PR") == [
        (
            "NE: PR of 2020-01-31 (P-R1) is not confirmed, since no later assessment counts. "
            "Before day 42 it is not stable disease either."
        )
    ]


def test_a_confirmed_pr_says_why_the_cr_is_not(con):
    assert confirmed(con, "0-63 nivolumab\n80 scan PR\n120 scan CR") == [
        (
            "PR: PR of 2020-03-21 (P-R1) is confirmed, since P-R2 is CR 40 days later (28 are "
            "required). CR of 2020-04-30 (P-R2) is not, since no later assessment counts."
        )
    ]


def test_stable_disease_between_may_be_allowed(con):
    timeline = "0-63 nivolumab\n80 scan PR\n100 scan SD\n120 scan PR"
    assert confirmed(con, timeline, parameters={"accept_stable_between": 1}) == [
        (
            "PR: PR of 2020-03-21 (P-R1) is confirmed, since P-R3 is PR 40 days later (28 are "
            "required)."
        )
    ]


def progression(con, timeline: str, **options: object) -> list[str]:
    return said(of(con, timeline, responses, **options), "Progression")


def test_a_progression_says_which_record_shows_it(con):
    assert progression(con, "0-63 nivolumab\n80 scan PD") == [
        "2020-03-21 (day 80): P-R1 is the first PD of the line, 80 days after its start."
    ]
    assert progression(con, "0-63 nivolumab reason=progression") == [
        (
            "2020-03-04 (day 63): P-T1 stopped for progression, 63 days after the line's start, "
            "and no assessment by then or in the 42 days after it shows PD."
        )
    ]
    assert progression(con, "0- nivolumab reason=progression") == [
        (
            "On a day that is not known: P-T1 stopped for progression, and its stop is not "
            "registered or lies past the data cut-off."
        )
    ]
    assert progression(con, "0-63 nivolumab") == ["None of the line is registered."]


def test_irecist_says_what_was_confirmed_and_what_was_not(con):
    assert progression(con, "0-ongoing nivolumab\n80 scan iUPD\n108 scan iCPD") == [
        (
            "2020-03-21 (day 80): the first iUPD since the last reset, confirmed by P-R2, iCPD of "
            "2020-04-18; 80 days after the line's start."
        )
    ]
    assert progression(con, "0-ongoing nivolumab\n80 scan iUPD") == [
        (
            "2020-03-21 (day 80): P-R1 is an iUPD that no later assessment reset, and it counts "
            "although it was not confirmed, since no assessment follows; 80 days after the "
            "line's start."
        )
    ]
    assert (
        "since no assessment follows and treatment had stopped;"
        in progression(con, "0-63 nivolumab\n80 scan iUPD")[0]
    )


def pfs(con, timeline: str, label: str = "PFS", number: int = 1) -> list[str]:
    return said(of(con, timeline, times, number), label)


def test_times_say_start_end_and_what_ended_them(con):
    progressed = "0-63 nivolumab\n80 scan PD\n400 death melanoma"
    assert pfs(con, progressed) == [
        "80 days, 2020-01-01 to 2020-03-21 (day 80). Event: progression shown by P-R1."
    ]
    assert pfs(con, progressed, "OS") == [
        "400 days, 2020-01-01 to 2021-02-04 (day 400). Event: death."
    ]
    alive = "0-63 nivolumab\n80 scan SD\n400 linked"
    assert pfs(con, alive) == [
        (
            "80 days, 2020-01-01 to 2020-03-21 (day 80). Censored: alive without progression at "
            "the last evaluable assessment, P-R1."
        )
    ]
    assert pfs(con, alive, "OS") == [
        (
            "400 days, 2020-01-01 to 2021-02-04 (day 400). Censored: known to be alive at the "
            "vital status date."
        )
    ]
    # True whether an earlier contact is registered or none.
    for contact in ("", "\n40 contact"):
        assert pfs(con, f"0-63 nivolumab reason=progression{contact}", "OS") == [
            (
                "63 days, 2020-01-01 to 2020-03-04 (day 63). Censored: alive at the last start, "
                "dose, assessment, procedure, onset of an event or progression; no later contact "
                "is registered."
            )
        ]
    assert pfs(con, "0-63 nivolumab\n400 contact") == [
        (
            "0 days, 2020-01-01 to 2020-01-01 (day 0). Censored at the start: alive, without "
            "progression and without an evaluable assessment."
        )
    ]


def test_a_progression_of_a_later_line_ends_pfs_of_the_earlier_one(con):
    timeline = "0-63 nivolumab\n200-260 dacarbazine\n230 scan PD"
    assert pfs(con, timeline) == [
        (
            "230 days, 2020-01-01 to 2020-08-18 (day 230). Event: progression shown by P-R1. It "
            "was recorded under advanced line 2; treatment given next is ignored."
        )
    ]
    assert pfs(con, timeline, "TTNT") == [
        "200 days, 2020-01-01 to 2020-07-19 (day 200). Event: advanced line 2 started."
    ]


def test_the_duration_of_response_runs_from_the_first_one(con):
    timeline = "0-63 nivolumab\n80 scan PR\n160 scan CR\n300 scan PD"
    assert pfs(con, timeline, "DoR") == [
        (
            "220 days, from the first response on 2020-03-21 to 2020-10-27 (day 300). Event: "
            "progression shown by P-R3."
        )
    ]
    assert pfs(con, "0-63 nivolumab\n80 scan SD", "DoR") == [
        "None: the line has no complete or partial response."
    ]


def events(con, timeline: str, label: str = "Adverse event", **options: object) -> list[str]:
    return said(of(con, timeline, toxicity, **options), label)


def test_an_event_says_how_it_was_attributed(con):
    assert events(con, "0-63 nivolumab severe=yes\n40 event Colitis 3 of=T1") == [
        (
            "Colitis, grade 3, 2020-02-10 (day 40), immune related (by the term list); of this "
            "line because it was entered for P-T1."
        )
    ]
    assert events(con, "0-63 nivolumab\n153 event Fatigue 2 irae=no") == [
        (
            "Fatigue, grade 2, 2020-06-02 (day 153), not immune related (as entered); of this line "
            "by its date, 90 days after the line's end, within the window of 90 days."
        )
    ]
    facts = facts_of(con, "0-63 nivolumab\n154 event Fatigue 2 irae=no")
    assert [one.text for one in toxicity.unassigned(facts)] == [
        (
            "Fatigue, grade 2, 2020-06-03 (day 154): of no line, since it began 91 days after the "
            "end of advanced line 1, past the window of 90 days."
        )
    ]


def test_no_severe_toxicity_is_told_apart_from_not_reported(con):
    assert events(con, "0-63 nivolumab severe=no", "Severe toxicity")[0].startswith(
        "Known: severe toxicity is entered as P-T1: no."
    )
    assert events(con, "0-63 nivolumab", "Severe toxicity")[0].startswith(
        "Not reported: severe toxicity is not entered."
    )
    assert events(con, "0-63 nivolumab\n40 event Colitis 3 of=T1", "Severe toxicity")[0].startswith(
        "Not reported: severe toxicity is not entered; an event of grade 3 is registered, and is "
        "counted apart"
    )


def test_the_entered_response_stands_beside(con):
    found = of(con, "0-63 nivolumab best=CR\n80 scan SD", responses)
    assert said(found, "Entered") == ["The best response entered is CR; not what is derived."]
    found = of(con, "0-63 nivolumab best=PR", responses, declares={"responses": "best_response"})
    assert said(found, "Best response") == [
        (
            "PR, as entered: this source registers the best response of an episode, not every "
            "assessment."
        )
    ]


FINDING = Finding(
    rule_id="RSP-X01",
    title="An assessment has a date",
    severity="error",
    stage="source",
    subject="responses",
    record_key="P-R1",
    is_accepted=False,
    raw_values='{"assessment_date": null}',
    compared_with='{"start_date": "2020-01-01"}',
    fix="Fill it in.",
    affects="response,pfs",
    source_file="responses.csv",
    source_line=2,
)


def doubts(con, *findings: Finding) -> list[str]:
    made = (
        Doubt("P|advanced|1", "pfs", FINDING.rule_id),
        Doubt("P|advanced|1", "response", FINDING.rule_id),
    )
    facts = replace(facts_of(con, "0-63 nivolumab"), findings=findings, doubts=made)
    said_of_it = list(doubt.statements(facts))
    assert str(said_of_it[0].sources[0]) == "responses.csv:2"
    return [one.text for one in said_of_it]


def test_a_finding_says_what_it_makes_doubtful(con):
    said_of_it = (
        "{}: this should hold and does not: An assessment has a date. Registered: assessment_date "
        "= empty, compared with start_date = 2020-01-01. {} Fill it in."
    )
    doubtful = "makes doubtful: PFS and the response of advanced line 1."
    assert doubts(con, FINDING) == [said_of_it.format("Error", f"It {doubtful}")]
    together = f"With the other findings of this rule it {doubtful}"
    assert doubts(con, FINDING, replace(FINDING, record_key="P-R2"))[0] == said_of_it.format(
        "Error", together
    )
    assert doubts(con, replace(FINDING, is_accepted=True)) == [
        said_of_it.format("Error", "It was accepted, so it makes nothing doubtful.")
    ]
    assert doubts(con, replace(FINDING, rule_id="RSP-X02", severity="warning")) == [
        said_of_it.format("Warning", "It makes no derived value doubtful.")
    ]

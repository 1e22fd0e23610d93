"""Chapter: confirmed best response."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

BOTH = "best_overall_response | best_overall_response_confirmed\n"

CHAPTER = Chapter(
    "confirmation",
    "When is a response confirmed?",
    "When it is held at a later assessment at least 28 days on. Between the two only CR and NE "
    "for a CR, or CR, PR and NE for a PR, and at most one NE. A CR followed by PR is not "
    "confirmed. An unconfirmed response is SD from day 42 on, else NE. A confirmed response is dated "
    "at the first of the pair.",
    (
        Paragraph(
            "PR held for 28 days is confirmed",
            """
            0-63  nivolumab
            80    scan PR
            108   scan PR
            """,
            BOTH + "PR | PR",
        ),
        Paragraph(
            "PR held for 27 days is not",
            """
            0-63  nivolumab
            80    scan PR
            107   scan PR
            """,
            BOTH + "PR | SD",
        ),
        Paragraph(
            "PR held for 29 days is confirmed",
            """
            0-63  nivolumab
            80    scan PR
            109   scan PR
            """,
            BOTH + "PR | PR",
        ),
        Paragraph(
            "CR held for 27 days is not confirmed, for 28 days it is",
            """
            0-63  nivolumab
            80    scan CR
            107   scan CR
            108   scan CR
            """,
            BOTH + "CR | CR",
        ),
        Paragraph(
            "CR held for 27 days only is SD",
            """
            0-63  nivolumab
            80    scan CR
            107   scan CR
            """,
            BOTH + "CR | SD",
        ),
        Paragraph(
            "The confirmed response is dated at the first of the pair, not when it was confirmed",
            """
            0-63  nivolumab
            60    scan SD
            80    scan PR
            120   scan PR
            200   scan CR
            """,
            """
            best_overall_response | best_overall_response_confirmed | best_overall_response_confirmed_date | first_response_date | first_response_confirmed_date
            CR                    | PR                              | 80                                   | 80                  | 80
            """,
        ),
        Paragraph(
            "The first response and the first that was confirmed may differ",
            """
            0-63  nivolumab
            60    scan PR
            80    scan SD
            120   scan PR
            148   scan PR
            """,
            """
            first_response_date | first_response_confirmed_date | best_overall_response_date | best_overall_response_confirmed_date
            60                  | 120                           | 60                         | 120
            """,
        ),
        Paragraph(
            "PR and then CR confirms the PR, not the CR",
            """
            0-63  nivolumab
            80    scan PR
            120   scan CR
            """,
            BOTH + "CR | PR",
        ),
        Paragraph(
            "CR and then PR does not confirm",
            """
            0-63  nivolumab
            80    scan CR
            120   scan PR
            """,
            BOTH + "CR | SD",
        ),
        Paragraph(
            "CR and then CR is confirmed",
            """
            0-63  nivolumab
            80    scan CR
            120   scan CR
            """,
            BOTH + "CR | CR",
        ),
        Paragraph(
            "One NE between does no harm",
            """
            0-63  nivolumab
            80    scan PR
            100   scan NE
            120   scan PR
            """,
            BOTH + "PR | PR",
        ),
        Paragraph(
            "Two NE between do",
            """
            0-63  nivolumab
            80    scan PR
            100   scan NE
            110   scan NE
            120   scan PR
            """,
            BOTH + "PR | SD",
        ),
        Paragraph(
            "SD between breaks it, and a later pair may confirm all the same",
            """
            0-63  nivolumab
            80    scan PR
            100   scan SD
            120   scan PR
            148   scan PR
            """,
            BOTH + "PR | PR",
        ),
        Paragraph(
            "SD between breaks it",
            """
            0-63  nivolumab
            80    scan PR
            100   scan SD
            120   scan PR
            """,
            BOTH + "PR | SD",
        ),
        Paragraph(
            "PR, an early CR and PR again is not confirmed",
            """
            0-63  nivolumab
            80    scan PR
            100   scan CR
            120   scan PR
            """,
            BOTH + "CR | SD",
            because="The disease was gone and came back.",
        ),
        Paragraph(
            "Nor where stable disease follows: confirmed it is stable disease",
            """
            0-63  nivolumab
            60    scan PR
            80    scan CR
            100   scan PR
            130   scan SD
            """,
            BOTH + "CR | SD",
        ),
        Paragraph(
            "After a CR, two PR 28 days apart confirm a PR, not the CR",
            """
            0-63  nivolumab
            80    scan CR
            120   scan PR
            148   scan PR
            """,
            BOTH + "CR | PR",
            because="The CR was claimed and was none; the PR was held.",
        ),
        Paragraph(
            "NON-CR/NON-PD between breaks it",
            """
            0-63  nivolumab
            80    scan PR
            100   scan NON-CR/NON-PD
            120   scan PR
            """,
            BOTH + "PR | SD",
        ),
        Paragraph(
            "What is seen with the first PD or after it confirms nothing",
            """
            0-63  nivolumab
            80    scan PR
            108   scan PD
            120   scan PR
            """,
            BOTH + "PR | SD",
        ),
        Paragraph(
            "One SD between, when a study accepts one",
            """
            0-63  nivolumab
            80    scan PR
            100   scan SD
            120   scan PR
            """,
            BOTH + "PR | PR",
            parameters={"accept_stable_between": 1},
        ),
        Paragraph(
            "Two SD between, when a study accepts one",
            """
            0-63  nivolumab
            80    scan PR
            90    scan SD
            100   scan SD
            120   scan PR
            """,
            BOTH + "PR | SD",
            parameters={"accept_stable_between": 1},
        ),
        Paragraph(
            "An SD between is never accepted for a CR",
            """
            0-63  nivolumab
            80    scan CR
            100   scan SD
            120   scan CR
            """,
            BOTH + "CR | SD",
            parameters={"accept_stable_between": 1},
        ),
        Paragraph(
            "An accepted SD hides no relapse: CR, SD and PR do not confirm the PR before",
            """
            0-63  nivolumab
            80    scan PR
            90    scan CR
            100   scan SD
            120   scan PR
            """,
            BOTH + "CR | SD",
            parameters={"accept_stable_between": 1},
        ),
        Paragraph(
            "One NE between, when a study accepts none",
            """
            0-63  nivolumab
            80    scan PR
            100   scan NE
            120   scan PR
            """,
            BOTH + "PR | SD",
            parameters={"confirmation_max_not_evaluable": 0},
        ),
        Paragraph(
            "Two NE between, when a study accepts two",
            """
            0-63  nivolumab
            80    scan CR
            100   scan NE
            110   scan NE
            120   scan CR
            """,
            BOTH + "CR | CR",
            parameters={"confirmation_max_not_evaluable": 2},
        ),
        Paragraph(
            "An unconfirmed PR on day 41 is NE",
            """
            0-63  nivolumab
            41    scan PR
            """,
            BOTH + "PR | NE",
        ),
        Paragraph(
            "An unconfirmed PR on day 42 is SD",
            """
            0-63  nivolumab
            42    scan PR
            """,
            BOTH + "PR | SD",
        ),
        Paragraph(
            "An unconfirmed CR on day 43 is SD",
            """
            0-63  nivolumab
            43    scan CR
            """,
            BOTH + "CR | SD",
        ),
        Paragraph(
            "An early PR may be confirmed",
            """
            0-63  nivolumab
            14    scan PR
            42    scan PR
            """,
            """
            best_overall_response_confirmed | first_response_confirmed_date
            PR                              | 14
            """,
        ),
        Paragraph(
            "An unconfirmed PR before day 42 is NE",
            """
            0-63  nivolumab
            30    scan PR
            """,
            BOTH + "PR | NE",
        ),
        Paragraph(
            "An unconfirmed PR before day 42 and then PD is PD",
            """
            0-63  nivolumab
            30    scan PR
            60    scan PD
            """,
            BOTH + "PR | PD",
        ),
        Paragraph(
            "PR held for 42 days, when a study confirms at 42",
            """
            0-63  nivolumab
            80    scan PR
            122   scan PR
            """,
            BOTH + "PR | PR",
            parameters={"confirmation_days": 42},
        ),
        Paragraph(
            "PR held for 41 days, when a study confirms at 42",
            """
            0-63  nivolumab
            80    scan PR
            121   scan PR
            """,
            BOTH + "PR | SD",
            parameters={"confirmation_days": 42},
        ),
        Paragraph(
            "A study may confirm at 42 days",
            """
            0-63  nivolumab
            80    scan PR
            108   scan PR
            """,
            BOTH + "PR | SD",
            parameters={"confirmation_days": 42},
        ),
    ),
)

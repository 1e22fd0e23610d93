"""Chapter: confirmed best response."""

from tests.spec.language import Chapter, Paragraph

BOTH = "best_overall_response | best_overall_response_confirmed\n"

CHAPTER = Chapter(
    "confirmation",
    "When is a response confirmed?",
    "When it is held at a later assessment at least 28 days on. Between the two only CR and NE "
    "for a CR, or CR, PR and NE for a PR, and at most one NE. A CR followed by PR is not "
    "confirmed. An unconfirmed response is SD from day 42 on, else NE.",
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

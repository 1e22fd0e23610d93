"""Chapter: best overall response, unconfirmed."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "best-response",
    "What is the best overall response of a line?",
    "The best of CR, PR, SD from day 42 on, NON-CR/NON-PD from day 42 on, PD and NE over the line's "
    "assessments up to the first PD or the stop for progression, whichever is earlier, and that "
    "first PD whatever its day. The start day is baseline; the next line's start day still belongs "
    "to the line before it.",
    (
        Paragraph(
            "The best counts, not the last, and its date is the first at which it was met",
            """
            0-63  ipilimumab + nivolumab
            80    scan SD
            160   scan PR
            240   scan PR
            """,
            """
            best_overall_response | best_overall_response_date | response_evaluable | responder
            PR                    | 160                        | yes                | yes
            """,
        ),
        Paragraph(
            "What comes after the first PD does not count",
            """
            0-63  ipilimumab + nivolumab
            80    scan SD
            160   scan PD
            240   scan CR
            """,
            """
            best_overall_response | best_overall_response_date | responder
            SD                    | 80                         | no
            """,
        ),
        Paragraph(
            "Stable disease on day 42 counts",
            """
            0-63  nivolumab
            42    scan SD
            """,
            """
            best_overall_response | best_overall_response_date | response_evaluable | responder
            SD                    | 42                         | yes                | no
            """,
        ),
        Paragraph(
            "Stable disease on day 41 is not evaluable as a response, but was evaluated",
            """
            0-63  nivolumab
            41    scan SD
            """,
            """
            best_overall_response | best_overall_response_date | response_evaluable | responder
            NE                    | 41                         | yes                | no
            """,
            because="A lone early SD is evaluable, its best response NE, and no responder.",
        ),
        Paragraph(
            "Stable disease on day 43 counts, and controls the disease",
            """
            0-63  nivolumab
            43    scan SD
            """,
            """
            best_overall_response | disease_control | responder
            SD                    | yes             | no
            """,
        ),
        Paragraph(
            "A lone early SD controls nothing",
            """
            0-63  nivolumab
            41    scan SD
            """,
            """
            best_overall_response | disease_control
            NE                    | no
            """,
        ),
        Paragraph(
            "Stable disease on day 56, when a study asks for 56 days",
            """
            0-63  nivolumab
            56    scan SD
            """,
            """
            best_overall_response
            SD
            """,
            parameters={"stable_disease_days": 56},
        ),
        Paragraph(
            "Stable disease on day 55, when a study asks for 56 days",
            """
            0-63  nivolumab
            55    scan SD
            """,
            """
            best_overall_response
            NE
            """,
            parameters={"stable_disease_days": 56},
        ),
        Paragraph(
            "A study may ask for stable disease at 56 days",
            """
            0-63  nivolumab
            42    scan SD
            """,
            """
            best_overall_response
            NE
            """,
            parameters={"stable_disease_days": 56},
        ),
        Paragraph(
            "A partial response needs no minimum time, unless it must be held",
            """
            0-63  nivolumab
            30    scan PR
            60    scan PD
            """,
            """
            best_overall_response | best_overall_response_date | best_overall_response_confirmed
            PR                    | 30                         | PD
            """,
        ),
        Paragraph(
            "Non-target disease that neither vanished nor progressed goes before PD",
            """
            0-63  nivolumab
            60    scan NON-CR/NON-PD
            120   scan PD
            """,
            """
            best_overall_response | best_overall_response_date | responder
            NON-CR/NON-PD         | 60                         | no
            """,
        ),
        Paragraph(
            "As much time is asked of NON-CR/NON-PD as of SD: on day 41 it is NE",
            """
            0-63  nivolumab
            41    scan NON-CR/NON-PD
            """,
            """
            best_overall_response | disease_control | response_evaluable | responder
            NE                    | no              | yes                | no
            """,
        ),
        Paragraph(
            "As much time is asked of NON-CR/NON-PD as of SD: on day 42 it counts",
            """
            0-63  nivolumab
            42    scan NON-CR/NON-PD
            """,
            """
            best_overall_response | disease_control
            NON-CR/NON-PD         | yes
            """,
        ),
        Paragraph(
            "A study may count NON-CR/NON-PD however early",
            """
            0-63  nivolumab
            41    scan NON-CR/NON-PD
            """,
            """
            best_overall_response | disease_control
            NON-CR/NON-PD         | yes
            """,
            parameters={"non_target_days": 0},
        ),
        Paragraph(
            "An early NON-CR/NON-PD is NE, and a PD after it goes before it",
            """
            0-63  nivolumab
            30    scan NON-CR/NON-PD
            60    scan PD
            """,
            """
            best_overall_response | best_overall_response_date
            PD                    | 60
            """,
        ),
        Paragraph(
            "Stable disease goes before NON-CR/NON-PD, whichever came first",
            """
            0-63  nivolumab
            60    scan NON-CR/NON-PD
            120   scan SD
            """,
            """
            best_overall_response | best_overall_response_date
            SD                    | 120
            """,
        ),
        Paragraph(
            "The first response is not the best one's date",
            """
            0-63  nivolumab
            80    scan PR
            160   scan CR
            """,
            """
            best_overall_response | best_overall_response_date | first_response_date | days_to_response
            CR                    | 160                        | 80                  | 80
            """,
        ),
        Paragraph(
            "The response seen with the first PD of the same day is none",
            """
            0-63  nivolumab
            80    scan SD
            160   scan PR
            160   scan PD
            """,
            """
            best_overall_response | first_response_date | days_to_response
            SD                    |                     |
            """,
        ),
        Paragraph(
            "Of NON-CR/NON-PD and SD on one day the former counts, of CR and NE the CR",
            """
            0-63  nivolumab
            80    scan SD
            80    scan NON-CR/NON-PD
            160   scan NE
            160   scan CR
            """,
            """
            best_overall_response | best_overall_response_date | best_overall_response_confirmed
            CR                    | 160                        | SD
            """,
            because="NE says nothing about the disease, so what was seen that day stands.",
        ),
        Paragraph(
            "An early SD and then PD is PD",
            """
            0-63  nivolumab
            30    scan SD
            60    scan PD
            """,
            """
            best_overall_response | best_overall_response_date
            PD                    | 60
            """,
        ),
        Paragraph(
            "Of several assessments on one day the worst counts",
            """
            0-63  nivolumab
            80    scan PR
            80    scan SD
            """,
            """
            best_overall_response
            SD
            """,
        ),
        Paragraph(
            "PD and CR on one day is PD, and the end",
            """
            0-63  nivolumab
            80    scan CR
            80    scan PD
            160   scan CR
            """,
            """
            best_overall_response | progression_date | pfs_days
            PD                    | 80               | 80
            """,
        ),
        Paragraph(
            "Only NE is not evaluable, and says nothing about response",
            """
            0-63  nivolumab
            80    scan NE
            """,
            """
            best_overall_response | response_evaluable | responder
            NE                    | no                 |
            """,
        ),
        Paragraph(
            "No assessment is no response",
            """
            0-63  nivolumab
            """,
            """
            best_overall_response | best_overall_response_date | best_overall_response_confirmed | response_evaluable | responder
                                  |                            |                                 | no                 |
            """,
        ),
        Paragraph(
            "A study may call no assessment NE; it stays not evaluable",
            """
            0-63  nivolumab
            """,
            """
            best_overall_response | best_overall_response_date | best_overall_response_confirmed | response_evaluable | responder | disease_control
            NE                    |                            | NE                              | no                 |           |
            """,
            parameters={"missing_as_not_evaluable": True},
        ),
        Paragraph(
            "An assessment on the start day is baseline",
            """
            0-63  nivolumab
            0     scan PD
            60    scan PR
            """,
            """
            best_overall_response | progression_date
            PR                    |
            """,
            responses="""
            response_id | line_id    | line_assignment
            R1          |            | unassigned
            R2          | advanced 1 | date
            """,
        ),
        Paragraph(
            "An assessment on the next line's start day belongs to the line before",
            """
            0-63     nivolumab
            100-150  dacarbazine
            100      scan PD
            """,
            """
            line_id    | best_overall_response | progression_date
            advanced 1 | PD                    | 100
            advanced 2 |                       |
            """,
        ),
        Paragraph(
            "An assessment on the day after the next line's start belongs to that line",
            """
            0-63     nivolumab
            100-150  dacarbazine
            101      scan PR
            """,
            """
            line_id    | best_overall_response | days_to_response
            advanced 1 |                       |
            advanced 2 | PR                    | 1
            """,
        ),
        Paragraph(
            "The date decides, not the episode an assessment was entered for",
            """
            0-63     nivolumab
            100-150  dacarbazine
            80       scan SD  of=T2
            120      scan PR  of=T2
            """,
            """
            line_id    | best_overall_response
            advanced 1 | SD
            advanced 2 | PR
            """,
            responses="""
            response_id | line_id    | line_assignment        | days_from_line_start
            R1          | advanced 1 | date_against_treatment | 80
            R2          | advanced 2 | treatment_and_date     | 20
            """,
        ),
        Paragraph(
            "A scan known to the month is moved after the start of its episode",
            """
            2020-03-20-2020-06-30  nivolumab
            2020-03                scan NE  of=T1
            """,
            """
            best_overall_response | best_overall_response_date
            NE                    | 80
            """,
            because="The fifteenth would be before the start; day 80 is the day after it.",
        ),
    ),
)

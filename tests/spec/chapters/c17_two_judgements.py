"""Chapter: two sets of criteria in a line, and the response that was entered."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "two-judgements",
    "What if a line is judged in two ways?",
    "By RECIST 1.1 and by iRECIST: then all of it is read in RECIST 1.1, in which what iRECIST "
    "holds open is PD. By a clinician beside either: that is no mixture. By the derivation and by "
    "the hospital: both stand side by side, and a study says which it takes.",
    (
        Paragraph(
            "RECIST 1.1 and then an iUPD: the iUPD is a PD",
            """
            0-ongoing  nivolumab
            80         scan PR
            160        scan iUPD
            200        scan iSD
            """,
            """
            criteria | best_overall_response | progression_date | progression_source | pfs_days | pfs_event
            mixed    | PR                    | 160              | assessment         | 160      | yes
            """,
            because="iSD after an iUPD means something in iRECIST only; the line is not read in iRECIST.",
        ),
        Paragraph(
            "The best response of a mixed line has no letter",
            """
            0-ongoing  nivolumab
            80         scan iPR
            160        scan SD
            """,
            """
            criteria | best_overall_response | best_overall_response_confirmed
            mixed    | PR                    | SD
            """,
        ),
        Paragraph(
            "A response is held in either words",
            """
            0-ongoing  nivolumab
            80         scan iPR
            108        scan PR
            """,
            """
            criteria | best_overall_response | best_overall_response_confirmed
            mixed    | PR                    | PR
            """,
        ),
        Paragraph(
            "A PD of RECIST 1.1 in an iRECIST line makes it mixed, and is the progression",
            """
            0-ongoing  nivolumab
            80         scan iSD
            136        scan PD
            192        scan iPR
            """,
            """
            criteria | best_overall_response | progression_date
            mixed    | SD                    | 136
            """,
        ),
        Paragraph(
            "iUPD and PD on one day are the progression of that day",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            80         scan PD
            160        scan iSD
            """,
            """
            criteria | best_overall_response | progression_date
            mixed    | PD                    | 80
            """,
        ),
        Paragraph(
            "An iUPD of a mixed line opens no line by itself",
            """
            0-100     nivolumab
            50        scan SD
            80        scan iUPD
            150-300   nivolumab
            """,
            """
            line_id    | criteria | progression_date
            advanced 1 | mixed    | 80
            """,
            because="Lines are built before their assessments are; evidence is read code by code.",
        ),
        Paragraph(
            "NE under the other criteria mixes nothing",
            """
            0-ongoing  nivolumab
            80         scan PR
            108        scan NE   criteria=iRECIST
            """,
            """
            criteria  | best_overall_response
            RECIST1.1 | PR
            """,
        ),
        Paragraph(
            "One mixed line leaves the next alone",
            """
            0-63     nivolumab
            50       scan PR
            60       scan iPR
            100-200  dacarbazine
            150      scan iUPD
            180      scan iSD
            """,
            """
            line_id    | criteria | best_overall_response | progression_date
            advanced 1 | mixed    | PR                    |
            advanced 2 | iRECIST  | iSD                   |
            """,
        ),
        Paragraph(
            "A clinical progression stands beside RECIST 1.1",
            """
            0-ongoing  nivolumab
            80         scan SD
            120        scan PD   criteria=clinical
            """,
            """
            criteria  | best_overall_response | progression_date
            RECIST1.1 | SD                    | 120
            """,
        ),
        Paragraph(
            "A clinical progression after an iUPD leaves nothing to wait for",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            120        scan PD    criteria=clinical
            """,
            """
            criteria | best_overall_response | progression_date | progression_source
            iRECIST  | iUPD                  | 80               | unconfirmed_iUPD
            """,
        ),
        Paragraph(
            "A clinical progression after a reset is its own",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan iSD
            140        scan PD    criteria=clinical
            """,
            """
            criteria | best_overall_response | progression_date | progression_source
            iRECIST  | iSD                   | 140              | assessment
            """,
        ),
        Paragraph(
            "A line that only clinicians judged says so",
            """
            0-ongoing  nivolumab
            80         scan PR   criteria=clinical
            """,
            """
            criteria | best_overall_response | responder
            clinical | PR                    | yes
            """,
        ),
        Paragraph(
            "Only NE: the criteria registered with it",
            """
            0-ongoing  nivolumab
            80         scan NE   criteria=iRECIST
            """,
            """
            criteria | best_overall_response | response_evaluable
            iRECIST  | NE                    | no
            """,
        ),
        Paragraph(
            "A line without assessments has no criteria",
            """
            0-ongoing  nivolumab
            """,
            """
            line_id    | criteria | best_overall_response
            advanced 1 |          |
            """,
        ),
        Paragraph(
            "Entered and derived agree",
            """
            0-63  nivolumab   best=PR
            80    scan PR
            """,
            """
            best_overall_response | entered_best_response | entered_responder | entered_response_agreement
            PR                    | PR                    | yes               | same
            """,
        ),
        Paragraph(
            "What is entered for an episode is of the line in which it started",
            """
            0-196   nivolumab   best=PR
            60-123  ipilimumab  best=PD
            """,
            """
            line_id    | start_date | entered_best_response
            advanced 1 | 0          | PR
            advanced 2 | 60         | PD
            """,
        ),
        Paragraph(
            "A later line to which the episode adds a substance has none from it",
            """
            0-196  ipilimumab + nivolumab  best=PR drugs=nivolumab:0:100,ipilimumab:150:196
            120    scan PD
            """,
            """
            line_id    | start_date | entered_best_response
            advanced 1 | 0          | PR
            advanced 2 | 150        |
            """,
        ),
        Paragraph(
            "They agree whatever the letter",
            """
            0-63  nivolumab   best=PD
            80    scan iUPD
            """,
            """
            best_overall_response | entered_best_response | entered_response_agreement
            iUPD                  | PD                    | same
            """,
        ),
        Paragraph(
            "The hospital entered the confirmed response",
            """
            0-63  nivolumab   best=SD
            80    scan PR
            120   scan PD
            """,
            """
            best_overall_response | best_overall_response_confirmed | entered_best_response | entered_response_agreement
            PR                    | SD                              | SD                    | same_when_confirmed
            """,
        ),
        Paragraph(
            "They differ, and the response rate does not",
            """
            0-63  nivolumab   best=CR
            80    scan PR
            120   scan PR
            """,
            """
            best_overall_response | entered_best_response | entered_response_agreement
            PR                    | CR                    | same_responder_status
            """,
        ),
        Paragraph(
            "They differ, and so does the response rate",
            """
            0-63  nivolumab   best=CR
            80    scan SD
            """,
            """
            best_overall_response | responder | entered_best_response | entered_responder | entered_response_agreement
            SD                    | no        | CR                    | yes               | differs
            """,
        ),
        Paragraph(
            "Entered as not evaluable is no responder status",
            """
            0-63  nivolumab   best=NE
            80    scan SD
            """,
            """
            entered_best_response | entered_responder | entered_response_agreement
            NE                    |                   | differs
            """,
        ),
        Paragraph(
            "Nothing entered, nothing to compare",
            """
            0-63  nivolumab
            80    scan SD
            """,
            """
            best_overall_response | entered_best_response | entered_response_agreement
            SD                    |                       |
            """,
        ),
        Paragraph(
            "Entered without assessments: nothing to compare, and both are there to choose from",
            """
            0-63  nivolumab   best=PR
            """,
            """
            best_overall_response | entered_best_response | entered_responder | entered_response_agreement
                                  | PR                    | yes               |
            """,
        ),
        Paragraph(
            "Of a line's episodes the best entered counts",
            """
            0-63     nivolumab   best=SD
            70-150   nivolumab   best=iPR
            """,
            """
            entered_best_response | entered_responder
            iPR                   | yes
            """,
        ),
        Paragraph(
            "A source that registers best responses is read as entered",
            """
            0-63     nivolumab   best=SD
            70-150   nivolumab   best=PR
            200-300  dacarbazine
            """,
            """
            line_id    | best_overall_response | best_overall_response_date | best_overall_response_confirmed | first_response_date | response_source | response_evaluable | responder | disease_control | entered_response_agreement
            advanced 1 | PR                    |                            |                                 |                     | entered         | yes                | yes       | yes             |
            advanced 2 |                       |                            |                                 |                     | entered         | no                 |           |                 |
            """,
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "Elsewhere the entered best response is not used",
            """
            0-63  nivolumab   best=CR
            80    scan SD
            """,
            """
            best_overall_response | response_source
            SD                    | assessments
            """,
        ),
    ),
)

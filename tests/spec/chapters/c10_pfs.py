"""Chapter: progression-free survival."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

TIME = "line_id | days | event | end_reason | record_key\n"
PFS = "line_id | pfs_days | pfs_event | pfs_end_reason\n"

CHAPTER = Chapter(
    "progression-free-survival",
    "How long was a patient free of progression?",
    "From the line's start to the first progression, wherever it was recorded, or death from any "
    "cause, whatever was given next. The living without progression are censored at their last "
    "evaluable assessment on or after the start, else at the start.",
    (
        Paragraph(
            "Progression is an event",
            """
            0-63  nivolumab
            80    scan PD
            200   death melanoma
            """,
            PFS + "advanced 1 | 80 | yes | progression",
        ),
        Paragraph(
            "Death without progression is an event",
            """
            0-63  nivolumab
            80    scan PR
            200   death other
            """,
            PFS + "advanced 1 | 200 | yes | death",
        ),
        Paragraph(
            "Progression on the day of death is progression",
            """
            0-63  nivolumab
            80    scan PD
            80    death melanoma
            """,
            PFS + "advanced 1 | 80 | yes | progression",
        ),
        Paragraph(
            "The living are censored at the last assessment that could be evaluated",
            """
            0-63  nivolumab
            80    scan PR
            160   scan NE
            400   contact
            """,
            PFS + "advanced 1 | 80 | no | censored_last_evaluable_assessment",
        ),
        Paragraph(
            "Without an assessment they are censored at the start",
            """
            0-63  nivolumab
            400   contact
            """,
            PFS + "advanced 1 | 0 | no | censored_line_start",
        ),
        Paragraph(
            "A progression first recorded under the next line ends the first line's time too",
            """
            0-63     nivolumab  reason=toxicity
            100-200  dacarbazine
            160      scan PD
            """,
            PFS + "advanced 1 | 160 | yes | progression\nadvanced 2 | 60 | yes | progression",
        ),
        Paragraph(
            "The next therapy neither ends nor censors the time",
            """
            0-63     nivolumab  reason=toxicity
            100-200  dacarbazine
            160      scan SD
            """,
            PFS
            + "advanced 1 | 160 | no | censored_last_evaluable_assessment\n"
            + "advanced 2 | 60 | no | censored_last_evaluable_assessment",
        ),
        Paragraph(
            "An earlier line's progression is not the later line's",
            """
            0-63     nivolumab
            80       scan PD
            100-200  dacarbazine
            """,
            PFS + "advanced 1 | 80 | yes | progression\nadvanced 2 | 0 | no | censored_line_start",
        ),
        Paragraph(
            "A stop for progression counts where no assessment shows it",
            """
            0-63  nivolumab  reason=progression
            """,
            PFS + "advanced 1 | 63 | yes | progression",
        ),
        Paragraph(
            "An assessment goes before the stop reason",
            """
            0-63  nivolumab  reason=progression
            70    scan PD
            """,
            PFS + "advanced 1 | 70 | yes | progression",
        ),
        Paragraph(
            "Dead on an unknown day without progression is unknown",
            """
            0-63  nivolumab
            80    scan PR
            ?     death melanoma
            """,
            PFS + "advanced 1 | | | unknown_death_undated",
        ),
        Paragraph(
            "Dead on an unknown day after progression is an event",
            """
            0-63  nivolumab
            80    scan PD
            ?     death melanoma
            """,
            PFS + "advanced 1 | 80 | yes | progression",
        ),
        Paragraph(
            "A source without scans is censored at last contact",
            """
            0-63  nivolumab  best=PR
            400   contact
            """,
            PFS + "advanced 1 | 400 | no | censored_last_contact",
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "There, a best response of PD is a progression on an unknown day",
            """
            0-63  nivolumab  best=PD
            400   contact
            """,
            PFS + "advanced 1 | | | unknown_progression_undated",
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "There, a stop for progression dates it",
            """
            0-63  nivolumab  best=PD reason=progression
            400   contact
            """,
            PFS + "advanced 1 | 63 | yes | progression",
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "A source without scans is censored at last contact, whatever the study asks",
            """
            0-63     nivolumab  best=PR reason=toxicity
            100-200  dacarbazine
            400      contact
            """,
            times={
                "pfs": TIME
                + "advanced 1 | 400 | no | censored_last_contact | patient\n"
                + "advanced 2 | 300 | no | censored_last_contact | patient",
                "pfs censoring=last_assessment": TIME
                + "advanced 1 | 400 | no | censored_last_contact | patient\n"
                + "advanced 2 | 300 | no | censored_last_contact | patient",
                "pfs next=censor": TIME
                + "advanced 1 | 100 | no | censored_next_line    | patient\n"
                + "advanced 2 | 300 | no | censored_last_contact | patient",
            },
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "There, no look can be missed",
            """
            0-163  nivolumab  best=PR reason=progression
            400    contact
            """,
            times={"pfs missed=90": TIME + "advanced 1 | 163 | yes | progression | T1"},
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "A death before the start gives no time",
            """
            100-163  nivolumab
            50       death melanoma
            """,
            PFS + "advanced 1 | | | unknown_death_before_start",
        ),
        Paragraph(
            "What is seen after a stop for progression is no response, and the first PD counts",
            """
            0-60  nivolumab  reason=progression
            80    scan PR
            95    scan PD
            """,
            """
            best_overall_response | best_overall_response_date | responder | first_response_date | progression_date | progression_source
            PD                    | 95                         | no        |                     | 95               | assessment
            """,
        ),
        Paragraph(
            "What is seen on the day of the stop counts",
            """
            0-80  nivolumab  reason=progression
            80    scan PR
            95    scan PD
            """,
            """
            best_overall_response | first_response_date | progression_date
            PR                    | 80                  | 95
            """,
        ),
        Paragraph(
            "The first PD counts whatever its day, and the patient is evaluable by it",
            """
            0-63  nivolumab  reason=progression
            205   scan PD
            """,
            """
            best_overall_response | response_evaluable | responder | progression_date | progression_source
            PD                    | yes                | no        | 63               | stop_reason
            """,
        ),
        Paragraph(
            "When nothing was assessed up to the stop for progression, there is no response",
            """
            0-60  nivolumab  reason=progression
            110   scan SD
            """,
            """
            best_overall_response | best_overall_response_confirmed | response_evaluable | responder
                                  |                                 | no                 |
            """,
        ),
        Paragraph(
            "A stop for progression on an unknown day ends no counting",
            """
            0-    nivolumab  reason=progression
            80    scan PR
            """,
            """
            best_overall_response | progression_date | progression_source
            PR                    |                  | stop_reason_undated
            """,
        ),
    ),
)

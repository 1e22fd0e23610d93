"""Chapter: duration of response, and the variants of survival."""

from tests.spec.language import Chapter, Paragraph

TIME = "line_id | days | event | end_reason | record_key\n"
LINES = "line_id | dor_days | dor_event | dor_end_reason\n"

CHAPTER = Chapter(
    "other-times",
    "How long did a response last, and what if survival ends at last contact as entered?",
    "Duration of response runs from the first CR or PR to the end of progression-free survival, in "
    "the variant the study names, and ends for the same reason; `marts.treatment_lines` has it in "
    "the default variant. Decision 0092.",
    (
        Paragraph(
            "From the first response to progression",
            """
            0-163  nivolumab
            42     scan SD
            70     scan PR
            130    scan CR
            200    scan PD
            """,
            LINES + "advanced 1 | 130 | yes | progression",
            times={"dor": TIME + "advanced 1 | 130 | yes | progression | R4"},
        ),
        Paragraph(
            "To death, where no progression came before",
            """
            0-163  nivolumab
            70     scan PR
            200    death other
            """,
            LINES + "advanced 1 | 130 | yes | death",
        ),
        Paragraph(
            "The living are censored at their last evaluable assessment",
            """
            0-163  nivolumab
            70     scan PR
            130    scan PR
            190    scan NE
            """,
            LINES + "advanced 1 | 60 | no | censored_last_evaluable_assessment",
        ),
        Paragraph(
            "A response that was seen once has lasted no day that is known",
            """
            0-63  nivolumab
            70    scan PR
            400   contact
            """,
            LINES + "advanced 1 | 0 | no | censored_last_evaluable_assessment",
            times={
                "dor censoring=last_contact": TIME
                + "advanced 1 | 330 | no | censored_last_contact | patient"
            },
        ),
        Paragraph(
            "Without a response there is no duration",
            """
            0-63  nivolumab
            70    scan SD
            130   scan PD
            """,
            LINES + "advanced 1 | | | no_response",
        ),
        Paragraph(
            "A response after the first progression is none",
            """
            0-163  nivolumab
            70     scan PD
            130    scan PR
            """,
            LINES + "advanced 1 | | | no_response",
        ),
        Paragraph(
            "A response seen after a stop for progression is none",
            """
            0-63  nivolumab  reason=progression
            70    scan PR
            """,
            LINES + "advanced 1 | | | no_response",
        ),
        Paragraph(
            "A response after the end of progression-free survival gives no duration",
            """
            0-63  nivolumab
            50    linked
            70    scan PR
            """,
            LINES + "advanced 1 | | | unknown_response_after_end",
            because="A linkage that is complete ends every time.",
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "A response on the day of the stop for progression lasts zero days",
            """
            0-70  nivolumab  reason=progression
            70    scan PR
            """,
            LINES + "advanced 1 | 0 | yes | progression",
        ),
        Paragraph(
            "From the first response that was confirmed",
            """
            0-163  nivolumab
            42     scan PR
            60     scan SD
            100    scan PR
            130    scan PR
            200    scan PD
            """,
            times={
                "dor": TIME + "advanced 1 | 158 | yes | progression | R5",
                "dor_confirmed": TIME + "advanced 1 | 100 | yes | progression | R5",
            },
        ),
        Paragraph(
            "The next line, read three ways",
            """
            0-63     nivolumab  reason=toxicity
            50       scan PR
            90       scan PR
            100-200  dacarbazine
            160      scan PD
            """,
            times={
                "dor": TIME
                + "advanced 1 | 110 | yes | progression | R3\n"
                + "advanced 2 |     |     | no_response | R3",
                "dor next=censor": TIME
                + "advanced 1 | 40 | no | censored_next_line | R2\n"
                + "advanced 2 |    |    | no_response        | R3",
                "dor next=event": TIME
                + "advanced 1 | 50 | yes | next_line   | T2\n"
                + "advanced 2 |    |     | no_response | R3",
            },
        ),
        Paragraph(
            "Dead on an unknown day, it is as unknown as progression-free survival",
            """
            0-63  nivolumab
            70    scan PR
            ?     death melanoma
            """,
            LINES + "advanced 1 | | | unknown_death_undated",
        ),
        Paragraph(
            "A source without scans knows the response and not its day",
            """
            0-63  nivolumab  best=PR
            400   contact
            """,
            LINES + "advanced 1 | | | unknown_response_undated",
            declares={"responses": "best_response"},
        ),
        Paragraph(
            "Survival ends with the last record, or with last contact as entered",
            """
            0-63  nivolumab
            300   scan SD
            200   contact
            """,
            times={
                "os": TIME + "advanced 1 | 300 | no | censored_last_record | R1",
                "os censoring=last_contact": TIME
                + "advanced 1 | 200 | no | censored_last_contact | patient",
            },
        ),
        Paragraph(
            "A contact on the start day gives zero days",
            """
            100-163  nivolumab
            100      contact
            """,
            times={
                "os censoring=last_contact": TIME
                + "advanced 1 | 0 | no | censored_last_contact | patient",
            },
        ),
        Paragraph(
            "A contact one day before the start gives no time",
            """
            100-163  nivolumab
            99       contact
            """,
            times={
                "os": TIME + "advanced 1 | 0 | no | censored_last_record | T1",
                "os censoring=last_contact": TIME
                + "advanced 1 | | | unknown_contact_before_start | patient",
            },
        ),
        Paragraph(
            "Without a contact as entered there is none either",
            """
            0-63  nivolumab
            """,
            times={
                "os": TIME + "advanced 1 | 0 | no | censored_last_record | T1",
                "os censoring=last_contact": TIME + "advanced 1 | | | unknown_no_contact | patient",
            },
        ),
        Paragraph(
            "A vital status date goes before last contact, in both",
            """
            0-63  nivolumab
            300   contact
            500   linked
            """,
            times={
                "os": TIME + "advanced 1 | 500 | no | censored_vital_status_date | patient",
                "os censoring=last_contact": TIME
                + "advanced 1 | 500 | no | censored_vital_status_date | patient",
            },
        ),
        Paragraph(
            "The next line on the day of death is the next treatment",
            """
            0-63     nivolumab
            200-200  dacarbazine
            200      death melanoma
            """,
            times={
                "ttnt": TIME
                + "advanced 1 | 200 | yes | next_line | T2\n"
                + "advanced 2 |   0 | yes | death     | patient",
            },
        ),
        Paragraph(
            "Entered one day after death, it is not",
            """
            0-63     nivolumab
            201-201  dacarbazine
            200      death melanoma
            """,
            times={
                "ttnt": TIME
                + "advanced 1 | 200 | yes | death                      | patient\n"
                + "advanced 2 |     |     | unknown_death_before_start | patient",
            },
        ),
        Paragraph(
            "Any line may be the index, of any setting",
            """
            0-100    nivolumab  setting=adjuvant
            90       scan SD
            300-400  ipilimumab + nivolumab
            350      scan PR
            500      scan PD
            600      death melanoma
            """,
            times={
                "pfs": TIME
                + "adjuvant 1 | 500 | yes | progression | R3\n"
                + "advanced 1 | 200 | yes | progression | R3",
                "os": TIME
                + "adjuvant 1 | 600 | yes | death | patient\n"
                + "advanced 1 | 300 | yes | death | patient",
                "ttnt": TIME
                + "adjuvant 1 | 300 | yes | next_line | T2\n"
                + "advanced 1 | 300 | yes | death     | patient",
                "dor": TIME
                + "adjuvant 1 |     |     | no_response | R3\n"
                + "advanced 1 | 150 | yes | progression | R3",
            },
        ),
    ),
)

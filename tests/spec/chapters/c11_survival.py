"""Chapter: overall survival and time to next treatment."""

from tests.spec.language import Chapter, Paragraph

OS = "os_days | os_event | os_end_reason\n"

CHAPTER = Chapter(
    "survival",
    "How long did a patient live, and when was the next treatment?",
    "Overall survival runs from the line's start to death; the living are censored when they were "
    "last known to live. Time to next treatment ends with the next line of any setting, or death.",
    (
        Paragraph(
            "Death is the event",
            """
            0-63  nivolumab
            400   death other
            """,
            OS + "400 | yes | death",
        ),
        Paragraph(
            "Death on the first day is zero days",
            """
            0-0  nivolumab
            0    death melanoma
            """,
            OS + "0 | yes | death",
        ),
        Paragraph(
            "The living are censored at the vital status date",
            """
            0-63  nivolumab
            300   contact
            500   linked
            """,
            OS + "500 | no | censored_vital_status_date",
        ),
        Paragraph(
            "Without one they are censored at last contact",
            """
            0-63  nivolumab
            300   contact
            """,
            OS + "300 | no | censored_last_contact",
        ),
        Paragraph(
            "A later record shows life after a last contact that lags",
            """
            0-63  nivolumab
            300   scan SD
            200   contact
            """,
            OS + "300 | no | censored_last_record",
        ),
        Paragraph(
            "Dead on an unknown day is unknown",
            """
            0-63  nivolumab
            300   contact
            ?     death other
            """,
            OS + " | | unknown_death_undated",
        ),
        Paragraph(
            "Known to have died in a year, and assessed in its autumn, is not before that",
            """
            0-63     nivolumab
            270      scan SD
            2020y    death other
            """,
            OS + "270 | yes | death",
            because="1 July would be before the scan; the day moves within its year.",
        ),
        Paragraph(
            "The next line ends the time to next treatment",
            """
            0-63     nivolumab
            200-300  dacarbazine
            400      death melanoma
            """,
            """
            line_id    | ttnt_days | ttnt_event | ttnt_end_reason
            advanced 1 | 200       | yes        | next_line
            advanced 2 | 200       | yes        | death
            """,
        ),
        Paragraph(
            "Without a next line or death it is censored",
            """
            0-63  nivolumab
            300   contact
            """,
            """
            ttnt_days | ttnt_event | ttnt_end_reason
            300       | no         | censored_last_contact
            """,
        ),
    ),
)

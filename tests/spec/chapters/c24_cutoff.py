"""Chapter: dates past the data cut-off, which is day 1888."""

from tests.spec.language import Chapter, Paragraph

OS = "os_days | os_event | os_end_reason\n"
PFS = "pfs_days | pfs_event | pfs_end_reason\n"
LINES = "regimen | start_date | end_date | end_reason\n"

CHAPTER = Chapter(
    "cutoff",
    "What is a date past the data cut-off worth?",
    "Every record is read by the cut-off of its own delivery before anything is derived; here that "
    "is 3 March 2025, day 1888. What starts past it has not happened, a stop past it is ongoing, "
    "and no day of a mart lies after it. A date is past it only when its earliest possible day is.",
    (
        Paragraph(
            "A planned start is no line",
            """
            0-63       nivolumab    reason=progression
            1889-1950  ipilimumab
            """,
            LINES + "nivolumab | 0 | 63 | progression",
        ),
        Paragraph(
            "A start on the cut-off is one",
            """
            0-63       nivolumab    reason=progression
            1888-1950  ipilimumab
            """,
            LINES + "nivolumab  | 0    | 63 | progression\n" + "ipilimumab | 1888 |    | ongoing",
        ),
        Paragraph(
            "A start whose earliest possible day is not past the cut-off is no later than it",
            """
            0-63      nivolumab    reason=progression
            2025y-    ipilimumab
            """,
            LINES + "nivolumab  | 0    | 63 | progression\n" + "ipilimumab | 1888 |    | unknown",
        ),
        Paragraph(
            "A planned stop is a treatment that goes on, and follow-up is not lengthened by it",
            """
            1841-2007  nivolumab  reason=completed
            1871       contact
            1881       scan SD
            """,
            LINES.strip()
            + " | os_days | os_event | os_end_reason\n"
            + "nivolumab | 1841 | | ongoing | 40 | no | censored_last_record",
        ),
        Paragraph(
            "A stop on the cut-off is a stop",
            """
            1841-1888  nivolumab  reason=completed
            """,
            LINES + "nivolumab | 1841 | 1888 | completed",
        ),
        Paragraph(
            "A stop in a far-off year moves nothing",
            """
            0-2999-12-31  nivolumab
            600           contact
            """,
            LINES.strip() + " | os_days | os_event\n" + "nivolumab | 0 | | ongoing | 600 | no",
        ),
        Paragraph(
            "A drug that stops past the cut-off goes on",
            """
            1800-1880  nivolumab  drugs=nivolumab:1800:1889
            """,
            LINES + "nivolumab | 1800 | | ongoing",
        ),
        Paragraph(
            "A stop for progression past the cut-off is a progression on an unknown day",
            """
            1600-1889  nivolumab  reason=progression
            1700       scan SD
            """,
            LINES.strip()
            + " | pfs_days | pfs_event | pfs_end_reason\n"
            + "nivolumab | 1600 | | ongoing | | | unknown_progression_undated",
            because="The patient progressed: censored at the last good scan, the time would be too "
            "good. The treatment goes on at the cut-off all the same.",
        ),
        Paragraph(
            "So is an assessment of progression past it, of the line of its episode",
            """
            0-63        nivolumab
            90          scan SD
            200-263     ipilimumab
            300         scan SD
            2052-01-12  scan PD  of=T1
            """,
            PFS
            + " | | unknown_progression_undated\n"
            + "100 | no | censored_last_evaluable_assessment",
        ),
        Paragraph(
            "Without an episode it is of the last line, and no line before it is censored",
            """
            0-63        nivolumab
            90          scan SD
            200-263     ipilimumab
            300         scan SD
            2052-01-12  scan PD
            """,
            PFS + " | | unknown_progression_undated\n" + " | | unknown_progression_undated",
        ),
        Paragraph(
            "A line that progressed before has its day",
            """
            0-63        nivolumab
            90          scan PD
            200-263     ipilimumab
            300         scan SD
            2052-01-12  scan PD
            """,
            PFS + "90 | yes | progression\n" + " | | unknown_progression_undated",
        ),
        Paragraph(
            "A contact of the living 31 days past the cut-off is read as the cut-off",
            """
            0-63  nivolumab
            1919  contact
            """,
            OS + "1888 | no | censored_last_contact",
        ),
        Paragraph(
            "32 days past it, it is missing",
            """
            0-63  nivolumab
            90    scan SD
            1920  contact
            """,
            OS + "90 | no | censored_last_record",
        ),
        Paragraph(
            "A vital status date past the cut-off is read as a contact is",
            """
            0-63  nivolumab
            1919  linked
            """,
            OS + "1888 | no | censored_vital_status_date",
        ),
        Paragraph(
            "The contact of a patient who is not registered alive is missing",
            """
            0-63  nivolumab
            90    scan SD
            1889  contact
            ?     death  registered=unknown
            """,
            OS + "90 | no | censored_last_record",
        ),
        Paragraph(
            "Dead in the year of the cut-off is dead on it at the latest",
            """
            0-63   nivolumab
            2025y  death other
            """,
            OS + "1888 | yes | death",
        ),
        Paragraph(
            "Registered dead in a year to come is dead on an unknown day",
            """
            0-63        nivolumab
            90          scan SD
            2052-01-12  death melanoma
            """,
            OS + " | | unknown_death_undated",
        ),
        Paragraph(
            "A date of death to come of a patient who is not registered dead is no death",
            """
            0-63        nivolumab
            90          scan SD
            600         contact
            9999-12-31  death melanoma  registered=alive
            """,
            OS + "600 | no | censored_last_contact",
        ),
        Paragraph(
            "What is assessed or begins past the cut-off is in no mart, an unknown end is missing",
            """
            0-63  nivolumab
            90    scan SD
            1889  scan SD
            10    event colitis 2  until=1889
            1889  event rash 3
            """,
            responses="assessment_date | response\n90 | SD",
            events="event_id | onset_date | resolved_date\nE1 | 10 |",
        ),
        Paragraph(
            "An assessment in the month of the cut-off is no later than it",
            """
            0-63     nivolumab
            2025-03  scan SD
            """,
            responses="assessment_date | response\n1888 | SD",
        ),
        Paragraph(
            "A stop for progression past it is a progression on an unknown day of its line",
            """
            0-1889  nivolumab  reason=progression
            90      scan SD
            600     contact
            """,
            "end_date | end_reason | progression_source | "
            + PFS
            + " | ongoing | stop_reason_undated | | | unknown_progression_undated",
            because="The last good scan is not where progression-free survival is censored.",
        ),
        Paragraph(
            "A stop for progression on the cut-off is one of that day",
            """
            0-1888  nivolumab  reason=progression
            90      scan SD
            """,
            "progression_source | " + PFS + "stop_reason | 1888 | yes | progression",
        ),
        Paragraph(
            "A PD past it is one of the line that it was entered for, and of no line after it",
            """
            0-63        nivolumab
            90          scan SD
            200-263     dacarbazine
            300         scan SD
            2999-12-31  scan PD  of=T1
            """,
            "line_id | progression_source | "
            + PFS
            + "advanced 1 | assessment_undated | | | unknown_progression_undated\n"
            + "advanced 2 | | 100 | no | censored_last_evaluable_assessment",
        ),
        Paragraph(
            "Entered for none, it is one of the last line, and so after those before",
            """
            0-63        nivolumab
            90          scan SD
            200-263     dacarbazine
            300         scan SD
            2999-12-31  scan PD
            """,
            "line_id | progression_source | "
            + PFS
            + "advanced 1 | | | | unknown_progression_undated\n"
            + "advanced 2 | assessment_undated | | | unknown_progression_undated",
        ),
        Paragraph(
            "What was known by that line's start ended the time of those before",
            """
            0-63        nivolumab
            90          scan PD
            200-263     dacarbazine
            2999-12-31  scan PD
            """,
            "line_id | "
            + PFS
            + "advanced 1 | 90 | yes | progression\n"
            + "advanced 2 | | | unknown_progression_undated",
        ),
    ),
)

"""Chapter: the variants of progression-free survival."""

from tests.spec.language import Chapter, Paragraph

TIME = "line_id | days | event | end_reason | record_key\n"
DEFAULT = "pfs"
CENSOR = "pfs next=censor"
EVENT = "pfs next=event"

CHAPTER = Chapter(
    "progression-free-survival-variants",
    "What does a study change when it names its variant of progression-free survival?",
    "A study may look past the next line (`ignore`, the default), censor what has had no event by "
    "its first day (`censor`), or count that day as an event (`event`); it may censor the living "
    "at the last evaluable assessment (the default), the last assessment or the last contact; and "
    "it may censor an event that was seen too long after the last look. Decisions 0090 and 0091. "
    "The last column is the record that ended the time: a scan, an episode, or the patient's own.",
    (
        Paragraph(
            "A progression after the next line's start, read three ways",
            """
            0-63     nivolumab  reason=toxicity
            70       scan PR
            100-200  dacarbazine
            160      scan PD
            """,
            times={
                DEFAULT: TIME
                + "advanced 1 | 160 | yes | progression | R2\n"
                + "advanced 2 |  60 | yes | progression | R2",
                CENSOR: TIME
                + "advanced 1 |  70 | no  | censored_next_line | R1\n"
                + "advanced 2 |  60 | yes | progression        | R2",
                EVENT: TIME
                + "advanced 1 | 100 | yes | next_line   | T2\n"
                + "advanced 2 |  60 | yes | progression | R2",
            },
        ),
        Paragraph(
            "Progression on the day the next line starts came first",
            """
            0-63     nivolumab
            100      scan PD
            100-200  dacarbazine
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 100 | yes | progression         | R1\n"
                + "advanced 2 |   0 | no  | censored_last_evaluable_assessment | R1",
                EVENT: TIME
                + "advanced 1 | 100 | yes | progression         | R1\n"
                + "advanced 2 |   0 | no  | censored_last_evaluable_assessment | R1",
            },
            because="The scan of that day still belongs to the line before; it is why the next "
            "line began.",
        ),
        Paragraph(
            "Progression one day later is after the next line's start",
            """
            0-63     nivolumab  reason=toxicity
            100-200  dacarbazine
            101      scan PD
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 0 | no  | censored_next_line | patient\n"
                + "advanced 2 | 1 | yes | progression        | R1",
                EVENT: TIME
                + "advanced 1 | 100 | yes | next_line   | T2\n"
                + "advanced 2 |   1 | yes | progression | R1",
            },
        ),
        Paragraph(
            "Progression on the day before the next line's start",
            """
            0-63     nivolumab
            99       scan PD
            100-200  dacarbazine
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 99 | yes | progression         | R1\n"
                + "advanced 2 |  0 | no  | censored_line_start | patient",
                EVENT: TIME
                + "advanced 1 | 99 | yes | progression         | R1\n"
                + "advanced 2 |  0 | no  | censored_line_start | patient",
            },
        ),
        Paragraph(
            "Death on the day the next line starts came first",
            """
            0-63     nivolumab  reason=toxicity
            200-200  dacarbazine
            200      death other
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 200 | yes | death | patient\n"
                + "advanced 2 |   0 | yes | death | patient",
                EVENT: TIME
                + "advanced 1 | 200 | yes | death | patient\n"
                + "advanced 2 |   0 | yes | death | patient",
            },
        ),
        Paragraph(
            "Death one day later does not count for the line before, where the next line censors",
            """
            0-63     nivolumab  reason=toxicity
            200-200  dacarbazine
            201      death other
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 0 | no  | censored_next_line | patient\n"
                + "advanced 2 | 1 | yes | death              | patient",
            },
        ),
        Paragraph(
            "Progression and death on one day are progression in every variant",
            """
            0-63  nivolumab
            80    scan PD
            80    death melanoma
            """,
            times=dict.fromkeys(
                (DEFAULT, CENSOR, EVENT, "pfs missed=80"),
                TIME + "advanced 1 | 80 | yes | progression | R1",
            ),
        ),
        Paragraph(
            "Whoever was not assessed before the next line is censored at the start",
            """
            0-63     nivolumab  reason=toxicity
            100-200  dacarbazine
            160      scan SD
            """,
            times={
                CENSOR: TIME
                + "advanced 1 |  0 | no | censored_next_line                 | patient\n"
                + "advanced 2 | 60 | no | censored_last_evaluable_assessment | R1",
            },
        ),
        Paragraph(
            "An assessment on the next line's first day is the last before it",
            """
            0-63     nivolumab  reason=toxicity
            100      scan SD
            100-200  dacarbazine
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 100 | no | censored_next_line                 | R1\n"
                + "advanced 2 |   0 | no | censored_last_evaluable_assessment | R1",
            },
        ),
        Paragraph(
            "An assessment one day later is not",
            """
            0-63     nivolumab  reason=toxicity
            101      scan SD
            100-200  dacarbazine
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 0 | no | censored_next_line                 | patient\n"
                + "advanced 2 | 1 | no | censored_last_evaluable_assessment | R1",
            },
        ),
        Paragraph(
            "Dead on an unknown day is no obstacle once the next line has ended the time",
            """
            0-63     nivolumab  reason=toxicity
            70       scan PR
            100-200  dacarbazine
            ?        death melanoma
            """,
            times={
                DEFAULT: TIME
                + "advanced 1 | | | unknown_death_undated | patient\n"
                + "advanced 2 | | | unknown_death_undated | patient",
                CENSOR: TIME
                + "advanced 1 | 70 | no | censored_next_line    | R1\n"
                + "advanced 2 |    |    | unknown_death_undated | patient",
                EVENT: TIME
                + "advanced 1 | 100 | yes | next_line             | T2\n"
                + "advanced 2 |     |     | unknown_death_undated | patient",
            },
            because="Who began the next line was alive on that day.",
        ),
        Paragraph(
            "A progression on an unknown day of this line leaves every variant open",
            """
            0-?      nivolumab  reason=progression
            100-200  dacarbazine
            """,
            times=dict.fromkeys(
                (DEFAULT, CENSOR, EVENT),
                TIME
                + "advanced 1 |   |    | unknown_progression_undated | T1\n"
                + "advanced 2 | 0 | no | censored_line_start         | patient",
            ),
        ),
        Paragraph(
            "A progression on an unknown day of the next line does not, where that line ends it",
            """
            0-63   nivolumab  reason=toxicity
            70     scan SD
            100-?  dacarbazine  reason=progression
            """,
            times={
                DEFAULT: TIME
                + "advanced 1 | | | unknown_progression_undated | T2\n"
                + "advanced 2 | | | unknown_progression_undated | T2",
                CENSOR: TIME
                + "advanced 1 | 70 | no | censored_next_line          | R1\n"
                + "advanced 2 |    |    | unknown_progression_undated | T2",
                EVENT: TIME
                + "advanced 1 | 100 | yes | next_line                 | T2\n"
                + "advanced 2 |     |     | unknown_progression_undated | T2",
            },
        ),
        Paragraph(
            "The first progression is the first by its day, not by its line",
            """
            0-300    ipilimumab  reason=progression
            100-400  dacarbazine
            150      scan PD
            """,
            times={
                DEFAULT: TIME
                + "advanced 1 | 150 | yes | progression | R1\n"
                + "advanced 2 |  50 | yes | progression | R1",
            },
            because="The first line stopped for progression on day 300; the scan of day 150, which "
            "belongs to the second, had shown it before.",
        ),
        Paragraph(
            "Where the living are censored: three ways",
            """
            0-63  nivolumab
            80    scan PR
            160   scan NE
            400   contact
            """,
            times={
                DEFAULT: TIME + "advanced 1 | 80 | no | censored_last_evaluable_assessment | R1",
                "pfs censoring=last_assessment": TIME
                + "advanced 1 | 160 | no | censored_last_assessment | R2",
                "pfs censoring=last_contact": TIME
                + "advanced 1 | 400 | no | censored_last_contact | patient",
            },
        ),
        Paragraph(
            "Where they are censored before the next line: three ways",
            """
            0-63     nivolumab  reason=toxicity
            70       scan PR
            90       scan NE
            100-200  dacarbazine
            160      scan SD
            """,
            times={
                CENSOR: TIME
                + "advanced 1 | 70 | no | censored_next_line                 | R1\n"
                + "advanced 2 | 60 | no | censored_last_evaluable_assessment | R3",
                "pfs next=censor,censoring=last_assessment": TIME
                + "advanced 1 | 90 | no | censored_next_line       | R2\n"
                + "advanced 2 | 60 | no | censored_last_assessment | R3",
                "pfs next=censor,censoring=last_contact": TIME
                + "advanced 1 | 100 | no | censored_next_line    | patient\n"
                + "advanced 2 |  60 | no | censored_last_contact | patient",
            },
        ),
        Paragraph(
            "A last contact that lags behind the records does not shorten the time",
            """
            0-63  nivolumab
            80    scan PR
            70    contact
            """,
            times={
                "pfs censoring=last_contact": TIME
                + "advanced 1 | 80 | no | censored_last_contact | patient",
            },
        ),
        Paragraph(
            "Progression 90 days after the last look stands where 90 are allowed",
            """
            0-63  nivolumab
            60    scan SD
            150   scan PD
            """,
            times={"pfs missed=90": TIME + "advanced 1 | 150 | yes | progression | R2"},
        ),
        Paragraph(
            "Progression 91 days after the last look is censored there",
            """
            0-63  nivolumab
            60    scan SD
            151   scan PD
            """,
            times={
                DEFAULT: TIME + "advanced 1 | 151 | yes | progression | R2",
                "pfs missed=90": TIME + "advanced 1 | 60 | no | censored_missed_assessments | R1",
            },
        ),
        Paragraph(
            "Progression 89 days after the last look stands",
            """
            0-63  nivolumab
            60    scan SD
            149   scan PD
            """,
            times={"pfs missed=90": TIME + "advanced 1 | 149 | yes | progression | R2"},
        ),
        Paragraph(
            "A scan that could not be evaluated is no look",
            """
            0-63  nivolumab
            60    scan SD
            120   scan NE
            151   scan PD
            """,
            times={
                "pfs missed=90": TIME + "advanced 1 | 60 | no | censored_missed_assessments | R1",
            },
        ),
        Paragraph(
            "Without any look it counts from the line's start",
            """
            0-63  nivolumab
            91    scan PD
            """,
            times={
                "pfs missed=91": TIME + "advanced 1 | 91 | yes | progression | R1",
                "pfs missed=90": TIME
                + "advanced 1 | 0 | no | censored_missed_assessments | patient",
            },
        ),
        Paragraph(
            "Death long after the last look is censored there too",
            """
            0-63  nivolumab
            60    scan SD
            151   death melanoma
            """,
            times={
                "pfs missed=91": TIME + "advanced 1 | 151 | yes | death | patient",
                "pfs missed=90": TIME + "advanced 1 | 60 | no | censored_missed_assessments | R1",
            },
        ),
        Paragraph(
            "Death on the day of a look stands",
            """
            0-63  nivolumab
            151   scan SD
            151   death melanoma
            """,
            times={"pfs missed=90": TIME + "advanced 1 | 151 | yes | death | patient"},
        ),
        Paragraph(
            "A stop for progression on the day of a look stands, though the scan does not show it",
            """
            0-151  nivolumab  reason=progression
            151    scan SD
            """,
            times={"pfs missed=90": TIME + "advanced 1 | 151 | yes | progression | T1"},
        ),
        Paragraph(
            "The next line as an event, long after the last look",
            """
            0-63     nivolumab  reason=toxicity
            60       scan SD
            151-200  dacarbazine
            """,
            times={
                "pfs next=event,missed=91": TIME
                + "advanced 1 | 151 | yes | next_line           | T2\n"
                + "advanced 2 |   0 | no  | censored_line_start | patient",
                "pfs next=event,missed=90": TIME
                + "advanced 1 | 60 | no | censored_missed_assessments | R1\n"
                + "advanced 2 |  0 | no | censored_line_start         | patient",
            },
        ),
        Paragraph(
            "A death before the start gives no time in any variant",
            """
            100-163  nivolumab
            50       death melanoma
            """,
            times=dict.fromkeys(
                (DEFAULT, CENSOR, EVENT, "pfs missed=90"),
                TIME + "advanced 1 | | | unknown_death_before_start | patient",
            ),
        ),
    ),
)

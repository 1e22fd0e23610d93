"""Chapter: overall survival and time to next treatment."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

OS = "os_days | os_event | os_end_reason\n"

CHAPTER = Chapter(
    "survival",
    "How long did a patient live, and when was the next treatment?",
    "Overall survival runs from the line's start to death; the living are censored at the latest of "
    "vital status date, last contact, a start, dose, assessment, procedure, onset of an event and "
    "progression. A stop for another reason and a resolution prove nobody alive. Time to next treatment ends with the next line of any setting, or death.",
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
            "A last contact after the linkage shows life too",
            """
            0-63  nivolumab
            500   contact
            300   linked
            """,
            OS + "500 | no | censored_last_contact",
        ),
        Paragraph(
            "A stop for progression shows the patient alive",
            """
            0-90  nivolumab  reason=progression
            60    contact
            """,
            "pfs_days | pfs_event | " + OS + "90 | yes | 90 | no | censored_last_record",
        ),
        Paragraph(
            "A stop for any other reason does not",
            """
            0-90  nivolumab  reason=completed
            60    contact
            """,
            OS + "60 | no | censored_last_contact",
            because="A stop may be entered years later, for administration alone.",
        ),
        Paragraph(
            "The onset of an adverse event does, its resolution does not",
            """
            0-63  nivolumab
            60    contact
            80    event Colitis 2  until=200
            """,
            OS + "80 | no | censored_last_record",
        ),
        Paragraph(
            "A procedure does",
            """
            0-63  nivolumab
            60    contact
            75    local surgery
            """,
            OS + "75 | no | censored_last_record",
        ),
        Paragraph(
            "A dose does, of a drug that is not systemic too",
            """
            0-63  nivolumab  drugs=nivolumab:0:,nivolumab:21:,T-VEC:70:
            60    contact
            """,
            OS + "70 | no | censored_last_record",
        ),
        Paragraph(
            "The start of a treatment that is not systemic does",
            """
            0-63    nivolumab
            60      contact
            90-120  levothyroxine
            """,
            "line_id | " + OS + "advanced 1 | 90 | no | censored_last_record",
        ),
        Paragraph(
            "A scan after a linkage that is not complete shows life",
            """
            0-63  nivolumab
            -151  linked
            366   scan SD
            """,
            OS + "366 | no | censored_last_record",
        ),
        Paragraph(
            "No time runs past a linkage that is declared complete",
            """
            0-63     nivolumab
            80       scan SD
            100      linked
            200      scan PD
            300      contact
            210-300  dacarbazine
            400      death melanoma
            """,
            """
            line_id    | pfs_days | pfs_event | pfs_end_reason                     | os_days | os_event | os_end_reason                | ttnt_days | ttnt_event
            advanced 1 | 80       | no        | censored_last_evaluable_assessment | 100     | no       | censored_vital_status_date   | 100       | no
            advanced 2 |          |           | unknown_start_after_linkage        |         |          | unknown_start_after_linkage  |           |
            """,
            because="Deaths, contacts and progressions after it are left out alike.",
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "What happens on the day of such a linkage counts",
            """
            0-63  nivolumab
            80    scan SD
            100   scan PD
            100   linked
            100   death melanoma
            """,
            """
            pfs_days | pfs_event | os_days | os_event | os_end_reason
            100      | yes       | 100     | yes      | death
            """,
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "A death the day after such a linkage is left out",
            """
            0-63  nivolumab
            80    scan SD
            100   linked
            101   death melanoma
            """,
            """
            pfs_days | pfs_event | os_days | os_event | os_end_reason
            80       | no        | 100     | no       | censored_vital_status_date
            """,
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "Alive at such a linkage is censored at it",
            """
            0-63  nivolumab
            80    scan SD
            100   linked
            """,
            """
            pfs_days | pfs_event | os_days | os_event
            80       | no        | 100     | no
            """,
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "Dead without a day stays unknown under it",
            """
            0-63  nivolumab
            80    scan SD
            100   linked
            ?     death melanoma
            """,
            """
            pfs_days | pfs_end_reason        | os_days | os_end_reason
                     | unknown_death_undated |         | unknown_death_undated
            """,
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "Without such a declaration it is counted",
            """
            0-63  nivolumab
            80    scan SD
            100   linked
            101   death melanoma
            """,
            """
            pfs_days | pfs_event | os_days | os_event | os_end_reason
            101      | yes       | 101     | yes      | death
            """,
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
            "A line that goes on in the next one ends there like any other",
            """
            0-196   nivolumab
            60-123  ipilimumab
            300     contact
            """,
            """
            line_id    | end_date | ttnt_days | ttnt_event | ttnt_end_reason       | os_days
            advanced 1 | 60       | 60        | yes        | next_line             | 300
            advanced 2 | 196      | 240       | no         | censored_last_contact | 240
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

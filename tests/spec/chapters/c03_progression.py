"""Chapter: when a progression opens a line."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "progression",
    "When does a progression open a line?",
    "A progression between two starts opens a line, however short the pause, unless all that "
    "starts next was given in the line and had stopped at most 28 days before: treatment beyond "
    "progression.",
    (
        Paragraph(
            "Ipilimumab, progression, then ipi+nivo are two lines",
            """
            0-63     ipilimumab
            80       scan PD
            200-263  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | start_date | opened_because  | progression_date
            advanced 1 | ipilimumab           | 0          | first_treatment | 80
            advanced 2 | ipilimumab+nivolumab | 200        | progression     |
            """,
        ),
        Paragraph(
            "The same regimen again 28 days after the last stop is treatment beyond progression",
            """
            0-60    nivolumab
            70      scan PD
            88-150  nivolumab
            """,
            """
            line_id    | start_date | end_date | is_beyond_progression | progression_date
            advanced 1 | 0          | 150      | yes                   | 70
            """,
            steps="""
            clause             | line_id
            first_treatment    | advanced 1
            beyond_progression | advanced 1
            """,
        ),
        Paragraph(
            "The same regimen again 29 days after the last stop is another line",
            """
            0-60    nivolumab
            70      scan PD
            89-150  nivolumab
            """,
            """
            line_id    | start_date | opened_because
            advanced 1 | 0          | first_treatment
            advanced 2 | 89         | progression
            """,
        ),
        Paragraph(
            "Progression under nivolumab maintenance, then ipi+nivo again, is another line",
            """
            0-63     ipilimumab + nivolumab
            84-300   nivolumab
            300      scan PD
            310-373  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | opened_because
            advanced 1 | ipilimumab+nivolumab | 0          | 300      | first_treatment
            advanced 2 | ipilimumab+nivolumab | 310        | 373      | progression
            """,
            because="Nivolumab had stopped 10 days before, ipilimumab 247: this is not going on.",
        ),
        Paragraph(
            "A progression on the day of the next start is between",
            """
            0-60    nivolumab
            100     scan PD
            100-150 nivolumab
            """,
            """
            line_id    | start_date | opened_because  | progression_date
            advanced 1 | 0          | first_treatment | 100
            advanced 2 | 100        | progression     |
            """,
        ),
        Paragraph(
            "A progression on the day after the next start is not",
            """
            0-60    nivolumab
            101     scan PD
            100-150 nivolumab
            """,
            """
            line_id    | start_date | end_date | progression_date
            advanced 1 | 0          | 150      | 101
            """,
        ),
        Paragraph(
            "An episode that stopped for progression shows it without a scan",
            """
            0-60    nivolumab  reason=progression
            100-150 nivolumab
            """,
            """
            line_id    | opened_because  | progression_date | progression_source
            advanced 1 | first_treatment | 60               | stop_reason
            advanced 2 | progression     |                  |
            """,
        ),
        Paragraph(
            "A PD long after a stop for progression does not move it",
            """
            0-60  nivolumab  reason=progression
            200   scan PD
            """,
            """
            progression_date | progression_source | pfs_days | pfs_end_reason
            60               | stop_reason        | 60       | progression
            """,
        ),
        Paragraph(
            "A PD 42 days after the stop is the progression that was the reason",
            """
            0-60  nivolumab  reason=progression
            102   scan PD
            """,
            """
            progression_date | progression_source | pfs_days
            102              | assessment         | 102
            """,
        ),
        Paragraph(
            "A PD 43 days after the stop is not",
            """
            0-60  nivolumab  reason=progression
            103   scan PD
            """,
            """
            progression_date | progression_source | pfs_days
            60               | stop_reason        | 60
            """,
        ),
        Paragraph(
            "A PD on the day of the stop shows it",
            """
            0-60  nivolumab  reason=progression
            60    scan PD
            """,
            """
            progression_date | progression_source
            60               | assessment
            """,
        ),
        Paragraph(
            "A PD before the stop is earlier",
            """
            0-60  nivolumab  reason=progression
            59    scan PD
            """,
            """
            progression_date | progression_source
            59               | assessment
            """,
        ),
        Paragraph(
            "How soon after the stop is a parameter: 14 days after, with 14",
            """
            0-60  nivolumab  reason=progression
            74    scan PD
            """,
            """
            progression_date | progression_source
            74               | assessment
            """,
            parameters={"stop_to_progression_days": 14},
        ),
        Paragraph(
            "How soon after the stop is a parameter: 15 days after, with 14",
            """
            0-60  nivolumab  reason=progression
            75    scan PD
            """,
            """
            progression_date | progression_source
            60               | stop_reason
            """,
            parameters={"stop_to_progression_days": 14},
        ),
        Paragraph(
            "A PD does not date a stop for progression on an unknown day",
            """
            0-   nivolumab  reason=progression
            60   scan PD
            """,
            """
            progression_date | progression_source  | pfs_days | pfs_end_reason              | os_days
                             | stop_reason_undated |          | unknown_progression_undated | 60
            """,
            because="The stop may have been before the scan.",
        ),
        Paragraph(
            "Unless it is before every day on which that may have been",
            """
            0-60  nivolumab
            70    scan PD
            80-   nivolumab  reason=progression
            """,
            """
            line_id    | progression_date | progression_source | pfs_days
            advanced 1 | 70               | assessment         | 70
            """,
        ),
        Paragraph(
            "A stop for progression is of the last line that gives the episode by then",
            """
            0-196   nivolumab  reason=progression
            60-123  ipilimumab
            """,
            """
            line_id    | regimen              | progression_date | progression_source | pfs_days
            advanced 1 | nivolumab            |                  |                    | 196
            advanced 2 | ipilimumab+nivolumab | 196              | stop_reason        | 136
            """,
        ),
        Paragraph(
            "Where what was given before is not taken over, the stop is the earlier line's",
            """
            0-142    pembrolizumab  reason=progression
            100-400  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | progression_date | progression_source
            advanced 1 | pembrolizumab         | 142              | stop_reason
            advanced 2 | dabrafenib+trametinib |                  |
            """,
        ),
        Paragraph(
            "Stopped for progression on an unknown day is before the next start",
            """
            0-      nivolumab  reason=progression
            100-150 nivolumab
            """,
            """
            line_id    | opened_because  | progression_date | progression_source  | pfs_days | pfs_end_reason
            advanced 1 | first_treatment |                  | stop_reason_undated |          | unknown_progression_undated
            advanced 2 | progression     |                  |                     | 0        | censored_line_start
            """,
            because="That it progressed is known, when is not: no date is made up.",
        ),
        Paragraph(
            "An episode whose drugs begin again in a later line progressed in the line of its stop",
            """
            0-60  ipilimumab  reason=progression drugs=ipilimumab:0:50,ipilimumab:200:250
            """,
            """
            line_id    | start_date | opened_because  | progression_date | progression_source | pfs_days | pfs_end_reason
            advanced 1 | 0          | first_treatment | 60               | stop_reason        | 60       | progression
            advanced 2 | 200        | progression     |                  |                    | 0        | censored_line_start
            """,
            because="The episode is of both lines; the date of its stop decides, as that of an "
            "assessment does. A progression before a line's start is not its own.",
        ),
        Paragraph(
            "When the stop is on the later line's first day, it is the later line's",
            """
            0-200  ipilimumab  reason=progression drugs=ipilimumab:0:50,ipilimumab:200:200
            """,
            """
            line_id    | start_date | opened_because | progression_date | pfs_days | pfs_end_reason
            advanced 1 | 0          | first_treatment |                 | 200      | progression
            advanced 2 | 200        | gap             | 200             | 0        | progression
            """,
            because="What was given that day stopped that day.",
        ),
        Paragraph(
            "A day earlier, it is the earlier line's",
            """
            0-199  ipilimumab  reason=progression drugs=ipilimumab:0:50,ipilimumab:200:250
            """,
            """
            line_id    | start_date | opened_because | progression_date | pfs_days | pfs_end_reason
            advanced 1 | 0          | first_treatment | 199             | 199      | progression
            advanced 2 | 200        | progression     |                 | 0        | censored_line_start
            """,
        ),
        Paragraph(
            "Stopped for progression on the day it started still shows it",
            """
            0-0     nivolumab  reason=progression
            60-150  nivolumab
            """,
            """
            line_id    | opened_because  | progression_date | pfs_days
            advanced 1 | first_treatment | 0                | 0
            advanced 2 | progression     |                  | 0
            """,
        ),
        Paragraph(
            "An unconfirmed progression (iUPD) alone opens no line",
            """
            0-60    nivolumab
            70      scan iUPD
            100-150 nivolumab
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 0          | 150
            """,
        ),
        Paragraph(
            "A confirmed one does, from the first iUPD of its block",
            """
            0-60    nivolumab
            70      scan iUPD
            98      scan iCPD
            100-150 nivolumab
            """,
            """
            line_id    | start_date | opened_because  | progression_date
            advanced 1 | 0          | first_treatment | 70
            advanced 2 | 100        | progression     |
            """,
        ),
        Paragraph(
            "BRAF/MEK inhibitors, immunotherapy, BRAF/MEK inhibitors again are three lines",
            """
            0-200    dabrafenib + trametinib  reason=progression
            210-300  ipilimumab + nivolumab   reason=progression
            310-400  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | opened_because
            advanced 1 | dabrafenib+trametinib | first_treatment
            advanced 2 | ipilimumab+nivolumab  | progression
            advanced 3 | dabrafenib+trametinib | progression
            """,
        ),
        Paragraph(
            "Going on beyond progression after an unknown stop must be shown",
            """
            0-      nivolumab
            20      scan PD
            29-150  nivolumab
            """,
            """
            line_id    | start_date | opened_because
            advanced 1 | 0          | first_treatment
            advanced 2 | 29         | progression
            """,
            because="Nivolumab is known to have been given on day 0 only, 29 days before.",
        ),
    ),
)

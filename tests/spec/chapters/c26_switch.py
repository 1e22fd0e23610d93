"""Chapter: a switch inside the combination window."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "switch",
    "When is a start soon after another no combination?",
    "Within the combination window a start on a later day opens a line when everything given so "
    "far is shown to have stopped by then, for progression, toxicity or the patient's choice, and "
    "none of it starts again.",
    (
        Paragraph(
            "One dose stopped for toxicity, then other drugs: two lines",
            """
            0-0     pembrolizumab            reason=toxicity
            20-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | start_date | end_date | end_reason | opened_because
            advanced 1 | pembrolizumab         | 0          | 0        | toxicity   | first_treatment
            advanced 2 | dabrafenib+trametinib | 20         | 300      | unknown    | new_substance
            """,
        ),
        Paragraph(
            "A stop on the day of the new start is by then",
            """
            0-14    pembrolizumab            reason=toxicity
            14-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | end_date
            advanced 1 | pembrolizumab         | 14
            advanced 2 | dabrafenib+trametinib | 300
            """,
        ),
        Paragraph(
            "A stop on the day after is not",
            """
            0-15    pembrolizumab            reason=toxicity
            14-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | end_date | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib | 300      |
            """,
        ),
        Paragraph(
            "A row a dose, toxicity at the episode's end: a combination",
            """
            0-22  ipilimumab + nivolumab  reason=toxicity drugs=nivolumab:0:0,nivolumab:21:21,ipilimumab:1:1,ipilimumab:22:22
            """,
            """
            line_id    | regimen              | end_date
            advanced 1 | ipilimumab+nivolumab | 22
            """,
        ),
        Paragraph(
            "Of a drug that stopped by itself the episode must have stopped too",
            """
            0-40  ipilimumab + nivolumab  reason=toxicity drugs=ipilimumab:0:0,nivolumab:10:40
            """,
            """
            line_id    | regimen              | end_date
            advanced 1 | ipilimumab+nivolumab | 40
            """,
        ),
        Paragraph(
            "What starts again then has not stopped",
            """
            0-0     nivolumab               reason=patient_choice
            21-300  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 300
            """,
        ),
        Paragraph(
            "Everything must have stopped",
            """
            0-10    dacarbazine   reason=toxicity
            0-200   nivolumab
            20-200  ipilimumab
            """,
            """
            line_id    | regimen                          | start_date
            advanced 1 | dacarbazine+ipilimumab+nivolumab | 0
            """,
        ),
        Paragraph(
            "A stop because the patient chose so is shown",
            """
            0-0     pembrolizumab            reason=patient_choice
            20-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen
            advanced 1 | pembrolizumab
            advanced 2 | dabrafenib+trametinib
            """,
        ),
        Paragraph(
            "Completed does not show it: it may be said of every dose",
            """
            0-0     pembrolizumab            reason=completed
            20-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib |
            """,
        ),
        Paragraph(
            "Nor does a reason without a stop",
            """
            0-      pembrolizumab            reason=toxicity
            20-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib |
            """,
        ),
        Paragraph(
            "What starts on one day is one combination, whatever it stopped for",
            """
            0-0    pembrolizumab  reason=toxicity
            0-300  dabrafenib     reason=toxicity
            """,
            """
            line_id    | regimen
            advanced 1 | dabrafenib+pembrolizumab
            """,
        ),
        Paragraph(
            "A stop in a month that is not over shows nothing, and makes the line doubtful",
            """
            0-2020-01  pembrolizumab            reason=toxicity
            19-300     dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | is_not_shown | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib | yes          | LIN-N31
            """,
        ),
        Paragraph(
            "From the last day of the month on it does",
            """
            14-2020-01  pembrolizumab            reason=toxicity
            30-300      dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | lines_doubtful_because
            advanced 1 | pembrolizumab         |
            advanced 2 | dabrafenib+trametinib |
            """,
            "Day 30 is 31 January.",
        ),
        Paragraph(
            "And on the day before it does not",
            """
            14-2020-01  pembrolizumab            reason=toxicity
            29-300      dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib | LIN-N31
            """,
        ),
        Paragraph(
            "Nor does a stop within the month in which the next drugs started",
            """
            0-10         pembrolizumab            reason=toxicity
            2020-01-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | is_not_shown | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib | yes          | LIN-N31
            """,
            "They may have started on day 0, before it or with it.",
        ),
        Paragraph(
            "A stop by the first day of that month does",
            """
            20-31        pembrolizumab            reason=toxicity
            2020-02-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | is_not_shown | lines_doubtful_because
            advanced 1 | pembrolizumab         | no           |
            advanced 2 | dabrafenib+trametinib | no           |
            """,
            "Day 31 is 1 February.",
        ),
        Paragraph(
            "And on the day after it does not",
            """
            20-32        pembrolizumab            reason=toxicity
            2020-02-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | is_not_shown | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib | yes          | LIN-N31
            """,
        ),
        Paragraph(
            "One dose on a day on which they may have started may be one combination with them",
            """
            0-0          pembrolizumab            reason=toxicity
            2020-01-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | is_not_shown | lines_doubtful_because
            advanced 1 | dabrafenib+pembrolizumab+trametinib | yes          | LIN-N31
            """,
        ),
        Paragraph(
            "A permitted substitute goes on with the line all the same",
            """
            0-0     pembrolizumab  reason=toxicity
            20-300  nivolumab
            """,
            """
            line_id    | regimen       | has_substitution
            advanced 1 | pembrolizumab | yes
            """,
        ),
        Paragraph(
            "A study may keep the window whatever stopped",
            """
            0-0     pembrolizumab            reason=toxicity
            20-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen
            advanced 1 | dabrafenib+pembrolizumab+trametinib
            """,
            parameters={"window_respects_stops": False},
        ),
    ),
)

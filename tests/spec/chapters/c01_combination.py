"""Chapter: what belongs to one regimen."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "combination",
    "What belongs to one regimen?",
    "The substances that start within 28 days of the line's start, day 28 included, are its "
    "regimen. Its label names them in alphabetical order.",
    (
        Paragraph(
            "Ipilimumab and nivolumab started on one day are one line",
            """
            0-63  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | regimen_class          | start_date | end_date | opened_because
            advanced 1 | ipilimumab+nivolumab | anti-CTLA-4+anti-PD-1  | 0          | 63       | first_treatment
            """,
        ),
        Paragraph(
            "Two rows of one combination are one line",
            """
            0-63  ipilimumab
            0-63  nivolumab
            """,
            """
            line_id    | regimen              | treatment_ids | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | T1,T2         | 0          | 63
            """,
        ),
        Paragraph(
            "A component started on day 27 belongs",
            """
            0-63   ipilimumab
            27-90  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 90
            """,
        ),
        Paragraph(
            "A component started on day 28 belongs",
            """
            0-63   ipilimumab
            28-90  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 90
            """,
            steps="""
            clause          | line_id
            first_treatment | advanced 1
            combination     | advanced 1
            """,
        ),
        Paragraph(
            "A component started on day 29 opens a line",
            """
            0-63   ipilimumab
            29-90  nivolumab
            """,
            """
            line_id    | regimen    | start_date | end_date | opened_because  | closed_because
            advanced 1 | ipilimumab | 0          | 29       | first_treatment | new_substance
            advanced 2 | nivolumab  | 29         | 90       | new_substance   | no_later_line
            """,
            because="The first line ends at the latest when the next one starts.",
        ),
        Paragraph(
            "A study may widen the window to 42 days",
            """
            0-63   ipilimumab
            42-90  nivolumab
            """,
            """
            line_id    | regimen
            advanced 1 | ipilimumab+nivolumab
            """,
            parameters={"combination_window_days": 42},
        ),
        Paragraph(
            "The window is counted from the line's start, not from the last component",
            """
            0-90   dabrafenib
            20-90  trametinib
            40-90  pembrolizumab
            """,
            """
            line_id    | regimen                             | start_date
            advanced 1 | dabrafenib+trametinib               | 0
            advanced 2 | dabrafenib+pembrolizumab+trametinib | 40
            """,
        ),
        Paragraph(
            "A progression inside the window closes it",
            """
            0-14   ipilimumab
            10     scan PD
            20-60  nivolumab
            """,
            """
            line_id    | regimen    | start_date | opened_because
            advanced 1 | ipilimumab | 0          | first_treatment
            advanced 2 | nivolumab  | 20         | progression
            """,
            because="What is added after the disease progressed answers the progression.",
        ),
        Paragraph(
            "Two regimens started on the same day are one line, whatever the order of the rows",
            """
            0-60  trametinib
            0-63  nivolumab
            0-60  dabrafenib
            """,
            """
            line_id    | regimen                         | treatment_ids
            advanced 1 | dabrafenib+nivolumab+trametinib | T1,T2,T3
            """,
        ),
        Paragraph(
            "One episode delivered by two hospitals after a transfer is one line",
            """
            0-63  ipilimumab + nivolumab  hospital=H1
            0-63  ipilimumab + nivolumab  hospital=H2
            """,
            """
            line_id    | regimen              | treatment_ids | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | T1,T2         | 0          | 63
            """,
        ),
        Paragraph(
            "A brand name, an abbreviation and a generic name are one substance",
            """
            0-63    Yervoy + Opdivo
            84-200  nivolumab
            """,
            """
            line_id    | regimen
            advanced 1 | ipilimumab+nivolumab
            """,
        ),
    ),
)

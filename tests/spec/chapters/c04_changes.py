"""Chapter: components dropped, added, given back and substituted."""

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "changes",
    "Which changes of treatment open a line?",
    "Dropping a component does not, nor giving one back. A new substance after the window does, "
    "unless it is a permitted substitute within 56 days and without progression: nivolumab and "
    "pembrolizumab for each other, or one BRAF/MEK inhibitor pair for another.",
    (
        Paragraph(
            "Does nivolumab after ipi+nivo open a line?",
            """
            0-63    ipilimumab + nivolumab
            84-400  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | treatment_ids
            advanced 1 | ipilimumab+nivolumab | 0          | 400      | T1,T2
            """,
            because="Maintenance drops a component. The label keeps what the line began with.",
        ),
        Paragraph(
            "Four courses of ipi+nivo and monthly nivolumab, registered by substance, are one line",
            """
            0-  ipilimumab + nivolumab  drugs=ipilimumab:0:63,nivolumab:0:63,nivolumab:84:420
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 420
            """,
        ),
        Paragraph(
            "Giving ipilimumab back without progression does not open a line",
            """
            0-63     ipilimumab + nivolumab
            84-300   nivolumab
            320-380  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 380
            """,
        ),
        Paragraph(
            "Adding ipilimumab to nivolumab after the window opens a line",
            """
            0-100   nivolumab
            60-123  ipilimumab
            """,
            """
            line_id    | regimen    | start_date | end_date | opened_because
            advanced 1 | nivolumab  | 0          | 60       | first_treatment
            advanced 2 | ipilimumab | 60         | 123      | new_substance
            """,
        ),
        Paragraph(
            "Ipilimumab alone, 200 days later ipi+nivo, are two lines",
            """
            0-63     ipilimumab
            263-326  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | opened_because
            advanced 1 | ipilimumab           | first_treatment
            advanced 2 | ipilimumab+nivolumab | new_substance
            """,
        ),
        Paragraph(
            "Pembrolizumab 56 days after the last nivolumab is a substitute",
            """
            0-100    nivolumab
            156-300  pembrolizumab
            """,
            """
            line_id    | regimen   | start_date | end_date | has_substitution
            advanced 1 | nivolumab | 0          | 300      | yes
            """,
            steps="""
            clause          | line_id
            first_treatment | advanced 1
            substitution    | advanced 1
            """,
        ),
        Paragraph(
            "Pembrolizumab 57 days after the last nivolumab is another line",
            """
            0-100    nivolumab
            157-300  pembrolizumab
            """,
            """
            line_id    | regimen       | opened_because
            advanced 1 | nivolumab     | first_treatment
            advanced 2 | pembrolizumab | new_substance
            """,
        ),
        Paragraph(
            "With progression between, a substitute is another line",
            """
            0-100    nivolumab
            100      scan PD
            110-300  pembrolizumab
            """,
            """
            line_id    | regimen       | opened_because
            advanced 1 | nivolumab     | first_treatment
            advanced 2 | pembrolizumab | progression
            """,
        ),
        Paragraph(
            "A substitute within the window does not change the label",
            """
            0-0     nivolumab  reason=toxicity
            21-300  pembrolizumab
            """,
            """
            line_id    | regimen   | has_substitution
            advanced 1 | nivolumab | yes
            """,
        ),
        Paragraph(
            "A substitute may start on the day of the last dose",
            """
            0-21    nivolumab  reason=toxicity
            21-300  pembrolizumab
            """,
            """
            line_id    | regimen
            advanced 1 | nivolumab
            """,
        ),
        Paragraph(
            "Two that go on side by side are both in the label",
            """
            0-300   nivolumab
            21-300  pembrolizumab
            """,
            """
            line_id    | regimen
            advanced 1 | nivolumab+pembrolizumab
            """,
            because="What was registered is shown.",
        ),
        Paragraph(
            "One BRAF/MEK pair may replace another",
            """
            0-100    dabrafenib + trametinib  reason=toxicity
            120-300  encorafenib + binimetinib
            """,
            """
            line_id    | regimen               | end_date | has_substitution
            advanced 1 | dabrafenib+trametinib | 300      | yes
            """,
        ),
        Paragraph(
            "A MEK inhibitor does not replace a BRAF inhibitor",
            """
            0-100    vemurafenib
            120-300  encorafenib + binimetinib
            """,
            """
            line_id    | regimen                 | opened_because
            advanced 1 | vemurafenib             | first_treatment
            advanced 2 | binimetinib+encorafenib | new_substance
            """,
            because="Encorafenib replaces vemurafenib, but binimetinib is new.",
        ),
        Paragraph(
            "Ipilimumab does not replace nivolumab",
            """
            0-100    nivolumab
            120-300  ipilimumab
            """,
            """
            line_id    | regimen    | opened_because
            advanced 1 | nivolumab  | first_treatment
            advanced 2 | ipilimumab | new_substance
            """,
        ),
        Paragraph(
            "A substitute given back and forth stays within the line",
            """
            0-100    nivolumab
            120-200  pembrolizumab
            220-300  nivolumab
            """,
            """
            line_id    | regimen   | start_date | end_date
            advanced 1 | nivolumab | 0          | 300
            """,
        ),
    ),
)

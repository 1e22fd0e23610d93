"""Chapter: when a pause opens a line."""

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "pauses",
    "When does a pause open a line?",
    "From the last stop to the next start: more than 90 days opens a line, or more than 60 when "
    "everything that starts is oral. Exactly so long does not. The rule holds after toxicity too.",
    (
        Paragraph(
            "A pause of exactly 90 days does not open a line",
            """
            0-60     pembrolizumab
            150-200  pembrolizumab
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 0          | 200
            """,
        ),
        Paragraph(
            "A pause of 91 days opens a line",
            """
            0-60     pembrolizumab
            151-200  pembrolizumab
            """,
            """
            line_id    | start_date | end_date | opened_because  | closed_because
            advanced 1 | 0          | 60       | first_treatment | gap
            advanced 2 | 151        | 200      | gap             | no_later_line
            """,
        ),
        Paragraph(
            "An oral pause of exactly 60 days does not open a line",
            """
            0-60     dabrafenib + trametinib
            120-200  dabrafenib + trametinib
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 0          | 200
            """,
        ),
        Paragraph(
            "An oral pause of 61 days opens a line",
            """
            0-60     dabrafenib + trametinib
            121-200  dabrafenib + trametinib
            """,
            """
            line_id    | start_date | end_date | opened_because
            advanced 1 | 0          | 60       | first_treatment
            advanced 2 | 121        | 200      | gap
            """,
        ),
        Paragraph(
            "The pause runs from the last stop of any component",
            """
            0-0      ipilimumab + nivolumab  drugs=ipilimumab:0:63,nivolumab:0:120
            200-260  ipilimumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 260
            """,
            because="Ipilimumab had stopped 137 days before, the line only 80.",
        ),
        Paragraph(
            "Ipi+nivo stopped for toxicity and resumed within 90 days is one line",
            """
            0-21    ipilimumab + nivolumab  reason=toxicity
            80-150  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | is_resumed_after_toxicity
            advanced 1 | ipilimumab+nivolumab | 0          | 150      | yes
            """,
            steps="""
            clause                    | line_id
            first_treatment           | advanced 1
            resumption_after_toxicity | advanced 1
            """,
        ),
        Paragraph(
            "The same with progression on day 60 is two lines",
            """
            0-21    ipilimumab + nivolumab  reason=toxicity
            60      scan PD
            80-150  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | opened_because
            advanced 1 | ipilimumab+nivolumab | 0          | 21       | first_treatment
            advanced 2 | nivolumab            | 80         | 150      | progression
            """,
        ),
        Paragraph(
            "A pause of 91 days after toxicity opens a line",
            """
            0-21     ipilimumab + nivolumab  reason=toxicity
            112-150  ipilimumab + nivolumab
            """,
            """
            line_id    | opened_because  | is_resumed_after_toxicity
            advanced 1 | first_treatment | no
            advanced 2 | gap             | no
            """,
        ),
        Paragraph(
            "A study may allow a longer hold after toxicity",
            """
            0-21     ipilimumab + nivolumab  reason=toxicity
            112-150  ipilimumab + nivolumab
            """,
            """
            line_id    | is_resumed_after_toxicity
            advanced 1 | yes
            """,
            parameters={"toxicity_hold_days": 120},
        ),
        Paragraph(
            "A longer hold is for toxicity only",
            """
            0-21     ipilimumab + nivolumab  reason=completed
            112-150  ipilimumab + nivolumab
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | gap
            """,
            parameters={"toxicity_hold_days": 120},
        ),
        Paragraph(
            "After a stop that is not registered no pause can be shown",
            """
            0-       pembrolizumab
            300-400  pembrolizumab
            """,
            """
            line_id    | start_date | end_date | has_unknown_stop
            advanced 1 | 0          | 400      | yes
            """,
            because="The unknown stop lies anywhere up to the next start; a line is opened on "
            "evidence only, and says that a stop is missing.",
        ),
        Paragraph(
            "A later stop that is known ends the doubt about an earlier one",
            """
            0-       pembrolizumab
            100-150  pembrolizumab
            241-300  pembrolizumab
            """,
            """
            line_id    | start_date | end_date | opened_because
            advanced 1 | 0          | 150      | first_treatment
            advanced 2 | 241        | 300      | gap
            """,
        ),
        Paragraph(
            "A stop before its start is not a stop",
            """
            0--10    pembrolizumab
            95-150   pembrolizumab
            """,
            """
            line_id    | start_date | end_date | has_unknown_stop
            advanced 1 | 0          | 150      | yes
            """,
            because="The reversed dates are a finding; the pause they would make is not believed.",
        ),
    ),
)

"""Chapter: what shows that a drug goes on beside a new line."""

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "shown",
    "What shows that a drug goes on?",
    "An own stop more than 42 days after the new line's start and not past the cut-off, or rows "
    "before and after that start of which the last is shown so late. A stop that is the episode's "
    "is a drug's own where the episode has one drug, a name that could not be read counted.",
    (
        Paragraph(
            "Shown by what is given again: a last stop 42 days after the start is a switch",
            """
            0-84     nivolumab
            100-163  ipilimumab
            130-142  nivolumab
            """,
            """
            line_id    | regimen    | start_date | end_date | opened_because
            advanced 1 | nivolumab  | 0          | 84       | first_treatment
            advanced 2 | ipilimumab | 100        | 130      | new_substance
            advanced 3 | nivolumab  | 130        | 142      | new_substance
            """,
        ),
        Paragraph(
            "And one 43 days after it is carried",
            """
            0-84     nivolumab
            100-163  ipilimumab
            130-143  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | carried_substances
            advanced 1 | nivolumab            | 0          | 100      |
            advanced 2 | ipilimumab+nivolumab | 100        | 163      | nivolumab
            """,
        ),
        Paragraph(
            "A start shows it too, without a stop: not 42 days after",
            """
            0-90     nivolumab
            100-163  ipilimumab
            142-     nivolumab
            """,
            """
            line_id    | regimen    | start_date | end_date
            advanced 1 | nivolumab  | 0          | 90
            advanced 2 | ipilimumab | 100        | 142
            advanced 3 | nivolumab  | 142        |
            """,
        ),
        Paragraph(
            "But 43 days after",
            """
            0-90     nivolumab
            100-163  ipilimumab
            143-     nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | nivolumab            | 0          | 100
            advanced 2 | ipilimumab+nivolumab | 100        |
            """,
        ),
        Paragraph(
            "Of several rows the latest own stop counts",
            """
            0-80    nivolumab
            0-200   nivolumab
            60-100  ipilimumab
            """,
            """
            line_id    | regimen              | end_date
            advanced 1 | nivolumab            | 60
            advanced 2 | ipilimumab+nivolumab | 200
            """,
        ),
        Paragraph(
            "Nothing is carried where its component starts again: the other antibody replaces it",
            """
            0-300    nivolumab
            95       scan PD
            100-200  pembrolizumab + ipilimumab
            """,
            """
            line_id    | regimen                  | end_date | carried_substances
            advanced 1 | nivolumab                | 100      |
            advanced 2 | ipilimumab+pembrolizumab | 200      |
            """,
        ),
        Paragraph(
            "It is carried into a line of unknown setting",
            """
            0-200   nivolumab
            60-123  ipilimumab  setting=unknown
            """,
            """
            line_id    | regimen              | end_date
            advanced 1 | nivolumab            | 60
            unknown 1  | ipilimumab+nivolumab | 200
            """,
        ),
        Paragraph(
            "And from one",
            """
            0-200   nivolumab  setting=unknown
            60-123  ipilimumab
            """,
            """
            line_id    | regimen              | end_date
            unknown 1  | nivolumab            | 60
            advanced 1 | ipilimumab+nivolumab | 200
            """,
        ),
        Paragraph(
            "Beside a placebo, a drug has its episode's stop",
            """
            0-200   nivolumab + placebo
            60-100  ipilimumab
            """,
            """
            line_id    | regimen              | end_date
            advanced 1 | nivolumab            | 60
            advanced 2 | ipilimumab+nivolumab | 200
            """,
        ),
        Paragraph(
            "Beside a study drug it has not",
            """
            0-200   nivolumab + study drug
            60-100  ipilimumab
            """,
            """
            line_id    | regimen                   | end_date
            advanced 1 | investigational+nivolumab | 60
            advanced 2 | ipilimumab                | 100
            """,
        ),
        Paragraph(
            "A stop past the cut-off shows nothing: what is ongoing in another episode is a doubt",
            """
            1700-2000  nivolumab
            1780-1850  ipilimumab
            """,
            """
            line_id    | regimen    | carried_substances | is_stale_ongoing | lines_doubtful_because
            advanced 1 | nivolumab  |                    | no               |
            advanced 2 | ipilimumab |                    | yes              | LIN-N30
            """,
            "Data are known up to day 1888.",
        ),
        Paragraph(
            "A stop on it does",
            """
            1700-1888  nivolumab
            1780-1850  ipilimumab
            """,
            """
            line_id    | regimen              | carried_substances | lines_doubtful_because
            advanced 1 | nivolumab            |                    |
            advanced 2 | ipilimumab+nivolumab | nivolumab          |
            """,
        ),
    ),
)

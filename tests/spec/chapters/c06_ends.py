"""Chapter: the end of a line."""

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "ends",
    "When and why did a line end?",
    "A line ends with the last stop of what it is made of, at the latest when the next line "
    "starts, for the reason of the episode that ended last. What is not registered stays unknown.",
    (
        Paragraph(
            "A line ends with its last component",
            """
            0-63  ipilimumab  reason=completed
            0-90  nivolumab   reason=toxicity
            """,
            """
            line_id    | end_date | end_reason | closed_because
            advanced 1 | 90       | toxicity   | no_later_line
            """,
        ),
        Paragraph(
            "An ongoing line has no end",
            """
            0-ongoing  nivolumab
            """,
            """
            line_id    | end_date | end_reason | closed_because | has_unknown_stop
            advanced 1 |          | ongoing    | ongoing        | no
            """,
        ),
        Paragraph(
            "An end that is not registered stays unknown",
            """
            0-  nivolumab
            """,
            """
            line_id    | end_date | end_reason | closed_because | has_unknown_stop
            advanced 1 |          | unknown    | no_later_line  | yes
            """,
        ),
        Paragraph(
            "A reason without a stop date is still the reason",
            """
            0-  nivolumab  reason=toxicity
            """,
            """
            line_id    | end_date | end_reason
            advanced 1 |          | toxicity
            """,
        ),
        Paragraph(
            "Ongoing is contradicted by a later line",
            """
            0-ongoing  nivolumab
            200-300    dacarbazine
            """,
            """
            line_id    | end_date | end_reason | next_line_start_date
            advanced 1 |          | unknown    | 200
            advanced 2 | 300      | unknown    |
            """,
        ),
        Paragraph(
            "A line ends no later than the next one starts",
            """
            0-250    nivolumab
            200-300  dacarbazine
            """,
            """
            line_id    | end_date
            advanced 1 | 200
            advanced 2 | 300
            """,
        ),
        Paragraph(
            "Of two hospitals' rows the known reason counts",
            """
            0-63  nivolumab  reason=unknown
            0-63  nivolumab  reason=completed
            """,
            """
            line_id    | end_reason
            advanced 1 | completed
            """,
        ),
        Paragraph(
            "Entered line numbers stand beside the derived one",
            """
            0-63    ipilimumab + nivolumab  line=1
            84-400  nivolumab               line=2
            """,
            """
            line_id    | line_number | entered_line_numbers
            advanced 1 | 1           | 1,2
            """,
        ),
        Paragraph(
            "A month without a day is taken as its fifteenth",
            """
            2020-03-2020-06  nivolumab
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 74         | 166
            """,
        ),
        Paragraph(
            "A stop known to the month is not before its start",
            """
            2020-03-20-2020-03  nivolumab
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 79         | 79
            """,
            because="The fifteenth would be before the start; the day moves within its month.",
        ),
    ),
)

"""Chapter: settings, local therapy and what is not a treatment of the tumour."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "settings",
    "How are lines numbered?",
    "Adjuvant and neoadjuvant lines are numbered apart from advanced ones. A change of setting "
    "opens a line; an unknown setting by itself does not. Local therapy never does.",
    (
        Paragraph(
            "Adjuvant ipilimumab does not count as an advanced line",
            """
            0-90     ipilimumab              setting=adjuvant
            400-463  ipilimumab + nivolumab
            """,
            """
            line_id    | setting  | line_number | line_sequence | regimen              | opened_because
            adjuvant 1 | adjuvant | 1           | 1             | ipilimumab           | first_treatment
            advanced 1 | advanced | 1           | 2             | ipilimumab+nivolumab | setting_change
            """,
        ),
        Paragraph(
            "The same drug going from adjuvant to advanced within weeks is a new line",
            """
            0-300    pembrolizumab  setting=adjuvant
            320-500  pembrolizumab
            """,
            """
            line_id    | regimen       | opened_because
            adjuvant 1 | pembrolizumab | first_treatment
            advanced 1 | pembrolizumab | setting_change
            """,
        ),
        Paragraph(
            "Neoadjuvant and adjuvant treatment are numbered each by itself",
            """
            0-42     ipilimumab + nivolumab  setting=neoadjuvant
            84-400   nivolumab               setting=adjuvant
            600-700  ipilimumab + nivolumab
            """,
            """
            line_id       | regimen
            neoadjuvant 1 | ipilimumab+nivolumab
            adjuvant 1    | nivolumab
            advanced 1    | ipilimumab+nivolumab
            """,
        ),
        Paragraph(
            "An unknown setting within a line is that of the line",
            """
            0-63    ipilimumab + nivolumab
            84-400  nivolumab               setting=unknown
            """,
            """
            line_id    | setting  | end_date
            advanced 1 | advanced | 400
            """,
        ),
        Paragraph(
            "An unknown setting on the same day is that of the other row",
            """
            0-63  ipilimumab  setting=unknown
            0-63  nivolumab   setting=advanced
            """,
            """
            line_id    | regimen
            advanced 1 | ipilimumab+nivolumab
            """,
        ),
        Paragraph(
            "A line of which no setting is known is numbered among its own",
            """
            0-63     dacarbazine  setting=unknown
            100-163  ipilimumab   setting=unknown
            200-300  nivolumab
            """,
            """
            line_id    | setting  | line_number | line_sequence
            unknown 1  | unknown  | 1           | 1
            unknown 2  | unknown  | 2           | 2
            advanced 1 | advanced | 1           | 3
            """,
            because="Nothing is made of what is not known; a study says which settings it takes.",
        ),
        Paragraph(
            "Surgery and radiotherapy never open a line",
            """
            0-60     pembrolizumab
            70       local stereotactic
            80       local surgery
            100-200  pembrolizumab
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 0          | 200
            """,
        ),
        Paragraph(
            "T-VEC alone is local therapy and no line",
            """
            0-60     talimogene laherparepvec
            70-200   pembrolizumab
            """,
            """
            line_id    | regimen
            advanced 1 | pembrolizumab
            """,
        ),
        Paragraph(
            "Supportive drugs are no line",
            """
            0-60  prednisone
            """,
            "line_id",
            because="No row is expected.",
        ),
    ),
)

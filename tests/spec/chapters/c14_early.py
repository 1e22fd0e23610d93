"""Chapter: adjuvant and neoadjuvant lines, the notation, and disease that comes back early."""

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "early",
    "How do adjuvant and neoadjuvant lines count, and when is disease adjuvant refractory?",
    "Lines of curative intent (CLoT) and palliative lines (PLoT) are counted apart and written "
    "N (CLoT + PLoT), up to and including the line, after Saini and Twelves 2021. Disease is "
    "adjuvant refractory when it came back, or advanced treatment began, at most 182 days after "
    "the last adjuvant dose.",
    (
        Paragraph(
            "Two lines of curative intent and two palliative ones",
            """
            0-42     ipilimumab + nivolumab  setting=neoadjuvant
            84-400   nivolumab               setting=adjuvant
            600-700  ipilimumab + nivolumab
            800-900  dacarbazine
            """,
            """
            line_id       | line_number | lot_notation
            neoadjuvant 1 | 1           | 1 (1+0)
            adjuvant 1    | 1           | 2 (2+0)
            advanced 1    | 1           | 3 (2+1)
            advanced 2    | 2           | 4 (2+2)
            """,
        ),
        Paragraph(
            "A line of unknown setting is neither, and is said",
            """
            0-63     dacarbazine  setting=unknown
            100-163  nivolumab
            """,
            """
            line_id    | lot_notation
            unknown 1  | 1 (0+0, 1 unknown)
            advanced 1 | 2 (0+1, 1 unknown)
            """,
        ),
        Paragraph(
            "A site may number through all settings",
            """
            0-300    nivolumab               setting=adjuvant
            600-700  ipilimumab + nivolumab
            """,
            """
            line_id    | setting  | line_number | lot_notation
            adjuvant 1 | adjuvant | 1           | 1 (1+0)
            advanced 2 | advanced | 2           | 2 (1+1)
            """,
            parameters={"number_settings_apart": False},
        ),
        Paragraph(
            "Advanced treatment 182 days after the last adjuvant dose is adjuvant refractory",
            """
            0-300    nivolumab               setting=adjuvant
            482-600  ipilimumab + nivolumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | yes
            """,
        ),
        Paragraph(
            "183 days after it is not",
            """
            0-300    nivolumab               setting=adjuvant
            483-600  ipilimumab + nivolumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | no
            """,
        ),
        Paragraph(
            "A relapse within 182 days counts, however late treatment begins",
            """
            0-300    nivolumab               setting=adjuvant
            482      scan PD
            900-990  ipilimumab + nivolumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | yes
            """,
        ),
        Paragraph(
            "A relapse on day 183 does not",
            """
            0-300    nivolumab               setting=adjuvant
            483      scan PD
            900-990  ipilimumab + nivolumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | no
            """,
        ),
        Paragraph(
            "A relapse during adjuvant treatment is refractory",
            """
            0-300    nivolumab               setting=adjuvant reason=progression
            600-700  ipilimumab + nivolumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | yes
            """,
        ),
        Paragraph(
            "Only the first advanced line carries it",
            """
            0-300    nivolumab    setting=adjuvant
            400-463  ipilimumab
            500-600  dacarbazine
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | yes
            advanced 2 | no
            """,
        ),
        Paragraph(
            "An unknown last dose tells nothing when its start is long ago",
            """
            0-       nivolumab   setting=adjuvant
            483-600  ipilimumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 |
            """,
            because="The last dose lies between day 0 and day 483: it may have been near, or not.",
        ),
        Paragraph(
            "It tells enough when the start itself is near",
            """
            0-       nivolumab   setting=adjuvant
            182-300  ipilimumab
            """,
            """
            line_id    | is_adjuvant_refractory
            adjuvant 1 | no
            advanced 1 | yes
            """,
        ),
        Paragraph(
            "Neoadjuvant treatment alone makes nothing adjuvant refractory",
            """
            0-42     ipilimumab + nivolumab  setting=neoadjuvant
            100-200  dacarbazine
            """,
            """
            line_id       | is_adjuvant_refractory
            neoadjuvant 1 | no
            advanced 1    | no
            """,
        ),
        Paragraph(
            "A line number as entered agrees when it is the derived one",
            """
            0-300    nivolumab   setting=adjuvant line=1
            600-700  ipilimumab  line=1
            800-900  dacarbazine line=3
            950-990  temozolomide
            """,
            """
            line_id    | entered_line_numbers | entered_line_agrees
            adjuvant 1 | 1                    | yes
            advanced 1 | 1                    | yes
            advanced 2 | 3                    | no
            advanced 3 |                      |
            """,
        ),
        Paragraph(
            "Two numbers entered for one line do not agree",
            """
            0-63    ipilimumab + nivolumab  line=1
            84-400  nivolumab               line=2
            """,
            """
            line_id    | entered_line_numbers | entered_line_agrees
            advanced 1 | 1,2                  | no
            """,
        ),
    ),
)

"""Chapter: rows that are one course, and one course in its four writings."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "one-course",
    "Does it matter how one course was written down?",
    "Rows of a substance in one episode that are at most 56 days apart are one row. A course written "
    "a row a dose, as a span a substance, as drug rows of one episode or as an episode for each "
    "stretch of unchanged substances gives the same lines.",
    (
        Paragraph(
            "Doses of one episode are one course: a progression between two of them changes nothing",
            """
            0-168  pembrolizumab  drugs=pembrolizumab:0:0,pembrolizumab:42:42,pembrolizumab:84:84,pembrolizumab:126:126,pembrolizumab:168:168
            95     scan PD
            """,
            """
            line_id    | regimen       | start_date | end_date
            advanced 1 | pembrolizumab | 0          | 168
            """,
            rows="""
            treatment_id | substance     | start_date | stop_date
            T1           | pembrolizumab | 0          | 168
            """,
        ),
        Paragraph(
            "As one row for the whole of them it is the same line",
            """
            0-168  pembrolizumab
            95     scan PD
            """,
            """
            line_id    | regimen       | start_date | end_date
            advanced 1 | pembrolizumab | 0          | 168
            """,
        ),
        Paragraph(
            "Doses 56 days apart are one row",
            """
            0-56  pembrolizumab  drugs=pembrolizumab:0:0,pembrolizumab:56:56
            10    scan PD
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 0          | 56
            """,
        ),
        Paragraph(
            "And doses 57 days apart are two",
            """
            0-57  pembrolizumab  drugs=pembrolizumab:0:0,pembrolizumab:57:57
            10    scan PD
            """,
            """
            line_id    | start_date | end_date | opened_because
            advanced 1 | 0          | 0        | first_treatment
            advanced 2 | 57         | 57       | progression
            """,
        ),
        Paragraph(
            "A stop that was not for a reason to end treatment, and a start on the new line's day: the line before ends there",
            """
            0-42    nivolumab             reason=completed
            60-196  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | end_date | end_reason
            advanced 1 | nivolumab            | 60       | completed
            advanced 2 | ipilimumab+nivolumab | 196      | unknown
            """,
        ),
        Paragraph(
            "So it does 56 days after the stop",
            """
            0-42    nivolumab             reason=completed
            98-196  ipilimumab + nivolumab
            """,
            """
            line_id    | end_date
            advanced 1 | 98
            advanced 2 | 196
            """,
        ),
        Paragraph(
            "And not 57 days after it",
            """
            0-42    nivolumab             reason=completed
            99-196  ipilimumab + nivolumab
            """,
            """
            line_id    | end_date
            advanced 1 | 42
            advanced 2 | 196
            """,
        ),
        Paragraph(
            "Nor after a stop for toxicity",
            """
            0-42    nivolumab             reason=toxicity
            60-196  ipilimumab + nivolumab
            """,
            """
            line_id    | end_date
            advanced 1 | 42
            advanced 2 | 196
            """,
        ),
        Paragraph(
            "Nor where a progression lies between",
            """
            0-63     ipilimumab             reason=completed
            90       scan PD
            100-163  ipilimumab + nivolumab
            """,
            """
            line_id    | end_date | end_reason
            advanced 1 | 63       | completed
            advanced 2 | 163      | unknown
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | interval_days | time_off_days
            advanced 1      | advanced 2         | same_substance | 37            | 37
            """,
        ),
        Paragraph(
            "A drug given every six weeks goes on beside what is added: as doses",
            """
            0-300   pembrolizumab  drugs=nivolumab:0:0,nivolumab:42:42,nivolumab:84:84,nivolumab:126:126,nivolumab:168:168
            85-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                         | start_date | end_date
            advanced 1 | nivolumab                       | 0          | 85
            advanced 2 | dabrafenib+nivolumab+trametinib | 85         | 300
            """,
        ),
        Paragraph(
            "As a span a substance, each an episode",
            """
            0-168   nivolumab    reason=other
            85-300  dabrafenib   reason=completed
            85-300  trametinib   reason=completed
            """,
            """
            line_id    | regimen                         | regimen_class                             | start_date | end_date | opened_because
            advanced 1 | nivolumab                       | anti-PD-1                                 | 0          | 85       | first_treatment
            advanced 2 | dabrafenib+nivolumab+trametinib | BRAF inhibitor+MEK inhibitor+anti-PD-1 | 85         | 300      | new_substance
            """,
        ),
        Paragraph(
            "As one episode with the spans as drug rows",
            """
            0-300  nivolumab + dabrafenib + trametinib  reason=completed drugs=nivolumab:0:168,dabrafenib:85:300,trametinib:85:300
            """,
            """
            line_id    | regimen                         | regimen_class                             | start_date | end_date | opened_because
            advanced 1 | nivolumab                       | anti-PD-1                                 | 0          | 85       | first_treatment
            advanced 2 | dabrafenib+nivolumab+trametinib | BRAF inhibitor+MEK inhibitor+anti-PD-1 | 85         | 300      | new_substance
            """,
        ),
        Paragraph(
            "As an episode for each stretch of unchanged substances",
            """
            0-84     nivolumab                            reason=other
            85-168   nivolumab + dabrafenib + trametinib  reason=other
            169-300  dabrafenib + trametinib              reason=completed
            """,
            """
            line_id    | regimen                         | regimen_class                             | start_date | end_date | opened_because
            advanced 1 | nivolumab                       | anti-PD-1                                 | 0          | 85       | first_treatment
            advanced 2 | dabrafenib+nivolumab+trametinib | BRAF inhibitor+MEK inhibitor+anti-PD-1 | 85         | 300      | new_substance
            """,
        ),
        Paragraph(
            "A dose too soon after the start of the next line does not carry",
            """
            0-112    nivolumab  drugs=nivolumab:0:0,nivolumab:28:28,nivolumab:56:56,nivolumab:84:84,nivolumab:112:112
            95       scan PD
            100-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | start_date | end_date
            advanced 1 | nivolumab             | 0          | 100
            advanced 2 | dabrafenib+trametinib | 100        | 300
            """,
        ),
        Paragraph(
            "Nor does a last dose so soon as a span's stop",
            """
            0-112    nivolumab
            95       scan PD
            100-300  dabrafenib
            100-300  trametinib
            """,
            """
            line_id    | regimen               | start_date | end_date
            advanced 1 | nivolumab             | 0          | 100
            advanced 2 | dabrafenib+trametinib | 100        | 300
            """,
        ),
        Paragraph(
            "Nor as a drug row's",
            """
            0-300  nivolumab + dabrafenib + trametinib  drugs=nivolumab:0:112,dabrafenib:100:300,trametinib:100:300
            95     scan PD
            """,
            """
            line_id    | regimen               | start_date | end_date
            advanced 1 | nivolumab             | 0          | 100
            advanced 2 | dabrafenib+trametinib | 100        | 300
            """,
        ),
    ),
)

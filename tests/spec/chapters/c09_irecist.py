"""Chapter: responses under iRECIST."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "irecist",
    "How is iRECIST read?",
    "An iUPD that a later iCPD confirms is the progression, dated at the first iUPD since the "
    "last iCR, iPR or iSD. One that is never confirmed counts when nothing reset it and no "
    "assessment follows, treatment stopped, or the patient died of melanoma.",
    (
        Paragraph(
            "iCPD is dated at the first iUPD of its block",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan iUPD
            136        scan iCPD
            """,
            """
            best_overall_response | progression_date | progression_source | pfs_days | pfs_event
            iCPD                  | 80               | assessment         | 80       | yes
            """,
        ),
        Paragraph(
            "iPR resets the bar",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan iPR
            200        scan iUPD
            230        scan iCPD
            """,
            """
            best_overall_response | responder | progression_date | pfs_days
            iPR                   | yes       | 200              | 200
            """,
        ),
        Paragraph(
            "NE does not reset it",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan NE
            136        scan iCPD
            """,
            """
            progression_date | pfs_days
            80               | 80
            """,
        ),
        Paragraph(
            "Unconfirmed and then stable is no progression",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan iSD
            """,
            """
            best_overall_response | progression_date | pfs_days | pfs_event
            iSD                   |                  | 108      | no
            """,
        ),
        Paragraph(
            "Unconfirmed with no further assessment is the event",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            """,
            """
            best_overall_response | progression_date | progression_source | pfs_days | pfs_event
            iUPD                  | 80               | unconfirmed_iUPD   | 80       | yes
            """,
        ),
        Paragraph(
            "Unconfirmed, then NE while treatment goes on, is not",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan NE
            """,
            """
            best_overall_response | progression_date | pfs_days | pfs_event | pfs_end_reason
            iUPD                  |                  | 80       | no        | censored_last_evaluable_assessment
            """,
        ),
        Paragraph(
            "Unconfirmed, then NE, and treatment stopped, is the event",
            """
            0-100  nivolumab
            80     scan iUPD
            108    scan NE
            """,
            """
            progression_date | progression_source | pfs_event
            80               | unconfirmed_iUPD   | yes
            """,
        ),
        Paragraph(
            "Unconfirmed, then NE, and death of melanoma, is the event",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan NE
            150        death melanoma
            """,
            """
            progression_date | pfs_days | pfs_end_reason | os_days
            80               | 80       | progression    | 150
            """,
        ),
        Paragraph(
            "Unconfirmed, then NE, and another death, is not",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan NE
            150        death other
            """,
            """
            progression_date | pfs_days | pfs_end_reason
                             | 150      | death
            """,
        ),
        Paragraph(
            "A confirmed response under iRECIST keeps its letter",
            """
            0-63  nivolumab
            80    scan iPR
            107   scan iPR
            """,
            """
            best_overall_response | best_overall_response_confirmed
            iPR                   | iSD
            """,
        ),
    ),
)

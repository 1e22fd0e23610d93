"""Chapter: responses under iRECIST."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "irecist",
    "How is iRECIST read?",
    "An iUPD that a later iCPD confirms is the progression, dated at the first iUPD since the "
    "last iCR, iPR or iSD. It is confirmed 28 to 56 days after an iUPD. Sooner than 28 days after "
    "the first, nothing is confirmed: the iCPD is read as another iUPD. Later than 56 days after "
    "each, the progression stands at the first iUPD, but is not called confirmed. An iUPD that is "
    "never confirmed counts when nothing reset it and only progression follows, treatment is over, "
    "or the patient died of melanoma.",
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
            "iCPD 28 days after the iUPD confirms it",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan iCPD
            160        scan iSD
            """,
            """
            best_overall_response | progression_date | progression_source | pfs_days | pfs_event
            iCPD                  | 80               | assessment         | 80       | yes
            """,
        ),
        Paragraph(
            "iCPD 29 days after it as well",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            109        scan iCPD
            160        scan iSD
            """,
            """
            best_overall_response | progression_date
            iCPD                  | 80
            """,
        ),
        Paragraph(
            "iCPD 27 days after it confirms nothing: stable disease may still follow",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            107        scan iCPD
            160        scan iSD
            """,
            """
            best_overall_response | progression_date | pfs_days | pfs_event
            iSD                   |                  | 160      | no
            """,
            because="Scans sooner than four weeks after the first iUPD are not to be used for iCPD.",
        ),
        Paragraph(
            "An iCPD too soon is another iUPD: when nothing follows, the first one is the event",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            107        scan iCPD
            """,
            """
            best_overall_response | progression_date | progression_source | pfs_days | pfs_event
            iUPD                  | 80               | unconfirmed_iUPD   | 80       | yes
            """,
        ),
        Paragraph(
            "An iCPD too soon may be confirmed by the next",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            107        scan iCPD
            140        scan iCPD
            200        scan iSD
            """,
            """
            best_overall_response | progression_date | progression_source
            iCPD                  | 80               | assessment
            """,
            because="60 days after the first iUPD, but 33 after the second.",
        ),
        Paragraph(
            "iCPD 55 days after the iUPD confirms it",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            135        scan iCPD
            """,
            """
            best_overall_response | progression_date
            iCPD                  | 80
            """,
        ),
        Paragraph(
            "iCPD 56 days after it as well",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            136        scan iCPD
            """,
            """
            best_overall_response | progression_date
            iCPD                  | 80
            """,
        ),
        Paragraph(
            "iCPD 57 days after it is too late to be called confirmed, and progression all the same",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            137        scan iCPD
            200        scan iSD
            """,
            """
            best_overall_response | progression_date | progression_source | pfs_days | pfs_event
            iUPD                  | 80               | assessment         | 80       | yes
            """,
            because="Nothing reset it. Dating it later would reward a missed scan with time free of progression.",
        ),
        Paragraph(
            "iUPD goes on, and an iCPD is judged against the last of them",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            140        scan iUPD
            180        scan iCPD
            """,
            """
            best_overall_response | progression_date
            iCPD                  | 80
            """,
            because="100 days after the first iUPD, 40 after the second; dated at the first.",
        ),
        Paragraph(
            "A study may wait for 84 days",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            164        scan iCPD
            """,
            """
            best_overall_response | progression_date
            iCPD                  | 80
            """,
            parameters={"immune_confirmation_max_days": 84},
        ),
        Paragraph(
            "A study may accept confirmation after 14 days",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            94         scan iCPD
            160        scan iSD
            """,
            """
            best_overall_response | progression_date
            iCPD                  | 80
            """,
            parameters={"immune_confirmation_min_days": 14},
        ),
        Paragraph(
            "An iCPD with no iUPD before it stands on its own day",
            """
            0-ongoing  nivolumab
            80         scan iSD
            136        scan iCPD
            """,
            """
            best_overall_response | progression_date | progression_source
            iSD                   | 136              | assessment
            """,
        ),
        Paragraph(
            "NON-iCR/NON-iUPD resets the bar where there is no target disease",
            """
            0-ongoing  nivolumab
            80         scan iUPD
            108        scan NON-iCR/NON-iUPD
            160        scan iUPD
            200        scan iCPD
            """,
            """
            best_overall_response | progression_date
            NON-iCR/NON-iUPD      | 160
            """,
        ),
        Paragraph(
            "A second iUPD counts on its own when the first was reset and treatment is over",
            """
            0-200  nivolumab
            80     scan iUPD
            108    scan iSD
            160    scan iUPD
            190    scan NE
            """,
            """
            best_overall_response | progression_date | progression_source
            iSD                   | 160              | unconfirmed_iUPD
            """,
        ),
        Paragraph(
            "Treatment that stopped before the iUPD is over too",
            """
            0-63  nivolumab
            80    scan iUPD
            108   scan NE
            """,
            """
            progression_date | progression_source
            80               | unconfirmed_iUPD
            """,
            because="A stop is registered as the last day given, which lies before the scan that led to it.",
        ),
        Paragraph(
            "Treatment that stopped on an unknown day, with its reason, is over",
            """
            0-   nivolumab  reason=toxicity
            80   scan iUPD
            108  scan NE
            """,
            """
            progression_date | progression_source
            80               | unconfirmed_iUPD
            """,
        ),
        Paragraph(
            "A stop that is registered neither with a day nor with a reason does not end treatment",
            """
            0-   nivolumab
            80   scan iUPD
            108  scan NE
            """,
            """
            progression_date | pfs_days | pfs_event
                             | 80       | no
            """,
        ),
        Paragraph(
            "The next line ends treatment",
            """
            0-             nivolumab
            80             scan iUPD
            108            scan NE
            120-ongoing    dacarbazine
            """,
            """
            line_id    | progression_date | progression_source
            advanced 1 | 80               | unconfirmed_iUPD
            advanced 2 |                  |
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

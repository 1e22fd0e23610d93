"""Chapter: what comes between: local therapy, holds, planned pauses, progressions; and the rows."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "interruptions",
    "What may come between two treatments of one line?",
    "Local therapy is counted and opens nothing, unless a site says which kinds do. A pause may be "
    "part of the schedule, or longer after toxicity. Each line names the rows it is made of.",
    (
        Paragraph(
            "Local therapies within a line are counted from its start to before the next",
            """
            0-60     pembrolizumab
            -1       local surgery
            0        local radiotherapy
            99       local stereotactic
            100      local surgery
            100-200  dacarbazine
            """,
            """
            line_id    | local_treatments
            advanced 1 | 2
            advanced 2 | 1
            """,
        ),
        Paragraph(
            "T-VEC is counted once, registered as a drug or as a procedure",
            """
            0-60   pembrolizumab
            30-50  talimogene laherparepvec
            30     local t_vec
            """,
            """
            line_id    | regimen       | local_treatments
            advanced 1 | pembrolizumab | 1
            """,
        ),
        Paragraph(
            "A site may let surgery open the next line",
            """
            0-60     pembrolizumab
            80       local surgery
            100-200  pembrolizumab
            """,
            """
            line_id    | opened_because  | closed_because
            advanced 1 | first_treatment | local_therapy
            advanced 2 | local_therapy   | no_later_line
            """,
            parameters={"local_therapy_opens": ("surgery", "t_vec")},
        ),
        Paragraph(
            "Surgery on the day of the next start is between",
            """
            0-60     pembrolizumab
            100      local surgery
            100-200  pembrolizumab
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | local_therapy
            """,
            parameters={"local_therapy_opens": ("surgery", "t_vec")},
        ),
        Paragraph(
            "On the day of the first start, or after the second, it is not",
            """
            0        local surgery
            0-60     pembrolizumab
            100-200  pembrolizumab
            101      local surgery
            """,
            """
            line_id    | end_date
            advanced 1 | 200
            """,
            parameters={"local_therapy_opens": ("surgery", "t_vec")},
        ),
        Paragraph(
            "Of another kind it opens nothing",
            """
            0-60     pembrolizumab
            80       local stereotactic
            100-200  pembrolizumab
            """,
            """
            line_id    | end_date
            advanced 1 | 200
            """,
            parameters={"local_therapy_opens": ("surgery", "t_vec")},
        ),
        Paragraph(
            "T-VEC as a drug opens a line where T-VEC does",
            """
            0-60     pembrolizumab
            80-90    talimogene laherparepvec
            100-200  pembrolizumab
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | local_therapy
            """,
            parameters={"local_therapy_opens": ("surgery", "t_vec")},
        ),
        Paragraph(
            "An intermittent schedule may be exempt from the gap",
            """
            0-60     dabrafenib + trametinib
            200-260  dabrafenib + trametinib
            """,
            """
            line_id    | start_date | end_date
            advanced 1 | 0          | 260
            """,
            parameters={"gap_exempt_substances": ("dabrafenib", "trametinib")},
            steps="""
            start_date | clause          | pause_days
            0          | first_treatment |
            200        | gap_exempt      | 140
            """,
        ),
        Paragraph(
            "Only when all that starts is exempt",
            """
            0-60     dabrafenib + trametinib
            200-260  dabrafenib + trametinib
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | gap
            """,
            parameters={"gap_exempt_substances": ("dabrafenib",)},
        ),
        Paragraph(
            "With a gap of 120 days, exactly 120 does not open a line",
            """
            0-60     pembrolizumab
            180-240  pembrolizumab
            """,
            """
            line_id    | end_date
            advanced 1 | 240
            """,
            parameters={"gap_days": 120},
        ),
        Paragraph(
            "And 121 does",
            """
            0-60     pembrolizumab
            181-240  pembrolizumab
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | gap
            """,
            parameters={"gap_days": 120},
        ),
        Paragraph(
            "A hold of 120 days after toxicity, exactly, is one line",
            """
            0-21     ipilimumab + nivolumab  reason=toxicity
            141-200  nivolumab
            """,
            """
            line_id    | end_date | is_resumed_after_toxicity
            advanced 1 | 200      | yes
            """,
            parameters={"toxicity_hold_days": 120},
        ),
        Paragraph(
            "A hold of 121 days is not",
            """
            0-21     ipilimumab + nivolumab  reason=toxicity
            142-200  nivolumab
            """,
            """
            line_id    | opened_because  | is_resumed_after_toxicity
            advanced 1 | first_treatment | no
            advanced 2 | gap             | no
            """,
            parameters={"toxicity_hold_days": 120},
        ),
        Paragraph(
            "Exactly 90 days after toxicity is a resumption without any hold",
            """
            0-21     ipilimumab + nivolumab  reason=toxicity
            111-200  nivolumab
            """,
            """
            line_id    | is_resumed_after_toxicity
            advanced 1 | yes
            """,
        ),
        Paragraph(
            "Where progressions open nothing, the line goes on and says that it did",
            """
            0-60     nivolumab
            70       scan PD
            120-200  nivolumab
            """,
            """
            line_id    | end_date | is_beyond_progression
            advanced 1 | 200      | yes
            """,
            parameters={"progression_opens": False},
        ),
        Paragraph(
            "What is new opens a line all the same",
            """
            0-60     nivolumab
            70       scan PD
            120-200  dacarbazine
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | new_substance
            """,
            parameters={"progression_opens": False},
        ),
        Paragraph(
            "Treatment registered as ongoing ends with the patient's life",
            """
            0-ongoing  nivolumab
            200        death melanoma
            """,
            """
            line_id    | end_date | end_reason | closed_because
            advanced 1 | 200      | death      | death
            """,
        ),
        Paragraph(
            "A stop that is not registered does not",
            """
            0-   nivolumab
            200  death melanoma
            """,
            """
            line_id    | end_date | end_reason | closed_because
            advanced 1 |          | unknown    | no_later_line
            """,
            because="It may have stopped long before.",
        ),
        Paragraph(
            "Of two reasons on the last day, progression goes before toxicity",
            """
            0-63  ipilimumab  reason=toxicity
            0-63  nivolumab   reason=progression
            """,
            """
            line_id    | end_reason
            advanced 1 | progression
            """,
        ),
        Paragraph(
            "A site may order reasons otherwise",
            """
            0-63  ipilimumab  reason=toxicity
            0-63  nivolumab   reason=progression
            """,
            """
            line_id    | end_reason
            advanced 1 | toxicity
            """,
            parameters={
                "end_reason_order": (
                    "toxicity",
                    "progression",
                    "completed",
                    "patient_choice",
                    "death",
                    "other",
                )
            },
        ),
        Paragraph(
            "The order of the rows changes nothing",
            """
            0-63   nivolumab   reason=progression
            0-63   ipilimumab  reason=toxicity
            """,
            """
            line_id    | regimen              | end_reason
            advanced 1 | ipilimumab+nivolumab | progression
            """,
        ),
        Paragraph(
            "A substance without a start is no part of any line",
            """
            ?-63   ipilimumab
            0-200  nivolumab
            """,
            """
            line_id    | regimen   | treatment_ids
            advanced 1 | nivolumab | T2
            """,
            because="The missing start is a finding; the line is doubtful for it.",
        ),
        Paragraph(
            "Four doses of ipi+nivo and monthly nivolumab, a row each, are one line",
            """
            0-0      ipilimumab + nivolumab
            21-21    ipilimumab + nivolumab
            42-42    ipilimumab + nivolumab
            63-63    ipilimumab + nivolumab
            84-84    nivolumab
            112-112  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | treatment_ids
            advanced 1 | ipilimumab+nivolumab | 0          | 112      | T1,T2,T3,T4,T5,T6
            """,
        ),
        Paragraph(
            "A line names each row it is made of, and the clause of each",
            """
            0-63     ipilimumab + nivolumab
            84-300   nivolumab
            320-400  dacarbazine
            """,
            """
            line_id    | treatment_ids
            advanced 1 | T1,T2
            advanced 2 | T3
            """,
            rows="""
            line_id    | treatment_id | substance   | start_date | stop_date | clause          | source_file
            advanced 1 | T1           | ipilimumab  | 0          | 63        | first_treatment | treatments.csv
            advanced 1 | T1           | nivolumab   | 0          | 63        | first_treatment | treatments.csv
            advanced 1 | T2           | nivolumab   | 84         | 300       | continuation    | treatments.csv
            advanced 2 | T3           | dacarbazine | 320        | 400       | new_substance   | treatments.csv
            """,
        ),
    ),
)

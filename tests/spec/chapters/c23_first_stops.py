"""Chapter: why the first exposure had stopped, and what it had brought."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "first-stops",
    "Why had the first exposure stopped, and what had it brought?",
    "As registered; else an event registered as having led to the stop; else a progression up to 28 "
    "days after the last day; else that another line followed (decision 0101). A relapse after the "
    "stop does not change why it stopped: it is a progression between.",
    (
        Paragraph(
            "Stopped for progression, as registered",
            """
            0-63     nivolumab  reason=progression
            200-263  nivolumab
            """,
            pairs="""
            reason            | reason_source | progression_between | progression_between_date
            after_progression | stop_reason   | yes                 | 63
            """,
        ),
        Paragraph(
            "Stopped for toxicity, then relapsed: after toxicity, with progression between",
            """
            0-63     nivolumab  reason=toxicity
            150      scan PD
            200-263  nivolumab
            """,
            pairs="""
            reason         | reason_source | progression_between | progression_between_date
            after_toxicity | stop_reason   | yes                 | 150
            """,
        ),
        Paragraph(
            "Completed as planned",
            """
            0-63     nivolumab  reason=completed
            200-263  nivolumab
            """,
            pairs="""
            reason             | reason_source | progression_between
            after_planned_stop | stop_reason   | no
            """,
        ),
        Paragraph(
            "Stopped because the patient chose to",
            """
            0-63     nivolumab  reason=patient_choice
            200-263  nivolumab
            """,
            pairs="""
            reason              | reason_source
            after_elective_stop | stop_reason
            """,
        ),
        Paragraph(
            "Without a reason, a progression 28 days after the last day is the reason",
            """
            0-63     nivolumab
            91       scan PD
            200-263  nivolumab
            """,
            pairs="""
            reason            | reason_source | progression_between
            after_progression | progression   | yes
            """,
        ),
        Paragraph(
            "One 29 days after is a relapse after an unknown stop",
            """
            0-63     nivolumab
            92       scan PD
            200-263  nivolumab
            """,
            pairs="""
            reason  | reason_source | progression_between
            unknown | none          | yes
            """,
        ),
        Paragraph(
            "Stopped on an unknown day, a progression before the next start is the reason",
            """
            0-       nivolumab
            180      scan PD
            200-263  nivolumab
            """,
            pairs="""
            reason            | reason_source | time_off_days
            after_progression | progression   |
            """,
        ),
        Paragraph(
            "The reason 'other' says little: a progression at the stop says more",
            """
            0-63     nivolumab  reason=other
            63       scan PD
            200-263  nivolumab
            """,
            pairs="""
            reason            | reason_source
            after_progression | progression
            """,
        ),
        Paragraph(
            "Without any sign, another line between is what is known",
            """
            0-63     nivolumab
            100-160  dabrafenib + trametinib
            200-263  nivolumab
            """,
            pairs="""
            initial_line_id | reason             | reason_source | intervening_lines
            advanced 1      | after_another_line | later_line    | 1
            """,
        ),
        Paragraph(
            "Without any sign or line between, it is unknown",
            """
            0-63     nivolumab
            200-263  nivolumab
            """,
            pairs="""
            reason  | reason_source
            unknown | none
            """,
        ),
        Paragraph(
            "The event that led to the stop gives grade and organ",
            """
            0-63     ipilimumab + nivolumab  reason=toxicity
            20       event Hepatitis viral 4  of=T1 stop=no
            50       event Colitis 3  of=T1 irae=yes stop=yes
            60       event Rash maculo-papular 2  of=T1 irae=yes
            200-263  nivolumab
            """,
            pairs="""
            reason         | reason_grade | reason_category  | reason_event_id
            after_toxicity | 3            | gastrointestinal | E2
            """,
        ),
        Paragraph(
            "An event that led to the stop tells it where no reason is registered",
            """
            0-63     ipilimumab + nivolumab
            50       event Colitis 3  of=T1 irae=yes stop=yes
            63       scan PD
            200-263  nivolumab
            """,
            pairs="""
            reason         | reason_source | reason_grade
            after_toxicity | adverse_event | 3
            """,
        ),
        Paragraph(
            "It does not overrule a registered reason",
            """
            0-63     ipilimumab + nivolumab  reason=progression
            50       event Colitis 3  of=T1 irae=yes stop=yes
            200-263  nivolumab
            """,
            pairs="""
            reason            | reason_source | reason_grade | reason_category
            after_progression | stop_reason   |              |
            """,
        ),
        Paragraph(
            "Else the worst immune-related event stands for it, 42 days after the last day",
            """
            0-63     ipilimumab + nivolumab  reason=toxicity
            40       event Rash maculo-papular 2  of=T1 irae=yes
            105      event Colitis 3  of=T1 irae=yes
            200-263  nivolumab
            """,
            pairs="""
            reason_grade | reason_category  | reason_event_id
            3            | gastrointestinal | E2
            """,
        ),
        Paragraph(
            "One 43 days after does not",
            """
            0-63     ipilimumab + nivolumab  reason=toxicity
            40       event Rash maculo-papular 2  of=T1 irae=yes
            106      event Colitis 3  of=T1 irae=yes
            200-263  nivolumab
            """,
            pairs="""
            reason_grade | reason_category | reason_event_id
            2            | skin            | E1
            """,
        ),
        Paragraph(
            "Nor does one 43 days before; 42 days before it does",
            """
            0-163    nivolumab  reason=toxicity
            120      event Colitis 4  of=T1 irae=yes
            121      event Rash maculo-papular 2  of=T1 irae=yes
            300-363  nivolumab
            """,
            pairs="""
            reason_grade | reason_event_id
            2            | E2
            """,
        ),
        Paragraph(
            "An event that is not immune related counts only when it led to the stop",
            """
            0-63     dabrafenib + trametinib  reason=toxicity
            50       event Fever 3  of=T1 irae=no
            200-263  dabrafenib + trametinib
            """,
            pairs="""
            reason         | reason_grade | reason_event_id
            after_toxicity |              |
            """,
        ),
        Paragraph(
            "A progression on the day of the re-exposure is between; one of a line between counts",
            """
            0-63     nivolumab  reason=completed
            200-263  dabrafenib + trametinib
            300      scan PD
            300-363  nivolumab
            """,
            pairs="""
            reason             | progression_between | progression_between_date
            after_planned_stop | yes                 | 300
            """,
        ),
        Paragraph(
            "A progression on the day after the re-exposure is not",
            """
            0-63     nivolumab  reason=completed
            200-263  nivolumab
            201      scan PD
            """,
            pairs="""
            progression_between | progression_between_date
            no                  |
            """,
        ),
        Paragraph(
            "Stable disease with 168 days of progression-free survival is benefit",
            """
            0-63     nivolumab  reason=completed
            60       scan SD
            168      scan PD
            200-263  nivolumab
            """,
            pairs="""
            initial_response | initial_disease_control | initial_pfs_days | initial_benefit
            SD               | yes                     | 168              | yes
            """,
        ),
        Paragraph(
            "With 167 days it is disease control only",
            """
            0-63     nivolumab  reason=completed
            60       scan SD
            167      scan PD
            200-263  nivolumab
            """,
            pairs="""
            initial_response | initial_disease_control | initial_pfs_days | initial_benefit
            SD               | yes                     | 167              | no
            """,
        ),
        Paragraph(
            "Stable disease that was not followed for so long is neither",
            """
            0-63     nivolumab  reason=completed
            60       scan SD
            167      scan SD
            180-243  dacarbazine
            400-463  nivolumab
            """,
            pairs="""
            initial_pfs_days | initial_pfs_event | initial_benefit
            167              | no                |
            """,
        ),
        Paragraph(
            "A response is benefit, a progression is none, no assessment is unknown",
            """
            0-63     nivolumab    reason=completed
            50       scan PR
            90       scan PD
            100-163  ipilimumab
            150      scan PD
            200-263  ipilimumab
            300      scan PD
            400-463  ipilimumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | initial_response | initial_benefit
            advanced 1      | advanced 2         | PR               | yes
            advanced 1      | advanced 3         | PR               | yes
            advanced 1      | advanced 4         | PR               | yes
            advanced 2      | advanced 3         | PD               | no
            advanced 2      | advanced 4         | PD               | no
            advanced 3      | advanced 4         | PD               | no
            """,
        ),
    ),
)

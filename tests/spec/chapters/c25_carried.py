"""Chapter: a drug that goes on while another is added."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "carried",
    "What goes on when another line opens?",
    "A line takes over what is shown to be given more than 42 days after its start, in the same "
    "setting, unless it starts again or is replaced then. The line before ends there.",
    (
        Paragraph(
            "Ipilimumab added to nivolumab that goes on makes the combination",
            """
            0-196   nivolumab
            60-123  ipilimumab
            """,
            """
            line_id    | regimen              | regimen_class         | start_date | end_date | end_reason | opened_because  | carried_substances | treatment_ids
            advanced 1 | nivolumab            | anti-PD-1             | 0          | 60       | other      | first_treatment |                    | T1
            advanced 2 | ipilimumab+nivolumab | anti-CTLA-4+anti-PD-1 | 60         | 196      | unknown    | new_substance   | nivolumab          | T1,T2
            """,
            rows="""
            line_id    | treatment_id | substance  | start_date | stop_date | is_carried
            advanced 1 | T1           | nivolumab  | 0          | 60        | no
            advanced 2 | T1           | nivolumab  | 60         | 196       | yes
            advanced 2 | T2           | ipilimumab | 60         | 123       | no
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | time_off_days
            advanced 1      | advanced 2         | same_substance | 0
            """,
        ),
        Paragraph(
            "Added for progression, the line before ends with progression as its reason",
            """
            0-196   nivolumab
            55      scan PD
            60-123  ipilimumab
            """,
            """
            line_id    | regimen              | end_date | end_reason  | opened_because  | lines_doubtful_because
            advanced 1 | nivolumab            | 60       | progression | first_treatment |
            advanced 2 | ipilimumab+nivolumab | 196      | unknown     | progression     |
            """,
        ),
        Paragraph(
            "Exactly 42 days after the start is a switch",
            """
            0-142    nivolumab
            95       scan PD
            100-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | end_date | end_reason
            advanced 1 | nivolumab             | 100      | unknown
            advanced 2 | dabrafenib+trametinib | 300      | unknown
            """,
        ),
        Paragraph(
            "And 43 days is carried",
            """
            0-143    nivolumab
            95       scan PD
            100-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                         | end_date | end_reason
            advanced 1 | nivolumab                       | 100      | progression
            advanced 2 | dabrafenib+nivolumab+trametinib | 300      | unknown
            """,
        ),
        Paragraph(
            "The time is a parameter: with 43 days, 43 is a switch",
            """
            0-143    nivolumab
            95       scan PD
            100-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen
            advanced 1 | nivolumab
            advanced 2 | dabrafenib+trametinib
            """,
            parameters={"carried_days": 43},
        ),
        Paragraph(
            "Ongoing in another episode shows nothing: the later line is doubtful",
            """
            0-ongoing  pembrolizumab
            190        scan PD
            200-263    ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | carried_substances | is_stale_ongoing | lines_doubtful_because
            advanced 1 | pembrolizumab        |                    | no               |
            advanced 2 | ipilimumab+nivolumab |                    | yes              | LIN-N30
            """,
        ),
        Paragraph(
            "A missing stop shows nothing either, and is no doubt",
            """
            0-       dacarbazine
            190      scan PD
            200-263  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | carried_substances | lines_doubtful_because
            advanced 1 | dacarbazine          |                    |
            advanced 2 | ipilimumab+nivolumab |                    |
            """,
        ),
        Paragraph(
            "Ongoing in the episode of which something starts is carried",
            """
            0-ongoing  nivolumab + ipilimumab  drugs=nivolumab:0:,ipilimumab:60:123
            """,
            """
            line_id    | regimen              | end_date | end_reason | carried_substances | lines_doubtful_because
            advanced 1 | nivolumab            | 60       | other      |                    |
            advanced 2 | ipilimumab+nivolumab |          | ongoing    | nivolumab          |
            """,
        ),
        Paragraph(
            "A substitute replaces what stops late",
            """
            0-150    dabrafenib + trametinib  drugs=dabrafenib:0:150,trametinib:0:150
            95       scan PD
            100-300  encorafenib + binimetinib
            """,
            """
            line_id    | regimen                 | end_date | carried_substances
            advanced 1 | dabrafenib+trametinib   | 100      |
            advanced 2 | binimetinib+encorafenib | 300      |
            """,
        ),
        Paragraph(
            "Nothing is carried into another setting",
            """
            0-365    nivolumab  setting=adjuvant
            290      scan PD
            300-400  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | end_date
            adjuvant 1 | nivolumab             | 300
            advanced 1 | dabrafenib+trametinib | 400
            """,
        ),
        Paragraph(
            "A stop entered as the end of a cycle of six weeks is no more than a switch",
            """
            0-126   pembrolizumab  drugs=pembrolizumab:0:,pembrolizumab:42:,pembrolizumab:84:126
            88      scan PD
            90-300  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | end_date
            advanced 1 | pembrolizumab         | 90
            advanced 2 | dabrafenib+trametinib | 300
            """,
        ),
        Paragraph(
            "A stop that a substance has only from its episode does not carry it",
            """
            0-400    ipilimumab + nivolumab
            350-500  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | end_date | carried_substances
            advanced 1 | ipilimumab+nivolumab  | 350      |
            advanced 2 | dabrafenib+trametinib | 500      |
            """,
        ),
        Paragraph(
            "What is given again much later is judged by the ordinary clauses",
            """
            0-100    nivolumab
            140      scan PD
            150-213  ipilimumab
            260-400  nivolumab
            """,
            """
            line_id    | regimen    | start_date | end_date | opened_because
            advanced 1 | nivolumab  | 0          | 100      | first_treatment
            advanced 2 | ipilimumab | 150        | 213      | progression
            advanced 3 | nivolumab  | 260        | 400      | new_substance
            """,
        ),
        Paragraph(
            "Rows before and after the start carry it over a pause between them",
            """
            0-84     nivolumab
            100-163  ipilimumab
            130-200  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date | end_reason | treatment_ids
            advanced 1 | nivolumab            | 0          | 100      | other      | T1
            advanced 2 | ipilimumab+nivolumab | 100        | 200      | unknown    | T1,T2,T3
            """,
        ),
        Paragraph(
            "A pause of 56 days is bridged",
            """
            0-84     nivolumab
            100-163  ipilimumab
            140-200  nivolumab
            """,
            """
            line_id    | regimen              | end_date
            advanced 1 | nivolumab            | 100
            advanced 2 | ipilimumab+nivolumab | 200
            """,
        ),
        Paragraph(
            "And one of 57 is not",
            """
            0-84     nivolumab
            100-163  ipilimumab
            141-200  nivolumab
            """,
            """
            line_id    | regimen    | end_date | opened_because
            advanced 1 | nivolumab  | 84       | first_treatment
            advanced 2 | ipilimumab | 141      | new_substance
            advanced 3 | nivolumab  | 200      | new_substance
            """,
        ),
        Paragraph(
            "MEK inhibition added to BRAF inhibition is another component, and carries it",
            """
            0-300   dabrafenib
            60-300  trametinib
            """,
            """
            line_id    | regimen               | end_date
            advanced 1 | dabrafenib            | 60
            advanced 2 | dabrafenib+trametinib | 300
            """,
        ),
        Paragraph(
            "What is carried may be carried again",
            """
            0-400    nivolumab
            60-123   ipilimumab
            200-400  dacarbazine
            """,
            """
            line_id    | regimen               | start_date | end_date | carried_substances
            advanced 1 | nivolumab             | 0          | 60       |
            advanced 2 | ipilimumab+nivolumab  | 60         | 200      | nivolumab
            advanced 3 | dacarbazine+nivolumab | 200        | 400      | nivolumab
            """,
        ),
        Paragraph(
            "What is carried was given in the line: starting it again goes on",
            """
            0-200    nivolumab
            60-123   ipilimumab
            210-300  nivolumab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | nivolumab            | 0          | 60
            advanced 2 | ipilimumab+nivolumab | 60         | 300
            """,
        ),
        Paragraph(
            "A partial stop carries only where its earliest day does",
            """
            0-2020-06  nivolumab
            95         scan PD
            109-300    dabrafenib + trametinib
            """,
            """
            line_id    | regimen                         | lines_doubtful_because
            advanced 1 | nivolumab                       |
            advanced 2 | dabrafenib+nivolumab+trametinib |
            """,
            "Day 109 is 19 April; 1 June is 43 days later.",
        ),
        Paragraph(
            "Where it does so on some days only, it is not carried and the line is doubtful",
            """
            0-2020-06  nivolumab
            95         scan PD
            110-300    dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | is_not_shown | lines_doubtful_because
            advanced 1 | nivolumab             | no           |
            advanced 2 | dabrafenib+trametinib | yes          | LIN-N31
            """,
        ),
        Paragraph(
            "What was entered for an episode belongs to the line it started in",
            """
            0-196   nivolumab   best=PR line=1 rechallenge=no
            60-123  ipilimumab  best=PD line=2 rechallenge=yes
            """,
            """
            line_id    | entered_best_response | entered_line_numbers | entered_rechallenge
            advanced 1 | PR                    | 1                    | no
            advanced 2 | PD                    | 2                    | yes
            """,
        ),
        Paragraph(
            "A line that an episode only adds to has no entered value of its own from it",
            """
            0-196  nivolumab + ipilimumab  best=PR line=1 rechallenge=no drugs=nivolumab:0:196,ipilimumab:60:123
            """,
            """
            line_id    | regimen              | entered_best_response | entered_line_numbers | entered_rechallenge
            advanced 1 | nivolumab            | PR                    | 1                    | no
            advanced 2 | ipilimumab+nivolumab |                       |                      |
            """,
        ),
        Paragraph(
            "Its stop belongs to the last line that has it and began by then",
            """
            0-142    pembrolizumab            reason=progression
            100-400  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | progression_date | progression_source
            advanced 1 | pembrolizumab         | 142              | stop_reason
            advanced 2 | dabrafenib+trametinib |                  |
            """,
        ),
        Paragraph(
            "Which is the line it was carried into",
            """
            0-143    pembrolizumab            reason=progression
            100-400  dabrafenib + trametinib
            """,
            """
            line_id    | regimen                             | progression_date | progression_source
            advanced 1 | pembrolizumab                       |                  |
            advanced 2 | dabrafenib+pembrolizumab+trametinib | 143              | stop_reason
            """,
        ),
        Paragraph(
            "What only goes on spends no progression: what begins later is still after it",
            """
            0-62     nivolumab  reason=other
            70       scan PD
            80-140   nivolumab  reason=other
            197-260  nivolumab
            """,
            """
            line_id    | start_date | opened_because
            advanced 1 | 0          | first_treatment
            advanced 2 | 197        | progression
            """,
        ),
        Paragraph(
            "Within 56 days it goes on, and nothing begins",
            """
            0-62     nivolumab  reason=other
            70       scan PD
            80-140   nivolumab  reason=other
            196-260  nivolumab
            """,
            """
            line_id    | start_date | opened_because
            advanced 1 | 0          | first_treatment
            """,
        ),
        Paragraph(
            "What starts and stops for progression on one day did not progress before it",
            """
            0-63     nivolumab  reason=other
            112-112  nivolumab  reason=progression
            """,
            """
            line_id    | start_date | progression_date
            advanced 1 | 0          | 112
            """,
        ),
    ),
)

"""Chapter: which later line gives again what an earlier one gave."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "reexposures",
    "Which later line is a re-exposure, and how close is it?",
    "Every line is paired with every later line of the patient that gives a substance again, "
    "another substance of its class, or another class of its group (decision 0100). Studies pick "
    "from these pairs; the words retreatment, reintroduction and rechallenge are theirs.",
    (
        Paragraph(
            "The same label again is the same regimen",
            """
            0-63     ipilimumab + nivolumab
            80       scan PD
            200-263  nivolumab + ipilimumab
            """,
            """
            line_id    | rechallenge_kind | rechallenge_of
            advanced 1 |                  |
            advanced 2 | same_regimen     | advanced 1
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind         | shared_substances    | shared_classes        | time_off_days | interval_days
            advanced 1      | advanced 2         | same_regimen | ipilimumab+nivolumab | anti-CTLA-4+anti-PD-1 | 137           | 137
            """,
        ),
        Paragraph(
            "Ipilimumab, then ipi+nivo, share a substance",
            """
            0-63     ipilimumab
            80       scan PD
            200-263  ipilimumab + nivolumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | shared_substances | shared_classes | crossed_groups
            advanced 1      | advanced 2         | same_substance | ipilimumab        | anti-CTLA-4    |
            """,
        ),
        Paragraph(
            "A stop for progression on an unknown day lies between the two",
            """
            0-       ipilimumab  reason=progression
            300-363  ipilimumab + nivolumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | progression_between | progression_between_date
            advanced 1      | advanced 2         | yes                 |
            """,
        ),
        Paragraph(
            "Nivolumab, then pembrolizumab after progression, share a class",
            """
            0-63     nivolumab
            80       scan PD
            200-263  pembrolizumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind       | shared_substances | shared_classes | time_off_days
            advanced 1      | advanced 2         | same_class |                   | anti-PD-1      | 137
            """,
        ),
        Paragraph(
            "A PD-1 antibody, then a CTLA-4 antibody, cross classes of one group",
            """
            0-63     nivolumab
            80       scan PD
            100-163  ipilimumab
            """,
            """
            line_id    | rechallenge_kind | rechallenge_of
            advanced 1 |                  |
            advanced 2 | class_crossing   | advanced 1
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | shared_classes | crossed_groups              | time_off_days
            advanced 1      | advanced 2         | class_crossing |                | immune checkpoint inhibitor | 37
            """,
        ),
        Paragraph(
            "BRAF/MEK inhibitors after immunotherapy are no re-exposure",
            """
            0-63     nivolumab
            80       scan PD
            100-163  dabrafenib + trametinib
            """,
            """
            line_id    | rechallenge_kind
            advanced 1 |
            advanced 2 |
            """,
            pairs="initial_line_id | reexposure_line_id",
        ),
        Paragraph(
            "Two chemotherapies are not alike; the same one twice is",
            """
            0-63     dacarbazine
            80       scan PD
            100-163  paclitaxel
            180      scan PD
            200-263  dacarbazine
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind         | shared_substances | shared_classes | intervening_lines
            advanced 1      | advanced 3         | same_regimen | dacarbazine       |                | 1
            """,
            because="Chemotherapy is a class of many mechanisms, and so are vaccines, other targeted and other "
            "drugs: of those only the same substance is given again.",
        ),
        Paragraph(
            "The other pair of BRAF/MEK inhibitors after progression shares both classes",
            """
            0-100    dabrafenib + trametinib
            100      scan PD
            200-300  encorafenib + binimetinib
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind       | shared_classes
            advanced 1      | advanced 2         | same_class | BRAF inhibitor+MEK inhibitor
            """,
        ),
        Paragraph(
            "Three exposures are three pairs; the line names the closest, and of several the last",
            """
            0-63     nivolumab
            80       scan PD
            100-163  ipilimumab
            180      scan PD
            200-263  nivolumab
            280      scan PD
            300-363  nivolumab
            """,
            """
            line_id    | rechallenge_kind | rechallenge_of
            advanced 1 |                  |
            advanced 2 | class_crossing   | advanced 1
            advanced 3 | same_regimen     | advanced 1
            advanced 4 | same_regimen     | advanced 3
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | is_flagged | reexposures_between | intervening_lines | time_off_days
            advanced 1      | advanced 2         | class_crossing | yes        | 0                   | 0                 | 37
            advanced 1      | advanced 3         | same_regimen   | yes        | 1                   | 1                 | 137
            advanced 1      | advanced 4         | same_regimen   | no         | 2                   | 2                 | 237
            advanced 2      | advanced 3         | class_crossing | no         | 0                   | 0                 | 37
            advanced 2      | advanced 4         | class_crossing | no         | 1                   | 1                 | 137
            advanced 3      | advanced 4         | same_regimen   | yes        | 0                   | 0                 | 37
            """,
        ),
        Paragraph(
            "Time off drug runs from the last day of what is shared, not of the line",
            """
            0-300    ipilimumab + nivolumab  drugs=ipilimumab:0:63,nivolumab:0:300
            310      scan PD
            400-463  ipilimumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | shared_substances | time_off_days | interval_days
            advanced 1      | advanced 2         | same_substance | ipilimumab        | 337           | 100
            """,
        ),
        Paragraph(
            "A drug still given on the day of the next start was off for no day",
            """
            0-100    nivolumab
            100      scan PD
            100-200  ipilimumab + nivolumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | time_off_days | interval_days
            advanced 1      | advanced 2         | same_substance | 0             | 0
            """,
        ),
        Paragraph(
            "A stop that is not registered leaves the time off unknown",
            """
            0-       nivolumab
            80       scan PD
            200-263  nivolumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind         | time_off_days | interval_days
            advanced 1      | advanced 2         | same_regimen |               |
            """,
        ),
        Paragraph(
            "A gap of 91 days makes a re-exposure without any progression; 90 days are one line",
            """
            0-10     nivolumab
            101-120  nivolumab
            210-220  nivolumab
            """,
            """
            line_id    | start_date | rechallenge_kind
            advanced 1 | 0          |
            advanced 2 | 101        | same_regimen
            """,
            pairs="""
            initial_line_id | reexposure_line_id | time_off_days | progression_between
            advanced 1      | advanced 2         | 91            | no
            """,
        ),
        Paragraph(
            "An adjuvant exposure counts, with its setting",
            """
            0-365    nivolumab  setting=adjuvant reason=completed
            500      scan PD
            510-600  nivolumab
            """,
            """
            line_id    | rechallenge_kind | rechallenge_of
            adjuvant 1 |                  |
            advanced 1 | same_regimen     | adjuvant 1
            """,
            pairs="""
            initial_line_id | initial_setting | reexposure_setting | reason             | progression_between
            adjuvant 1      | adjuvant        | advanced           | after_planned_stop | yes
            """,
            because="What Zaremba et al. call retreatment is this pair: initial_setting = adjuvant, progression between.",
        ),
        Paragraph(
            "A substitute within a line is an exposure too",
            """
            0-60     nivolumab
            70-120   pembrolizumab
            130      scan PD
            200-260  pembrolizumab
            """,
            """
            line_id    | regimen       | rechallenge_kind
            advanced 1 | nivolumab     |
            advanced 2 | pembrolizumab | same_substance
            """,
            pairs="""
            initial_line_id | reexposure_line_id | shared_substances | time_off_days
            advanced 1      | advanced 2         | pembrolizumab     | 80
            """,
        ),
        Paragraph(
            "Lines between are told by their labels and classes",
            """
            0-63     ipilimumab + nivolumab
            80       scan PD
            90-150   dabrafenib + trametinib
            160      scan PD
            170-230  dacarbazine
            240      scan PD
            250-313  ipilimumab + nivolumab
            """,
            pairs="""
            initial_line_id | reexposure_line_id | intervening_lines | intervening_regimens               | intervening_classes
            advanced 1      | advanced 4         | 2                 | dabrafenib+trametinib, dacarbazine | BRAF inhibitor+MEK inhibitor+chemotherapy
            """,
        ),
        Paragraph(
            "The entered flag stands beside the derived one",
            """
            0-63     nivolumab      rechallenge=no
            80       scan PD
            100-163  ipilimumab     rechallenge=yes
            180      scan PD
            200-263  nivolumab      rechallenge=no
            280      scan PD
            300-363  dacarbazine    rechallenge=yes
            380      scan PD
            400-463  dacarbazine
            """,
            """
            line_id    | rechallenge_kind | entered_rechallenge | entered_rechallenge_agrees
            advanced 1 |                  | no                  | yes
            advanced 2 | class_crossing   | yes                 |
            advanced 3 | same_regimen     | no                  | no
            advanced 4 |                  | yes                 | no
            advanced 5 | same_regimen     |                     |
            """,
            because="Whether another class of the group is a rechallenge, hospitals do not agree: no verdict.",
        ),
    ),
)

"""Chapter: treatment whose name cannot be read."""

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "unknown-drugs",
    "What of a drug whose name cannot be read?",
    "An episode of which no name can be read is treatment: it opens and joins lines as an unknown "
    "drug. Two texts are two drugs for the clauses and one word in the label. A name that cannot "
    "be read beside one that can adds nothing.",
    (
        Paragraph(
            "It opens a line",
            """
            0-100    zyxomab
            120-200  nivolumab
            """,
            """
            line_id    | regimen      | regimen_class | start_date | end_date | opened_because
            advanced 1 | unknown drug |               | 0          | 100      | first_treatment
            advanced 2 | nivolumab    | anti-PD-1     | 120        | 200      | new_substance
            """,
        ),
        Paragraph(
            "The same text again goes on",
            """
            0-100    zyxomab
            120-200  Zyxomab
            """,
            """
            line_id    | regimen      | start_date | end_date
            advanced 1 | unknown drug | 0          | 200
            """,
        ),
        Paragraph(
            "Another text is another drug",
            """
            0-100    zyxomab
            120-200  qwertinib
            """,
            """
            line_id    | regimen      | start_date | end_date | opened_because
            advanced 1 | unknown drug | 0          | 100      | first_treatment
            advanced 2 | unknown drug | 120        | 200      | new_substance
            """,
        ),
        Paragraph(
            "It goes on beside what is added as any drug does",
            """
            0-200   zyxomab
            0-200   qwertinib
            60-100  nivolumab
            """,
            """
            line_id    | regimen                | start_date | end_date | carried_substances
            advanced 1 | unknown drug           | 0          | 60       |
            advanced 2 | nivolumab+unknown drug | 60         | 200      | unknown drug
            """,
            pairs="""
            initial_line_id | reexposure_line_id | kind           | shared_substances
            advanced 1      | advanced 2         | same_substance | unknown drug
            """,
        ),
        Paragraph(
            "Two that start together are one word in the label",
            """
            0-100  zyxomab + qwertinib
            20-90  nivolumab
            """,
            """
            line_id    | regimen                | regimen_class | start_date
            advanced 1 | nivolumab+unknown drug | anti-PD-1     | 0
            """,
        ),
        Paragraph(
            "Beside a name that is read, one that is not adds nothing",
            """
            0-100    ipilimumab + nivolumab (schema B)
            120-200  nivolumab + zyxomab
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 200
            """,
        ),
        Paragraph(
            "What is no treatment, or not against the tumour, opens no line",
            """
            0-20    watch and wait
            5-9     dexamethasone
            40-200  nivolumab
            """,
            """
            line_id    | regimen   | start_date
            advanced 1 | nivolumab | 40
            """,
        ),
        Paragraph(
            "Nor does it end a time: the next treatment is the next line",
            """
            0-100    nivolumab
            120-150  levothyroxine
            160-170  dexamethasone
            200-300  watch and wait
            400      contact
            """,
            """
            line_id    | regimen   | end_date | ttnt_days | ttnt_event
            advanced 1 | nivolumab | 100      | 400       | no
            """,
        ),
        Paragraph(
            "What a trial does not name is one known drug, however it is written",
            """
            0-100    investigational
            120-200  study drug
            """,
            """
            line_id    | regimen         | regimen_class | start_date | end_date
            advanced 1 | investigational |               | 0          | 200
            """,
        ),
        Paragraph(
            "A sequence in one text that goes on with what was there is ordinary maintenance",
            """
            0-300  ipi+nivo -> nivo
            """,
            """
            line_id    | regimen              | start_date | end_date
            advanced 1 | ipilimumab+nivolumab | 0          | 300
            """,
        ),
        Paragraph(
            "What follows and is new is in no line, and what was before it has an unknown stop",
            """
            0-300    ipilimumab gevolgd door nivolumab
            400-500  dabrafenib + trametinib
            """,
            """
            line_id    | regimen               | start_date | end_date | has_unknown_stop
            advanced 1 | ipilimumab            | 0          |          | yes
            advanced 2 | dabrafenib+trametinib | 400        | 500      | no
            """,
        ),
        Paragraph(
            "By whatever word it follows",
            """
            0-300  ipilimumab followed by nivolumab
            """,
            """
            line_id    | regimen    | start_date | end_date
            advanced 1 | ipilimumab | 0          |
            """,
        ),
        Paragraph(
            "An unread name beside a read one counts: the episode's stop is not one drug's own",
            """
            0-300    nivolumab + zyxomab
            100-200  ipilimumab
            """,
            """
            line_id    | regimen    | start_date | end_date
            advanced 1 | nivolumab  | 0          | 100
            advanced 2 | ipilimumab | 100        | 200
            """,
        ),
    ),
)

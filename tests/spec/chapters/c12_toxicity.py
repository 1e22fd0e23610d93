"""Chapter: adverse events and toxicity of a line."""

from tests.spec.language import Chapter, Paragraph

TOX = "line_id | worst_grade | worst_irae_grade | toxicity_known\n"

CHAPTER = Chapter(
    "toxicity",
    "Which line does an adverse event belong to, and is toxicity known?",
    "The entered episode decides. Without one, the last line begun by onset, up to 90 days after "
    "its end or the next line. Toxicity is known when severe toxicity was answered for every "
    "episode, or a grade 3+ event is recorded, or the source captures all grades and has any.",
    (
        Paragraph(
            "The entered episode decides, whatever the date",
            """
            0-63     ipilimumab
            200-263  nivolumab
            220      event Colitis 3  of=T1
            """,
            TOX + "advanced 1 | 3 | 3 | yes\nadvanced 2 | | | no",
            events="""
            event_id | line_id    | line_assignment | days_from_line_start
            E1       | advanced 1 | treatment       | 220
            """,
        ),
        Paragraph(
            "Without an episode, 90 days after the end still belongs",
            """
            0-63  ipilimumab
            153   event Colitis 3
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
            events="""
            event_id | line_id    | line_assignment | days_from_line_start
            E1       | advanced 1 | date            | 153
            """,
        ),
        Paragraph(
            "91 days after the end belongs to no line",
            """
            0-63  ipilimumab
            154   event Colitis 3
            """,
            TOX + "advanced 1 | | | no",
            events="""
            event_id | line_id | line_assignment | days_from_line_start
            E1       |         | unassigned      |
            """,
        ),
        Paragraph(
            "The next line's start day belongs to the next line",
            """
            0-63     ipilimumab
            100-163  nivolumab
            99       event Colitis 3
            100      event Hepatitis 4
            """,
            events="""
            event_id | line_id    | days_from_line_start
            E1       | advanced 1 | 99
            E2       | advanced 2 | 0
            """,
        ),
        Paragraph(
            "After an end that is not registered the window stays open",
            """
            0-   ipilimumab
            500  event Colitis 3
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
        ),
        Paragraph(
            "An event entered as not immune related is not",
            """
            0-63  ipilimumab
            30    event Colitis 4  irae=no
            40    event Colitis 3  irae=yes
            """,
            TOX + "advanced 1 | 4 | 3 | yes",
        ),
        Paragraph(
            "An unknown answer leaves it to the term",
            """
            0-63  ipilimumab
            30    event colitis 3  irae=unknown
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
        ),
        Paragraph(
            "A term that no list knows is neither immune related nor not",
            """
            0-63  ipilimumab
            30    event Ailment 3
            """,
            TOX + "advanced 1 | 3 | | yes",
            events="""
            event_id | is_irae
            E1       |
            """,
        ),
        Paragraph(
            "A grade that does not exist is no worst grade",
            """
            0-63  ipilimumab
            30    event Colitis 7
            """,
            TOX + "advanced 1 | | | no",
        ),
        Paragraph(
            "No severe toxicity in each episode is known",
            """
            0-63    ipilimumab + nivolumab  severe=no
            84-200  nivolumab               severe=no
            """,
            "severe_toxicity | toxicity_known\nno | yes",
        ),
        Paragraph(
            "Severe toxicity in one episode is enough",
            """
            0-63    ipilimumab + nivolumab  severe=yes
            84-200  nivolumab
            """,
            "severe_toxicity | toxicity_known\nyes | yes",
        ),
        Paragraph(
            "No severe toxicity in one of two episodes leaves the line unknown",
            """
            0-63    ipilimumab + nivolumab  severe=no
            84-200  nivolumab               severe=unknown
            """,
            "severe_toxicity | toxicity_known\nunknown | no",
        ),
        Paragraph(
            "A grade 2 event says nothing about severe toxicity",
            """
            0-63  ipilimumab
            30    event Colitis 2
            """,
            TOX + "advanced 1 | 2 | 2 | no",
        ),
        Paragraph(
            "Unless the source captures all grades",
            """
            0-63  ipilimumab
            30    event Colitis 2
            """,
            TOX + "advanced 1 | 2 | 2 | yes",
            declares={"captures_all_grades": "yes"},
        ),
        Paragraph(
            "Onset known to the month is not before the start of its episode",
            """
            2020-03-20-2020-06-30  ipilimumab
            2020-03                event Colitis 3  of=T1
            """,
            events="""
            event_id | onset_date | days_from_line_start
            E1       | 79         | 0
            """,
        ),
        Paragraph(
            "Onset before the line it was entered for is counted, its time is not",
            """
            100-163  ipilimumab
            50       event Colitis 3  of=T1
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
            events="""
            event_id | line_id    | days_from_line_start
            E1       | advanced 1 |
            """,
        ),
    ),
)

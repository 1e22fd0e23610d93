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
            "The line's start day belongs to it, the day before to none",
            """
            0-63  ipilimumab
            -1    event Colitis 3
            0     event Hepatitis 4
            """,
            events="""
            event_id | line_id    | line_assignment | days_from_line_start
            E1       |            | unassigned      |
            E2       | advanced 1 | date            | 0
            """,
        ),
        Paragraph(
            "The window is a parameter: 30 days after the end belongs, 31 does not",
            """
            0-63  ipilimumab
            93    event Colitis 3
            94    event Colitis 4
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
            parameters={"toxicity_window_days": 30},
        ),
        Paragraph(
            "The next line closes the window of the line before",
            """
            0-63    ipilimumab
            70-133  dacarbazine
            140     event Colitis 3
            """,
            TOX + "advanced 1 | | | no\nadvanced 2 | 3 | 3 | yes",
            "70 days after the first line's end, inside its 90, but the second line has begun.",
        ),
        Paragraph(
            "The episode of another patient tells nothing, so the date decides",
            """
            0-63  ipilimumab
            153   event Colitis 3  of=S1x1-T1
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
            "A finding, and the line is doubtful; the event is its patient's all the same.",
            events="""
            event_id | line_id    | line_assignment
            E1       | advanced 1 | date
            """,
        ),
        Paragraph(
            "Without a day of onset and without an episode it belongs to no line",
            """
            0-63  ipilimumab
            ?     event Colitis 3
            """,
            TOX + "advanced 1 | | | no",
            events="""
            event_id | line_id | line_assignment | days_from_line_start
            E1       |         | unassigned      |
            """,
        ),
        Paragraph(
            "Without a day of onset the entered episode still tells the line",
            """
            0-63     ipilimumab
            200-263  nivolumab
            ?        event Colitis 3  of=T2
            """,
            TOX + "advanced 1 | | | no\nadvanced 2 | 3 | 3 | yes",
            events="""
            event_id | line_id    | line_assignment | days_from_line_start
            E1       | advanced 2 | treatment       |
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
            40    event Anemia 3   irae=yes
            """,
            TOX + "advanced 1 | 3 | 3 | yes",
            "Which of the two said so is recorded.",
            events="""
            event_id | is_irae | irae_source
            E1       | yes     | term_list
            E2       | yes     | entered
            """,
        ),
        Paragraph(
            "A term that no list knows is neither immune related nor not",
            """
            0-63  ipilimumab
            30    event Ailment 3
            """,
            TOX + "advanced 1 | 3 | | yes",
            events="""
            event_id | is_irae | irae_source
            E1       |         |
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

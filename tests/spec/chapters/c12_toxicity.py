"""Chapter: adverse events and toxicity of a line."""

from tests.spec.language import Chapter, Paragraph

TOX = "line_id | worst_grade | worst_irae_grade | toxicity_known\n"

CHAPTER = Chapter(
    "toxicity",
    "Which line does an adverse event belong to, and is toxicity known?",
    "The entered episode decides. Without one, the last line begun by onset, up to 90 days after "
    "its end or the next line. Toxicity is known when severe toxicity was answered yes for an "
    "episode that started in the line, or no for every one, or when the source declares to capture "
    "it and follow-up is known. An event alone does not make it known.",
    (
        Paragraph(
            "The entered episode decides, whatever the date",
            """
            0-63     ipilimumab
            200-263  nivolumab
            220      event Colitis 3  of=T1
            """,
            TOX + "advanced 1 | 3 | 3 | no\nadvanced 2 | | | no",
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
            TOX + "advanced 1 | 3 | 3 | no",
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
            TOX + "advanced 1 | 3 | 3 | no",
            parameters={"toxicity_window_days": 30},
        ),
        Paragraph(
            "The next line closes the window of the line before",
            """
            0-63    ipilimumab
            70-133  dacarbazine
            140     event Colitis 3
            """,
            TOX + "advanced 1 | | | no\nadvanced 2 | 3 | 3 | no",
            "70 days after the first line's end, inside its 90, but the second line has begun.",
        ),
        Paragraph(
            "The episode of another patient tells nothing, so the date decides",
            """
            0-63  ipilimumab
            153   event Colitis 3  of=S1x1-T1
            """,
            TOX + "advanced 1 | 3 | 3 | no",
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
            TOX + "advanced 1 | | | no\nadvanced 2 | 3 | 3 | no",
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
            TOX + "advanced 1 | 3 | 3 | no",
        ),
        Paragraph(
            "An event entered as not immune related is not",
            """
            0-63  ipilimumab
            30    event Colitis 4  irae=no
            40    event Colitis 3  irae=yes
            """,
            TOX + "advanced 1 | 4 | 3 | no",
        ),
        Paragraph(
            "An unknown answer leaves it to the term",
            """
            0-63  ipilimumab
            30    event colitis 3  irae=unknown
            40    event Anemia 3   irae=yes
            """,
            TOX + "advanced 1 | 3 | 3 | no",
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
            TOX + "advanced 1 | 3 | | no",
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
            "A grade 3 event on a line of which nobody answered does not make it known",
            """
            0-63  ipilimumab
            30    event Colitis 3
            """,
            "severe_toxicity | severe_toxicity_status | toxicity_known\nunknown | yes | no",
            "Lines of which nobody answered would be counted only when they had one.",
        ),
        Paragraph(
            "A grade 3 event turns an answer no into yes",
            """
            0-63  ipilimumab  severe=no
            30    event Colitis 3
            """,
            "severe_toxicity | severe_toxicity_status | toxicity_known\nno | yes | yes",
            "With a finding: the two contradict each other.",
        ),
        Paragraph(
            "Where the source declares complete_grade3plus, a line without events had none",
            """
            0-63  ipilimumab
            100   contact
            """,
            "severe_toxicity_status | toxicity_known\nno | yes",
            declares={"toxicity_capture": "complete_grade3plus"},
        ),
        Paragraph(
            "And a line with one had one: complete_grade3plus",
            """
            0-63  ipilimumab
            30    event Colitis 3
            """,
            "severe_toxicity_status | severe_irae_status | toxicity_known\nyes | yes | yes",
            declares={"toxicity_capture": "complete_grade3plus"},
        ),
        Paragraph(
            "Where the source declares complete_all_grades, a line without events had none",
            """
            0-63  ipilimumab
            100   contact
            """,
            "severe_toxicity_status | toxicity_known\nno | yes",
            declares={"toxicity_capture": "complete_all_grades"},
        ),
        Paragraph(
            "And a line with one had one: complete_all_grades",
            """
            0-63  ipilimumab
            30    event Colitis 3
            """,
            "severe_toxicity_status | severe_irae_status | toxicity_known\nyes | yes | yes",
            declares={"toxicity_capture": "complete_all_grades"},
        ),
        Paragraph(
            "But nothing is known of a line without known follow-up",
            """
            0-63  ipilimumab
            ?     death melanoma
            """,
            "severe_toxicity_status | toxicity_known | os_end_reason\n"
            "not_reported | no | unknown_death_undated",
            declares={"toxicity_capture": "complete_grade3plus"},
        ),
        Paragraph(
            "An immune-related event without a grade leaves it unknown",
            """
            0-63  ipilimumab  severe=no
            30    event Colitis
            """,
            "severe_toxicity | severe_irae_status | toxicity_known\nno | not_reported | no",
            "It may have been severe.",
        ),
        Paragraph(
            "Unless another was of grade 3",
            """
            0-63  ipilimumab  severe=no
            30    event Colitis
            40    event Pneumonitis 3
            """,
            "severe_irae_status | toxicity_known\nyes | yes",
        ),
        Paragraph(
            "Another of grade 2 does not tell",
            """
            0-63  ipilimumab  severe=no
            30    event Colitis
            40    event Pneumonitis 2
            """,
            "severe_irae_status | toxicity_known\nnot_reported | no",
        ),
        Paragraph(
            "One without a grade that is not immune related tells nothing of those",
            """
            0-63  ipilimumab  severe=no
            30    event Anemia
            """,
            "severe_irae_status | toxicity_known\nno | yes",
        ),
        Paragraph(
            "A fatal event without a grade is grade 5",
            """
            0-63  ipilimumab  severe=yes
            30    event Colitis  outcome=fatal
            """,
            TOX + "advanced 1 | 5 | 5 | yes",
            events="event_id | grade\nE1 | 5",
        ),
        Paragraph(
            "Severe toxicity of an episode belongs to the line in which it started",
            """
            0-196  ipilimumab + nivolumab  severe=yes drugs=nivolumab:0:100,ipilimumab:150:196
            120    scan PD
            """,
            """
            line_id    | start_date | severe_toxicity | toxicity_known
            advanced 1 | 0          | yes             | yes
            advanced 2 | 150        | unknown         | no
            """,
            because="When in the episode it was, nobody said.",
        ),
        Paragraph(
            "That there was none holds for every line to which it adds a substance",
            """
            0-196  ipilimumab + nivolumab  severe=no drugs=nivolumab:0:100,ipilimumab:150:196
            120    scan PD
            """,
            """
            line_id    | start_date | severe_toxicity | toxicity_known
            advanced 1 | 0          | no              | yes
            advanced 2 | 150        | no              | yes
            """,
        ),
        Paragraph(
            "An event entered for an episode belongs to the last line that gives it by its onset",
            """
            0-196   nivolumab
            60-123  ipilimumab
            59      event Colitis 3  of=T1
            60      event Colitis 2  of=T1
            """,
            events="""
            event_id | line_id    | line_assignment
            E1       | advanced 1 | treatment
            E2       | advanced 2 | treatment
            """,
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
            TOX + "advanced 1 | 3 | 3 | no",
            events="""
            event_id | line_id    | days_from_line_start
            E1       | advanced 1 |
            """,
        ),
    ),
)

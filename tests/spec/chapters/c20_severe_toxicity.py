"""Chapter: what was reported of severe toxicity, in which organ, how often."""

from tests.spec.language import Chapter, Paragraph

STATUS = "line_id | severe_toxicity_status | severe_irae_status\n"
ORGANS = "line_id | category | events | episodes | worst_grade | worst_irae_grade\n"

CHAPTER = Chapter(
    "severe-toxicity",
    "Was there severe toxicity, was there none, or did nobody say?",
    "No severe toxicity is not the same as none reported. Each line says yes, no or not reported, "
    "for severe toxicity and for a grade 3+ immune-related event, with its worst grade and its "
    "episodes per organ class. A new episode of an organ class begins after every earlier event of "
    "it had resolved.",
    (
        Paragraph(
            "A line without events and without an answer is not reported",
            "0-63  ipilimumab",
            STATUS + "advanced 1 | not_reported | not_reported",
        ),
        Paragraph(
            "A line answered no had none",
            "0-63  ipilimumab  severe=no",
            STATUS + "advanced 1 | no | no",
        ),
        Paragraph(
            "Severe toxicity answered yes without its event: what it was is not reported",
            "0-63  ipilimumab  severe=yes",
            STATUS + "advanced 1 | yes | not_reported",
            "A study may count the bare answer; whether it was immune related nobody said.",
        ),
        Paragraph(
            "Severe toxicity answered yes with an event that is not immune related explains it",
            """
            0-63  ipilimumab  severe=yes
            30    event Anemia 3
            """,
            STATUS + "advanced 1 | yes | no",
        ),
        Paragraph(
            "A severe event that nobody knows to be immune related leaves it unsaid",
            """
            0-63  ipilimumab  severe=yes
            30    event Ailment 3
            """,
            STATUS + "advanced 1 | yes | not_reported",
        ),
        Paragraph(
            "Grade 2 is not severe, grade 3 is",
            """
            0-63     ipilimumab  severe=no
            20       event Colitis 2
            200-263  ipilimumab  severe=unknown
            220      event Colitis 3
            """,
            STATUS + "advanced 1 | no | no\nadvanced 2 | yes | yes",
        ),
        Paragraph(
            "A severe event outweighs an answer no",
            """
            0-63  ipilimumab  severe=no
            30    event Colitis 4
            """,
            STATUS + "advanced 1 | yes | yes",
            "The contradiction is an error finding, and toxicity doubtful.",
        ),
        Paragraph(
            "A mild event alone does not tell that nothing severe happened",
            """
            0-63  ipilimumab
            30    event Colitis 2
            """,
            STATUS + "advanced 1 | not_reported | not_reported",
        ),
        Paragraph(
            "Unless the source declares to capture all grades",
            """
            0-63  ipilimumab
            30    event Colitis 2
            """,
            STATUS + "advanced 1 | no | no",
            declares={"toxicity_capture": "complete_all_grades"},
        ),
        Paragraph(
            "Time to the first severe immune-related event counts from the line's start",
            """
            100-163  ipilimumab
            120      event Anemia 4
            130      event Colitis 2
            142      event Hypophysitis 3
            150      event Colitis 4
            """,
            "first_severe_irae_date | days_to_severe_irae | severe_irae_days\n142 | 42 | 42",
        ),
        Paragraph(
            "It counts from day 0: an event on the start day is at risk too",
            """
            0-63  ipilimumab
            0     event Colitis 3
            """,
            "days_to_severe_irae | severe_irae_end_reason\n0 | severe_irae",
        ),
        Paragraph(
            "The worst grade stands per organ class",
            """
            0-63  ipilimumab
            10    event Colitis 2  until=20
            12    event Diarrhea 3  until=20
            30    event Alanine_aminotransferase_increased 4
            """.replace("_", " "),
            organs=ORGANS
            + """
            advanced 1 | gastrointestinal | 2 | 1 | 3 | 3
            advanced 1 | hepatobiliary    | 1 | 1 | 4 | 4
            """,
        ),
        Paragraph(
            "The day after it resolved a new event is a new episode",
            """
            0-63  ipilimumab
            10    event Colitis 3  until=40
            41    event Colitis 2
            """,
            "toxicity_episodes\n2",
            events="""
            event_id | begins_episode
            E1       | yes
            E2       | yes
            """,
            organs=ORGANS + "advanced 1 | gastrointestinal | 2 | 2 | 3 | 3",
        ),
        Paragraph(
            "On the day it resolved it is the same episode",
            """
            0-63  ipilimumab
            10    event Colitis 3  until=40
            40    event Colitis 2
            """,
            events="""
            event_id | begins_episode
            E1       | yes
            E2       | no
            """,
            organs=ORGANS + "advanced 1 | gastrointestinal | 2 | 1 | 3 | 3",
        ),
        Paragraph(
            "While an earlier one goes on, the resolution of another opens nothing",
            """
            0-63  ipilimumab
            10    event Diarrhea 2  until=90
            12    event Colitis 3   until=20
            30    event Colitis 2
            """,
            organs=ORGANS + "advanced 1 | gastrointestinal | 3 | 1 | 3 | 3",
        ),
        Paragraph(
            "What has no resolution goes on",
            """
            0-63  ipilimumab
            10    event Hypophysitis 3
            300   event Adrenal insufficiency 3  of=T1
            """,
            organs=ORGANS + "advanced 1 | endocrine | 2 | 1 | 3 | 3",
            because="Endocrine events may never resolve.",
        ),
        Paragraph(
            "Another organ is another episode",
            """
            0-63  ipilimumab
            10    event Colitis 3
            12    event Pneumonitis 2
            """,
            "toxicity_episodes\n2",
            organs=ORGANS
            + """
            advanced 1 | gastrointestinal | 1 | 1 | 3 | 3
            advanced 1 | lung             | 1 | 1 | 2 | 2
            """,
        ),
        Paragraph(
            "The same event in the next line is counted there, not as a second episode here",
            """
            0-63     ipilimumab
            10       event Colitis 3  until=40
            200-263  ipilimumab
            220      event Colitis 3
            """,
            "line_id | toxicity_episodes\nadvanced 1 | 1\nadvanced 2 | 1",
        ),
        Paragraph(
            "A resolution before its onset is not a resolution",
            """
            0-63  ipilimumab
            30    event Colitis 3  until=20
            50    event Colitis 2
            """,
            organs=ORGANS + "advanced 1 | gastrointestinal | 2 | 1 | 3 | 3",
        ),
        Paragraph(
            "A resolution known to the month is not before its onset",
            """
            0-300  ipilimumab
            80     event Colitis 3  until=2020-03
            81     event Colitis 2
            """,
            organs=ORGANS + "advanced 1 | gastrointestinal | 2 | 2 | 3 | 3",
            because="15 March is before 21 March; the resolution moves to the day of onset.",
        ),
        Paragraph(
            "Without a day of onset it begins no episode, but is one when it is alone",
            """
            0-63  ipilimumab
            10    event Colitis 3  until=20
            ?     event Colitis 2  of=T1
            ?     event Rash maculo-papular 2  of=T1
            """,
            organs="line_id | category | events | episodes | first_onset_date | days_to_onset\n"
            """
            advanced 1 | gastrointestinal | 2 | 1 | 10 | 10
            advanced 1 | skin             | 1 | 1 |    |
            """,
        ),
        Paragraph(
            "A term that no list knows goes by its entered category",
            """
            0-63  ipilimumab
            10    event Ailment 3  category=Skin_and_subcutaneous_tissue_disorders
            20    event Ailment 2  category=hair
            """,
            organs="category | worst_grade\nother | 2\nskin | 3",
        ),
        Paragraph(
            "The entered category may be an organ class of the project",
            """
            0-63  ipilimumab
            10    event Ailment 3  category=lung
            12    event Malady 4   category=Liver_and_bile_ducts
            """,
            organs="category | worst_grade\nhepatobiliary | 4\nlung | 3",
        ),
        Paragraph(
            "Stopping is said by any event that led to it, denied only by all",
            """
            0-63     ipilimumab
            10       event Colitis 3       stop=no
            12       event Diarrhea 3      stop=yes
            20       event Pneumonitis 2   stop=no
            30       event Arthritis 2     stop=unknown
            200-263  ipilimumab
            210      event Colitis 2       stop=no
            """,
            "line_id | toxicity_led_to_stop\nadvanced 1 | yes\nadvanced 2 | no",
            organs="""
            line_id    | category         | led_to_stop
            advanced 1 | gastrointestinal | yes
            advanced 1 | lung             | no
            advanced 1 | rheumatologic    | unknown
            advanced 2 | gastrointestinal | no
            """,
        ),
        Paragraph(
            "From an episode that a line only takes over it has no answer",
            """
            0-300  nivolumab                   severe=no
            0-163  dacarbazine + ipilimumab    severe=yes drugs=dacarbazine:0:10,ipilimumab:100:163
            90     scan PD
            """,
            """
            line_id    | regimen                | severe_toxicity | toxicity_known
            advanced 1 | dacarbazine+nivolumab  | yes             | yes
            advanced 2 | ipilimumab+nivolumab   | unknown         | no
            """,
        ),
    ),
)

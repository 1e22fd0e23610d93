"""Chapter: until when severe toxicity of a line could have been seen."""

from tests.spec.language import Chapter, Paragraph

ENDS = "line_id | severe_irae_days | severe_irae_cause | severe_irae_end_reason\n"
WINDOW = "line_id | toxicity_window_end_date | toxicity_window_closed_by\n"

CHAPTER = Chapter(
    "toxicity-window",
    "Until when could severe toxicity of a line have been seen?",
    "For cumulative incidence each line is at risk of a first severe immune-related event from its "
    "start until the next line or death, which compete (causes 2 and 3); otherwise it is censored "
    "(cause 0) on the last day of its window, 90 days after its end, or when the patient was last "
    "known to be alive. The event itself is cause 1. The crude proportion counts every attributed "
    "event; the incidence counts those inside the window.",
    (
        Paragraph(
            "A severe immune-related event ends it, at its onset",
            """
            0-63  ipilimumab
            30    event Colitis 3
            400   contact
            """,
            ENDS + "advanced 1 | 30 | 1 | severe_irae",
        ),
        Paragraph(
            "Without one it is censored 90 days after the end",
            """
            0-63  ipilimumab
            400   contact
            """,
            ENDS + "advanced 1 | 153 | 0 | window_end",
        ),
        Paragraph(
            "Last seen on the window's last day, the window was seen whole",
            """
            0-63  ipilimumab
            153   contact
            """,
            ENDS + "advanced 1 | 153 | 0 | window_end",
        ),
        Paragraph(
            "Last seen the day before, it is censored there",
            """
            0-63  ipilimumab
            152   contact
            """,
            ENDS + "advanced 1 | 152 | 0 | last_known_alive",
        ),
        Paragraph(
            "The next line competes, from its start day on",
            """
            0-63     ipilimumab
            100-163  dacarbazine
            400      contact
            """,
            ENDS + "advanced 1 | 100 | 2 | next_line\nadvanced 2 | 153 | 0 | window_end",
        ),
        Paragraph(
            "The next line on the window's last day closes it",
            """
            0-63     ipilimumab
            153-200  dacarbazine
            """,
            WINDOW + "advanced 1 | 153 | next_line\nadvanced 2 | 153 | last_known_alive",
            "An event of that day would belong to the next line.",
        ),
        Paragraph(
            "The next line a day later comes after the window",
            """
            0-63     ipilimumab
            154-200  dacarbazine
            """,
            WINDOW + "advanced 1 | 153 | window_end\nadvanced 2 | 154 | last_known_alive",
        ),
        Paragraph(
            "No window reaches past a linkage that is declared complete",
            """
            0-63     ipilimumab
            40       linked
            50       event Colitis 3
            60       death melanoma
            100-163  dacarbazine
            """,
            ENDS + "advanced 1 | 40 | 0 | last_known_alive\nadvanced 2 | | | start_after_linkage",
            declares={"vital_status": "linkage_complete"},
        ),
        Paragraph(
            "Death on the window's last day competes",
            """
            0-63  ipilimumab
            153   death melanoma
            """,
            ENDS + "advanced 1 | 153 | 3 | death",
        ),
        Paragraph(
            "Death a day later comes after the window",
            """
            0-63  ipilimumab
            154   death melanoma
            """,
            ENDS + "advanced 1 | 153 | 0 | window_end",
        ),
        Paragraph(
            "The event goes before death on the same day",
            """
            0-63  ipilimumab
            30    event Myocarditis 5
            30    death toxicity
            """,
            ENDS + "advanced 1 | 30 | 1 | severe_irae",
        ),
        Paragraph(
            "The next line goes before death on the same day",
            """
            0-63    ipilimumab
            100-    dacarbazine
            100     death melanoma
            """,
            ENDS + "advanced 1 | 100 | 2 | next_line\nadvanced 2 | 0 | 3 | death",
        ),
        Paragraph(
            "While a line goes on its window is open until the patient was last seen",
            """
            0-ongoing  nivolumab
            500        contact
            """,
            ENDS + "advanced 1 | 500 | 0 | last_known_alive",
        ),
        Paragraph(
            "An event after the patient was last seen shows the patient alive",
            """
            0-63  ipilimumab
            80    contact
            100   event Colitis 3
            """,
            ENDS + "advanced 1 | 100 | 1 | severe_irae",
        ),
        Paragraph(
            "A mild one does as well: the window is censored there",
            """
            0-63  ipilimumab
            80    contact
            100   event Colitis 2
            """,
            ENDS + "advanced 1 | 100 | 0 | last_known_alive",
        ),
        Paragraph(
            "An event entered for the line after its window is counted, not in the incidence",
            """
            0-63  ipilimumab
            154   event Colitis 3  of=T1
            400   contact
            """,
            "severe_irae_status | days_to_severe_irae | severe_irae_days | severe_irae_end_reason\n"
            "yes | 154 | 153 | window_end",
            "The crude proportion has it; so it can be higher than the incidence.",
        ),
        Paragraph(
            "An event entered for the line after the next one began comes too late as well",
            """
            0-63     ipilimumab
            100-163  dacarbazine
            101      event Colitis 3  of=T1
            400      contact
            """,
            ENDS + "advanced 1 | 100 | 2 | next_line\nadvanced 2 | 153 | 0 | window_end",
        ),
        Paragraph(
            "Entered for the line on the next one's start day it is still in time",
            """
            0-63     ipilimumab
            100-163  dacarbazine
            100      event Colitis 3  of=T1
            400      contact
            """,
            ENDS + "advanced 1 | 100 | 1 | severe_irae\nadvanced 2 | 153 | 0 | window_end",
        ),
        Paragraph(
            "A severe event without a day of onset has no time",
            """
            0-63  ipilimumab
            ?     event Colitis 3  of=T1
            400   contact
            """,
            ENDS + "advanced 1 | | | onset_not_in_line",
            "The line leaves the incidence; the crude proportion keeps it.",
        ),
        Paragraph(
            "Nor has one that began before its line",
            """
            100-163  ipilimumab
            50       event Colitis 3  of=T1
            400      contact
            """,
            ENDS + "advanced 1 | | | onset_not_in_line",
        ),
        Paragraph(
            "Dead on an unknown day: it is not known whether the window was seen whole",
            """
            0-63  ipilimumab
            120   contact
            ?     death melanoma
            """,
            ENDS + "advanced 1 | | | unknown_death_date",
        ),
        Paragraph(
            "Dead on an unknown day after the window: nothing is missing",
            """
            0-63  ipilimumab
            153   contact
            ?     death melanoma
            """,
            ENDS + "advanced 1 | 153 | 0 | window_end",
        ),
        Paragraph(
            "A death before the line gives no time",
            """
            100-163  ipilimumab
            99       death melanoma
            """,
            ENDS + "advanced 1 | | | death_before_start",
        ),
        Paragraph(
            "Toxicity that is not immune related does not end it",
            """
            0-63  ipilimumab
            30    event Anemia 4
            400   contact
            """,
            ENDS + "advanced 1 | 153 | 0 | window_end",
        ),
    ),
)

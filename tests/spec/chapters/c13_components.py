"""Chapter: components under other rules: dropped, given back, added, replaced, paused longer."""

# ruff: noqa: E501 - expected rows are tables, wide where they compare much.

from tests.spec.language import Chapter, Paragraph

CHAPTER = Chapter(
    "components",
    "When a component is dropped, given back or added, whose line is it?",
    "By default the line goes on and says so. A site or a study may decide otherwise: each rule is "
    "a parameter, and the start that it decides carries its name.",
    (
        Paragraph(
            "A component dropped is said of the line",
            """
            0-63    ipilimumab + nivolumab
            84-400  nivolumab
            """,
            """
            line_id    | regimen              | has_dropped_component | has_component_given_back
            advanced 1 | ipilimumab+nivolumab | yes                   | no
            """,
            steps="""
            start_date | clause          | drops_component | pause_days
            0          | first_treatment | no              |
            84         | continuation    | yes             | 21
            """,
        ),
        Paragraph(
            "A component that stops before the other is dropped without a new start",
            """
            0-  ipilimumab + nivolumab  drugs=ipilimumab:0:63,nivolumab:0:400
            """,
            """
            line_id    | end_date | has_dropped_component
            advanced 1 | 400      | yes
            """,
        ),
        Paragraph(
            "Components that stop on one day are not dropped",
            """
            0-63  ipilimumab + nivolumab
            """,
            """
            line_id    | has_dropped_component
            advanced 1 | no
            """,
        ),
        Paragraph(
            "A component whose stop is not registered is not known to be dropped",
            """
            0-  ipilimumab + nivolumab  drugs=ipilimumab:0:,nivolumab:0:400
            """,
            """
            line_id    | has_dropped_component | has_unknown_stop
            advanced 1 | no                    | yes
            """,
        ),
        Paragraph(
            "A site may count maintenance as a line",
            """
            0-63    ipilimumab + nivolumab
            84-400  nivolumab
            """,
            """
            line_id    | regimen              | start_date | opened_because    | closed_because    | has_dropped_component
            advanced 1 | ipilimumab+nivolumab | 0          | first_treatment   | dropped_component | no
            advanced 2 | nivolumab            | 84         | dropped_component | no_later_line     | no
            """,
            parameters={"dropped_component_opens": True},
        ),
        Paragraph(
            "What opens a line is a start, not a stop",
            """
            0-  ipilimumab + nivolumab  drugs=ipilimumab:0:63,nivolumab:0:400
            """,
            """
            line_id    | regimen              | end_date | has_dropped_component
            advanced 1 | ipilimumab+nivolumab | 400      | yes
            """,
            parameters={"dropped_component_opens": True},
            because="Nothing starts when ipilimumab stops.",
        ),
        Paragraph(
            "Where each dose is a row, a component 14 days late is not dropped",
            """
            0-0    dacarbazine
            1-1    nivolumab
            14-14  nivolumab
            15-15  dacarbazine
            """,
            """
            line_id    | regimen               | has_dropped_component
            advanced 1 | dacarbazine+nivolumab | no
            """,
            parameters={"dropped_component_opens": True, "dropped_component_days": 14},
        ),
        Paragraph(
            "A component 15 days late is",
            """
            0-0    dacarbazine
            1-1    nivolumab
            15-15  nivolumab
            16-16  dacarbazine
            """,
            """
            line_id    | regimen               | start_date | opened_because
            advanced 1 | dacarbazine+nivolumab | 0          | first_treatment
            advanced 2 | dacarbazine+nivolumab | 15         | dropped_component
            """,
            parameters={"dropped_component_opens": True, "dropped_component_days": 14},
            because="Dacarbazine, last given 15 days before, starts again within the window of the new line.",
        ),
        Paragraph(
            "A component given back is said of the line",
            """
            0-63     ipilimumab + nivolumab
            84-300   nivolumab
            320-380  ipilimumab + nivolumab
            """,
            """
            line_id    | end_date | has_dropped_component | has_component_given_back
            advanced 1 | 380      | yes                   | yes
            """,
            steps="""
            start_date | clause          | drops_component | gives_component_back
            0          | first_treatment | no              | no
            84         | continuation    | yes             | no
            320        | continuation    | no              | yes
            """,
        ),
        Paragraph(
            "A site may count ipilimumab given back as a line",
            """
            0-63     ipilimumab + nivolumab
            84-300   nivolumab
            320-380  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | start_date | opened_because
            advanced 1 | ipilimumab+nivolumab | 0          | first_treatment
            advanced 2 | ipilimumab+nivolumab | 320        | component_given_back
            """,
            parameters={"given_back_component_opens": True},
        ),
        Paragraph(
            "The next course of all components gives nothing back",
            """
            0-21   ipilimumab + nivolumab
            42-63  ipilimumab + nivolumab
            """,
            """
            line_id    | has_dropped_component | has_component_given_back
            advanced 1 | no                    | no
            """,
            parameters={"dropped_component_opens": True, "given_back_component_opens": True},
        ),
        Paragraph(
            "A substitute takes the place of its component: nothing is dropped",
            """
            0-100    dabrafenib + trametinib  reason=toxicity
            120-300  encorafenib + binimetinib
            """,
            """
            line_id    | end_date | has_substitution | has_dropped_component
            advanced 1 | 300      | yes              | no
            """,
            parameters={"dropped_component_opens": True},
        ),
        Paragraph(
            "A MEK inhibitor left out on the way is dropped",
            """
            0-100    dabrafenib + trametinib  reason=toxicity
            120-300  encorafenib
            """,
            """
            line_id    | end_date | has_substitution | has_dropped_component
            advanced 1 | 300      | yes              | yes
            """,
        ),
        Paragraph(
            "A second substance of the same class opens a line by default",
            """
            0-300    dacarbazine
            100-300  carboplatin
            """,
            """
            line_id    | regimen                 | opened_because
            advanced 1 | dacarbazine             | first_treatment
            advanced 2 | carboplatin+dacarbazine | new_substance
            """,
        ),
        Paragraph(
            "A study may let a substance of a known class be added",
            """
            0-300    dacarbazine
            100-300  carboplatin
            """,
            """
            line_id    | regimen     | end_date | has_added_substance
            advanced 1 | dacarbazine | 300      | yes
            """,
            parameters={"addition_opens": "class"},
            steps="""
            start_date | clause
            0          | first_treatment
            100        | addition
            """,
            because="The label stays what started within the window.",
        ),
        Paragraph(
            "Ipilimumab added to nivolumab is a new class all the same",
            """
            0-300    nivolumab
            100-163  ipilimumab
            """,
            """
            line_id    | regimen              | opened_because
            advanced 1 | nivolumab            | first_treatment
            advanced 2 | ipilimumab+nivolumab | new_substance
            """,
            parameters={"addition_opens": "class"},
        ),
        Paragraph(
            "A study may let nothing that is added open a line",
            """
            0-300    nivolumab
            100-163  ipilimumab
            """,
            """
            line_id    | regimen   | end_date | has_added_substance
            advanced 1 | nivolumab | 300      | yes
            """,
            parameters={"addition_opens": "never"},
        ),
        Paragraph(
            "Added on the last day of what was given is still added",
            """
            0-100    nivolumab
            100-163  ipilimumab
            """,
            """
            line_id    | regimen   | has_added_substance
            advanced 1 | nivolumab | yes
            """,
            parameters={"addition_opens": "never"},
        ),
        Paragraph(
            "Started the day after all else stopped is a switch, and opens a line",
            """
            0-100    nivolumab
            101-163  ipilimumab
            """,
            """
            line_id    | regimen    | opened_because
            advanced 1 | nivolumab  | first_treatment
            advanced 2 | ipilimumab | new_substance
            """,
            parameters={"addition_opens": "never"},
        ),
        Paragraph(
            "What comes back with something new after 91 days is a gap, not an addition",
            """
            0-100    nivolumab
            191-300  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen              | opened_because
            advanced 1 | nivolumab            | first_treatment
            advanced 2 | ipilimumab+nivolumab | gap
            """,
            parameters={"addition_opens": "never"},
        ),
        Paragraph(
            "After 90 days it is an addition",
            """
            0-100    nivolumab
            190-300  ipilimumab + nivolumab
            """,
            """
            line_id    | regimen   | end_date | has_added_substance
            advanced 1 | nivolumab | 300      | yes
            """,
            parameters={"addition_opens": "never"},
        ),
        Paragraph(
            "A registry may name its own substitutes",
            """
            0-100    carboplatin
            120-200  cisplatin
            """,
            """
            line_id    | regimen     | has_substitution
            advanced 1 | carboplatin | yes
            """,
            parameters={
                "substitution_groups": ("carboplatin|cisplatin", "nivolumab|pembrolizumab")
            },
        ),
        Paragraph(
            "Substitutes of two groups do not replace each other",
            """
            0-100    carboplatin
            120-200  paclitaxel
            """,
            """
            line_id    | regimen     | opened_because
            advanced 1 | carboplatin | first_treatment
            advanced 2 | paclitaxel  | new_substance
            """,
            parameters={
                "substitution_groups": ("carboplatin|cisplatin", "nab-paclitaxel|paclitaxel")
            },
            because="Both are chemotherapy, but no group has both.",
        ),
        Paragraph(
            "With a limit of 28 days, a substitute on day 28 continues",
            """
            0-100    nivolumab
            128-300  pembrolizumab
            """,
            """
            line_id    | has_substitution
            advanced 1 | yes
            """,
            parameters={"substitution_days": 28},
        ),
        Paragraph(
            "And on day 29 it does not",
            """
            0-100    nivolumab
            129-300  pembrolizumab
            """,
            """
            line_id    | opened_because
            advanced 1 | first_treatment
            advanced 2 | new_substance
            """,
            parameters={"substitution_days": 28},
        ),
        Paragraph(
            "With a window of 14 days, a component on day 14 belongs",
            """
            0-63   ipilimumab
            14-90  nivolumab
            """,
            """
            line_id    | regimen
            advanced 1 | ipilimumab+nivolumab
            """,
            parameters={"combination_window_days": 14},
        ),
        Paragraph(
            "And on day 15 it opens a line",
            """
            0-63   ipilimumab
            15-90  nivolumab
            """,
            """
            line_id    | regimen              | opened_because
            advanced 1 | ipilimumab           | first_treatment
            advanced 2 | ipilimumab+nivolumab | new_substance
            """,
            parameters={"combination_window_days": 14},
        ),
        Paragraph(
            "With a window of 42 days, day 43 is outside",
            """
            0-63   ipilimumab
            43-90  nivolumab
            """,
            """
            line_id    | regimen
            advanced 1 | ipilimumab
            advanced 2 | nivolumab
            """,
            parameters={"combination_window_days": 42},
        ),
    ),
)

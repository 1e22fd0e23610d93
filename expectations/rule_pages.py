"""The rule page: `docs/rules.md`, written from the catalogue, so it cannot disagree with it.

Belongs here: the wording of the page. Does not belong here: rules.
`python -m expectations.rule_pages` writes it; a test fails when it is stale.
"""

from pathlib import Path

from expectations.catalogue import Catalogue, Example, Rule, load_catalogue

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"

_HEAD = """# Rules

Written from `expectations/rules/*.yaml` by `python -m expectations.rule_pages`; change those.

A rule gives one of three verdicts for each record: *holds*, *violated*, *cannot be judged* (a
value is missing, or a partial date leaves it open). *Not applicable* is a fourth word for the
records a rule does not speak of. A comparison of partial dates is violated only when it is
impossible under every completion of the dates.

An *error* makes what it affects doubtful for the lines it feeds; no row is dropped for it. A
*warning* asks, an *info* tells. A rule marked *gate* holds the publication. Where a limit is
called unverified it is a parameter without a checked source.

## Writing a rule

Add an entry to the file of its subject. Every scalar is read as text. One kind a rule:

| kind | holds when |
|---|---|
| `required: [a]` | every column has a value |
| `in_codelist: [a]` | every value given is a code of its list |
| `matches: [a]` | every value given can be read as its type, or matches `pattern` |
| `range: {column: a, min: 1, max: 5}` | the value lies between the limits, both inside |
| `ordered: [a, b]` | a is not after b (`tolerance_days`, `strict`) |
| `agrees: [a, b]` | both are the same (`tolerance`) |
| `unique: [a, b]` | no two records share the values |
| `exists: {table: t, on: {a: b}}` | a row of the table has our a as its b |
| `sql: condition` | the condition is true; NULL cannot be judged; lists its `columns` |

In `sql` and `applies_when`: `not_after(a, b[, days])`, `before(a, b)`, `within_days(a, b, days)`
and `none_after(limit, a, ...)` compare by interval logic; `$name` is a parameter of the rule.
Columns are those of `expectations/subjects/<subject>.sql`; a column of another table carries that
table's name as its prefix (`patient_death_date`), the text as written ends in `_text`.

`needs` and the columns judged (or `must_collect`) decide whether a source can be asked at all;
`depends` folds a finding under its cause; `accept_on` names the values an acceptance is bound to;
`family` lets one acceptance cover several rules. A rule without a violated example does not load.
"""

_LEFT_OUT = """
## What format 1 cannot hold

T30, T36, T37, T45, T56, T64, C28 and M13 of the clinical catalogue need columns that the native
export lacks (a separate progression record, dates of imaging, of mutation tests and of doses, of
registration, morphology, an external source). T52 cannot be violated: brain metastases are one
code. The half of T20 about the date of a fatal event is T02 of adverse events. T25 and T26 are
eligibility of a study, not data rules. T12 is a matter of attribution, since the date decides.
"""


def render(catalogue: Catalogue) -> str:
    """The whole page."""
    parts = [_HEAD, f"\n## All {len(catalogue.rules)} rules\n\n", _table(catalogue)]
    parts += [_section(rule, catalogue) for rule in catalogue.rules]
    return "".join([*parts, _LEFT_OUT])


def _table(catalogue: Catalogue) -> str:
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {rule.subject} | {rule.severity}"
        f"{', gate' if rule.gate else ''} | {', '.join(rule.affects)} |"
        for rule in catalogue.rules
    ]
    head = "| id | rule | subject | severity | makes doubtful |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _section(rule: Rule, catalogue: Catalogue) -> str:
    facts = {
        "Check": f"`{rule.check_name}`",
        "Subject": f"{rule.subject} ({rule.stage}): {catalogue.subjects[rule.subject].grain}",
        "Kind": f"{rule.kind} on {', '.join(f'`{c}`' for c in rule.judged_columns)}",
        "Condition": f"`{rule.sql.holds}`" if rule.sql else "",
        "Applies when": f"`{rule.applies_when}`" if rule.applies_when else "",
        "Needs": ", ".join(rule.needs),
        "Parameters": ", ".join(f"{name} = {value}" for name, value in rule.parameters.items()),
        "Severity": rule.severity + (", holds the publication" if rule.gate else ""),
        "Category": rule.kahn,
        "Source": rule.standard,
        "Family": rule.family,
        "Folded under": ", ".join(rule.depends),
    }
    lines = [f"- {name}: {text}" for name, text in facts.items() if text]
    examples = "\n".join(_example(example) for example in rule.examples)
    return (
        f"\n## {rule.id}\n\n{rule.title}. {rule.why}\n\nHow to fix: {rule.fix}\n\n"
        + "\n".join(lines)
        + f"\n\n| example | verdict |\n|---|---|\n{examples}\n"
    )


def _example(example: Example) -> str:
    tables = example.tables or {"": [example.row]}
    said = "; ".join(
        (f"{table}: " if table else "") + " / ".join(_row(row) for row in rows)
        for table, rows in tables.items()
    )
    return f"| {said} | {example.verdict} |"


def _row(row: dict[str, str]) -> str:
    return ", ".join(f"{name} = {text or '(empty)'}" for name, text in row.items()).replace(
        "|", "\\|"
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(load_catalogue()), encoding="utf-8")


if __name__ == "__main__":
    main()

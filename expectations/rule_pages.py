"""The rule page: `docs/rules.md`, written from the catalogue, so it cannot disagree with it.

Belongs here: the wording of the page. Does not belong here: rules.
`python -m expectations.rule_pages` writes it; a test fails when it is stale.
"""

from pathlib import Path

from expectations.catalogue import RULES_FOLDER, Catalogue, Example, Rule, load_catalogue
from expectations.catalogue_lists import COVERAGE, Covered, read_coverage

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"

_HEAD = """# Rules

Written from `expectations/rules/*.yaml` by `python -m expectations.rule_pages`; change those.

A rule gives one of three verdicts for each record: *holds*, *violated*, *cannot be judged* (a
value is missing, or a partial date leaves it open). *Not applicable* is a fourth word for the
records a rule does not speak of. A comparison of partial dates is violated only when it is
impossible under every completion of the dates.

An *error* makes what it affects doubtful for the lines it feeds; no row is dropped for it. A
*warning* asks, an *info* tells. A rule marked *gate* holds the publication. *Limit unverified*
marks a rule whose limit is a parameter without a checked source.

A rule about a hospital, a delivery or a snapshot looks at many records at once and has a
*threshold*: how many records, and what share of them, it lets pass. It is never an error. A rule
*in shadow* is judged and counted for so many published nights before anything it finds is put into
somebody's list; `quality.shadowed_tonight` holds what it would have found.

## Writing a rule

[Writing a rule](writing-rules.md) goes through it step by step. Add an entry to the file of its
subject. Every scalar is read as text. One kind a rule:

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
`shows` names columns that a finding shows beside those judged, and that neither its identity nor an
acceptance hangs on (the counts behind a share);
`family` lets one acceptance cover several rules. A rule without a violated example does not load.

`threshold: {count: 5, share: 0.10}` gives `$threshold_count` and `$threshold_share` to a rule whose
subject has a line `-- Scope: hospital` (or snapshot, delivery), and only to those. `unverified:
true` says that the limits among its `parameters` have no checked source. `shadow_nights: 14` tries
a new or changed rule for so many nights. A rule that is taken out leaves its id in `retired.yaml`:
no other rule may ever take it.
"""

_LEFT_OUT = """
## What the export cannot hold

These entries of the clinical catalogue are no rules here; they are listed in
`expectations/rules/not_expressible.yaml`.

| entry | what it would ask | why it cannot | what it would need |
|---|---|---|---|
"""


_COVERED = """
## Which rules answer the clinical catalogue

From `expectations/rules/coverage.yaml`; B entries are those that the catalogue lacked at first.

| entry | what it asks | rules |
|---|---|---|
"""


def render(catalogue: Catalogue) -> str:
    """The whole page."""
    parts = [_HEAD, f"\n## All {len(catalogue.rules)} rules\n\n", _table(catalogue)]
    parts += [_section(rule, catalogue) for rule in catalogue.rules]
    left_out = "".join(
        f"| {one.id} | {one.rule} | {one.reason} | {one.would_need} |\n"
        for one in catalogue.not_expressible
    )
    covered = "".join(_covered(one) for one in read_coverage(RULES_FOLDER / COVERAGE))
    return "".join([*parts, _COVERED, covered, _LEFT_OUT, left_out])


def _covered(one: Covered) -> str:
    links = ", ".join(f"[{rule_id}](#{rule_id.lower()})" for rule_id in one.rules)
    return f"| {one.id} | {one.asks} | {links or one.elsewhere} |\n"


def _table(catalogue: Catalogue) -> str:
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {_titled(rule)} | {rule.subject} | {rule.severity}"
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
        "Threshold": _threshold(rule),
        "Shadow": f"{rule.shadow_nights} nights" if rule.shadow_nights else "",
        "Severity": rule.severity + (", holds the publication" if rule.gate else ""),
        "Category": rule.kahn,
        "Source": rule.standard,
        "Family": rule.family,
        "Shows": ", ".join(f"`{column}`" for column in rule.shows),
        "Folded under": ", ".join(rule.depends),
    }
    lines = [f"- {name}: {text}" for name, text in facts.items() if text]
    examples = "\n".join(_example(example) for example in rule.examples)
    return (
        f"\n## {rule.id}\n\n{_titled(rule)}. {rule.why}\n\nHow to fix: {rule.fix}\n\n"
        + "\n".join(lines)
        + f"\n\n| example | verdict |\n|---|---|\n{examples}\n"
    )


def _titled(rule: Rule) -> str:
    return f"{rule.title} ({rule.caveat})" if rule.caveat else rule.title


def _threshold(rule: Rule) -> str:
    if rule.threshold is None:
        return ""
    limits = {"count": rule.threshold.count, "share": rule.threshold.share}
    return ", ".join(f"{name} {value}" for name, value in limits.items() if value is not None)


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

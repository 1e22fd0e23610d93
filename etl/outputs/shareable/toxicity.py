"""The shareable tables of toxicity: of the rechallenge, of the initial treatment, by category.

Belongs here: their layout. Does not belong here: what may be shown (`etl/studies/release`), other
outcomes (`outcomes`).
"""

from collections import Counter

from etl.outputs import wording
from etl.outputs.shareable import categories
from etl.outputs.shareable.categories import Variable
from etl.outputs.shareable.describe import category_cell
from etl.outputs.shareable.masked import Cells, Shared
from etl.outputs.shareable.outcomes import proportion_rows
from etl.outputs.tables import Row, Table
from etl.studies.endpoints import proportion_endpoints


def toxicity_table(shared: Shared) -> Table:
    """Severe events of the rechallenge, and the same event again where it is asked for."""
    asked = [
        one.name
        for one in proportion_endpoints(shared.results.study)
        if one.name.startswith("irae")
    ]
    rows: list[Row] = []
    for endpoint in asked:
        rows += proportion_rows(shared, endpoint)
    grade = shared.results.study.endpoints.toxicity.minimum_grade
    return Table(
        "toxicity",
        f"Immune-related events during the rechallenge; severe is grade {grade} or higher.",
        ("Endpoint", "n/N = % (95% interval)", "Evaluable set"),
        tuple(rows),
    )


def initial_toxicity_table(shared: Shared) -> tuple[Table, Cells]:
    """Whether a severe event of the initial treatment was recorded."""
    lines = {one["line_id"]: one for found in shared.results.lines.values() for one in found}
    severe = Variable("Initial treatment", (("grade 3 or higher recorded", ("severe",)),))
    severe = Variable(severe.label, severe.levels, other="none, or of lower grade, recorded")

    def of(line_id: str) -> str:
        grade = lines.get(line_id, {}).get("worst_irae_grade")
        return "severe" if grade is not None and grade >= 3 else "not severe"

    block = categories.block(
        "initial toxicity",
        (severe,),
        [(pair, (of(pair["initial_line_id"]),)) for pair in shared.results.pairs],
        shared.release.groups,
    )
    cells = Cells.protect([block], shared.policy)
    table = Table(
        "initial_toxicity",
        "Worst immune-related event of the initial treatment, of all patients.",
        ("Worst grade", *shared.heads),
        tuple(
            (level, *(category_cell(shared, cells, severe, level, one) for one in shared.columns))
            for level in severe.names[:2]
        ),
        "None recorded is not none happened.",
    )
    return table, cells


def events_table(shared: Shared) -> Table | None:
    """Severe events by category over all patients; a category with few is not named."""
    row = shared.row("irae_grade3plus", "all", statistic="proportion")
    if row is None:
        return None
    minimum = shared.results.study.endpoints.toxicity.minimum_grade
    known = {one["rechallenge_line_id"] for one in shared.results.pairs if one["toxicity_known"]}
    seen = {
        (event["category"] or event["term"] or "not named", event["line_id"])
        for event in shared.results.events
        if event["line_id"] in known and event["is_irae"] and (event["grade"] or 0) >= minimum
    }
    counts = Counter(name for name, _ in seen)
    small = shared.policy.is_small

    def is_safe(found: int) -> bool:
        """Neither those with it, nor the others known, nor the others with a severe event."""
        others = (len(known) - found, row["numerator"] - found)
        return not any(map(small, (found, *others)))

    rows = tuple(
        (name.replace("_", " "), wording.share(counts[name], len(known)))
        for name in sorted(counts, key=lambda name: (-counts[name], name))
        if is_safe(counts[name])
    )
    return Table(
        "events",
        "Patients with a severe immune-related event during the rechallenge, by category.",
        ("Category as entered", "All patients"),
        rows,
        f"Only categories with at least {shared.policy.minimum_cell} patients are named, and only "
        "over all patients. Of patients whose toxicity is known; a patient may stand in several "
        "rows.",
    )

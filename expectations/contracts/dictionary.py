"""The data dictionary, `docs/dictionary.md`, written from the contracts and the code lists.

Belongs here: rendering. Does not belong here: any description; it stands in the contracts.

Run `python -m expectations.contracts.dictionary` after changing a contract or a code list; a test
says when it was forgotten.
"""

from itertools import groupby
from pathlib import Path

from expectations.codelists import NOT_KNOWN, code_labels, versions
from expectations.contracts import Contract, PhysicalColumn, all_contracts, physical_columns

PATH = Path(__file__).parents[2] / "docs" / "dictionary.md"
LAYERS = {
    "staging": "Every source row, typed, with what was written kept beside it.",
    "derived": "What is derived for each patient and line, one step a table.",
    "marts": "What is published for analysis.",
    "quality": "Rules, verdicts and findings.",
}
_HEAD = """# Data dictionary

Written from `expectations/contracts` and `expectations/codelists` by
`python -m expectations.contracts.dictionary`; edit those, not this page.

A date column of staging comes as a family: `<c>` is its representative day (a full date itself,
the 15th of a month, 1 July of a year), `<c>_earliest` and `<c>_latest` bound it, and `<c>_text`
is what the file says. `<c>_text` also stands beside codes and numbers: it is filled and `<c>` is
empty when the written value could not be read.
"""


def render() -> str:
    """The whole page as Markdown."""
    tables = sorted(all_contracts().values(), key=_place)
    parts = [_HEAD, _contents(tables)]
    for layer, contracts in groupby(tables, key=lambda contract: contract.layer):
        parts.append(f"## {layer}\n\n{LAYERS.get(layer, '')}\n")
        parts.extend(_table(contract) for contract in contracts)
    parts.append(_code_lists())
    return "\n".join(parts)


def _place(contract: type[Contract]) -> tuple[int, str, str]:
    known = list(LAYERS)
    layer = contract.layer
    return (known.index(layer) if layer in known else len(known), layer, contract.table)


def _contents(tables: list[type[Contract]]) -> str:
    lines = [f"- [`{c.key()}`](#{c.layer}{c.table}): {c.grain}" for c in tables]
    return "\n".join(lines) + "\n"


def _table(contract: type[Contract]) -> str:
    rows = [_row(column) for column in physical_columns(contract)]
    key = ", ".join(f"`{name}`" for name in contract.primary_key)
    return "\n".join(
        [
            f"### {contract.layer}.{contract.table}",
            "",
            f"{contract.grain} Key: {key}. Owner: {contract.owner}.",
            "",
            "| column | type | may be missing | what it is |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(column: PhysicalColumn) -> str:
    missing = "yes" if column.nullable else "no"
    text = column.description.replace("|", "\\|")
    if column.unit:
        text += f" Unit: {column.unit}."
    if column.codelist:
        text += f" Code list: [{column.codelist}](#{column.codelist})."
    return f"| `{column.name}` | {column.sql_type} | {missing} | {text} |"


def _code_lists() -> str:
    open_codes = " and ".join(f"`{code}`" for code in NOT_KNOWN)
    known = (
        f"A value is *known* when it is given and is none of {open_codes}: in completeness, in "
        "tables of patients, in subgroups and in shared versions."
    )
    parts = [f"## Code lists\n\nVersion {versions()['codes']} of `codes.csv`. {known}\n"]
    for name, labels in code_labels().items():
        rows = [f"| `{code}` | {label} |" for code, label in labels.items()]
        parts.append("\n".join([f"### {name}", "", "| code | label |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")

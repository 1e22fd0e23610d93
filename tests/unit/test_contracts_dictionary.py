"""The data dictionary says what the contracts say."""

import re

from expectations.contracts import all_contracts, physical_columns
from expectations.contracts.dictionary import PATH, render


def test_the_dictionary_is_not_stale():
    assert PATH.read_text(encoding="utf-8") == render(), (
        "A contract or a code list changed: run python -m expectations.contracts.dictionary"
    )


def test_every_column_of_every_table_has_its_line():
    page = render()
    for key, contract in all_contracts().items():
        _, _, section = page.partition(f"### {key}\n")
        lines = section.split("\n### ")[0].splitlines()
        listed = [line.split("`")[1] for line in lines if line.startswith("| `")]
        assert listed == [column.name for column in physical_columns(contract)], key


def test_units_and_code_lists_are_told_and_links_lead_somewhere():
    page = render()
    assert "| `breslow_mm` | DOUBLE | yes | Breslow thickness. Unit: mm. |" in page
    assert "Code list: [response](#response)." in page
    headings = {
        re.sub(r"[^a-z0-9_ -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    linked = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert linked - headings == set()

"""Every entry of the clinical catalogue is answered by a rule, or it is said why not."""

import re
from pathlib import Path

import pytest

from expectations.catalogue import RULES_FOLDER, load_catalogue
from expectations.catalogue_lists import COVERAGE, read_coverage
from expectations.errors import CatalogueError
from expectations.rule_pages import PAGE

ENTRIES = {
    *(f"T{number:02}" for number in range(1, 64 + 1)),
    *(f"C{number:02}" for number in range(1, 34 + 1)),
    *(f"M{number:02}" for number in range(1, 15 + 1)),
    *(f"D{number:02}" for number in range(1, 5 + 1)),
}
ADDED = {f"B{number:02}" for number in range(1, 17 + 1)}
WHOLE = load_catalogue()
COVERED = {one.id: one for one in read_coverage(RULES_FOLDER / COVERAGE)}
LEFT_OUT = {one.id for one in WHOLE.not_expressible}


def test_each_of_the_118_entries_is_covered_or_cannot_be_expressed() -> None:
    assert len(ENTRIES) == 118
    assert set(COVERED) | LEFT_OUT == ENTRIES | ADDED
    assert set(COVERED) & LEFT_OUT == set()


def test_the_rules_that_cover_an_entry_exist() -> None:
    named = {rule_id for one in COVERED.values() for rule_id in one.rules}
    assert named - set(WHOLE.by_id) == set()


def test_few_entries_are_held_elsewhere_and_say_where() -> None:
    elsewhere = {one.id for one in COVERED.values() if one.elsewhere}
    assert elsewhere == {"T25", "T26", "C01", "C32", "C33"}


def test_an_entry_has_rules_or_another_place(tmp_path: Path) -> None:
    path = tmp_path / COVERAGE
    path.write_text("- {id: T01, asks: Birth before all, rules: [], elsewhere: ''}\n")
    with pytest.raises(CatalogueError, match=r"coverage\.yaml, line 1, entry T01: an entry has"):
        read_coverage(path)


def test_the_page_lists_them_all() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Which rules answer")[1]
    assert set(re.findall(r"(?m)^\| ([A-Z]\d{2}) \|", section)) == ENTRIES | ADDED

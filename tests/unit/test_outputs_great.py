"""Tables as files by Great Tables: the cells of the CSV, heads with a scope, nothing fetched."""

from html.parser import HTMLParser
from pathlib import Path

from etl.outputs.great import write_html
from etl.outputs.page import environment
from etl.outputs.tables import Table

TABLE = Table(
    "two_exposures",
    "Patients with an event, both exposures.",
    ("Event", "Initial treatment: A (N = 2)", "Initial treatment: B (N = 3)", "Left out"),
    (
        ("Skin: rash <5 & more", "1/2 (50.0%)", "0/3 (0.0%)", "7"),
        ("Skin: other", "0/2 (0.0%)", "1/3 (33.3%)", "1,012"),
        ("Gut: colitis", "2/2 (100.0%)", "1/3 (33.3%)", "\u2013"),
    ),
    "Counted once a patient; *not* an event each.",
)


class Cells(HTMLParser):
    """Cells in order, the scopes of heads, and whatever would be fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.scopes: list[str] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.fetched += [str(found[name]) for name in ("src", "href") if name in found]
        if tag == "script":
            self.fetched.append(tag)
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag == "th":
            self.scopes.append(str(found.get("scope")))
        if tag in ("th", "td"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data.strip()


def test_the_file_holds_every_cell_and_head(tmp_path: Path) -> None:
    found = Cells(write_html(TABLE, tmp_path).read_text(encoding="utf-8"))
    assert found.cells == [
        "Patients with an event, both exposures.",
        *("Event", "Initial treatment", "Left out", "A (N = 2)", "B (N = 3)"),
        *("Skin", "rash <5 & more", "1/2 (50.0%)", "0/3 (0.0%)", "7"),
        *("other", "0/2 (0.0%)", "1/3 (33.3%)", "1,012"),
        *("Gut", "colitis", "2/2 (100.0%)", "1/3 (33.3%)", "\u2013"),
        "Counted once a patient; *not* an event each.",
    ]


def test_the_file_has_scopes_and_ids_and_fetches_nothing(tmp_path: Path) -> None:
    text = write_html(TABLE, tmp_path).read_text(encoding="utf-8")
    found = Cells(text)
    assert set(found.scopes) == {"col", "colgroup", "row"}
    assert found.fetched == []
    assert "http://" not in text
    assert "https://" not in text
    assert len(found.ids) == len(set(found.ids))
    assert "great-two-exposures" in found.ids


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_html(TABLE, tmp_path).read_bytes()
    assert write_html(TABLE, tmp_path).read_bytes() == first


def test_two_heads_of_the_same_words_stay_two_columns(tmp_path: Path) -> None:
    table = Table("x", "Caption.", ("Row", "N", "N"), (("a", "1", "2"),))
    found = Cells(write_html(table, tmp_path).read_text(encoding="utf-8"))
    assert found.cells == ["Caption.", "Row", "N", "N", "a", "1", "2"]


def test_numbers_are_set_to_the_right_and_spanners_stand_over_their_columns() -> None:
    assert TABLE.number_columns == [3]
    assert TABLE.spanners == [("Initial treatment", [0, 1]), ("", [2])]
    assert TABLE.heads == ("A (N = 2)", "B (N = 3)", "Left out")
    assert not Table("x", "Caption.", ("Row", "Cell"), ()).has_spanners


def test_the_page_shows_the_same_cells() -> None:
    macro = environment().get_template("table.html").module.table  # type: ignore[attr-defined]
    found = Cells(macro(TABLE))
    assert found.cells[:5] == [
        "Event",
        "Initial treatment",
        "",
        "A (N\xa0=\xa02)",
        "B (N\xa0=\xa03)",
    ]
    assert found.cells[6:10] == ["Skin", "rash <5 & more", "1/2 (50.0%)", "0/3 (0.0%)"]
    assert set(found.scopes) == {"col", "colgroup", "row", "rowgroup"}

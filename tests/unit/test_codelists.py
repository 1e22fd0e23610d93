"""Code lists: complete, versioned, loadable."""

import csv
from collections import Counter

import pytest
import yaml

from expectations.codelists import (
    FOLDER,
    code_lists,
    codes,
    fingerprint,
    load_codelists,
    versions,
)
from expectations.export_format import TABLES


def read(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_code_list_the_export_names_is_there():
    named = {c.codelist for table in TABLES.values() for c in table.columns if c.codelist}
    assert named - set(code_lists()) == set()


def test_the_codes_of_the_export_format_are_the_agreed_ones():
    assert codes("stage") == ("IIIA", "IIIB", "IIIC", "IIID", "IV")
    assert codes("response") == (
        *("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"),
        *("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD"),
    )
    assert codes("ctcae_version") == ("4.0", "4.03", "5.0", "6.0")
    assert codes("ecog") == ("0", "1", "2", "3", "4", "5", "unknown")


def test_codes_differ_in_more_than_their_case():
    # Staging matches without regard to case: two codes alike would double rows.
    for name, values in code_lists().items():
        assert len({value.lower() for value in values}) == len(values), name


def test_a_list_that_changes_gets_a_new_version():
    recorded = yaml.safe_load((FOLDER / "versions.yaml").read_text(encoding="utf-8"))
    files = {path.stem for path in FOLDER.glob("*.csv")}
    assert set(recorded) == set(versions()) == files
    for name, entry in recorded.items():
        assert entry["sha256"] == fingerprint(name), (
            f"{name}.csv changed: raise its version in versions.yaml and put its sha256 there"
        )


def test_aliases_name_known_substances_and_substances_known_classes():
    substances = {row["substance"] for row in read("substances")}
    assert {row["substance"] for row in read("drug_aliases")} - substances == set()
    for row in read("substances"):
        assert row["drug_class"] in codes("drug_class"), row
        assert row["route"] in codes("route"), row
        assert row["is_systemic"] in ("true", "false"), row


@pytest.mark.parametrize(
    ("substance", "atc", "drug_class", "route"),
    [
        ("ipilimumab", "L01FX04", "anti-CTLA-4", "iv"),
        ("nivolumab", "L01FF01", "anti-PD-1", "iv"),
        ("dabrafenib", "L01EC02", "BRAF inhibitor", "oral"),
        ("trametinib", "L01EE01", "MEK inhibitor", "oral"),
        ("dacarbazine", "L01AX04", "chemotherapy", "iv"),
        ("cetuximab", "L01FE01", "anti-EGFR", "iv"),
        ("irinotecan", "L01CE02", "chemotherapy", "iv"),
        ("atezolizumab", "L01FF05", "anti-PD-L1", "iv"),
    ],
)
def test_the_main_substances(substance, atc, drug_class, route):
    found = {row["substance"]: row for row in read("substances")}[substance]
    assert (found["atc"], found["drug_class"], found["route"]) == (atc, drug_class, route)


def test_no_atc_code_stands_twice():
    given = Counter(row["atc"] for row in read("substances") if row["atc"])
    assert [code for code, times in given.items() if times > 1] == []


def test_loading_gives_typed_tables_and_keeps_unknown_unknown(con):
    load_codelists(con)
    allowed = dict(con.execute("select term, allows_grade_5 from codelists.ctcae_terms").fetchall())
    assert allowed["Colitis"] is True
    assert allowed["Alopecia"] is False
    assert allowed["Fatigue"] is None
    systemic = con.execute(
        "select is_systemic from codelists.substances where substance = 'talimogene laherparepvec'"
    ).fetchone()
    assert systemic == (False,)


def test_every_drug_class_says_whether_its_substances_are_alike():
    listed = [row["drug_class"] for row in read("drug_classes")]
    assert sorted(listed) == sorted(codes("drug_class"))
    grouped = [row for row in read("drug_classes") if row["class_group"]]
    assert all(row["is_one_mechanism"] == "true" for row in grouped)

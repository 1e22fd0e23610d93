"""Code lists: complete, versioned, loadable."""

import csv
from collections import Counter

import pytest
import yaml

from etl.outputs.described import Variable
from etl.outputs.shareable import categories
from etl.studies import subgroups
from etl.synthetic.patterns import IMMUNE_EVENTS, OTHER_EVENTS
from expectations.catalogue import load_catalogue
from expectations.codelists import (
    FOLDER,
    NOT_KNOWN,
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
        is_classed = row["substance"] != "investigational"
        assert row["drug_class"] in (codes("drug_class") if is_classed else ("",)), row
        assert row["route"] in codes("route"), row
        assert row["is_systemic"] in ("true", "false"), row
        assert row["is_biological"] in ("true", "false"), row


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
    listed = con.execute("select term, is_immune_related from codelists.ctcae_terms").fetchall()
    immune = dict(listed)
    assert immune["Colitis"] is True
    assert immune["Alopecia"] is False
    assert immune["Arthralgia"] is None
    systemic = con.execute(
        "select is_systemic from codelists.substances where substance = 'talimogene laherparepvec'"
    ).fetchone()
    assert systemic == (False,)


def test_every_drug_class_says_whether_its_substances_are_alike():
    listed = [row["drug_class"] for row in read("drug_classes")]
    assert sorted(listed) == sorted(codes("drug_class"))
    grouped = [row for row in read("drug_classes") if row["class_group"]]
    assert all(row["is_one_mechanism"] == "true" for row in grouped)


def test_the_terms_of_ctcae_are_all_there_with_the_grades_they_have():
    terms = read("ctcae_terms")
    # NCI: 790 terms in 4.03 (14 June 2010), 837 in 5.0 (27 November 2017), 850 in 6.0.
    counted = Counter(row["ctcae_version"] for row in terms)
    assert counted == {"4.03": 790, "5.0": 837, "6.0": 850}
    keys = [(row["ctcae_version"], row["term"].lower()) for row in terms]
    assert len(set(keys)) == len(keys)
    unknown = [(row["ctcae_version"], row["term"]) for row in terms if not row["grades"]]
    assert unknown == [("6.0", "Mobitz type I")]
    for row in terms:
        assert row["grades"] == "".join(sorted(set(row["grades"]) & set("12345"))), row
        assert row["is_immune_related"] in ("true", "false", ""), row


def test_every_category_has_an_organ_class_and_every_term_one_of_the_list():
    categories = {row["category"]: row["organ_class"] for row in read("organ_classes")}
    terms = read("ctcae_terms")
    assert {row["category"] for row in terms} == set(categories)
    assert len(categories) == 26
    assert set(categories.values()) | {row["organ_class"] for row in terms} == set(
        codes("organ_class")
    )


def test_a_term_has_the_same_organ_class_in_every_version():
    found = {(row["term"].lower(), row["organ_class"]) for row in read("ctcae_terms")}
    assert len({term for term, _ in found}) == len(found)


def test_what_6_0_changed_in_5_0():
    grades = {"5.0": {}, "6.0": {}}
    category = {"5.0": {}, "6.0": {}}
    for row in read("ctcae_terms"):
        if row["ctcae_version"] in grades:
            grades[row["ctcae_version"]][row["term"]] = row["grades"]
            category[row["ctcae_version"]][row["term"]] = row["category"]
    assert len(grades["6.0"].keys() - grades["5.0"].keys()) == 60
    assert len(grades["5.0"].keys() - grades["6.0"].keys()) == 47
    both = grades["5.0"].keys() & grades["6.0"].keys()
    # NCI's own notes of the change, row by row: all others keep their grades.
    assert {
        term: (grades["5.0"][term], grades["6.0"][term])
        for term in both
        if grades["5.0"][term] != grades["6.0"][term]
    } == {
        "Alkaline phosphatase increased": ("1234", "1"),
        "Asystole": ("145", "345"),
        "Blood gonadotrophin abnormal": ("123", "12"),
        "Dry skin": ("123", "12"),
        "Dysphasia": ("123", "1234"),
        "Edema cerebral": ("345", "1345"),
        "Forced expiratory volume decreased": ("1234", "123"),
        "Hyperglycemia": ("12345", "1234"),
        "Hypertension": ("12345", "2345"),
        "Hypoxia": ("2345", "12345"),
        "Mobitz type I": ("12345", ""),
        "Myocarditis": ("2345", "12345"),
        "Rash maculo-papular": ("123", "12345"),
        "Spinal cord compression": ("345", "12345"),
        "Tumor lysis syndrome": ("345", "12345"),
        "Vasovagal reaction": ("345", "2345"),
    }
    assert {term for term in both if category["5.0"][term] != category["6.0"][term]} == {
        *("Aphonia", "Cyanosis", "Growth accelerated", "Retinoic acid syndrome"),
    }


@pytest.mark.parametrize(
    ("term", "in_403", "in_50", "in_60", "organ_class"),
    [
        # Grades that a version took from the one before or gave to it, as NCI's own lists of
        # changes say.
        ("Myocarditis", "12345", "2345", "12345", "cardiac"),
        ("Acute kidney injury", "12345", "345", "345", "renal"),
        ("Myositis", "123", "1234", "1234", "rheumatologic"),
        ("Hyponatremia", "1345", "12345", "12345", "other"),
        ("Hypophysitis", None, "12345", "12345", "endocrine"),
        ("Guillain-Barre syndrome", None, "12345", "12345", "neurologic"),
        ("Colitis", "12345", "12345", "12345", "gastrointestinal"),
        ("Alanine aminotransferase increased", "1234", "1234", "1234", "hepatobiliary"),
        ("Lipase increased", "1234", "1234", "1234", "pancreas"),
        ("Alopecia", "12", "12", "12", "skin"),
        ("Skin hypopigmentation", "12", "12", "12", "skin"),
        ("Infusion related reaction", "12345", "12345", "12345", "infusion_reaction"),
        ("Toxic epidermal necrolysis", "45", "45", "45", "skin"),
        ("Wolff-Parkinson-White syndrome", "12345", None, None, "cardiac"),
        ("Platelet count decreased", "1234", "1234", None, "haematologic"),
        ("Thrombocytopenia", None, None, "12345", "haematologic"),
        ("Lung infection", "2345", "2345", None, "lung"),
        ("Pneumonia", None, None, "2345", "lung"),
        ("Hepatitis", None, None, "2345", "hepatobiliary"),
        ("Tubulointerstitial nephritis", None, None, "12345", "renal"),
        ("Diabetes mellitus", None, None, "12345", "endocrine"),
        ("Mobitz type I", "12345", "12345", "", "cardiac"),
    ],
)
def test_the_grades_of_known_terms(term, in_403, in_50, in_60, organ_class):
    found = {row["ctcae_version"]: row for row in read("ctcae_terms") if row["term"] == term}
    grades = {version: row["grades"] for version, row in found.items()}
    assert tuple(map(grades.get, ("4.03", "5.0", "6.0"))) == (in_403, in_50, in_60)
    assert {row["organ_class"] for row in found.values()} == {organ_class}


def test_the_synthetic_registry_gives_grades_its_terms_have():
    allowed = {}
    for row in read("ctcae_terms"):
        # It names 4.03 or 5.0 by the day of onset, never 6.0.
        if row["ctcae_version"] != "6.0":
            allowed.setdefault(row["term"], []).append(row["grades"])
    for event in (*IMMUNE_EVENTS, *OTHER_EVENTS):
        wanted = {"2", "3"} | ({"4"} if event.has_grade_4 else set())
        wanted |= {"5"} if event.may_be_fatal else set()
        for grades in allowed[event.term]:
            assert wanted <= set(grades), event.term
            assert event.has_grade_4 == ("4" in grades), event.term


def test_the_fix_of_a_category_names_every_organ_class():
    fix = load_catalogue().by_id["AE-C16b"].fix
    assert [code for code in codes("organ_class") if f" {code}" not in fix] == []


@pytest.mark.parametrize(
    ("code", "is_known"),
    [*((one, False) for one in NOT_KNOWN), ("V600E", True), ("wild_type", True)],
)
def test_known_means_one_thing_in_every_table(code: str, is_known: bool) -> None:
    assert (Variable("BRAF", lambda _: code).known({}) is not None) == is_known
    assert (subgroups._braf({"braf": code}, {}) is not None) == is_known
    shared = categories.Variable("BRAF", (("V600", ("V600E",)),), other="other")
    assert (shared.of(code) != shared.missing) == is_known


def test_no_module_says_for_itself_what_is_not_known() -> None:
    """Completeness, tables, subgroups and shared versions ask the code lists."""
    folder = FOLDER.parents[1]
    own = [
        path.relative_to(folder).as_posix()
        for package in ("etl", "assets")
        for ending in ("py", "sql")
        for path in sorted((folder / package).rglob(f"*.{ending}"))
        if "not_tested" in path.read_text(encoding="utf-8") and "synthetic" not in path.parts
    ]
    assert own == []

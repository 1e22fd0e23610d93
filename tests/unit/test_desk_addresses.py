"""The addresses of the desk, as the interfaces of the house promise them."""

import re

from etl.outputs.quality.addresses import Addresses, rule_page_path, worklist_name


def test_the_pages_stand_one_port_above_the_ui() -> None:
    at = Addresses(3000)
    assert at.root == "http://127.0.0.1:3001"
    assert at.morning_page == "http://127.0.0.1:3001/outputs/quality/index.html"
    assert at.rule_page("AE-T19") == "http://127.0.0.1:3001/outputs/quality/rules/AE-T19.html"
    assert at.data_docs == "http://127.0.0.1:3001/data-docs/index.html"
    assert at.study_report("jansen-2019").endswith(":3001/outputs/jansen-2019/report.html")


def test_a_worklist_is_named_by_its_hospital_and_without_one_is_the_registrys() -> None:
    at = Addresses(3000)
    assert at.worklist("H01") == "http://127.0.0.1:3001/worklists/H01.xlsx"
    assert at.worklist() == "http://127.0.0.1:3001/worklists/registry.xlsx"
    assert worklist_name(None) == "registry.xlsx"


def test_a_hospital_code_that_is_no_file_name_gets_one_of_its_own() -> None:
    odd = ["St. Anna #2", "St. Anna /2", "../../etc/passwd", "registry", "Registry", ".", "", "=1"]
    names = [worklist_name(code) for code in odd]
    assert names[0].startswith("St_Anna_2-")
    assert len({*names, worklist_name(None)}) == len(odd) + 1
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_-]+[.]xlsx", name), name
    assert Addresses(3000).worklist("St. Anna #2").endswith(f"/worklists/{names[0]}")


def test_a_rule_page_stands_below_the_morning_page() -> None:
    assert str(rule_page_path("AE-T19")) == "quality/rules/AE-T19.html"

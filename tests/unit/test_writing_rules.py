"""The how-to on rules does what it says: its rules, its commands, its sentences; trying a rule."""

import json
import re
from pathlib import Path

import pytest

from etl.controls import run_controls
from expectations.catalogue import Catalogue, load_catalogue, read_rules, with_rules
from tests.unit.ingest_support import native_header, native_row, write_native
from tests.unit.test_cli import run

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "writing-rules.md"
TEXT = PAGE.read_text(encoding="utf-8")
ENTRIES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
WHOLE = load_catalogue()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    patients = native_header("patients") + native_row("patients", patient_id="P1")
    treatments = native_header("treatments")
    for key, regimen in (("T1", "nivolumab"), ("T2", "")):
        treatments += native_row(
            "treatments",
            treatment_id=key,
            patient_id="P1",
            regimen=regimen,
            start_date="2021-03-01",
        )
    return write_native(tmp_path / "my_export", patients=patients, treatments=treatments)


@pytest.fixture
def my_rules(tmp_path: Path) -> Path:
    path = tmp_path / "my_rules.yaml"
    path.write_text(ENTRIES[0], encoding="utf-8")
    return path


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.split()[2]))
def test_each_rule_of_the_page_loads_and_each_of_its_examples_gets_its_verdict(
    tmp_path: Path, entry: str
) -> None:
    (tmp_path / "my_rules.yaml").write_text(entry, encoding="utf-8")
    placed = read_rules(tmp_path / "my_rules.yaml")
    rules = with_rules(WHOLE, placed)
    (rule,) = (one for one, _ in placed)
    tried = tuple(rules.by_id[rule_id] for rule_id in (rule.id, *rule.depends))
    controls = run_controls(Catalogue(tried, WHOLE.subjects))
    controls = [control for control in controls if control.rule_id == rule.id]
    assert {control.number for control in controls} == set(range(1, len(rule.examples) + 1))
    assert [control for control in controls if control.is_missed] == []


def test_the_command_of_the_page_says_what_the_page_says(
    export: Path, my_rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = re.findall(r"```sh\nrechallenge (.*?)\n```", TEXT)[0]
    assert command.split() == [
        *("rules", "EPI-X01", "--try", "--export", "my_export", "--rules", "my_rules.yaml")
    ]
    shown = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)[0]
    code = run("rules", "EPI-X01", "--try", "--export", str(export), "--rules", str(my_rules))
    assert code == 0
    said = capsys.readouterr().out
    assert _plain(said) == _plain(shown)


def _plain(text: str) -> list[str]:
    """Lines without the time it took and the blanks around columns."""
    lines = [re.sub(r"[\d.,]+ ms", "n ms", " ".join(line.split())) for line in text.splitlines()]
    return [re.sub("─+", "─", line) for line in lines if line]


@pytest.mark.parametrize("row", re.findall(r"^\| (`.*?) \| (my_rules.*?) \|$", TEXT, re.MULTILINE))
def test_each_mistake_of_the_page_gets_its_sentence(
    row: tuple[str, str], export: Path, my_rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written, told = row
    field, _, value = re.findall(r"`(.*?)`", written)[0].partition(": ")
    entry = ENTRIES[0]
    if field == "famly":
        entry = entry.replace("family: drug-names", f"famly: {value}")
    else:
        entry = re.sub(rf"(?m)^(- |  ){field}: .*$", rf"\g<1>{field}: {value}", entry)
    rule_id = value if field == "id" else "EPI-X01"
    my_rules.write_text(entry if field != "id" else entry + entry, encoding="utf-8")
    assert run("rules", rule_id, "--try", "--export", str(export), "--rules", str(my_rules)) == 2
    said = capsys.readouterr().err
    assert " ".join(told.replace("`", "").split()) in " ".join(said.replace("`", "").split())


def test_a_try_names_as_many_records_as_asked_for_as_json(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("rules", "EPI-M03", "--try", "--export", str(export), "--json")
    assert run(*arguments) == 0
    assert json.loads(capsys.readouterr().out)["applicable"] == 0
    treatments = native_header("treatments")
    for number in range(3):
        treatments += native_row(
            "treatments", treatment_id=f"T{number}", patient_id="P1", setting="advanced"
        )
    (export / "treatments.csv").write_text(treatments)
    assert run(*arguments, "--limit", "2") == 0
    trial = json.loads(capsys.readouterr().out)
    assert (trial["applicable"], trial["judged"], trial["violated"]) == (3, 3, 3)
    assert trial["records"] == [
        {"record_key": "T0", "source_file": "treatments.csv", "source_line": 2},
        {"record_key": "T1", "source_file": "treatments.csv", "source_line": 3},
    ]
    assert trial["milliseconds"] > 0
    assert run(*arguments[:-1], "--limit", "2") == 0
    assert "1 more; --limit 0 names all." in capsys.readouterr().out


def test_a_try_of_a_rule_on_lines_derives_them(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rules", "LIN-D01c", "--try", "--export", str(export), "--json") == 0
    trial = json.loads(capsys.readouterr().out)
    assert (trial["subject"], trial["judged"], trial["violated"]) == ("treatment_lines", 1, 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--try",), "--try needs a rule and an export"),
        (("EPI-M03", "--try"), "--try needs a rule and an export"),
        (("EPI-M03", "--export", "."), "--export and --rules belong to --try"),
        (("EPI-M99", "--try", "--export", "."), "There is no rule EPI-M99"),
        (
            ("EPI-X09", "--try", "--export", ".", "--rules", "RULES"),
            "has no rule EPI-X09; it holds E",
        ),
        (("EPI-X01", "--try", "--export", ".", "--rules", "none.yaml"), "none.yaml is not a file"),
        (
            ("EPI-X01", "--try", "--export", "nowhere", "--rules", "RULES"),
            "nowhere is not a folder",
        ),
    ],
)
def test_a_wrong_try_gets_a_sentence(
    arguments: tuple[str, ...],
    sentence: str,
    my_rules: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run("rules", *(str(my_rules) if one == "RULES" else one for one in arguments))
    assert code in (2, 3)
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_sql_that_does_not_run_is_told_with_the_name_that_is_wrong_and_no_value(
    export: Path, my_rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = ENTRIES[0].replace("required: regimen", "sql: regimen = regiment\n  columns: [regimen]")
    my_rules.write_text(sql, encoding="utf-8")
    arguments = ("rules", "EPI-X01", "--try", "--export", str(export), "--rules", str(my_rules))
    assert run(*arguments) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "my_rules.yaml, line 1, rule EPI-X01: its SQL does not run on subject treatments" in said
    assert 'Referenced column "regiment" not found' in said
    my_rules.write_text(sql.replace("regimen = regiment", "regimen::integer > 1"), encoding="utf-8")
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert "ConversionException" in said
    assert "nivolumab" not in said

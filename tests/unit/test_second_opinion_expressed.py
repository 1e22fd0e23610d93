"""Great Expectations and our compiled rules, each over every example row of every subject."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from expectations.catalogue import Catalogue, Rule, load_catalogue
from expectations.compile_rules import compile_rule
from expectations.examples import expand_row, rows_of
from expectations.rule_kinds import SqlSpec
from expectations.second_opinion.agreement import Judged, Opinion, compare
from expectations.second_opinion.express import Expressed, express
from expectations.second_opinion.reading import Part
from expectations.subjects import Subject, view_columns
from tests.rules.sealed import sealed_session

pytestmark = pytest.mark.slow

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def examples() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose subjects hold the example rows of all their rules."""
    with sealed_session(CATALOGUE) as con:
        con.execute("set threads = 1")
        con.execute(
            "insert into staging.patients (source_file, source_line, source_part, source_number, "
            "record_key, is_placed, patient_id) values ('patients.csv', 2, 1, 1, 'P1', true, 'P1')"
        )
        for subject in CATALOGUE.subjects.values():
            _fill(con, subject)
        yield con


def _fill(con: duckdb.DuckDBPyConnection, subject: Subject) -> None:
    """Put a table with every example row where the subject's view was."""
    columns = view_columns(con, subject.view)
    con.execute(f"drop view {subject.view}")
    body = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
    con.execute(f"create table {subject.view} ({body})")
    con.execute(f"insert into {subject.view} (record_key) values (null)")
    for rule in CATALOGUE.for_subject(subject.name):
        for example in rule.examples:
            for row in rows_of(rule, example):
                given = expand_row(rule, subject, row, columns)
                names = ", ".join(f'"{name}"' for name in given)
                holes = ", ".join("?" * len(given))
                con.execute(
                    f"insert into {subject.view} ({names}) values ({holes})", [*given.values()]
                )


def judged(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> dict[str, Judged]:
    """Our own counts on those rows."""
    counts = {}
    for rule in catalogue.rules:
        view = catalogue.subjects[rule.subject].view
        compiled = compile_rule(rule, view_columns(con, view), view)
        [(verdicts, violated)] = con.execute(
            f"select count(*) filter ({compiled.applies} and ({compiled.holds}) is not null), "
            f"count(*) filter ({compiled.violated}) from {view} as s"
        ).fetchall()
        counts[rule.id] = Judged(rule.hash, verdicts, violated, None)
    return counts


def build(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> list[Any]:
    """The suites of a catalogue; Great Expectations is imported when it is first needed."""
    from expectations.suites import build_suites

    return build_suites(con, catalogue, catalogue.rules)


def run(con: duckdb.DuckDBPyConnection, suites: list[Any]) -> list[Any]:
    """Their results."""
    from expectations.second_opinion.validate import validate

    return validate(con, suites)


def opinion(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> Opinion:
    """Both counts, of rules that we may judge otherwise than Great Expectations is asked."""
    ours = judged(con, CATALOGUE)
    return compare(catalogue, ours, dict.fromkeys(ours), run(con, build(con, catalogue)))


def changed(rule_id: str, **fields: object) -> Catalogue:
    """The catalogue of one rule, changed."""
    rule = Rule.model_validate(
        CATALOGUE.by_id[rule_id].model_dump(exclude_none=True, exclude={"examples"})
        | {"examples": [{"verdict": "violated", "patient_id": "P1"}]}
        | fields
    )
    return Catalogue((rule,), CATALOGUE.subjects)


@pytest.fixture(scope="module")
def whole(examples: duckdb.DuckDBPyConnection) -> Opinion:
    return opinion(examples, CATALOGUE)


def test_both_count_the_same_on_the_examples_of_every_rule(whole: Opinion) -> None:
    assert whole.sentences() == []
    assert whole.counts()["agree"] == len(CATALOGUE.rules)
    tripped = {one.rule.id for one in whole.rules if one.unexpected}
    of_rows = {
        rule.id
        for rule in CATALOGUE.rules
        if any(rows_of(rule, one) for one in rule.examples if one.verdict == "violated")
    }
    assert of_rows <= tripped


def test_most_rules_are_asked_by_native_expectations(whole: Opinion) -> None:
    counts = whole.counts()
    assert counts["not_expressible"] == 0
    assert counts["native"] > 3 * counts["sql"]


def test_results_hold_counts_and_no_values(whole: Opinion) -> None:
    for done in whole.validated:
        for one in done.result.results:
            kept = {name: value for name, value in one.result.items() if isinstance(value, list)}
            assert all(values == [] for values in kept.values()), one.expectation_config.type
            assert "details" not in one.result


def test_a_suite_that_asks_something_else_is_caught(examples: duckdb.DuckDBPyConnection) -> None:
    found = opinion(examples, changed("AE-C14", range={"column": "grade", "min": "1", "max": "4"}))
    [caught] = found.disagreements
    assert caught.unexpected is not None
    assert caught.unexpected > caught.violated > 0
    [sentence] = found.sentences()
    assert sentence == (
        f"AE-C14 (A grade lies between 1 and 5): we count {caught.violated} violated records, "
        f"Great Expectations {caught.unexpected}."
    )


def test_an_expectation_that_cannot_be_asked_is_a_disagreement(
    examples: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(con: duckdb.DuckDBPyConnection, rule: Rule, columns: dict[str, str]) -> Expressed:
        del con, columns
        missing = {"column": "no_such_column", "min_value": 1}
        return Expressed(rule, (Part("ExpectColumnValuesToBeBetween", missing, "false"),))

    monkeypatch.setattr("expectations.suites.express", broken)
    found = opinion(examples, changed("AE-C14"))
    assert found.sentences() == [
        "AE-C14 (A grade lies between 1 and 5): Great Expectations could not be asked."
    ]


CONDITIONS = {
    # condition: how many native parts, 0 where it stays SQL
    "grade = 5": 1,
    "grade <> 5": 1,
    "5 > grade": 1,
    "grade between 2 and 4": 1,
    "grade not in (1, 9)": 1,
    "not (grade = 5)": 1,
    "coalesce(grade, 0) >= 3": 2,
    "coalesce(grade, 3) >= 3": 1,
    "coalesce(grade = 5, false)": 2,
    "outcome = 'fatal' or grade < 5": 1,
    "not (outcome = 'fatal' and grade < 5)": 1,
    "not (outcome = 'fatal' or grade = 1)": 2,
    "(outcome is null) = (grade is null)": 2,
    "nullif(outcome, 'unknown') = 'fatal'": 1,
    "nullif(outcome, 'unknown') <> 'fatal'": 1,
    "outcome is distinct from 'fatal'": 1,
    "case when grade = 5 then outcome = 'fatal' when grade = 4 then null else true end": 1,
    "case grade when 5 then outcome = 'fatal' else outcome <> 'fatal' end": 2,
    "regexp_full_match(term, '[A-Z][a-z]+')": 1,
    "onset_date <= '2021-03-02'": 1,
    "not_after(onset_date, resolved_date, 3) and before(onset_date, export_date)": 2,
    "within_days(onset_date, resolved_date, 30)": 2,
    "none_after(export_date, onset_date, resolved_date)": 2,
    "none_after(resolved_date, onset_date) or grade = 1": 1,
    "grade < 2 * grade - 4": 1,
    "onset_date + 30 >= resolved_date": 1,
    "grade = case when outcome = 'fatal' then 5 else 1 end": 1,
    "grade + 1 <= 5": 0,
    "grade + 1 <> 2 * grade": 0,
    "contains(term, 'o') and grade < 5": 0,
    "case when grade = 5 then false else true end": 0,
    "not not_after(onset_date, resolved_date)": 0,
    "regexp_full_match(term, '[a-z]{3,9}') is not true and grade || ':b' <> '5:b'": 0,
    "grade = 1 and regexp_full_match(term, '.{3}') or term = 'rash'": 1,
}


GRADES = "(1), (3), (4), (5), (9), (null)"
OUTCOMES = "('fatal'), ('resolved'), ('unknown'), (null)"
TERMS = "('Colitis'), ('Rash'), ('rash'), ('a:b'), (null)"
DATES = """
    ('2021-03-02', date '2021-03-02', date '2021-03-02', date '2021-03-02'),
    ('2021-03-04', date '2021-03-04', date '2021-03-04', date '2021-03-04'),
    ('2021-03', date '2021-03-15', date '2021-03-01', date '2021-03-31'),
    ('2052', date '2052-07-01', date '2052-01-01', date '2052-12-31'),
    ('2019', date '2019-07-01', date '2019-01-01', date '2019-12-31'),
    ('unreadable', null, null, null),
    (null, null, null, null)
"""


@pytest.fixture(scope="module")
def crossed(examples: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Adverse events of every grade with every outcome, term and two dates; a subject apart."""
    examples.execute(f"""
        create table quality.subject_crossed as
        select
            g.grade::bigint as grade, g.grade::varchar as grade_text,
            o.outcome, o.outcome as outcome_text, t.term,
            a.text as onset_date_text, a.day as onset_date,
            a.earliest as onset_date_earliest, a.latest as onset_date_latest,
            b.text as resolved_date_text, b.day as resolved_date,
            b.earliest as resolved_date_earliest, b.latest as resolved_date_latest,
            date '2025-03-03' as export_date
        from (values {GRADES}) as g (grade)
        cross join (values {OUTCOMES}) as o (outcome)
        cross join (values {TERMS}) as t (term)
        cross join (values {DATES}) as a (text, day, earliest, latest)
        cross join (values {DATES}) as b (text, day, earliest, latest)
    """)
    return examples


def test_conditions_are_taken_apart_without_a_change_of_meaning(
    crossed: duckdb.DuckDBPyConnection,
) -> None:
    template = changed("AE-T20c", applies_when="term is null or term <> 'Rash'").rules[0]
    rules = tuple(
        template.model_copy(
            update={
                "id": f"AE-X{number:02}",
                "subject": "crossed",
                "sql": SqlSpec(holds=condition),
                "columns": ("grade", "outcome", "onset_date"),
            },
        )
        for number, condition in enumerate(CONDITIONS, start=10)
    )
    subject = Subject("crossed", "One row per combination.", "")
    catalogue = Catalogue(rules, {"crossed": subject})
    ours = judged(crossed, catalogue)
    assert all(0 < one.violated < one.judged for one in ours.values())
    suites = build(crossed, catalogue)
    parts = [len(one.parts) for suite in suites for one in suite.expressed]
    assert dict(zip(CONDITIONS, parts, strict=True)) == CONDITIONS
    found = compare(catalogue, ours, dict.fromkeys(ours), run(crossed, suites))
    assert found.sentences() == []


@pytest.mark.parametrize(
    ("holds", "because"),
    [
        ("not_after(onset_date, 3)", "not_after compares something that is no column"),
        ("not_after(onset_date, resolved_date, grade)", "the days of not_after are not"),
        ("grade ==== 5", "its SQL cannot be read by sqlglot"),
    ],
)
def test_what_cannot_be_asked_says_why(
    examples: duckdb.DuckDBPyConnection, holds: str, because: str
) -> None:
    rule = changed("AE-T20c").rules[0].model_copy(update={"sql": SqlSpec(holds=holds)})
    columns = view_columns(examples, CATALOGUE.subjects[rule.subject].view)
    found = express(examples, rule, columns)
    assert found.how == "not expressible"
    assert because in str(found.because)


def test_a_rule_of_another_night_or_another_source_is_not_compared(whole: Opinion) -> None:
    rule = whole.rules[0].rule
    catalogue = Catalogue((rule,), CATALOGUE.subjects)
    ours = {rule.id: Judged(rule.hash, 0, 0, "not collected: adverse_events.grade")}
    why_not = {rule.id: "not collected: adverse_events.grade"}
    [one] = compare(catalogue, ours, why_not, []).rules
    assert one.agrees is None
    assert one.as_dict()["not_asked_because"] == "not collected: adverse_events.grade"
    assert replace(one, not_asked_because=None).agrees is False

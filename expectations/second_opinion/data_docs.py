"""Data Docs: what Great Expectations was asked and what it counted, as pages without values.

Belongs here: an index, a page for each suite and one for its result. Does not belong here: asking
(validate), where the pages stand (`etl.second_opinion`).

Great Expectations' own site loads scripts, fonts and styles from six hosts, folds what a steward
looks for, and says "0%" of three records among a million. These pages take its sentences and its
counts, and nothing else from outside: they open offline, run no script, and hold column names,
limits and codes, never a value of the registry.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import great_expectations as gx
import jinja2
import sqlglot
from great_expectations.expectations.registry import get_renderer_impl

from expectations.second_opinion.agreement import Compared, Opinion
from expectations.second_opinion.express import Expressed
from expectations.second_opinion.reading import Part
from expectations.second_opinion.validate import Validated, count_of

_TEMPLATES = Path(__file__).parent / "templates"
_SENTENCE = "renderer.prescriptive"
_WIDTH = 88


@dataclass(frozen=True)
class Asked:
    """One expectation as its page shows it."""

    sentence: str
    asked_where: tuple[str, ...]
    besides: tuple[str, ...]
    sql: str | None
    records: int | None
    unexpected: int | None


@dataclass(frozen=True)
class Entry:
    """One rule of a suite: its expectations, and both counts."""

    compared: Compared
    asked: tuple[Asked, ...]


def write_site(folder: Path, opinion: Opinion, snapshot_id: str) -> None:
    """Write the pages of one snapshot into a folder that does not exist yet.

    Args:
        folder: Where to.
        opinion: The rules compared, with the suites and their results.
        snapshot_id: The snapshot they speak of.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    common = {"snapshot_id": snapshot_id, "version": gx.__version__}
    by_id = {one.rule.id: one for one in opinion.rules}
    for name in ("suites", "validations"):
        (folder / name).mkdir(parents=True)
    for done in opinion.validated:
        entries = _entries(done, by_id)
        for name in ("suites", "validations"):
            page = environment.get_template(f"{name}.html")
            text = page.render(**common, suite=done.suite, entries=entries, root="../")
            (folder / name / f"{done.suite.name}.html").write_text(text, encoding="utf-8")
    index = environment.get_template("index.html").render(
        **common,
        root="",
        counts=opinion.counts(),
        sentences=opinion.sentences(),
        rules=opinion.rules,
        suites=[_suite_row(done, by_id) for done in opinion.validated],
    )
    (folder / "index.html").write_text(index, encoding="utf-8")
    (folder / "agreement.json").write_text(opinion.to_json(snapshot_id), encoding="utf-8")


def _suite_row(done: Validated, by_id: dict[str, Compared]) -> dict[str, Any]:
    rules = [by_id[one.rule.id] for one in done.suite.expressed]
    return {
        "suite": done.suite,
        "rules": len(rules),
        "native": sum(one.expressed_as == "native" for one in rules),
        "violated": sum(one.violated > 0 for one in rules),
        "disagree": sum(one.agrees is False for one in rules),
    }


def _entries(done: Validated, by_id: dict[str, Compared]) -> list[Entry]:
    """Rules in the order of the suite, the violated first."""
    results: dict[tuple[str, int], Any] = {
        (one.expectation_config.meta["rule_id"], one.expectation_config.meta["part"]): one
        for one in done.result.results
    }
    expectations = {
        (one.meta["rule_id"], one.meta["part"]): one for one in done.suite.suite.expectations
    }
    entries = [
        Entry(
            by_id[one.rule.id],
            tuple(
                _asked(one, part, expectations[one.rule.id, number], results[one.rule.id, number])
                for number, part in enumerate(_parts(one), start=1)
            ),
        )
        for one in done.suite.expressed
    ]
    return sorted(entries, key=lambda one: one.compared.violated == 0)


def _parts(one: Expressed) -> Sequence[Part | None]:
    """The native parts of a rule; one that is no part where it is SQL."""
    if one.because is not None:
        return ()
    return (None,) if one.query is not None else one.parts


def _asked(one: Expressed, part: Part | None, expectation: Any, result: Any) -> Asked:
    where: tuple[str, ...] = ()
    besides: list[str] = []
    if part is not None:
        where = tuple(_plain(condition) for condition in part.when)
        besides += ["what is judged can be read"] if part.readable else []
        besides += ["the record is not counted above"] if part.uncounted else []
    elif one.rule.applies_when:
        where = (one.rule.applies_when,)
    return Asked(
        sentence="No record is selected by this query." if part is None else say(expectation),
        asked_where=where,
        besides=tuple(besides),
        sql=_laid_out(one.query) if one.query is not None else None,
        records=result.result.get("element_count"),
        unexpected=count_of(result.result),
    )


def say(expectation: Any) -> str:
    """Great Expectations' own sentence for a native expectation, as plain text."""
    bare = expectation.copy(update={"row_condition": None, "description": None})
    found = get_renderer_impl(object_name=bare.configuration.type, renderer_type=_SENTENCE)
    if found is None:
        return str(bare.configuration.type).replace("_", " ")
    said = " ".join(_texts(found[1](configuration=bare.configuration)))
    return re.sub(r"(\d)\.0\b", r"\1", said)


def _texts(blocks: Iterable[Any]) -> list[str]:
    return [
        Template(block.string_template["template"]).safe_substitute(block.string_template["params"])
        for block in blocks
    ]


def _plain(condition: str) -> str:
    """A condition as people write it: `x is not null`, without brackets around the whole."""
    tree = sqlglot.parse_one(condition, dialect="duckdb").unnest()
    text = tree.sql(dialect="duckdb", normalize_functions="lower")
    return _lower(re.sub(r"NOT (\w+) IS NULL", r"\1 IS NOT NULL", text))


def _laid_out(query: str) -> str:
    tree = sqlglot.parse_one(query.replace("{batch}", "batch"), dialect="duckdb")
    text = tree.sql(
        dialect="duckdb", pretty=True, normalize_functions="lower", max_text_width=_WIDTH
    )
    return _lower(text)


def _lower(sql: str) -> str:
    """Keywords in lower case; what stands in quotes is left alone."""
    pieces = re.split(r"('(?:[^']|'')*')", sql)
    return "".join(piece if piece.startswith("'") else piece.lower() for piece in pieces)

"""A past snapshot judged again with other rules: what a change of rules would do.

Belongs here: judging kept source tables in a session of their own and comparing, rule by rule,
with what the snapshot found. Does not belong here: keeping the source tables (`kept_sources`), the
ledger, which a re-judging never touches.

Compared are records: a rule found one then, now, or both times. Then: the open findings of the
published snapshot, those of rules in shadow included. Now: the findings of the rules given, by
today's program. Rules about hospitals and deliveries look at what earlier nights delivered, which
is not kept, and are left out; acceptances are not applied.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from etl import kept_sources
from etl.errors import WrongUseError
from etl.models import run_layer
from etl.parameters import Parameters
from etl.publish.shelf import Published, Shelf
from etl.publish.snapshot import DATABASE
from etl.settings import Settings
from etl.studies import build_study, load_studies
from etl.unicode import normal
from etl.warehouse import open_session
from expectations import evaluate
from expectations.catalogue import RULES_FOLDER, Catalogue, Rule, load_catalogue
from expectations.codelists import load_codelists
from expectations.export_format import TABLES
from expectations.subjects import SUBJECTS_FOLDER, view_columns

Change = Literal["same", "changed", "new", "gone"]
_OPEN = ("new", "persisting", "reopened", "accepted")
_OF_THE_NIGHT = re.compile(r"\bquality\.(?!subject_)[a-z_]+", re.IGNORECASE)


@dataclass(frozen=True)
class Compared:
    """One rule on one snapshot, then and now; counts are of records.

    `rule` says whether the rule itself is the same, changed, new or gone since the snapshot.
    """

    rule_id: str
    severity: str
    rule: Change
    then: int
    now: int
    only_then: int
    only_now: int

    @property
    def differs(self) -> bool:
        """Whether the rule finds anything else than it did."""
        return bool(self.only_then or self.only_now)


@dataclass(frozen=True)
class Rejudged:
    """A snapshot judged again: each rule compared, and the rules that could not be asked."""

    snapshot_id: str
    as_of: str
    rules_then: str
    rules_now: str
    compared: tuple[Compared, ...]
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return asdict(self)


def read_rules(folder: Path | None) -> Catalogue:
    """The catalogue of a folder of rules, with the subjects beside it where there are any.

    Raises:
        WrongUseError: the folder holds no rules.
        CatalogueError: an entry is wrong.
    """
    if folder is None:
        return load_catalogue(RULES_FOLDER)
    if not list(folder.glob("*.yaml")):
        raise WrongUseError(
            f"{folder} holds no rules. Name a folder of YAML files such as expectations/rules."
        )
    subjects = folder.resolve().parent / "subjects"
    return load_catalogue(folder, subjects if subjects.is_dir() else SUBJECTS_FOLDER)


def rejudge(settings: Settings, snapshot: str, catalogue: Catalogue) -> Rejudged:
    """Judge a published snapshot's deliveries again and compare.

    Args:
        settings: Where the snapshots and the kept source tables stand; nothing there is changed.
        snapshot: Id, frozen name, or `current`.
        catalogue: The rules to judge with.

    Raises:
        WrongUseError: there is no such snapshot.
        InputUnreadableError: its source tables were not kept.
    """
    published = Shelf(settings.published).get(snapshot)
    left_out = {rule.id for rule in catalogue.rules if _needs_history(catalogue, rule)}
    asked = Catalogue(
        tuple(rule for rule in catalogue.rules if rule.id not in left_out), catalogue.subjects
    )
    with _session(settings) as con:
        kept_sources.load(con, settings, published)
        _judge(con, asked, published)
        hashes_then = _read_then(con, published, asked)
        compared = _compare(con, catalogue, hashes_then, left_out)
    return Rejudged(
        published.snapshot_id,
        str(published.manifest["as_of"]),
        str(published.manifest["rules_hash"]),
        catalogue.hash,
        tuple(compared),
        tuple(sorted(left_out)),
    )


def _needs_history(catalogue: Catalogue, rule: Rule) -> bool:
    return _OF_THE_NIGHT.search(catalogue.subjects[rule.subject].sql) is not None


@contextmanager
def _session(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of its own, gone afterwards; memory, threads and encryption as at the site."""
    with tempfile.TemporaryDirectory(prefix="rechallenge-") as folder:
        apart = settings.model_copy(update={"home": Path(folder)})
        with open_session(apart) as con:
            yield con


def _judge(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, published: Published) -> None:
    parameters = Parameters()
    load_codelists(con)
    evaluate.prepare(con, catalogue)
    run_layer(con, "staging", parameters.as_sql())
    evaluate.judge(con, catalogue, "source")
    run_layer(con, "derived", parameters.as_sql())
    run_layer(con, "marts", parameters.as_sql())
    evaluate.judge(con, catalogue, "derived")
    studies = load_studies()
    for name in published.manifest["studies"]:
        if name in studies:
            build_study(con, studies[name], parameters)
    evaluate.judge(con, catalogue, "mart")


def _read_then(
    con: duckdb.DuckDBPyConnection, published: Published, catalogue: Catalogue
) -> dict[str, tuple[str, str]]:
    """What the snapshot found, into a table of the session; its rules' hashes and severities."""
    database = str(published.folder / DATABASE).replace("'", "''")
    con.execute(f"attach '{database}' as past (read_only)")
    try:
        tables = {
            name
            for (name,) in con.execute(
                "select table_name from duckdb_tables() where database_name = 'past' "
                "and schema_name = 'quality'"
            ).fetchall()
        }
        con.execute(
            "create temp table found_then as select distinct rule_id, "
            f"{normal('record_key', strips=True)} as record_key, subject, source_file, source_line "
            "from past.quality.findings where list_contains($statuses, status)",
            {"statuses": list(_OPEN)},
        )
        # An earlier release told no parts apart, and knew records without a key by their line.
        if not view_columns(con, "past.quality.findings").keys() >= {"source_part"}:
            _as_known_today(con, catalogue)
        if "shadowed_tonight" in tables:
            con.execute(
                "insert into found_then by name select distinct rule_id, record_key "
                "from past.quality.shadowed_tonight"
            )
        rows = con.execute("select rule_id, rule_hash, severity from past.quality.rules").fetchall()
    finally:
        con.execute("detach past")
    return {str(rule_id): (str(rule_hash), str(severity)) for rule_id, rule_hash, severity in rows}


def _as_known_today(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Give what was found then the key that the row at its file and line has today."""
    for subject in map(catalogue.subjects.__getitem__, {one.subject for one in catalogue.rules}):
        if subject.own_table in TABLES and subject.scope == "record":
            con.execute(
                f"""
                update found_then as t set record_key = s.record_key from (
                    select source_file, source_line, any_value(record_key) as record_key
                    from {subject.view} group by source_file, source_line
                    having count(distinct record_key) = 1
                ) as s
                where t.subject = $subject and s.source_file = t.source_file
                    and s.source_line = t.source_line
                """,
                {"subject": subject.name},
            )


def _compare(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    then: Mapping[str, tuple[str, str]],
    left_out: set[str],
) -> list[Compared]:
    """Each rule's records then and now; one that is folded now was not lost."""
    con.execute("""
        create temp table found_now as
        select distinct rule_id, record_key from quality.findings_tonight
        union select rule_id, record_key from quality.shadowed_tonight
    """)
    rows = con.execute("""
        with folded as (select distinct rule_id, record_key from quality.folded_tonight),
        records as (
            select
                coalesce(t.rule_id, n.rule_id) as rule_id,
                t.rule_id is not null as was_found,
                n.rule_id is not null as is_found,
                f.rule_id is not null as is_folded
            from (select distinct rule_id, record_key from found_then) as t
            full join found_now as n on n.rule_id = t.rule_id and n.record_key = t.record_key
            left join folded as f on f.rule_id = t.rule_id and f.record_key = t.record_key
        )
        select
            rule_id,
            count(*) filter (was_found),
            count(*) filter (is_found),
            count(*) filter (was_found and not is_found and not is_folded),
            count(*) filter (is_found and not was_found)
        from records
        group by rule_id
    """).fetchall()
    counts = {str(rule_id): tuple(map(int, rest)) for rule_id, *rest in rows}
    compared = []
    for rule_id in sorted({*then, *catalogue.by_id} - left_out):
        rule = catalogue.by_id.get(rule_id)
        severity = rule.severity if rule else then[rule_id][1]
        change = _change(rule, then.get(rule_id))
        found_then, found_now, only_then, only_now = counts.get(rule_id, (0, 0, 0, 0))
        compared.append(
            Compared(rule_id, severity, change, found_then, found_now, only_then, only_now)
        )
    return compared


def _change(rule: Rule | None, then: tuple[str, str] | None) -> Change:
    if rule is None:
        return "gone"
    if then is None:
        return "new"
    return "same" if rule.hash == then[0] else "changed"

"""Dagster's checks, made from the rule catalogue: one `multi_asset_check` a table.

Belongs here: which check stands at which asset, and running a selection of them. Does not
belong here: any rule, and what a check says (`verdicts`).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import dagster as dg
import sqlglot
from sqlglot import exp

from assets import verdicts
from assets.check_metadata import Behind, metadata, read_behind
from assets.describe import asset_key
from assets.guard import say
from assets.resources import Warehouse
from assets.stewardship import LEDGER
from assets.tables import DELIVERIES
from etl.outputs.quality.addresses import Addresses
from expectations.catalogue import Catalogue, Rule
from expectations.subjects import Subject


def build_checks(catalogue: Catalogue, tables: Sequence[str]) -> list[dg.AssetChecksDefinition]:
    """One check a rule, grouped by the table it speaks of.

    Args:
        catalogue: All rules.
        tables: Every table that is an asset, as `layer.table`.
    """
    subjects = {rule.subject for rule in catalogue.rules}
    home = {name: home_of(catalogue.subjects[name], tables) for name in subjects}
    homes = {rule.id: home[rule.subject] for rule in catalogue.rules}
    rules = sorted(catalogue.rules, key=lambda rule: (homes[rule.id], rule.id))
    return [
        _table_checks(catalogue, table, list(of_table))
        for table, of_table in groupby(rules, key=lambda rule: homes[rule.id])
    ]


def home_of(subject: Subject, tables: Sequence[str]) -> str:
    """The table a subject widens: that of its name, else the first one its SQL reads.

    What the deliveries step lays out (tables of `quality`) has its checks there, and so has what
    is known of delivered files alone (tables of `source`).
    """
    parsed = sqlglot.parse_one(subject.sql, dialect="duckdb").find_all(exp.Table)
    names = [f"{found.db}.{found.name}" for found in parsed]
    of_files = all(name.startswith("source.") for name in names)
    if of_files or any(name.startswith("quality.") for name in names):
        return ".".join(DELIVERIES.path)
    read = [name for name in names if name in tables]
    named = [table for table in tables if table.split(".")[1] == subject.name]
    for table in (*[one for one in named if one in read], *read, *named):
        return table
    raise LookupError(f"The subject {subject.name} reads no table that is an asset.")


def _table_checks(
    catalogue: Catalogue, table: str, rules: Sequence[Rule]
) -> dg.AssetChecksDefinition:
    key = asset_key(table)
    by_name: Mapping[str, Rule] = {rule.check_name: rule for rule in rules}

    @dg.multi_asset_check(
        name=f"check_{table.replace('.', '_')}",
        specs=[_spec(rule, key) for rule in rules],
        can_subset=True,
    )
    def checks(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        again = not warehouse.is_writing
        at = Addresses(warehouse.settings.ui_port)
        night: dict[str, verdicts.Verdict] | None = None
        behind: dict[str, Behind] = {}
        names = sorted(selected.name for selected in context.selected_asset_check_keys)
        asked = [by_name[name] for name in names]
        for rule in asked:
            try:
                con = warehouse.read()
                if night is None:
                    behind = read_behind(con, asked, warehouse.settings.keys_in_metadata)
                    night = verdicts.read_verdicts(con)
                verdict = night.get(rule.id)
                result = verdicts.report(
                    con,
                    catalogue,
                    rule,
                    verdict,
                    key,
                    metadata=metadata(rule, verdict, behind.get(rule.id, Behind()), at)
                    if verdict
                    else {},
                    again=again,
                )
            except Exception as error:  # a check that raises would fail the run
                result = verdicts.cannot_run(rule, key, str(say(rule.id, error)))
            yield result

    return checks


def _spec(rule: Rule, key: dg.AssetKey) -> dg.AssetCheckSpec:
    said = [rule.severity.capitalize(), *([rule.caveat] if rule.caveat else [])]
    return dg.AssetCheckSpec(
        name=rule.check_name,
        asset=key,
        description=f"{', '.join(said)}. {rule.id}: {rule.title}. {rule.why}",
        additional_deps=[LEDGER],
        metadata={
            "rule": rule.id,
            "severity": rule.severity,
            "family": rule.family,
            "standard": rule.standard,
        },
    )

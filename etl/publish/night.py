"""One refresh: which export, which day, which studies, and the snapshot it works towards.

Belongs here: the plan of a refresh, made once when the export comes in and kept in the
warehouse, so that every later step speaks of the same snapshot. Does not belong here: doing it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import duckdb

from etl.publish import files
from etl.publish.identity import Inputs, code_version, mapping_hash, snapshot_id
from etl.publish.shelf import Shelf
from etl.settings import Settings
from expectations.catalogue import Catalogue


@dataclass(frozen=True)
class Night:
    """The plan of one refresh.

    `readers` is whether what people look at is written, too. `already_published` is the snapshot
    that holds exactly these inputs, when it was the last one published: there is then nothing new
    to publish.
    """

    snapshot_id: str
    inputs: Inputs
    as_of: date
    studies: tuple[str, ...]
    already_published: bool
    readers: bool = True

    def save(self, con: duckdb.DuckDBPyConnection) -> None:
        """Keep the plan in the warehouse until the next export comes in."""
        con.execute("create or replace table raw.night (plan varchar not null)")
        con.execute("insert into raw.night values (?)", [json.dumps(asdict(self), default=str)])

    @classmethod
    def read(cls, con: duckdb.DuckDBPyConnection) -> "Night":
        """The plan kept in the warehouse."""
        row = con.execute("select plan from raw.night").fetchone()
        if row is None:
            raise LookupError("raw.night holds no plan")
        plan: dict[str, Any] = json.loads(row[0])
        return cls(
            snapshot_id=plan["snapshot_id"],
            inputs=Inputs(**plan["inputs"]),
            as_of=date.fromisoformat(plan["as_of"]),
            studies=tuple(plan["studies"]),
            already_published=plan["already_published"],
            readers=plan.get("readers", True),
        )


def plan_night(
    settings: Settings,
    *,
    source: str,
    export_id: str,
    as_of: date,
    studies: Mapping[str, str],
    parameters: Mapping[str, object],
    catalogue: Catalogue,
    acceptances: Sequence[object],
    queries: Sequence[object] = (),
    governance_hash: str = "",
    readers: bool = True,
) -> Night:
    """Work out which snapshot a refresh works towards, and whether it stands already.

    Args:
        settings: Gives the shelf, and the settings that change what is published.
        source: Name of the registry.
        export_id: Hash of the export's contents.
        as_of: The ledger's day.
        studies: Hash of each study asked for, by name.
        parameters: Parameters of the derivations.
        catalogue: The rules.
        acceptances: Those valid on the ledger's day and those proposed, in a fixed order.
        queries: What was said of queries, in a fixed order: it is published, too.
        governance_hash: Identity of the opt-outs and merges in force.
        readers: Whether what people look at is written, too. A snapshot without it is another one,
            so that the pages can still be made; one that has it serves a night that asks for less.
    """
    inputs = Inputs(
        source=source,
        export_id=export_id,
        rules_hash=catalogue.hash,
        studies_hash=files.hash_of(dict(sorted(studies.items()))),
        mapping_hash=mapping_hash(source),
        parameters={
            **parameters,
            "minimum_cell": settings.minimum_cell,
            "lapsing_days": settings.lapsing_days,
            "storage_version": settings.storage_version,
            "profile": settings.profile,
            **({} if settings.studies.sensitivity else {"sensitivity": False}),
        },
        acceptances_hash=files.hash_of(list(acceptances)),
        code_version=code_version(),
        queries_hash=files.hash_of(list(queries)) if queries else "",
        governance_hash=governance_hash,
    )
    shelf = Shelf(settings.published)
    head = shelf.head()
    if not readers and (head is None or head.inputs_hash != inputs.hash):
        inputs = replace(inputs, parameters={**inputs.parameters, "readers": False})
    same_as_head = head is not None and head.inputs_hash == inputs.hash
    if head is not None and same_as_head:
        wanted = head.snapshot_id
    else:
        wanted = snapshot_id(inputs)
        if wanted in {*(one.snapshot_id for one in shelf.all()), *shelf.damaged()}:
            wanted = snapshot_id(inputs, head.snapshot_id if head else wanted)
    return Night(wanted, inputs, as_of, tuple(sorted(studies)), same_as_head, readers)

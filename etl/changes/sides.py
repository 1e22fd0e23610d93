"""The two sides of a comparison, and which of their inputs differ.

Belongs here: what is known of a snapshot beside its tables: identity, cut-off, the definitions of
its studies. Does not belong here: reading its tables (`tables`), its source rows (`records`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from etl.parameters import Parameters
from etl.publish.shelf import DEFINITIONS, Published
from etl.studies import Study

_NAMES = {
    "export_id": "delivery",
    "mapping_hash": "mapping",
    "code_version": "code",
    "rules_hash": "rules",
    "acceptances_hash": "acceptances",
    "governance_hash": "governance",
    "queries_hash": "queries",
}


@dataclass(frozen=True)
class Side:
    """One of the two snapshots.

    Attributes:
        snapshot_id: its id, or the id that the night works towards.
        as_of: the ledger's day.
        export_date: data cut-off; None where the export has none.
        inputs: what it was made of, as in the manifest.
        definitions: the definition of each study as plain data; a study that a snapshot of an
            older program did not write down is not in it.
        studies: the studies it holds.
    """

    snapshot_id: str
    as_of: str
    export_date: str | None
    inputs: Mapping[str, Any]
    definitions: Mapping[str, Mapping[str, Any]]
    studies: tuple[str, ...]

    @classmethod
    def of(cls, published: Published) -> "Side":
        """A published snapshot, as its manifest describes it."""
        manifest = published.manifest
        return cls(
            snapshot_id=published.snapshot_id,
            as_of=str(manifest["as_of"]),
            export_date=manifest.get("export_date"),
            inputs=manifest["inputs"],
            definitions=manifest.get(DEFINITIONS, {}),
            studies=tuple(manifest["studies"]),
        )

    @property
    def source(self) -> str:
        """Name of the registry."""
        return str(self.inputs["source"])

    def definition(self, study: str) -> Study | None:
        """The definition of a study; None when it was not written down, or is no longer one."""
        written = self.definitions.get(study)
        if written is None:
            return None
        try:
            return Study.model_validate(written)
        except ValidationError:
            return None


@dataclass(frozen=True)
class Differences:
    """Which inputs differ for one study, and the names of the parameters that do."""

    inputs: tuple[str, ...]
    parameters: tuple[str, ...]


def differences(before: Side, after: Side, study: str) -> Differences:
    """What differs between two snapshots, as far as it can touch one study.

    A definition that a snapshot did not write down counts as differing when the hash over all
    definitions does.
    """
    found = [
        name
        for key, name in _NAMES.items()
        if before.inputs.get(key, "") != after.inputs.get(key, "")
    ]
    if before.export_date != after.export_date:
        found.append("cut_off")
    if _definition_differs(before, after, study):
        found.append("study_definition")
    was, now = before.inputs["parameters"], after.inputs["parameters"]
    names = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
    derivation = set(Parameters.model_fields)
    if derivation & set(names):
        found.append("parameters")
    if set(names) - derivation:
        found.append("settings")
    return Differences(tuple(sorted(found)), tuple(names))


def _definition_differs(before: Side, after: Side, study: str) -> bool:
    was, now = before.definitions.get(study), after.definitions.get(study)
    if was is None or now is None:
        return bool(before.inputs["studies_hash"] != after.inputs["studies_hash"])
    read = before.definition(study), after.definition(study)
    # Read anew: a key that a newer program added, with its default, is no other definition.
    return read[0] != read[1] if None not in read else was != now

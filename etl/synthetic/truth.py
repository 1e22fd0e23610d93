"""What is true of a synthetic registry, for those who check what the pipeline makes of it.

Belongs here: the truth file's layout. Does not belong here: anything the pipeline reads.
"""

from dataclasses import asdict

from etl.sources.mapping import Mapping
from etl.synthetic.faults import Fault
from etl.synthetic.registry import Registry


def truth_of(registry: Registry, mapping: Mapping) -> dict[str, object]:
    """The cohort, the ipilimumab-treated, the decoys and the planted faults, as JSON values.

    Args:
        registry: the registry.
        mapping: the layout it was written in, which names the files of rows without a key.
    """
    return {
        "registry": registry.name,
        "seed": registry.seed,
        "patients": len(registry.tables["patients"]),
        "ipilimumab_treated": list(registry.ipilimumab_treated),
        "cohort": list(registry.cohort),
        "decoys": {kind: list(ids) for kind, ids in registry.decoys.items()},
        "boundaries": dict(registry.boundaries),
        "faults": [_fault(fault, mapping) for fault in registry.faults],
    }


def _fault(fault: Fault, mapping: Mapping) -> dict[str, object]:
    """A record without its key goes by file and line."""
    entry = asdict(fault)
    row = entry.pop("row")
    if row is not None:
        file = mapping.files[mapping.tables[fault.table][0].file]
        entry["record_key"] = f"{file.name}:{file.data_row + row}"
    return entry

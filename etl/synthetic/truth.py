"""What is true of a synthetic registry, for those who check what the pipeline makes of it.

Belongs here: the truth file's layout. Does not belong here: anything the pipeline reads.
"""

from dataclasses import asdict

from etl.synthetic.registry import Registry


def truth_of(registry: Registry) -> dict[str, object]:
    """The cohort, the ipilimumab-treated, the decoys and the planted faults, as JSON values."""
    return {
        "registry": registry.name,
        "seed": registry.seed,
        "patients": len(registry.tables["patients"]),
        "ipilimumab_treated": list(registry.ipilimumab_treated),
        "cohort": list(registry.cohort),
        "decoys": {kind: list(ids) for kind, ids in registry.decoys.items()},
        "faults": [asdict(fault) for fault in registry.faults],
    }

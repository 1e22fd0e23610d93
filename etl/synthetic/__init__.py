"""The synthetic registry: raw rows of a made-up national melanoma registry, from a seed.

Belongs here: `generate_registry` and `write_export`, and what they are made of. Does not belong
here: anything the pipeline may know: it reads the files like any delivery and has to find the
cohort, see through the decoys and catch the faults by itself.
"""

from etl.synthetic.export import write_export
from etl.synthetic.faults import Fault
from etl.synthetic.registry import Registry, generate_registry

__all__ = ["Fault", "Registry", "generate_registry", "write_export"]

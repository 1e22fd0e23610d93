"""Registries: one folder each with a `mapping.yaml` that says how its files become format 1.

Belongs here: the mapping files, their model (`mapping.py`) and how they are found and read
(`load.py`). Does not belong here: reading the exports themselves (`etl/ingest`), or code for one
registry: what a registry needs is said in its mapping, or in the model for everybody.
"""

from etl.sources.load import available_sources, load_mapping, mapping_if_known, read_mapping
from etl.sources.mapping import (
    Code,
    ColumnMapping,
    Mapping,
    RepeatedForm,
    SourceFile,
    TablePart,
)

__all__ = [
    "Code",
    "ColumnMapping",
    "Mapping",
    "RepeatedForm",
    "SourceFile",
    "TablePart",
    "available_sources",
    "load_mapping",
    "mapping_if_known",
    "read_mapping",
]

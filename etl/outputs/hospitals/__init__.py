"""The pages of hospitals: own figures beside those of the others, and the registry's list.

Belongs here: reading the mart and the quality tables for them, drawing, and writing. Does not
belong here: the indicators (`etl/hospital_indicators`), pieces that every page of the desk shares
(`etl/outputs/quality`).
"""

from etl.outputs.hospitals.write import Pages, write_hospital_pages

__all__ = ["Pages", "write_hospital_pages"]

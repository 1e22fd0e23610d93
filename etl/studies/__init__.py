"""Declarative study definitions, and what reads them.

Belongs here: the YAML files of the studies, their definition, the SQL and the estimates made from
it. Does not belong here: estimators (`etl/survival`), tables, figures and pages (`etl/outputs`).
"""

from etl.studies.definition import Study
from etl.studies.engine import build_study
from etl.studies.load import load_studies, load_study

__all__ = ["Study", "build_study", "load_studies", "load_study"]

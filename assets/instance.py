"""The Dagster instance in the home folder.

Belongs here: laying out HOME/dagster and opening it. Does not belong here: runs.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from assets.event_log import overrides
from etl.settings import Settings

_HERE = Path(__file__).parent
POSTGRES_VARIABLE = "DAGSTER_PG_URL"


def instance_file() -> Path:
    """The dagster.yaml to use: of the repository, else the copy inside the package."""
    name = "dagster.postgres.yaml" if os.environ.get(POSTGRES_VARIABLE) else "dagster.yaml"
    in_repository = _HERE.parent / name
    return in_repository if in_repository.exists() else _HERE / name


def prepare_dagster_home(settings: Settings) -> Path:
    """Make HOME/dagster with its dagster.yaml; returns the folder."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    wanted = instance_file().read_text(encoding="utf-8")
    target = settings.dagster_home / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != wanted:
        target.write_text(wanted, encoding="utf-8")
    return settings.dagster_home


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance in the home folder, for one run of this process."""
    folder = prepare_dagster_home(settings)
    if os.environ.get(POSTGRES_VARIABLE):
        opened = dg.DagsterInstance.from_config(str(folder))
    else:
        opened = dg.DagsterInstance.from_ref(
            InstanceRef.from_dir(str(folder), overrides=overrides(folder))
        )
    with opened as instance:
        yield instance

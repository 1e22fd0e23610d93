"""A home of several nights in which one thing changes at a time, without pages and drawings.

Belongs here: running the steps of the refresh on an export, and what each night published. Does
not belong here: what is expected of it (`test_changes`).

The steps are those that the nightly job runs, in its order, up to the publication with its gate.
Controls are run on the first night; figures, pages and figures of hospitals are none of this story
and are noted as done.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from etl import refresh
from etl.controls import control
from etl.models import load_models
from etl.publish import night as nights
from etl.publish import steps
from etl.publish.shelf import Shelf
from etl.settings import Settings, Studies
from etl.warehouse import open_session
from tests.pipeline.support_refresh import STUDY

Row = dict[str, Any]


@dataclass(frozen=True)
class Night:
    """What one night published: its id and the tables of the comparison."""

    snapshot_id: str
    is_new: bool
    compared: Row
    estimates: list[Row]
    records: list[Row]

    def estimate(
        self, endpoint: str, *, statistic: str = "proportion", edition: str = "as_registered"
    ) -> Row | None:
        """The change of an estimate of all patients, if it differs."""
        found = [
            row
            for row in self.estimates
            if (row["endpoint"], row["statistic"], row["edition"]) == (endpoint, statistic, edition)
            and row["stratum"] == row["subset"] == "all"
        ]
        return found[0] if found else None

    def of(self, patient: str) -> list[Row]:
        """The causes of one patient."""
        return [row for row in self.records if row["patient_id"] == patient]


@dataclass
class Story:
    """The home, and its nights by name."""

    home: Path
    nights: dict[str, Night] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The site's settings."""
        return Settings(home=self.home, studies=Studies(sensitivity=False), publish_sav=False)

    def live(self, name: str, export: Path, day: str) -> Night:
        """Run a night and keep what it published."""
        from datetime import date

        with open_session(self.settings) as con:
            publication = _steps(con, self.settings, export, date.fromisoformat(day))
            self.nights[name] = _night(con, publication.snapshot_id, publication.is_new)
        return self.nights[name]

    def compare_with(self, snapshot_id: str) -> Night:
        """Compare what stands in the warehouse again, another snapshot being current."""
        shelf = Shelf(self.settings.published)
        current = shelf.current_id()
        assert current is not None
        shelf.rollback(snapshot_id)
        with open_session(self.settings) as con:
            refresh.build_changes(con, self.settings)
            found = _night(con, current, False)
        shelf.switch(current)
        return found

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the current published database."""
        path = self.home / "published" / "current" / "registry.duckdb"
        with duckdb.connect(str(path), read_only=True) as con:
            return con.execute(sql).fetchall()


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """The rows of a query by column name."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _night(con: duckdb.DuckDBPyConnection, snapshot_id: str, is_new: bool) -> Night:
    return Night(
        snapshot_id,
        is_new,
        rows(con, "from quality.compared_snapshots")[0],
        rows(con, "from quality.estimate_changes order by all"),
        rows(con, "from quality.estimate_change_records order by all"),
    )


def _steps(con: duckdb.DuckDBPyConnection, settings: Settings, export: Path, day: Any) -> Any:
    catalogue = refresh.the_catalogue()
    refresh.load(con, settings, export=export, source="native", as_of=day, studies=[STUDY])
    if Shelf(settings.published).head() is None:
        control(con, catalogue)
    models = load_models().values()
    for model in models:
        if model.layer == "staging":
            refresh.build_table(con, model)
    refresh.build_deliveries(con, settings)
    refresh.judge(con, "source")
    for model in models:
        if model.layer != "staging":
            refresh.build_table(con, model)
    refresh.judge(con, "derived")
    refresh.build_studies(con, settings)
    refresh.build_sensitivity(con, settings)
    refresh.judge(con, "mart")
    refresh.build_impact(con, settings)
    refresh.build_changes(con, settings)
    refresh.plan_ledger(con, settings)
    _note_the_rest(con)
    return refresh.publish_night(con, settings)


def _note_the_rest(con: duckdb.DuckDBPyConnection) -> None:
    done = {step for (step,) in con.execute("select step from raw.steps").fetchall()}
    depends_on = {name: one.depends_on for name, one in load_models().items()}
    required = steps.required(depends_on, nights.Night.read(con).studies)
    left = [step for step in required if step not in done]
    assert steps.CHANGES in done
    assert not [step for step in left if "." in step], "a table was left out"
    for step in left:
        steps.record(con, step)

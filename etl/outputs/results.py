"""What the outputs of a study are made from, read from the marts in one go.

Belongs here: the read. Does not belong here: computing estimates (they stand in the mart) or
laying anything out.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from etl.changes import StudyChanges, read_changes
from etl.outputs.people import People, count_people
from etl.parameters import Parameters
from etl.studies import Study
from etl.studies.pairs import Pair, in_stratum, read_pairs, records, strata_of
from expectations.contracts import validate_frame
from expectations.contracts.sensitivity import Sensitivity
from expectations.contracts.studies import Attrition, Estimates
from expectations.contracts.subgroups import Subgroups

Record = dict[str, Any]


@dataclass(frozen=True)
class ReportContext:
    """What a report says about where its numbers come from.

    Attributes:
        snapshot_id: the published version the report belongs to.
        source: dialect of the export.
        registry: name of the registry.
        export_date: data cut-off.
        is_synthetic: whether the patients are made up; the report says so at the top.
        code_version: version of the code.
        rules_hash: hash of the rule catalogue.
        parameters: what the marts were derived under.
        minimum_cell: smallest count that a shared version may print.
    """

    snapshot_id: str
    source: str
    registry: str
    export_date: date | None
    is_synthetic: bool
    code_version: str
    rules_hash: str
    parameters: Parameters
    minimum_cell: int


@dataclass(frozen=True)
class Results:
    """The marts of a study as records; missing values are None.

    Attributes:
        people: persons of the registry and their ids.
        baselines: what is registered at the start of the cohort's lines, by line.
        not_collected: columns that the source does not record, by table and name.
        subgroups: rows of `marts.subgroups`, in the order of variables and levels.
        collects_line_baselines: whether any line of the registry has a baseline at its start.
    """

    study: Study
    context: ReportContext
    people: People
    pairs: list[Pair]
    attrition: list[Record]
    estimates: list[Record]
    patients: dict[str, Record]
    lines: dict[str, list[Record]]
    events: list[Record]
    doubts: list[Record]
    judged: list[Record]
    sensitivity: list[Record]
    impact: list[Record]
    baselines: dict[str, Record] = field(default_factory=dict)
    not_collected: frozenset[tuple[str, str]] = frozenset()
    collects_line_baselines: bool = False
    changes: StudyChanges = field(default_factory=StudyChanges)
    subgroups: list[Record] = field(default_factory=list)

    def collects(self, table: str, column: str) -> bool:
        """Whether the source records a column of the export format."""
        return (table, column) not in self.not_collected

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups in reporting order, without `all`."""
        return strata_of(self.study, self.pairs)

    @property
    def strata(self) -> tuple[str, ...]:
        """Groups in reporting order, `all` last."""
        return (*self.groups, "all")

    def counts_as_line(self, line: Record) -> bool:
        """Whether a line is of a setting that the study looks at, or one of a pair's two."""
        study = self.study
        settings = (study.population.setting, study.initial_setting, study.rechallenge_setting)
        return "any" in settings or line["setting"] in settings

    def members(self, stratum: str) -> list[Pair]:
        """The pairs of a group."""
        return in_stratum(self.pairs, stratum)

    def estimate(
        self,
        endpoint: str,
        stratum: str = "all",
        *,
        statistic: str | None = None,
        subset: str = "all",
        edition: str = "as_registered",
        at: int | None = None,
    ) -> Record:
        """The one row of `marts.estimates` with these keys."""
        found = [
            row
            for row in self.estimates
            if (row["endpoint"], row["stratum"], row["subset"], row["edition"])
            == (endpoint, stratum, subset, edition)
            and row["at"] == at
            and statistic in (None, row["statistic"])
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found)} estimates of {endpoint} in {stratum}")
        return found[0]


def read_results(con: duckdb.DuckDBPyConnection, study: Study, context: ReportContext) -> Results:
    """Read everything a study's outputs need."""
    pairs = read_pairs(con, study.id)
    return Results(
        study=study,
        context=context,
        people=count_people(con),
        pairs=pairs,
        attrition=_attrition(con, study.id),
        estimates=read_estimates(con, study.id),
        patients={row["patient_id"]: row for row in _of_the_cohort(con, study.id, "patients")},
        lines=_lines(con, study.id),
        events=_of_the_cohort(con, study.id, "adverse_events"),
        doubts=_doubts(con, study.id),
        judged=_judged(con),
        sensitivity=_sensitivity(con, study.id),
        impact=_impact(con, study.id),
        baselines=_baselines(con, study.id),
        not_collected=_not_collected(con),
        collects_line_baselines=_collects_line_baselines(con),
        changes=read_changes(con, study.id),
        subgroups=_subgroups(con, study.id),
    )


def read_estimates(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    """The estimates of a study in reporting order, checked against their contract."""
    frame = con.execute(
        "select * from marts.estimates where study = ?"
        ' order by edition, endpoint, subset, stratum, statistic, "at" nulls first',
        [study],
    ).df()
    return records(validate_frame(Estimates, frame))


def _attrition(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    frame = con.execute("select * from marts.attrition where study = ? order by step", [study]).df()
    return records(validate_frame(Attrition, frame))


def _sensitivity(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    """What the study finds under other definitions; nothing where the site does not ask."""
    if not _exists(con, "marts", "sensitivity"):
        return []
    frame = con.execute("select * from marts.sensitivity where study = ?", [study]).df()
    return records(validate_frame(Sensitivity, frame))


def _impact(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    """How far each rule moves the estimates of all patients."""
    if not _exists(con, "quality", "impact"):
        return []
    return _records(
        con,
        "select * from quality.impact where study = $study and stratum = 'all' "
        "order by rule_id, endpoint",
        {"study": study},
    )


def _of_the_cohort(con: duckdb.DuckDBPyConnection, study: str, table: str) -> list[Record]:
    return _records(
        con,
        f"""
        select {table}.*
        from marts.{table}
        where {table}.patient_id in
            (select patient_id from marts.rechallenges where study = $study)
        order by all
        """,
        {"study": study},
    )


def _lines(con: duckdb.DuckDBPyConnection, study: str) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    rows = _of_the_cohort(con, study, "treatment_lines")
    for row in sorted(rows, key=lambda row: (row["patient_id"], row["line_sequence"])):
        found.setdefault(row["patient_id"], []).append(row)
    return found


def _baselines(con: duckdb.DuckDBPyConnection, study: str) -> dict[str, Record]:
    if not _exists(con, "marts", "baselines"):
        return {}
    found = _of_the_cohort(con, study, "baselines")
    return {row["line_id"]: row for row in found if row["line_id"] is not None}


def _subgroups(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    if not _exists(con, "marts", "subgroups"):
        return []
    frame = con.execute(
        "select * from marts.subgroups where study = ? order by edition, rowid", [study]
    ).df()
    return records(validate_frame(Subgroups, frame))


def _not_collected(con: duckdb.DuckDBPyConnection) -> frozenset[tuple[str, str]]:
    if not _exists(con, "source", "collected"):
        return frozenset()
    found = con.execute("select table_name, column_name from source.collected where not collected")
    return frozenset((row[0], row[1]) for row in found.fetchall())


def _collects_line_baselines(con: duckdb.DuckDBPyConnection) -> bool:
    if not _exists(con, "marts", "baselines"):
        return False
    row = con.execute("select count(line_id) from marts.baselines").fetchone()
    return row is not None and row[0] > 0


def _doubts(con: duckdb.DuckDBPyConnection, study: str) -> list[Record]:
    """Rules that make a value of the cohort's two lines doubtful, with patients."""
    if not _exists(con, "derived", "line_doubts"):
        return []
    return _records(
        con,
        f"""
        select
            line_doubts.rule_id,
            {"any_value(rules.title)" if _exists(con, "quality", "rules") else "null"} as title,
            string_agg(distinct line_doubts.affects, ', ' order by line_doubts.affects) as affects,
            count(distinct rechallenges.patient_id) as patients
        from marts.rechallenges
        inner join derived.line_doubts
            on line_doubts.line_id
                in (rechallenges.initial_line_id, rechallenges.rechallenge_line_id)
        {"left join quality.rules using (rule_id)" if _exists(con, "quality", "rules") else ""}
        where rechallenges.study = $study
        group by line_doubts.rule_id
        order by patients desc, line_doubts.rule_id
        """,
        {"study": study},
    )


def _judged(con: duckdb.DuckDBPyConnection) -> list[Record]:
    """The verdicts of tonight, one row a rule that found or could not judge something."""
    if not _exists(con, "quality", "judged") or not _exists(con, "quality", "rules"):
        return []
    return _records(
        con,
        """
        select
            rules.rule_id,
            rules.title,
            rules.severity,
            judged.applicable,
            judged.judged,
            judged.violated,
            judged.accepted,
            judged.cannot_judge
        from quality.judged
        inner join quality.rules using (rule_id)
        order by
            case rules.severity when 'error' then 1 when 'warning' then 2 else 3 end,
            judged.violated desc,
            rules.rule_id
        """,
        {},
    )


def _exists(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    row = con.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return row is not None and row[0] > 0


def _records(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object]
) -> list[Record]:
    cursor = con.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

"""The rule catalogue: what a rule is, and reading all of them from `rules/*.yaml`.

Belongs here: the model of a rule, its identity (id, hash of meaning, check name) and the
sentences a bad entry gets. Does not belong here: SQL (compile_rules), verdicts (evaluate).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from expectations.catalogue_lists import (
    LISTS,
    NOT_EXPRESSIBLE,
    RETIRED,
    NotExpressible,
    read_not_expressible,
    read_retired,
)
from expectations.errors import CatalogueError
from expectations.rule_files import read_entries, validated
from expectations.rule_kinds import (
    KIND_NAMES,
    AgreesSpec,
    ExistsSpec,
    InCodelistSpec,
    KindName,
    MatchesSpec,
    OrderedSpec,
    RangeSpec,
    RequiredSpec,
    Spec,
    SqlSpec,
    Threshold,
    UniqueSpec,
    as_list,
    columns_of,
)
from expectations.subjects import SUBJECTS_FOLDER, Subject, load_subjects

RULES_FOLDER = Path(__file__).parent / "rules"
CHECK_NAME_LENGTH = 40

Stage = Literal["source", "derived", "mart"]
Severity = Literal["error", "warning", "info"]
Affects = Literal["lines", "response", "pfs", "os", "toxicity", "baseline"]
VerdictName = Literal["holds", "violated", "cannot be judged", "not applicable"]
Need = Literal["calendar_dates", "assessments", "all_grades", "severe_grades_only"]
Kahn = Literal[
    "conformance-value",
    "conformance-relational",
    "conformance-computational",
    "completeness",
    "plausibility-uniqueness",
    "plausibility-atemporal",
    "plausibility-temporal",
]
Texts = Annotated[tuple[str, ...], BeforeValidator(as_list)]

_RANK: dict[str, int] = {"info": 0, "warning": 1, "error": 2}
_DESCRIPTIVE = {"title", "standard", "why", "fix", "examples", "kahn", "name", "unverified"}
_LIMIT = re.compile(r"\$([a-z][a-z0-9_]*)")


class Example(BaseModel):
    """A worked example: one row of the subject, or small native tables, and its verdict.

    An example of tables has the worst verdict of its subject's records, or that of the record
    whose key is `record`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: VerdictName
    row: dict[str, str] = Field(default_factory=dict)
    tables: dict[str, list[dict[str, str]]] = Field(default_factory=dict)
    record: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("an example is a row or small tables with a verdict")
        rest = {k: v for k, v in value.items() if k not in ("verdict", "record")}
        tables = {k: v for k, v in rest.items() if isinstance(v, list)}
        row = {k: v for k, v in rest.items() if not isinstance(v, list)}
        if tables and row:
            raise ValueError("an example is either one row or small tables, not both")
        kept = {k: value[k] for k in ("verdict", "record") if k in value}
        return {**kept, "row": row, "tables": tables}


class Rule(BaseModel):
    """One rule, as written in YAML (architecture, "Rules")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Z]{2,3}-[A-Z]\d{2}[a-z]?$")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=5)
    subject: str
    stage: Stage
    required: RequiredSpec | None = None
    in_codelist: InCodelistSpec | None = None
    range: RangeSpec | None = None
    ordered: OrderedSpec | None = None
    unique: UniqueSpec | None = None
    exists: ExistsSpec | None = None
    matches: MatchesSpec | None = None
    agrees: AgreesSpec | None = None
    sql: SqlSpec | None = None
    applies_when: str | None = None
    needs: Annotated[tuple[Need, ...], BeforeValidator(as_list)] = ()
    columns: Texts = ()
    must_collect: Texts | None = None
    severity: Severity
    affects: Annotated[tuple[Affects, ...], BeforeValidator(as_list)] = ()
    kahn: Kahn
    standard: str = Field(min_length=2)
    why: str = Field(min_length=10)
    fix: str = Field(min_length=10)
    family: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    accept_on: Texts = ()
    shows: Texts = ()
    depends: Texts = ()
    gate: bool = False
    parameters: dict[str, str] = Field(default_factory=dict)
    threshold: Threshold | None = None
    unverified: bool = False
    shadow_nights: int | None = Field(default=None, ge=1, le=365)
    examples: tuple[Example, ...]

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("a rule is a list of `key: value` lines")
        return value

    @model_validator(mode="after")
    def _check(self) -> "Rule":
        kinds = [name for name in KIND_NAMES if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(
                f"a rule has exactly one kind of {', '.join(KIND_NAMES)}; here: "
                f"{', '.join(kinds) or 'none'}"
            )
        if not self.judged_columns:
            raise ValueError("a rule of kind sql lists the `columns` it judges")
        stray = [c for c in self.accept_on if c not in self.judged_columns]
        if stray:
            raise ValueError(f"accept_on names {', '.join(stray)}, which the rule does not judge")
        if not any(example.verdict == "violated" for example in self.examples):
            raise ValueError("a rule without a violated example cannot be shown to fail")
        if self.gate and self.stage != "mart":
            raise ValueError("only mart rules hold the gate; findings about records never do")
        if self.gate and self.shadow_nights:
            raise ValueError("a rule that holds the gate cannot run in shadow")
        if self.unverified and not (self.parameters or self.threshold):
            raise ValueError("an unverified limit has to be one of the rule's `parameters`")
        unused = [f"${name}" for name in self.limits if name not in self._limits_used]
        if unused:
            raise ValueError(f"{', '.join(unused)} is given and used nowhere in the condition")
        if len(self.check_name) > CHECK_NAME_LENGTH:
            raise ValueError(f"{self.check_name} is longer than {CHECK_NAME_LENGTH} characters")
        return self

    @property
    def kind(self) -> KindName:
        """The name of the rule's kind."""
        return next(name for name in KIND_NAMES if getattr(self, name) is not None)

    @property
    def spec(self) -> Spec:
        """What the rule's kind says."""
        spec: Spec = getattr(self, self.kind)
        return spec

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """Columns of the subject whose values are judged, in order, own and compared."""
        return tuple(dict.fromkeys((*columns_of(self.spec), *self.columns)))

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """Columns whose values a finding shows: those judged, and those that explain them."""
        return tuple(dict.fromkeys((*self.judged_columns, *self.shows)))

    @property
    def caveat(self) -> str:
        """What to say beside the title: "limit unverified", or nothing."""
        return "limit unverified" if self.unverified else ""

    @property
    def limits(self) -> Mapping[str, str]:
        """What `$name` may stand for in the rule's SQL: its parameters and its threshold."""
        of_threshold = self.threshold.as_parameters() if self.threshold else {}
        return {**self.parameters, **of_threshold}

    @property
    def _limits_used(self) -> set[str]:
        said = [json.dumps(self.spec.model_dump(mode="json")), self.applies_when or ""]
        return {name for text in said for name in _LIMIT.findall(text)}

    @property
    def accepted_columns(self) -> tuple[str, ...]:
        """Columns to whose values an acceptance is bound; all judged ones by default."""
        return self.accept_on or self.judged_columns

    @property
    def check_name(self) -> str:
        """A name that reads by itself in a list: `T19_resolved_before_onset`."""
        return f"{self.id.split('-')[1]}_{self.name}"

    @property
    def hash(self) -> str:
        """Hash of the meaning: which records it judges and how; not of its wording."""
        meaning = {
            "subject": self.subject,
            "kind": self.kind,
            "spec": self.spec.model_dump(mode="json"),
            "applies_when": self.applies_when,
            "needs": self.needs,
            "columns": self.judged_columns,
            "parameters": self.parameters,
        }
        if self.threshold:
            meaning["threshold"] = self.threshold.as_parameters()
        return _digest(meaning)[:16]

    def definition(self) -> dict[str, Any]:
        """The whole entry as plain data, for the record of rule versions."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"examples"})


@dataclass(frozen=True)
class Catalogue:
    """All rules, in the order of their ids, with the subjects they speak of."""

    rules: tuple[Rule, ...]
    subjects: dict[str, Subject]
    not_expressible: tuple[NotExpressible, ...] = field(default=())

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """Rules by id."""
        return {rule.id: rule for rule in self.rules}

    def for_stage(self, stage: Stage) -> tuple[Rule, ...]:
        """The rules of one stage."""
        return tuple(rule for rule in self.rules if rule.stage == stage)

    def for_subject(self, subject: str) -> tuple[Rule, ...]:
        """The rules of one subject."""
        return tuple(rule for rule in self.rules if rule.subject == subject)

    @cached_property
    def hash(self) -> str:
        """Hash of everything that can change a verdict or its consequences."""
        rules = [rule.model_dump(mode="json", exclude=_DESCRIPTIVE) for rule in self.rules]
        subjects = {name: subject.sql for name, subject in sorted(self.subjects.items())}
        return _digest({"rules": rules, "subjects": subjects})[:16]


def load_catalogue(
    folder: Path = RULES_FOLDER, subjects_folder: Path = SUBJECTS_FOLDER
) -> Catalogue:
    """Read every rule file of a folder.

    Raises:
        CatalogueError: an entry is wrong; the sentence names file, line and rule.
    """
    subjects = load_subjects(subjects_folder)
    placed: list[tuple[Rule, str]] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in LISTS:
            placed.extend(read_rules(path))
    _check_unique(placed)
    _check_retired(placed, folder / RETIRED)
    _check_references(placed, subjects)
    rules = tuple(sorted((rule for rule, _ in placed), key=lambda rule: rule.id))
    return Catalogue(rules, subjects, read_not_expressible(folder / NOT_EXPRESSIBLE))


def with_rules(catalogue: Catalogue, placed: list[tuple[Rule, str]]) -> Catalogue:
    """The catalogue with rules that somebody is writing; one of the same id is replaced.

    Raises:
        CatalogueError: two of them share an id, an id is retired, or one names what there is not.
    """
    _check_unique(placed)
    _check_retired(placed, RULES_FOLDER / RETIRED)
    written = {rule.id for rule, _ in placed}
    kept = [(rule, "the catalogue") for rule in catalogue.rules if rule.id not in written]
    _check_references([*placed, *kept], catalogue.subjects)
    rules = tuple(sorted((rule for rule, _ in (*placed, *kept)), key=lambda rule: rule.id))
    return Catalogue(rules, catalogue.subjects, catalogue.not_expressible)


def read_rules(path: Path) -> list[tuple[Rule, str]]:
    """Read one rule file: each rule with its place, `file, line n`.

    Raises:
        CatalogueError: the file is no YAML list, or an entry is wrong.
    """
    entries = read_entries(path, "rules, each starting with '- '")
    return [(validated(entry, Rule, "rule"), entry.place) for entry in entries]


def _check_unique(placed: Iterable[tuple[Rule, str]]) -> None:
    seen: dict[str, str] = {}
    for rule, place in placed:
        for name in (rule.id, rule.check_name):
            if name in seen:
                raise CatalogueError(
                    f"{place}, rule {rule.id}: {name} is already used at {seen[name]}. "
                    "Ids and check names are unique and never reused."
                )
            seen[name] = place


def _check_retired(placed: Iterable[tuple[Rule, str]], path: Path) -> None:
    retired = {one.id: one for one in read_retired(path)}
    for rule, place in placed:
        if rule.id in retired:
            raise CatalogueError(
                f"{place}, rule {rule.id}: this id was retired ({retired[rule.id].reason}) and may "
                f"never be used again; {path.name} lists all of them. Take a new id."
            )


def _check_references(placed: list[tuple[Rule, str]], subjects: dict[str, Subject]) -> None:
    by_id = {rule.id: rule for rule, _ in placed}
    for rule, place in placed:
        if rule.subject not in subjects:
            known = ", ".join(sorted(subjects))
            raise CatalogueError(
                f"{place}, rule {rule.id}: there is no subject {rule.subject}; known are {known}."
            )
        problem = _wrong_scope(rule, subjects[rule.subject])
        if problem:
            raise CatalogueError(f"{place}, rule {rule.id}: {problem}.")
        for cause_id in rule.depends:
            problem = _wrong_cause(rule, by_id.get(cause_id))
            if problem:
                raise CatalogueError(f"{place}, rule {rule.id}: depends on {cause_id}, {problem}.")


def _wrong_scope(rule: Rule, subject: Subject) -> str | None:
    """Why the rule does not fit what its subject is about: a record, or many of them."""
    if subject.scope == "record":
        if rule.threshold:
            return (
                f"`threshold` is for subjects about hospitals, snapshots or deliveries; "
                f"{subject.name} is about single records, which have none"
            )
        return None
    if rule.severity == "error":
        return (
            f"it is an error and {subject.name} is about a {subject.scope}; rules about hospitals, "
            "snapshots and deliveries are warnings or infos"
        )
    if rule.threshold is None:
        return (
            f"`threshold` is missing; expected {{count: ..., share: ...}}, since {subject.name} is "
            f"about a {subject.scope}"
        )
    return None


def _wrong_cause(rule: Rule, cause: Rule | None) -> str | None:
    """Why a rule cannot be folded under a cause: folding may never make a doubt disappear."""
    if cause is None:
        return "which is no rule"
    if _RANK[cause.severity] < _RANK[rule.severity]:
        return f"which is only {cause.severity}: an {rule.severity} would disappear under it"
    if rule.severity == "error" and not set(rule.affects) <= set(cause.affects):
        missing = ", ".join(sorted(set(rule.affects) - set(cause.affects)))
        return f"which does not affect {missing}: that doubt would disappear"
    return None


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(re.sub(r"(\\n|\s)+", " ", text).encode()).hexdigest()

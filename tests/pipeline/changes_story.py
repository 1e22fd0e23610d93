"""The story of the nights: in each one thing of export, stewards' words or program changes.

Belongs here: what changes on which night, and for which patient. Does not belong here: how a night
is lived (`changes_nights`), what is expected of it (`test_changes`).
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl import refresh, stewards
from etl.parameters import Parameters
from etl.publish import publication
from etl.studies import Study, load_studies
from tests.pipeline.changes_nights import Night, Story
from tests.pipeline.support_refresh import STUDY, edit

CORRECTED, DIED, ARRIVES, GOES, SEEN, ERRS, OPTS_OUT = (
    "P00052",
    "P00120",
    "P00058",
    "P00184",
    "P00091",
    "P00142",
    "P00214",
)
"""Patients of the study in the pristine export; the first fixture says what it needs of each."""

EVENT, RULE = "E00060", "AE-T19"
PATIENT_FILES = ("patients", "baselines", "treatments", "responses", "adverse_events")

Rows = list[dict[str, str]]


def without(export: Path, patient: str) -> None:
    """Take all rows of a patient out of an export."""
    treatments: set[str] = set()

    def forget(some: Rows) -> None:
        treatments.update(
            row["treatment_id"] for row in some if row["patient_id"] == patient and "regimen" in row
        )
        some[:] = [row for row in some if row["patient_id"] != patient]

    for table in (*PATIENT_FILES, "local_treatments"):
        edit(export, table, forget)
    edit(
        export,
        "drugs",
        lambda some: some.__setitem__(
            slice(None), [row for row in some if row["treatment_id"] not in treatments]
        ),
    )


def writing(key: str, value: str, **values: str) -> Callable[[Rows], None]:
    """Write values into the row under a key."""

    def write(some: Rows) -> None:
        [row] = [row for row in some if row[key] == value]
        row.update(values)

    return write


@dataclass(frozen=True)
class Lived:
    """The story, and the response that was corrected with its line before and after."""

    story: Story
    response: str
    line_before: int
    line_after: int

    def night(self, name: str) -> Night:
        return self.story.nights[name]


def denominator_all(study: Study) -> Study:
    """The seed study with everybody in the denominator of its response rate."""
    response = study.endpoints.response.model_copy(update={"denominator": "all"})
    return study.model_copy(
        update={"endpoints": study.endpoints.model_copy(update={"response": response})}
    )


def live(pristine: Path, folder: Path) -> Lived:
    """Live through the nights, on a copy of an export."""
    export = Path(shutil.copytree(pristine, folder / "export"))
    arrives = Path(shutil.copytree(pristine, folder / "arrives"))
    story = Story(folder / "home")
    story.settings.inbox.mkdir(parents=True)
    responses: Rows = []
    edit(export, "responses", responses.extend)
    theirs = sorted(
        (row for row in responses if row["patient_id"] == CORRECTED and row["response"] == "PR"),
        key=lambda row: row["assessment_date"],
    )
    first, last = theirs[-2]["response_id"], theirs[-1]["response_id"]
    edit(export, "responses", writing("response_id", first, response="SD"))
    without(export, ARRIVES)
    story.live("first", export, "2025-03-10")

    edit(export, "responses", writing("response_id", last, response="SD"))
    edit(export, "responses", lambda some: some.insert(0, some.pop()))
    story.live("corrected", export, "2025-03-11")

    edit(
        export,
        "patients",
        writing("patient_id", DIED, vital_status="dead", death_date="2025-02-20"),
    )
    for table in PATIENT_FILES:
        taken: Rows = []
        edit(
            arrives,
            table,
            lambda some, to=taken: to.extend(r for r in some if r["patient_id"] == ARRIVES),
        )  # type: ignore[misc]
        edit(export, table, lambda some, more=taken: some.extend(more))  # type: ignore[misc]
    without(export, GOES)
    edit(
        export,
        "patients",
        writing("patient_id", SEEN, last_contact_date="2025-03-01", vital_status_date="2025-03-01"),
    )
    story.live("moved", export, "2025-03-12")

    edit(export, "adverse_events", writing("event_id", EVENT, resolved_date="2019-01-01"))
    story.live("erroneous", export, "2025-03-13")
    stewards.accept(story.settings, RULE, EVENT, author="J. Steward", reason="in the chart")
    story.live("accepted", export, "2025-03-14")

    manifest = export / "manifest.json"
    said = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(said | {"export_date": "2025-03-15"}))
    story.live("later", export, "2025-03-15")

    with pytest.MonkeyPatch.context() as patch:
        studies = load_studies()
        other = studies | {STUDY: denominator_all(studies[STUDY])}
        for module in (refresh, publication):
            patch.setattr(module, "load_studies", lambda: other)
        story.live("defined", export, "2025-03-16")
        governance = story.home / "governance"
        governance.mkdir(exist_ok=True)
        (governance / "opt_outs.csv").write_text(f"patient_id,since,reason\n{OPTS_OUT},,asked\n")
        patch.setattr(refresh, "Parameters", lambda: Parameters(stable_disease_days=400))
        story.live("parametrised", export, "2025-03-17")
        story.live("again", export, "2025-03-17")
        story.nights["rolled_back"] = story.compare_with(story.nights["defined"].snapshot_id)
    order = [row["response_id"] for row in responses if row["patient_id"] != ARRIVES]
    place = order.index(last)
    return Lived(story, last, place + 2, place + 3)

"""The exports of the seven nights: a patient and an episode for each record of the story.

Belongs here: writing the raw files of a night. Does not belong here: the story (seven_nights).
"""

import csv
import json
from pathlib import Path

from expectations.export_format import TABLES
from tests.pipeline import seven_nights as story


def deliver(folder: Path, night: int) -> Path:
    """Write the export of a night: a patient and an episode for each record of the story."""
    heading, *body = story.cells(story.DELIVERED)
    words = {row[0]: row[heading.index(str(night))] for row in body}
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in TABLES}
    rows["hospitals"].append({"hospital_id": "H01", "name": "One", "active_from": "2010-01-01"})
    for record, word in words.items():
        patient = {"patient_id": f"P-{record}", "hospital_id": "H01"}
        episode = {"treatment_id": f"T-{record}", "patient_id": f"P-{record}"}
        rows["patients"].append(
            patient
            | {"sex": "female", "birth_date": "1960", "vital_status": "alive"}
            | {"last_contact_date": "2025-02-01"}
        )
        rows["baselines"].append(
            {"patient_id": f"P-{record}", "advanced_diagnosis_date": "2024-02-01", "stage": "IV"}
            | {"primary_diagnosis_date": "2020-02-01", "ajcc_edition": "8", "m_category": "M1a"}
        )
        rows["treatments"].append(
            episode
            | {"hospital_id": "H01", "regimen": "nivolumab", "setting": "advanced"}
            | {"start_date": "2024-03-01", "ongoing": "yes"}
        )
        rows["drugs"].append(
            {"treatment_id": f"T-{record}", "drug": "nivolumab", "start_date": "2024-03-01"}
        )
        rows["responses"].append(
            episode
            | {"response_id": f"R-{record}", "assessment_date": "2024-05-20"}
            | {"criteria": "RECIST1.1", "response": "SD"}
        )
        rows["local_treatments"].append(
            {"procedure_id": f"L-{record}", "patient_id": f"P-{record}", "kind": "surgery"}
            | {"site": "skin", "start_date": "2024-02-10", "intent": "palliative"}
        )
        if word != ".":
            rows["adverse_events"].append(
                episode
                | {"event_id": record, "term": "Colitis", "ctcae_version": "5.0", "grade": "2"}
                | {"onset_date": "2024-06-01", "resolved_date": story.RESOLVED[word]}
                | {"outcome": "resolved", "led_to_stop": "no", "immune_related": "yes"}
            )
    folder.mkdir()
    for name, table in TABLES.items():
        with (folder / table.file_name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, table.column_names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[name])
    manifest = {"format": 1, "registry": "Seven nights", "scope": "full", "files": {}}
    manifest["export_date"] = "2025-03-01"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder

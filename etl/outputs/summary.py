"""`summary.json`: the study's numbers for programs and for the line a command prints.

Belongs here: the layout of the file. Does not belong here: estimation beyond the paired tables.
"""

import json
from pathlib import Path
from typing import Any

from etl.outputs.comparison import found_value, is_same
from etl.outputs.results import Record, Results
from etl.studies.pairs import paired_table
from etl.survival.proportions import (
    PairedTable,
    chance_discordance,
    clopper_pearson,
    exact_mcnemar,
)

KEYS = (
    "edition",
    "stratum",
    "subset",
    "endpoint",
    "statistic",
    "at",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "evaluable_set",
    "method",
    "suppressed",
)


def summarise(results: Results) -> dict[str, Any]:
    """The content of `summary.json`."""
    context, study = results.context, results.study
    return {
        "study": study.id,
        "title": study.title,
        "is_synthetic": context.is_synthetic,
        "snapshot_id": context.snapshot_id,
        "registry": context.registry,
        "source": context.source,
        "export_date": None if context.export_date is None else str(context.export_date),
        "code_version": context.code_version,
        "rules_hash": context.rules_hash,
        "parameters": context.parameters.model_dump(mode="json"),
        "minimum_cell": context.minimum_cell,
        "patients": {stratum: len(results.members(stratum)) for stratum in results.strata},
        "attrition": [
            {key: step[key] for key in ("step", "criterion", "edition", "patients", "excluded")}
            for step in results.attrition
        ],
        "agreement": {
            stratum: _agreement(paired_table(results.members(stratum)))
            for stratum in results.strata
        },
        "estimates": [_plain(row) for row in results.estimates],
        "compared_with_publication": _comparison(results),
    }


def write_summary(results: Results, path: Path) -> Path:
    """Write `summary.json`; returns the path."""
    text = json.dumps(summarise(results), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _plain(row: Record) -> dict[str, Any]:
    return {key: row[key] for key in KEYS}


def _agreement(table: PairedTable) -> dict[str, Any]:
    return {
        "pairs": table.pairs,
        "both": table.both,
        "initial_only": table.initial_only,
        "rechallenge_only": table.rechallenge_only,
        "neither": table.neither,
        "discordant": table.discordant,
        "expected_by_chance": chance_discordance(table),
        "mcnemar_exact_p": exact_mcnemar(table),
        "response_in_initial_responders": _rate(table.both, table.initial_responders),
        "response_in_initial_non_responders": _rate(
            table.rechallenge_only, table.pairs - table.initial_responders
        ),
    }


def _rate(numerator: int, denominator: int) -> dict[str, Any]:
    found = clopper_pearson(numerator, denominator)
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": found.value,
        "lower": found.lower,
        "upper": found.upper,
    }


def _comparison(results: Results) -> list[dict[str, Any]]:
    publication = results.study.publication
    if publication is None:
        return []
    return [
        {
            "endpoint": figure.endpoint,
            "stratum": figure.stratum,
            "subset": figure.subset,
            "printed": figure.printed,
            "found": found_value(results, figure),
            "denominator_is_reconstructed": figure.reconstructed,
            "same": is_same(results, figure),
        }
        for figure in publication.figures
    ]

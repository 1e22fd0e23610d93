"""The page of the study library, `docs/library.md`, written from the study definitions.

Belongs here: rendering. Does not belong here: anything about a study; it stands in its file
(`etl/studies/*.yaml`), and the words for its keys in `etl/studies/words.py`.

Run `python -m etl.outputs.library_page` after changing a study; a test says when it was forgotten.
"""

from pathlib import Path

from etl.outputs import wording
from etl.outputs.outcome_tables import time_name
from etl.studies import Study, load_studies
from etl.studies.criteria import criteria
from etl.studies.definition import PublishedFigure

PATH = Path(__file__).parents[2] / "docs" / "library.md"
_HEAD = """# Study library

Written from `etl/studies/*.yaml` by `python -m etl.outputs.library_page`; edit those files.

Each study asks for a first exposure, a second one, and what must lie between. The same words mean
different things in different papers, so a definition says what it asks for, key by key
([studies](studies.md)). What a source leaves open, and what could not be verified, stands under
*Assumed*. Published figures are given only where they were read; they are compared with what is
found and never computed from. Every criterion is held by synthetic patients on both sides of it
(`tests/studies`).

A definition is applied to whatever registry is refreshed. That it finds patients there says nothing
about the patients of the publication.
"""
_UNITS = {"proportion": "share", "median": "median, months", "survival_at": "alive at"}
_NUMBERED = {"patients": "Rechallenged patients", "screened": "Patients with an initial treatment"}
_STRATA = {
    "initial_regimen": "by the regimen of the initial treatment",
    "rechallenge_regimen": "by the regimen of the rechallenge",
    "rechallenge_class": "by the drug classes of the rechallenge",
    "first_stop_reason": "by why the initial treatment ended",
    "first_stop_progression": "by whether the initial treatment ended for progression",
}
_FROM = {"rechallenge_start": "the rechallenge", "initial_start": "the initial treatment"}
_PATIENTS = {"evaluable": "patients with an evaluable response", "all": "all patients"}


def render(studies: dict[str, Study] | None = None) -> str:
    """The whole page as Markdown."""
    told = load_studies() if studies is None else studies
    contents = "\n".join(
        f"- [`{study.id}`](#{study.id}): {study.title.removesuffix('.')}" for study in told.values()
    )
    return "\n\n".join([_HEAD.strip(), contents, *map(_section, told.values())]) + "\n"


def _section(study: Study) -> str:
    parts = [
        f"## {study.id}",
        f"**{study.title}.** {' '.join(study.question.split())}",
        _source(study),
        "Selected, in this order:",
        _numbered([step.description for step in criteria(study)[1:]]),
        f"Read: {'; '.join(_readings(study))}.",
        "Assumed:",
        _bullets(study.assumptions),
        _published(study),
    ]
    return "\n\n".join(parts)


def _source(study: Study) -> str:
    publication = study.publication
    if publication is None:
        return "No publication."
    doi = f", [doi {publication.doi}](https://doi.org/{publication.doi})" if publication.doi else ""
    return f"Source: {publication.citation}{doi}."


def _readings(study: Study) -> list[str]:
    response, toxicity = study.endpoints.response, study.endpoints.toxicity
    told = [
        f"{response.best_response} best response over {_PATIENTS[response.denominator]}",
        _counted("progression-free survival", study.pfs_index),
        _counted("overall survival", study.os_index),
        f"immune-related events of grade {toxicity.minimum_grade} or more",
    ]
    if study.endpoints.recurrence is not None:
        told.append("the same immune-related event again")
    if study.strata in _STRATA:
        told.append(f"groups {_STRATA[study.strata]}")
    return told


def _counted(name: str, index: str) -> str:
    immortal = (
        ", which makes the time until the rechallenge immortal; with delayed entry beside"
        if index == "initial_start"
        else ""
    )
    return f"{name} from the start of {_FROM[index]}{immortal}"


def _published(study: Study) -> str:
    publication = study.publication
    note = " ".join(publication.note.split()) if publication else ""
    if publication is None or not publication.figures:
        return f"Published: no figure that could be verified. {note}".strip()
    rows = "\n".join(_row(figure) for figure in publication.figures)
    table = f"| published | group | printed | n/N |\n|---|---|---|---|\n{rows}"
    starred = any(figure.reconstructed for figure in publication.figures)
    inferred = " Fractions marked * are inferred from the percentage." if starred else ""
    return f"{table}\n\nRead in: {publication.read_in}. {note}{inferred}".rstrip()


def _row(figure: PublishedFigure) -> str:
    name = _NUMBERED.get(figure.endpoint)
    if name is None:
        unit = _UNITS.get(figure.statistic, figure.statistic)
        at = f" {figure.at} months" if figure.at is not None else ""
        name = f"{time_name(figure.endpoint, figure.subset)} ({unit}{at})"
    fraction = wording.NONE
    if figure.denominator is not None:
        star = "\\*" if figure.reconstructed else ""
        fraction = f"{figure.numerator}/{figure.denominator}{star}"
    group = wording.group_name(figure.stratum)
    return f"| {name} | {group} | {figure.printed} | {fraction} |"


def _numbered(items: list[str]) -> str:
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))


def _bullets(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")

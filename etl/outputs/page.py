"""The report as one HTML file that opens offline.

Belongs here: what a section is, and turning sections into HTML. Does not belong here: what stands
in a section (`sections`), the words and numbers (the modules beside this one).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from etl.outputs import prose, trace
from etl.outputs.figures import Figure
from etl.outputs.headline import headline_table
from etl.outputs.interactive.script import POLICY, as_script, script_for
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.studies import words

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Subheading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Caution:
    """A warning that stands out: the name of the danger, and what it does to the numbers."""

    name: str
    text: str


Item = Table | Figure | Subheading | Caution | str


@dataclass(frozen=True)
class Section:
    """A section of the report: heading and what stands below it, in order."""

    heading: str
    items: tuple[Item, ...]

    @property
    def anchor(self) -> str:
        """The heading as the target of a link."""
        return self.heading.lower().replace(" ", "-")


def render(results: Results, sections: Sequence[Section], printed: Table | None) -> str:
    """The page.

    Args:
        results: what the study found.
        sections: what stands on the page, in order.
        printed: what was found beside what the publication prints, if there is one.
    """
    script = script_for(item for section in sections for item in section.items)
    return (
        environment()
        .get_template("report.html")
        .render(
            study=results.study,
            context=results.context,
            sections=sections,
            definition=words.definition(results.study),
            printed=printed,
            headline=headline_table(results),
            estimates=results.estimates,
            patients=len(results.pairs),
            no_patient=prose.NO_PATIENT,
            script=script,
            policy=POLICY if script is None else script.policy,
        )
    )


@cache
def environment() -> Environment:
    """The templates with what they ask about items, compiled once a process."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["as_script"] = as_script
    made.globals.update(
        style="".join(
            (TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "figure.css")
        ),
        is_figure=lambda item: isinstance(item, Figure),
        is_table=lambda item: isinstance(item, Table),
        is_subheading=lambda item: isinstance(item, Subheading),
        is_caution=lambda item: isinstance(item, Caution),
        source=trace.source,
        as_data=_as_data,
    )
    return made


def _as_data(figure: Figure) -> str:
    """The figure as a data address, so that the page needs no other file."""
    encoded = base64.b64encode(figure.path.read_bytes()).decode("ascii")
    return f"data:image/svg+xml;base64,{encoded}"

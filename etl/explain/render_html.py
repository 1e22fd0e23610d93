"""An explanation as one HTML file that needs no other file and no network.

Belongs here: filling the template. Does not belong here: what is said, the drawing (`picture`).
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from etl.explain.document import Explanation, Statement
from etl.explain.picture import picture

TEMPLATES = Path(__file__).parent / "templates"


def render_html(explanation: Explanation) -> str:
    """The page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("explain.html").render(
        it=explanation,
        picture=picture(explanation),
        style=(TEMPLATES / "explain.css").read_text(encoding="utf-8"),
        said=_said,
    )


def _said(statements: Sequence[Statement]) -> Markup:
    """Statements as a list of terms; those of one label stand under it once."""
    parts = []
    for label, ones in groupby(statements, key=lambda one: one.label):
        parts.append(Markup("<dt>{}</dt>").format(label))
        parts += [_description(one) for one in ones]
    return Markup('<dl class="said">{}</dl>').format(Markup("").join(parts)) if parts else Markup()


def _description(one: Statement) -> Markup:
    clause = Markup(' <span class="clause">{}</span>').format(one.clause) if one.clause else ""
    rows = ", ".join(map(str, one.sources))
    source = Markup(' <span class="source">{}</span>').format(rows) if rows else ""
    return Markup("<dd>{}{}{}</dd>").format(escape(one.text), clause, source)

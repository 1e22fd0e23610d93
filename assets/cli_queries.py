"""Verbs about queries: queries, and `query` with release, show, assign, comment, answer, close.

Belongs here: their options and words. Does not belong here: what is asked and kept
(`etl.stewards`, `expectations.queries`), answers of a worklist (`worklist import`).
"""

from collections import Counter
from typing import Annotated, Any

import typer

from assets.cli_common import (
    Home,
    Json,
    known_hospitals,
    must_be_known,
    out,
    published_database,
    settings_for,
    show,
)

Query = Annotated[str, typer.Argument(help="Id of the query, such as Q00012.")]
Author = Annotated[str, typer.Option(help="Who says so; kept as typed.")]

query_app = typer.Typer(
    help="Ask a hospital about findings, and follow each question.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def queries(
    state: Annotated[
        list[str] | None,
        typer.Option(help="candidate, released, answered or closed; may be repeated."),
    ] = None,
    hospital: Annotated[str | None, typer.Option(help="Only of this hospital.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Only those somebody looks after.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 50,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the queries, those that wait longest first; released and answered when not told."""
    from etl import stewards
    from expectations.queries import STATES

    chosen = state or ["released", "answered"]
    must_be_known("state of a query", chosen, STATES)
    settings = settings_for(home)
    everything = stewards.read_queries(settings)
    if hospital is not None:
        must_be_known("hospital", [hospital], known_hospitals(published_database(settings)))
    if assignee is not None:
        names = {row["assignee"] for row in everything if row["assignee"]}
        must_be_known("assignee", [assignee], names)
    rows = [
        row
        for row in everything
        if row["state"] in chosen
        and hospital in (None, row["hospital_id"])
        and assignee in (None, row["assignee"])
    ]
    if as_json:
        show(rows, as_json)
        return
    shown = rows[:limit] if limit else rows
    show([_on_a_line(row) for row in shown], as_json)
    counts = Counter(row["state"] for row in everything)
    out(", ".join(f"{counts[one]:,} {one}" for one in STATES) + ".")
    if len(shown) < len(rows):
        out(f"{len(rows) - len(shown):,} more; --limit 0 shows all.")


@query_app.command()
def release(
    findings: Annotated[
        list[str] | None, typer.Argument(help="Findings, by id (`findings --json`).")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Of this rule, or family of rules.")] = None,
    record: Annotated[str | None, typer.Option(help="Of this record.")] = None,
    hospital: Annotated[str | None, typer.Option(help="Of this hospital.")] = None,
    author: Annotated[str, typer.Option(help="Who asks; kept as typed.")] = "",
    home: Home = None,
) -> None:
    """Ask about the open findings that match; what is asked already stays as it is."""
    from etl import stewards
    from expectations import queries as life

    settings = settings_for(home)
    if hospital is not None:
        must_be_known("hospital", [hospital], known_hospitals(published_database(settings)))
    found = stewards.find_candidates(
        settings, finding_ids=findings or [], rule=rule, record=record, hospital=hospital
    )
    ids = life.release(settings.acceptances_path, found, author=author, on=settings.today())
    out(f"{len(ids):,} findings are asked about: {_span(ids)}.")


@query_app.command(name="show")
def show_(query: Query, home: Home = None, as_json: Json = False) -> None:
    """Show one query, its finding and everything that was said about it."""
    from etl import stewards

    told = stewards.read_query(settings_for(home), query)
    if as_json:
        show(told, as_json)
        return
    said = told.pop("said")
    of_the_machine = {"finding_id", "rule_hash", "fingerprint", "accept_key", "stage", "source"}
    show(
        {
            name.replace("_", " "): value
            for name, value in told.items()
            if value not in (None, "{}") and name not in of_the_machine
        },
        as_json,
    )
    out()
    show(said, as_json)


@query_app.command()
def assign(
    query: Query,
    to: Annotated[str, typer.Option(help="Who looks after it; kept as typed.")],
    author: Author,
    home: Home = None,
) -> None:
    """Say who looks after a query."""
    from expectations import queries as life

    settings = settings_for(home)
    life.assign(settings.acceptances_path, query, assignee=to, author=author, on=settings.today())
    out(f"{query} is looked after by {to}.")


@query_app.command()
def comment(
    query: Query,
    text: Annotated[str, typer.Argument(help="What to say; it stays with the query.")],
    author: Author,
    home: Home = None,
) -> None:
    """Say something about a query."""
    from expectations import queries as life

    settings = settings_for(home)
    life.add_comment(
        settings.acceptances_path, query, author=author, text=text, on=settings.today()
    )
    out(f"Said of {query}.")


@query_app.command()
def answer(
    query: Query,
    answer: Annotated[
        str,
        typer.Option(
            help="corrected at source, value confirmed, not our patient, or rule is wrong."
        ),
    ],
    who: Annotated[str, typer.Option(help="Who answered; kept as typed.")],
    comment: Annotated[str, typer.Option(help="What was said with it.")] = "",
    home: Home = None,
) -> None:
    """Record an answer that came by another way than a worklist."""
    from expectations import queries as life

    settings = settings_for(home)
    proposed = life.answer(
        settings.acceptances_path,
        query,
        answer=answer,
        comment=comment,
        who=who,
        on=settings.today(),
    )
    out(f"Answered: {query}.")
    if proposed:
        out(f"It proposes acceptance {proposed}; `rechallenge approve {proposed}` makes it count.")


@query_app.command()
def close(
    query: Query,
    author: Author,
    reason: Annotated[str, typer.Option(help="Why it need not be answered any more.")],
    home: Home = None,
) -> None:
    """Close a query by hand; its finding stays what the ledger says it is."""
    from expectations import queries as life

    settings = settings_for(home)
    life.close(settings.acceptances_path, query, author=author, reason=reason, on=settings.today())
    out(f"Closed: {query}.")


def _span(ids: list[str]) -> str:
    unique = sorted(set(ids))
    return ", ".join(unique) if len(unique) <= 5 else f"{unique[0]} to {unique[-1]}"


def _on_a_line(row: dict[str, Any]) -> dict[str, Any]:
    place = f"{row['source_file']}:{row['source_line']}" if row["source_file"] else ""
    return {
        "query": row["query_id"],
        "state": row["state"],
        "hospital": row["hospital_id"],
        "rule": row["rule_id"],
        "record": row["record_key"],
        "file and line": place,
        "days since asked": row["days_since_asked"],
        "assignee": row["assignee"],
        "answer": row["answer"] or row["closed_because"],
    }


VERBS = (queries,)
GROUPS = {"query": query_app}

"""A story of seven nights: nine adverse events, what is delivered, said and expected of each.

Belongs here: the story as tables, and its page: run `python -m tests.pipeline.seven_nights` after
editing it. Does not belong here: running the nights and comparing (test_seven_nights).

Every event begins on 1 June 2024 and the rule is AE-T19, an event does not resolve before it
began. `far` is resolved 52 days too early, `far2` 50 days, `near` 7 days; `fine` is right.
"""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "seven-nights.md"

RESOLVED = {
    "far": "2024-04-10",
    "far2": "2024-04-12",
    "near": "2024-05-25",
    "fine": "2024-07-01",
}
"""What a word in `DELIVERED` stands for in the file; a dot is an event that is not delivered."""

RECORDS = """
    record    | what the event is there to show
    typo      | a mistake that the hospital corrects, and makes again
    gone      | an event that is no longer delivered, and comes back
    retyped   | a wrong date replaced by another wrong date
    confirmed | an oddity that the hospital confirms and the steward approves
    near      | a finding of which the hospital says that the rule is wrong
    foretold  | an oddity accepted before the rule finds it, by family
    ending    | an acceptance that has a last day
    undone    | an acceptance that is withdrawn
    moved     | an acceptance whose value changes
"""

NIGHTS = """
    night | before it
    1     | the first delivery
    2     | J. Steward releases typo, near and confirmed; accepts ending (until 3 March), undone and moved; accepts the family ae-dates for foretold, which nothing finds yet
    3     | the hospital answers typo: corrected at source; confirmed: value confirmed, which proposes an acceptance
    4     | J. Steward approves it; the hospital answers near: rule is wrong
    5     | J. Steward withdraws the acceptance of undone
    6     | AE-T19 changes: up to 14 days are tolerated; J. Steward releases typo again
    7     | J. Steward comments on typo; nothing else but gone changes
"""  # noqa: E501 - a table

DELIVERED = """
    record    | 1    | 2    | 3    | 4    | 5    | 6    | 7
    typo      | far  | far  | fine | fine | far  | far  | far
    gone      | far  | .    | .    | .    | .    | .    | far
    retyped   | far  | far2 | far2 | far2 | far2 | far2 | far2
    confirmed | far  | far  | far  | far  | far  | far  | far
    near      | near | near | near | near | near | near | near
    foretold  | fine | fine | far  | far  | far  | far  | far
    ending    | far  | far  | far  | far  | far  | far  | far
    undone    | far  | far  | far  | far  | far  | far  | far
    moved     | far  | far  | far  | far2 | far2 | far2 | far2
"""

STATUSES = """
    record    | 1   | 2                | 3           | 4                | 5           | 6            | 7
    typo      | new | persisting       | corrected   | (corrected)      | reopened    | persisting   | persisting
    gone      | new | vanished         | (vanished)  | (vanished)       | (vanished)  | (vanished)   | reopened
    retyped   | new | superseded + new | persisting  | persisting       | persisting  | persisting   | persisting
    confirmed | new | persisting       | persisting  | accepted         | accepted    | reopened     | persisting
    near      | new | persisting       | persisting  | persisting       | persisting  | rule_changed | (rule_changed)
    foretold  | .   | .                | accepted    | accepted         | accepted    | reopened     | persisting
    ending    | new | accepted         | accepted    | reopened         | persisting  | persisting   | persisting
    undone    | new | accepted         | accepted    | accepted         | reopened    | persisting   | persisting
    moved     | new | accepted         | accepted    | superseded + new | persisting  | persisting   | persisting
"""  # noqa: E501 - a table
"""Open findings and those closed that night; in brackets what the last one had come to."""

EVENTS = """
    night | record    | event        | detail
    1     | typo      | new          |
    1     | gone      | new          |
    1     | retyped   | new          |
    1     | confirmed | new          |
    1     | near      | new          |
    1     | ending    | new          |
    1     | undone    | new          |
    1     | moved     | new          |
    2     | typo      | persisting   |
    2     | gone      | vanished     | the record is no longer delivered
    2     | retyped   | new          |
    2     | retyped   | superseded   | the values changed and are still wrong
    2     | confirmed | persisting   |
    2     | near      | persisting   |
    2     | ending    | accepted     | accepted as A00001
    2     | undone    | accepted     | accepted as A00002
    2     | moved     | accepted     | accepted as A00003
    3     | typo      | corrected    | the rule holds now
    3     | retyped   | persisting   |
    3     | foretold  | accepted     | accepted as A00004
    4     | confirmed | accepted     | accepted as A00005
    4     | ending    | reopened     | its acceptance A00001 ended on 2025-03-03
    4     | moved     | new          | its acceptance A00003 lapsed: the value changed
    4     | moved     | superseded   | the values changed and are still wrong; its acceptance A00003 lapsed: the value changed
    5     | typo      | reopened     | it was corrected and is back
    5     | ending    | persisting   |
    5     | undone    | reopened     | its acceptance A00002 was withdrawn by J. Steward
    5     | moved     | persisting   |
    6     | typo      | persisting   |
    6     | confirmed | reopened     | its acceptance A00005 lapsed: the rule changed
    6     | near      | rule_changed | the rule changed
    6     | foretold  | reopened     | its acceptance A00004 lapsed: the rule changed
    6     | undone    | persisting   |
    7     | gone      | reopened     | it was vanished and is back
    7     | confirmed | persisting   |
    7     | foretold  | persisting   |
"""  # noqa: E501 - a table

QUERIES = """
    query  | record    | 1         | 2        | 3                 | 4                   | 5                   | 6                    | 7
    Q00001 | typo      | candidate | released | closed: corrected | closed: corrected   | candidate           | released             | released
    Q00002 | near      | candidate | released | released          | answered            | answered            | closed: rule_changed | closed: rule_changed
    Q00003 | confirmed | candidate | released | answered          | closed: accepted as A00005 | closed: accepted as A00005 | candidate     | candidate
"""  # noqa: E501 - a table
"""A candidate is a finding that nobody is asked about now; it keeps the query it had."""

ACCEPTANCES = """
    acceptance | record    | 1 | 2       | 3                | 4                         | 5                         | 6                        | 7
    A00001     | ending    | . | lapsing | lapsing          | ended                     | ended                     | ended                    | ended
    A00002     | undone    | . | used    | used             | used                      | withdrawn                 | withdrawn                | withdrawn
    A00003     | moved     | . | used    | used             | lapsed: the value changed | lapsed: the value changed | lapsed: the value changed | lapsed: the value changed
    A00004     | foretold  | . | unused  | used             | used                      | used                      | lapsed: the rule changed | lapsed: the rule changed
    A00005     | confirmed | . | .       | unused, proposed | used                      | used                      | lapsed: the rule changed | lapsed: the rule changed
"""  # noqa: E501 - a table

PRECISION = """
    rule   | 1 | 2 | 3      | 4      | 5      | 6 | 7
    AE-T19 | . | . | 0 of 2 | 1 of 3 | 1 of 3 | . | .
"""
"""Answers that call the rule wrong, of all answers about the rule as it is that night."""


def page() -> str:
    """The story as a page."""
    return f"""<!-- Written by `python -m tests.pipeline.seven_nights`. Do not edit. -->

# Seven nights of the ledger

A story that is a test: seven deliveries are refreshed and published on 1 to 7 March 2025, stewards and hospitals say
what they say in between, and what is shown here must come out, night by night. Only the newest two snapshots are kept
on the shelf; that `rechallenge findings --as-of` still tells what was open on each of the seven is part of the test.

The rule is AE-T19, *an adverse event does not resolve before it began*. Every event begins on 1 June 2024; `far` is
resolved 52 days too early, `far2` 50 days, `near` 7 days, `fine` afterwards; a dot is an event that is not delivered.
What each word means stands in [stewardship](stewardship.md).

## What is delivered and said

{_table(RECORDS)}
{_table(NIGHTS)}
{_table(DELIVERED)}
## What becomes of each finding

Open findings, and those closed that night; in brackets what the last one had come to. The lines of a patient are
doubtful (toxicity) exactly on the nights on which the finding is new, persisting or reopened.

{_table(STATUSES)}
## What the ledger says of it

One row each time a finding comes into another status, from `quality.finding_events`.

{_table(EVENTS)}
## Queries

A candidate is a finding that nobody is asked about now; it keeps the query it had.

{_table(QUERIES)}
## Acceptances

{_table(ACCEPTANCES)}
## Answers that call the rule wrong

Of all answers about the rule as it is that night: a changed rule starts anew.

{_table(PRECISION)}"""  # noqa: E501 - a page


def cells(text: str) -> list[list[str]]:
    """The cells of a table drawn with bars, its heading first."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _table(text: str) -> str:
    heading, *body = cells(text)
    rule = ["---"] * len(heading)
    return "".join(f"| {' | '.join(row)} |\n" for row in (heading, rule, *body))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""Verbs about the catalogue: rules.

Belongs here: their options and words. Does not belong here: the rules (`expectations`), findings
and what stewards say of them (`cli_findings`, `cli_stewardship`).
"""

from typing import Annotated

import typer

from assets.cli_common import Json, show

Id = Annotated[str | None, typer.Argument(help="Id of one rule, such as AE-T19.")]


def rules(rule_id: Id = None, as_json: Json = False) -> None:
    """List the rule catalogue, or explain one rule."""
    from etl.errors import WrongUseError
    from expectations.catalogue import load_catalogue

    catalogue = load_catalogue()
    if rule_id is None:
        names = ("id", "stage", "subject", "severity", "title")
        rows = [{name: getattr(rule, name) for name in names} for rule in catalogue.rules]
        show(rows, as_json)
        return
    if rule_id not in catalogue.by_id:
        raise WrongUseError(f"There is no rule {rule_id}. `rechallenge rules` lists them.")
    rule = catalogue.by_id[rule_id]
    said = {**rule.definition(), "check_name": rule.check_name, "hash": rule.hash}
    if rule.caveat:
        said["caveat"] = rule.caveat
    if as_json:
        said["examples"] = [one.model_dump(mode="json") for one in rule.examples]
    show(said, as_json)


VERBS = (rules,)

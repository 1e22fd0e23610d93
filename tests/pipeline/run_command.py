"""The command with a kill switch: `KILL_AT=module:function[:after]` ends it there by SIGKILL.

`KILL_BY=SIGTERM` ends it by another signal.
`SOURCES=folder` has it read its mappings there.
`LAME_RULE=AE-T19` makes a rule hold for every record, as a mistake in the program would.

Not part of the program: the tests start it in another process to see what a kill leaves.
"""

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any


def _arm(where: str) -> None:
    module_name, name, *after = where.split(":")
    owner: Any = importlib.import_module(module_name)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, last)

    def killed(*arguments: Any, **named: Any) -> Any:
        if after:
            original(*arguments, **named)
        os.kill(os.getpid(), signal.Signals[os.environ.get("KILL_BY", "SIGKILL")])

    setattr(owner, last, killed)


def _lame(rule_id: str) -> None:
    from etl import refresh
    from expectations.catalogue import Catalogue
    from expectations.rule_kinds import SqlSpec

    catalogue = refresh.the_catalogue()
    rule = catalogue.by_id[rule_id]
    changed = {rule.kind: None, "sql": SqlSpec(holds="true"), "columns": rule.judged_columns}
    rules = (one if one is not rule else rule.model_copy(update=changed) for one in catalogue.rules)
    lame = Catalogue(tuple(rules), catalogue.subjects)
    setattr(refresh, "the_catalogue", lambda: lame)  # noqa: B010 - typed as cached


def _read_mappings_of(folder: str) -> None:
    from etl.sources import load

    setattr(load, "_HERE", Path(folder))  # noqa: B010 - private to its module


if __name__ == "__main__":
    if os.environ.get("SOURCES"):
        _read_mappings_of(os.environ["SOURCES"])
    if os.environ.get("LAME_RULE"):
        _lame(os.environ["LAME_RULE"])
    if os.environ.get("KILL_AT"):
        _arm(os.environ["KILL_AT"])
    from assets.cli import main

    main(sys.argv[1:])

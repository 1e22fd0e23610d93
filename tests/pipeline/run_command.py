"""The command with a kill switch: `KILL_AT=module:function[:after]` ends it there by SIGKILL.

Not part of the program: the tests start it in another process to see what a kill leaves.
"""

import importlib
import os
import signal
import sys
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
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, killed)


if __name__ == "__main__":
    if os.environ.get("KILL_AT"):
        _arm(os.environ["KILL_AT"])
    from assets.cli import main

    main(sys.argv[1:])

"""Reads many SPSS files, each in a fork of one process that has imported what reading needs.

Belongs here: what stands for starting `etl.ingest.sav_process` again and again in a test, and
damaging a file. Does not belong here: what is expected.

A request is a line of JSON: the arguments of `sav_process` and where its output goes; the answer
is a line with the code it ended with.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from etl.ingest import sav_process

_SECONDS = 20


@contextmanager
def forks(folder: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[bytes]]]:
    """Something to call in place of `subprocess.run`; its output is kept in a folder."""
    out = folder / "forked.out"
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.unit.sav_forks"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as reader:

        def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
            assert reader.stdin is not None
            assert reader.stdout is not None
            assert command[1:3] == ["-m", "etl.ingest.sav_process"]
            reader.stdin.write(json.dumps([*command[3:], str(out)]) + "\n")
            reader.stdin.flush()
            code = int(reader.stdout.readline())
            return subprocess.CompletedProcess(command, code, out.read_bytes(), b"")

        yield run
        if reader.stdin is not None:
            reader.stdin.close()


def damaged(whole: bytes, number: int) -> bytes:
    """The same damage for the same number: bytes changed, a piece cut out, doubled or zeroed."""
    chance = random.Random(number)  # noqa: S311  # no secret
    data = bytearray(whole)
    at, size = chance.randrange(len(data)), chance.randint(1, 64)
    match number % 5:
        case 0 | 1:
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 2:
            del data[at : at + size]
        case 3:
            data[at:at] = data[max(0, at - size) : at]
        case _:
            data[at : at + size] = bytes(len(data[at : at + size]))
    return bytes(data)


def _answer(arguments: list[str]) -> int:
    *sys.argv[1:], out = arguments
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code: object = 1
    try:
        signal.alarm(_SECONDS)
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        sav_process.main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


def main() -> None:
    """Answer each line; see the module."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(_answer(json.loads(line)), file=answers, flush=True)


if __name__ == "__main__":
    main()

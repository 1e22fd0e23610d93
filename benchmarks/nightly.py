"""How long a night takes: a synthetic registry, refreshed and published, step by step.

Belongs here: timing the command as it is run. Does not belong here: what is right (tests).

Usage: python -m benchmarks.nightly [--patients N]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(what: str, *arguments: str) -> float:
    """Run the command, print how long it took, in seconds."""
    started = time.perf_counter()
    command = [sys.executable, "-c", "from assets.cli import main; main()", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    seconds = time.perf_counter() - started
    print(f"{what:<42} {seconds:6.1f} s")
    return seconds


def main() -> None:
    """Time each part of a night."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=7500, help="patients of the registry")
    patients = str(parser.parse_args().patients)
    with tempfile.TemporaryDirectory() as folder:
        home, export = f"{folder}/home", f"{folder}/export"
        timed("help", "--help")
        timed("synth", "synth", "--out", export, "--patients", patients, "--dialect", "dmtr")
        refresh = ("refresh", "--export", export, "--source", "dmtr", "--home", home)
        timed("refresh, the first night", *refresh)
        timed("refresh, the same export again", *refresh)
        timed("verify", "verify", "--home", home)
        published = Path(home) / "published"
        size = sum(path.stat().st_size for path in published.rglob("*") if path.is_file())
        print(f"{'published':<42} {size / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()

"""How long the derivations take, from ten thousand to a million patients.

Belongs here: timing every derived table and mart on registries of growing size, and holding the
result to its limits. Does not belong here: making the registries (`large_registry`), the timing of
a whole night (`nightly`), or what is right (tests).

Usage: python -m benchmarks.derivations [--sizes 10000 1000000] [--memory 4GB]

Counted are lines, best responses, times and rechallenge pairs: `derived.lines`,
`derived.line_responses`, `derived.line_survival`, `marts.reexposures` and every derived table that
one of them is made from. The other derived tables and marts are timed beside them. Staging is made
before and not timed. CPU seconds are over all threads: where they are far under twice the seconds,
something else held the processors. Each size is derived in a process of its own, whose peak memory
is reported.

Written: benchmarks/derivations.json and benchmarks/derivations.svg. Exit 1 when a limit is broken.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.derivations_figure import draw
from benchmarks.large_registry import multiply, stage_small
from etl.models import load_models, run_model
from etl.parameters import Parameters
from etl.settings import Settings
from etl.warehouse import open_session

FOLDER = Path(__file__).parent
SMALL_PATIENTS = 10_000
SIZES = (10_000, 100_000, 300_000, 1_000_000)
COUNTED_FOR = (
    "derived.lines",
    "derived.line_responses",
    "derived.line_survival",
    "marts.reexposures",
)
LARGEST, COMPARED_WITH = 1_000_000, 100_000
LIMIT_SECONDS = 60.0
LIMIT_MEMORY_GIB = 6.0
LIMIT_GROWTH = 1.15
Result = dict[str, Any]


def counted() -> set[str]:
    """The models that the limit of time is about."""
    models = load_models()
    wanted = [name for name in COUNTED_FOR if name in models]
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in found and models[name].layer != "staging":
            found.add(name)
            wanted += models[name].depends_on
    return found


def derive(settings: Settings, *, only_counted: bool = False) -> Result:
    """Run every derived model and mart over a staged warehouse; what each took."""
    parameters = Parameters().as_sql()
    timed: list[Result] = []
    with open_session(settings) as con:
        placed = "select count(*) from staging.patients where is_placed"
        patients = con.execute(placed).fetchall()[0][0]
        for model in load_models().values():
            if model.layer == "staging" or (only_counted and model.name not in counted()):
                continue
            started, cpu_started = time.perf_counter(), time.process_time()
            rows = run_model(con, model, parameters)
            seconds = time.perf_counter() - started
            cpu = time.process_time() - cpu_started
            timed.append(
                {
                    "model": model.name,
                    "rows": rows,
                    "seconds": round(seconds, 3),
                    "cpu_seconds": round(cpu, 3),
                }
            )
            print(f"  {model.name:<36} {rows:>12,} rows {seconds:8.2f} s", file=sys.stderr)
    # Linux tells kibibytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    limited = [entry for entry in timed if entry["model"] in counted()]
    return {
        "patients": patients,
        "counted_seconds": round(sum(entry["seconds"] for entry in limited), 2),
        "counted_cpu_seconds": round(sum(entry["cpu_seconds"] for entry in limited), 2),
        "all_seconds": round(sum(entry["seconds"] for entry in timed), 2),
        "peak_memory_gib": round(peak, 2),
        "models": timed,
    }


def broken_limits(results: list[Result]) -> list[str]:
    """What the results break, as sentences."""
    by_size = {result["patients"]: result for result in results}
    broken = []
    largest = by_size.get(LARGEST)
    if largest and largest["counted_seconds"] >= LIMIT_SECONDS:
        broken.append(f"{largest['counted_seconds']} s for a million, not under {LIMIT_SECONDS} s")
    if largest and largest["peak_memory_gib"] >= LIMIT_MEMORY_GIB:
        broken.append(f"{largest['peak_memory_gib']} GiB, not under {LIMIT_MEMORY_GIB} GiB")
    growth = growth_per_patient(results)
    if growth is not None and growth > LIMIT_GROWTH:
        broken.append(f"a patient takes {growth:.2f} times as long among a million as in 100,000")
    return broken


def growth_per_patient(results: list[Result]) -> float | None:
    """Time a patient takes among a million, against a hundred thousand; 1 is linear."""
    by_size = {result["patients"]: result for result in results}
    if LARGEST not in by_size or COMPARED_WITH not in by_size:
        return None
    large, small = by_size[LARGEST], by_size[COMPARED_WITH]
    return float((large["counted_seconds"] / LARGEST) / (small["counted_seconds"] / COMPARED_WITH))


def run(asked: argparse.Namespace) -> list[Result]:
    """Make and derive a registry of each size, one after another."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        small = stage_small(Path(folder), SMALL_PATIENTS)
        for size in asked.sizes:
            home = Path(folder) / str(size)
            settings = Settings(home=home, memory_limit=asked.memory, threads=asked.threads)
            multiply(small, settings, size // SMALL_PATIENTS)
            print(f"{size:,} patients", file=sys.stderr)
            results.append(_derive_apart(settings, only_counted=asked.only_counted))
            settings.warehouse_path.unlink()
    return results


def _derive_apart(settings: Settings, *, only_counted: bool) -> Result:
    arguments = ["--derive", str(settings.home), "--memory", settings.memory_limit]
    command = [sys.executable, "-m", "benchmarks.derivations", *arguments]
    command += ["--threads", str(settings.threads)]
    command += ["--only-counted"] if only_counted else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own
    result: Result = json.loads(done.stdout)
    return result


def _size(text: str) -> int:
    size = int(text)
    if size < SMALL_PATIENTS or size % SMALL_PATIENTS:
        raise argparse.ArgumentTypeError(f"{text} is not a multiple of {SMALL_PATIENTS}")
    return size


def main() -> None:
    """Time all sizes, write the results and the figure, and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=_size, nargs="+", default=list(SIZES))
    parser.add_argument("--memory", default="4GB", help="memory DuckDB may use")
    parser.add_argument("--threads", type=int, default=2, help="threads DuckDB may use")
    parser.add_argument("--only-counted", action="store_true", help="leave out what is not counted")
    parser.add_argument("--derive", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.derive:
        one = Settings(home=asked.derive, memory_limit=asked.memory, threads=asked.threads)
        print(json.dumps(derive(one, only_counted=asked.only_counted)))
        return
    results = run(asked)
    for result in results:
        print(
            f"{result['patients']:>10,} patients {result['counted_seconds']:8.2f} s counted "
            f"(CPU {result['counted_cpu_seconds']:.2f} s) "
            f"{result['all_seconds']:8.2f} s all {result['peak_memory_gib']:6.2f} GiB"
        )
    growth = growth_per_patient(results)
    if growth is not None:
        print(f"time a patient, a million against {COMPARED_WITH:,}: {growth:.2f}")
    written = {
        "counted": sorted(counted()),
        "memory_limit": asked.memory,
        "threads": asked.threads,
        "growth_per_patient": growth and round(growth, 3),
        "results": results,
    }
    (FOLDER / "derivations.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    draw(results, FOLDER)
    broken = broken_limits(results)
    for sentence in broken:
        print(f"limit broken: {sentence}", file=sys.stderr)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()

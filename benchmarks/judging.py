"""How long the whole catalogue takes to judge, up to a million patients, sound and all faulty.

Belongs here: timing `judge` for every stage on registries of growing size, and holding the result
to its limits. Does not belong here: making the registries (`large_registry`), deriving
(`derivations`), or whether the verdicts are right (tests).

Usage: python -m benchmarks.judging [--sizes 10000 1000000] [--shares 0 1] [--memory 4GB]

Timed is what a night does to judge: the counts of every rule, the findings of the violated ones,
acceptances, folding. Staging, derivation and the tables of deliveries are made before and not
timed; the study tables stand empty, since their rows do not grow with the registry. CPU seconds
are over all threads: where they are far under twice the seconds, something else held the
processors. At a share of 1 every row of the registry carries a fault. Each registry is judged in a
process of its own, whose peak memory is reported.

Written: benchmarks/judging.json and benchmarks/judging.svg. Exit 1 when a limit is broken.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.judging_figure import draw
from benchmarks.large_registry import multiply, stage_small
from etl.deliveries import build_deliveries
from etl.models import run_layer
from etl.parameters import Parameters
from etl.settings import Settings
from etl.warehouse import open_session
from expectations.catalogue import Stage, load_catalogue
from expectations.contracts import all_contracts, create_table_sql
from expectations.evaluate import judge, prepare

FOLDER = Path(__file__).parent
SMALL_PATIENTS = 10_000
SIZES = (10_000, 100_000, 1_000_000)
SHARES = (0.0, 1.0)
STAGES: tuple[Stage, ...] = ("source", "derived", "mart")
SLOWEST = 12
LIMIT_CPU_SECONDS_SMALL = 6.0  # two threads for three seconds
LIMIT_MEMORY_GIB = 6.0
AS_OF = date(2025, 3, 10)
Result = dict[str, Any]


def lay_out(settings: Settings) -> None:
    """Make everything that rules look at, apart from staging, which stands."""
    with open_session(settings) as con:
        prepare(con, load_catalogue())
        build_deliveries(con, snapshot_id="benchmark", as_of=AS_OF)
        for layer in ("derived", "marts"):
            run_layer(con, layer, Parameters().as_sql())
        standing = {
            f"{schema}.{table}"
            for schema, table in con.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
        }
        for key, contract in all_contracts().items():
            if key not in standing:
                con.execute(create_table_sql(contract))


def judge_all(settings: Settings) -> Result:
    """Judge every stage over a warehouse that is laid out; what each rule and stage took."""
    catalogue = load_catalogue()
    stages: list[Result] = []
    rules: list[Result] = []
    with open_session(settings) as con:
        prepare(con, catalogue)
        patients = con.execute("select count(*) from marts.patients").fetchall()[0][0]
        for stage in STAGES:
            counts, wall, cpu = _timed(lambda stage=stage: judge(con, catalogue, stage))
            rules += [
                {
                    "rule": one.rule_id,
                    "applicable": one.applicable,
                    "violated": one.violated,
                    "milliseconds": round(one.milliseconds, 1),
                }
                for one in counts
            ]
            stages.append({"stage": stage, "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)})
            print(f"  {stage:<10} {wall:8.2f} s (CPU {cpu:.2f} s)", file=sys.stderr)
        findings = con.execute("select count(*) from quality.findings_tonight").fetchall()[0][0]
        folded = con.execute("select count(*) from quality.folded_tonight").fetchall()[0][0]
    return {
        "patients": patients,
        "rules": len(rules),
        "judged": sum(one["applicable"] for one in rules),
        "findings": findings,
        "folded": folded,
        "seconds": round(sum(one["seconds"] for one in stages), 2),
        "cpu_seconds": round(sum(one["cpu_seconds"] for one in stages), 2),
        # Linux tells kibibytes.
        "peak_memory_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "stages": stages,
        "by_rule": sorted(rules, key=lambda one: (-one["milliseconds"], one["rule"])),
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    started, cpu_started = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - started, time.process_time() - cpu_started


def broken_limits(results: list[Result]) -> list[str]:
    """What the results break, as sentences."""
    broken = []
    for result in results:
        name = f"{result['patients']:,} patients, {result['share']:.0%} faulty"
        if (
            result["size"] <= SMALL_PATIENTS
            and result["share"] == 0
            and result["cpu_seconds"] >= LIMIT_CPU_SECONDS_SMALL
        ):
            broken.append(
                f"{name}: {result['cpu_seconds']} CPU s, not under {LIMIT_CPU_SECONDS_SMALL}"
            )
        if result["peak_memory_gib"] >= LIMIT_MEMORY_GIB:
            broken.append(
                f"{name}: {result['peak_memory_gib']} GiB, not under {LIMIT_MEMORY_GIB} GiB"
            )
    return broken


def run(asked: argparse.Namespace) -> list[Result]:
    """Make and judge a registry of each share and size, one after another."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for share in asked.shares:
            small = stage_small(Path(folder) / f"share-{share}", SMALL_PATIENTS, fault_share=share)
            for size in asked.sizes:
                home = Path(folder) / f"{share}-{size}"
                settings = Settings(home=home, memory_limit=asked.memory, threads=asked.threads)
                print(f"{size:,} patients, {share:.0%} faulty rows", file=sys.stderr)
                multiply(small, settings, size // SMALL_PATIENTS)
                _apart("--lay-out", settings)
                judged = json.loads(_apart("--judge", settings))
                results.append({"share": share, "size": size, **judged})
                settings.warehouse_path.unlink()
    return results


def _apart(what: str, settings: Settings) -> bytes:
    arguments = [what, str(settings.home), "--memory", settings.memory_limit]
    command = [sys.executable, "-m", "benchmarks.judging", *arguments]
    command += ["--threads", str(settings.threads)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603


def _size(text: str) -> int:
    size = int(text)
    if size < SMALL_PATIENTS or size % SMALL_PATIENTS:
        raise argparse.ArgumentTypeError(f"{text} is not a multiple of {SMALL_PATIENTS}")
    return size


def _show(result: Result) -> None:
    print(
        f"{result['size']:>10,} patients {result['share']:>5.0%} faulty "
        f"{result['seconds']:8.2f} s (CPU {result['cpu_seconds']:.2f} s) "
        f"{result['rules']} rules, {result['judged']:,} verdicts, {result['findings']:,} findings, "
        f"{result['peak_memory_gib']:.2f} GiB"
    )
    for one in result["by_rule"][:SLOWEST]:
        print(
            f"    {one['rule']:<9} {one['milliseconds']:>10,.1f} ms {one['violated']:>12,} violated"
        )


def main() -> None:
    """Time all registries, write the results and the figure, and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=_size, nargs="+", default=list(SIZES))
    parser.add_argument("--shares", type=float, nargs="+", default=list(SHARES))
    parser.add_argument("--memory", default="4GB", help="memory DuckDB may use")
    parser.add_argument("--threads", type=int, default=2, help="threads DuckDB may use")
    parser.add_argument("--lay-out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--judge", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    home = asked.lay_out or asked.judge
    if home:
        one = Settings(home=home, memory_limit=asked.memory, threads=asked.threads)
        if asked.lay_out:
            lay_out(one)
        else:
            print(json.dumps(judge_all(one)))
        return
    results = run(asked)
    for result in results:
        _show(result)
    written = {"memory_limit": asked.memory, "threads": asked.threads, "results": results}
    (FOLDER / "judging.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    draw(results, FOLDER)
    broken = broken_limits(results)
    for sentence in broken:
        print(f"limit broken: {sentence}", file=sys.stderr)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()

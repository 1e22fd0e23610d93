"""Reading the files of a shareable version as somebody who knows what such tables mean.

Belongs here: turning cells into facts about unknown numbers of patients. Does not belong here:
solving (`attacker`). A cell is read for all it gives: a fraction, a count, or a percentage that
only one count, or one fraction with this interval, rounds to.
"""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from scipy.stats import beta

from tests.disclosure.attacker import Knowledge, Sum, add

ALL = "All patients"
FRACTION = re.compile(r"^([\d,]+)/([\d,]+)")
COUNT = re.compile(r"^([\d,]+)(?: \(\d+\.\d%\))?$")
PERCENT = re.compile(r"(\d+\.\d)%")
WITH_INTERVAL = re.compile(r"(\d+\.\d)% \((\d+\.\d) to (\d+\.\d)\)")
HEAD = re.compile(r"^(.*) \(N = (\d+)\)$")
AT_RISK = re.compile(r"(\d+) at risk")
NOT_COUNTED = re.compile(r"missing|not evaluable|not known", re.IGNORECASE)

Holds = Callable[[str, str], bool]


def _anybody(_: str, __: str) -> bool:
    return True


RESPONSE: dict[str, tuple[Holds, Holds]] = {
    "Objective response to rechallenge": (lambda _, r: r == "R", lambda _, r: r != "U"),
    "Disease control by rechallenge": (lambda _, r: r in "RS", lambda _, r: r != "U"),
    "Responder status differs": (
        lambda i, r: "U" not in (i, r) and (i == "R") != (r == "R"),
        lambda i, r: "U" not in (i, r),
    ),
    "Responded to the rechallenge only": (
        lambda i, r: i == "N" and r == "R",
        lambda i, r: "U" not in (i, r),
    ),
    "Responded to the initial treatment only": (
        lambda i, r: i == "R" and r in "SP",
        lambda i, r: "U" not in (i, r),
    ),
}
OF_RESPONSE_ONLY = ("Objective response to rechallenge", "Disease control by rechallenge")
SEVERE, AGAIN = "Severe immune-related event", "The same immune-related event again"
ENDPOINTS = {
    "orr": "Objective response to rechallenge",
    "dcr": "Disease control by rechallenge",
    "discordance": "Responder status differs",
    "rechallenge_only": "Responded to the rechallenge only",
    "initial_only": "Responded to the initial treatment only",
    "irae_grade3plus": SEVERE,
    "irae_recurrence": AGAIN,
}
TIMES = {"pfs": "Progression-free survival", "os": "Overall survival"}
BEST = {
    "Initial treatment: response": ("i", "R"),
    "Initial treatment: no response": ("i", "N"),
    "Initial treatment: not evaluable": ("i", "U"),
    "Rechallenge: response": ("r", "R"),
    "Rechallenge: stable disease": ("r", "S"),
    "Rechallenge: progression, or stable too early to count": ("r", "P"),
    "Rechallenge: not evaluable": ("r", "U"),
}


def number(text: str) -> int:
    """'3,759' as 3759."""
    return int(text.replace(",", ""))


def counts_of(cell: str, whole: int | None) -> int | None:
    """The count that a cell gives, or that its percentage gives back."""
    if found := COUNT.match(cell):
        return number(found[1])
    if whole and (found := PERCENT.search(cell)):
        fitting = [n for n in range(whole + 1) if abs(100 * n / whole - float(found[1])) <= 0.05001]
        return fitting[0] if len(fitting) == 1 else None
    return None


def fraction_of(cell: str, most: int) -> tuple[int, int] | None:
    """The fraction that a cell gives, or that its percentage and interval give back."""
    if found := FRACTION.match(cell):
        return number(found[1]), number(found[2])
    found = WITH_INTERVAL.search(cell)
    if found is None:
        return None
    fitting = []
    for whole in range(1, most + 1):
        for part in range(whole + 1):
            lower = beta.ppf(0.025, part, whole - part + 1) if part else 0.0
            upper = beta.ppf(0.975, part + 1, whole - part) if part < whole else 1.0
            printed = (part / whole, lower, upper)
            if all(
                abs(100 * value - float(text)) <= 0.05001
                for value, text in zip(printed, found.groups(), strict=True)
            ):
                fitting.append((part, whole))
    return fitting[0] if len(fitting) == 1 else None


class Reader:
    """The files of one version, and what follows from them.

    Args:
        folder: the version.
        groups: every group that exists, where the attacker knows; the files name those with N.
    """

    def __init__(self, folder: Path, groups: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.knowledge = Knowledge()
        heads = [HEAD.match(cell) for cell in self.table("headline")[0][1:]]
        self.sizes = {head[1]: int(head[2]) for head in heads if head}
        named = tuple(name for name in self.sizes if name != ALL)
        self.groups = tuple(dict.fromkeys((*named, *groups))) or (ALL,)
        self._set_up()
        for read in (
            self._response,
            self._best_response,
            self._pairs,
            self._estimates,
            self._comparison,
            self._times,
            self._categories,
            self._attrition,
        ):
            read()

    def table(self, name: str) -> list[list[str]]:
        """Rows of a table; none where there is no such file."""
        path = self.folder / "tables" / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def within(self, scope: str) -> tuple[str, ...]:
        """The groups of a column."""
        return self.groups if scope == ALL else (scope,)

    def x(self, scope: str, holds: Holds, sound: str = "012") -> Sum:
        """Patients by both responses and soundness: 0 sound, 1 the initial in doubt, 2 neither."""
        return {
            f"x|{group}|{i}|{r}|{s}": 1
            for group, i, r, s in product(self.within(scope), "RNU", "RSPU", sound)
            if holds(i, r)
        }

    def t(self, scope: str, severe: str, again: str, sound: str = "01") -> Sum:
        """Patients by severe toxicity, its recurrence, and soundness."""
        return {
            f"t|{group}|{a}|{b}|{s}": 1
            for group, a, b, s in product(self.within(scope), severe, again, sound)
        }

    def events(self, scope: str, time: str, milestone: int) -> Sum:
        """Patients with the event by a milestone."""
        return {
            f"e|{time}|{group}|{k}": 1
            for group, k in product(self.within(scope), range(milestone + 1))
        }

    def at_risk(self, scope: str, time: str, milestone: int) -> Sum:
        """Patients followed beyond a milestone."""
        return {
            f"{what}|{time}|{group}|{k}": 1
            for what, group in product("ec", self.within(scope))
            for k in range(milestone + 1, self.milestones + 1)
        }

    def known(self, scope: str, time: str, sound: str = "01") -> Sum:
        """Patients whose time is known."""
        return {f"k|{time}|{group}|{s}": 1 for group, s in product(self.within(scope), sound)}

    @property
    def milestones(self) -> int:
        """How many milestones the table of times has."""
        return len(self._months)

    def _set_up(self) -> None:
        """Everything about the tables that holds whatever is printed."""
        head = next(iter(self.table("times")), [])
        self._months = [int(cell.split()[1]) for cell in head if cell.startswith("At ")]
        know = self.knowledge
        size = {group: {f"N|{group}": 1} for group in self.groups}
        for group, total in self.sizes.items():
            over = add({}, *(size[one] for one in self.within(group)))
            know.learn(("size", group), over, total)
        for group in self.groups:
            blocks = [self.x(group, _anybody), self.t(group, "YNU", "YNU")]
            for time in TIMES:
                every = self.events(group, time, self.milestones)
                censored = {f"c|{time}|{group}|{k}": 1 for k in range(self.milestones + 1)}
                know.equal.append(
                    (add(self.known(group, time), {**every, **censored}, times=-1), 0)
                )
                blocks.append({**self.known(group, time), f"u|{time}|{group}": 1})
            know.equal += [(add(block, size[group], times=-1), 0) for block in blocks]
            know.equal.append((self.t(group, "U", "YN"), 0))
            for k in range(self.milestones):
                later = add(self.events(group, "os", k), self.events(group, "pfs", k), times=-1)
                know.guesses.append((later, 0))

    def _proportion(
        self, label: str, scope: str, edition: str, of: str, part: int, whole: int
    ) -> None:
        if scope not in (*self.groups, ALL):
            return
        is_filtered = edition != "as_registered"
        if label in RESPONSE:
            has, evaluable = RESPONSE[label]
            sound = "012"
            if is_filtered:
                sound = "01" if label in OF_RESPONSE_ONLY else "0"
            everybody = of.startswith("all")
            over = self.x(scope, has, sound)
            among = self.x(scope, _anybody if everybody else evaluable, sound)
        else:
            sound = "0" if is_filtered else "01"
            if label == SEVERE:
                over = self.t(scope, "Y", "YNU", sound)
                among = self.t(scope, "YNU" if of.startswith("all") else "YN", "YNU", sound)
            else:
                over = self.t(scope, "YNU", "Y", sound)
                among = self.t(scope, "YNU", "YNU" if of.startswith("all") else "YN", sound)
        learn = self.knowledge.learn
        learn((label, edition, scope, "n"), over, part)
        learn((label, edition, scope, "N"), among, whole)

    def _response(self) -> None:
        for table in ("response", "toxicity"):
            for label, cell, of in self.table(table)[1:]:
                name, _, scope = label.rpartition(": ")
                found = fraction_of(cell, self.sizes.get(scope, 0))
                if found:
                    self._proportion(name, scope, "as_registered", of, *found)
        sets = {row[0].rpartition(": ")[0]: row[2] for row in self.table("response")[1:]}
        sets |= {row[0].rpartition(": ")[0]: row[2] for row in self.table("toxicity")[1:]}
        for label, registered, filtered in self.table("sensitivity")[1:]:
            name, _, scope = label.rpartition(": ")
            for edition, cell in (("as_registered", registered), ("filtered", filtered)):
                found = fraction_of(cell, self.sizes.get(scope, 0)) if name in sets else None
                if found:
                    self._proportion(name, scope, edition, sets[name], *found)

    def _columns(self, table: str) -> Iterator[tuple[str, str, str]]:
        """Row label, group and cell of a table with one column a group."""
        rows = self.table(table)
        heads = [HEAD.match(cell) for cell in rows[0][1:]] if rows else []
        for label, *cells in rows[1:]:
            for head, cell in zip(heads, cells, strict=True):
                assert head is not None
                yield label, head[1], cell

    def _best_response(self) -> None:
        for label, scope, cell in self._columns("best_response"):
            which, level = BEST[label]
            found = counts_of(cell, self.sizes[scope])
            if found is not None:
                over = self.x(scope, lambda i, r: (i if which == "i" else r) == level)  # noqa: B023
                missing = bool(NOT_COUNTED.search(label))
                self.knowledge.learn(("best", label, scope), over, found, is_missing=missing)

    def _pairs(self) -> None:
        for label, yes, no, total in self.table("pairs")[1:]:
            scope, _, status = label.rpartition(": ")
            i = "R" if status.startswith("Responded") else "N"
            for again, cell in (("R", yes), ("SP", no), ("RSP", total)):
                found = counts_of(cell, None)
                if found is not None and scope in (*self.groups, ALL):
                    over = self.x(scope, lambda a, b: a == i and b in again)  # noqa: B023
                    self.knowledge.learn(("pairs", scope, i, again), over, found)

    def _estimates(self) -> None:
        with (self.folder / "estimates.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                scope = ALL if row["stratum"] == "all" else _as_printed(row["stratum"])
                edition = "as_registered" if row["edition"] == "as_registered" else "filtered"
                whole = int(row["denominator"]) if row["denominator"] else None
                if row["statistic"] == "proportion" and whole is not None:
                    part = int(row["numerator"]) if row["numerator"] else None
                    if part is None and row["value"]:
                        part = counts_of(f"{100 * float(row['value']):.1f}%", whole)
                    if part is not None:
                        name = ENDPOINTS[row["endpoint"]]
                        self._proportion(name, scope, edition, row["evaluable_set"], part, whole)
                elif row["endpoint"] in TIMES and row["subset"] == "all" and whole is not None:
                    self._time(row, scope, edition, whole)

    def _time(self, row: dict[str, str], scope: str, edition: str, whole: int) -> None:
        time, learn = row["endpoint"], self.knowledge.learn
        if row["statistic"] == "median":
            sound = "01" if edition == "as_registered" else "0"
            learn(("set", time, edition, scope), self.known(scope, time, sound), whole)
        if row["statistic"] == "survival_at" and edition == "as_registered":
            k = self._months.index(int(row["at"]))
            events, at_risk = self.events(scope, time, k), self.at_risk(scope, time, k)
            learn(("events", time, str(k), scope), events, int(row["numerator"]))
            learn(("at risk", time, str(k), scope), at_risk, int(row["at_risk"]))

    def _comparison(self) -> None:
        for quantity, scope, _, found, _ in self.table("comparison")[1:]:
            whole = self.knowledge.facts.get((quantity, "as_registered", scope, "N"))
            if quantity in RESPONSE and whole is not None:
                part = counts_of(found, whole.value)
                if part is not None:
                    has, _ = RESPONSE[quantity]
                    name = (quantity, "as_registered", scope, "n")
                    self.knowledge.learn(name, self.x(scope, has), part)

    def _times(self) -> None:
        names = {printed: time for time, printed in TIMES.items()}
        for label, size, median, *cells in self.table("times")[1:]:
            title, _, scope = label.rpartition(": ")
            time = names.get(title.partition(" (")[0])
            if time is None or "responders" in title or scope not in (*self.groups, ALL):
                continue
            if size.isdigit():
                over = self.known(scope, time)
                self.knowledge.learn(("set", time, "as_registered", scope), over, int(size))
            for k, cell in enumerate(cells):
                if found := AT_RISK.search(cell):
                    over = self.at_risk(scope, time, k)
                    self.knowledge.learn(("at risk", time, str(k), scope), over, int(found[1]))
                self._median(median, size, scope, time, k)

    def _median(self, median: str, size: str, scope: str, time: str, k: int) -> None:
        """Half of the patients: what a median says about a milestone."""
        if not size.isdigit():
            return
        events, at_risk = self.events(scope, time, k), self.at_risk(scope, time, k)
        text = median.split(" ")[0]
        if median.startswith("not reached"):
            self.knowledge.at_most.append((events, (int(size) - 1) // 2))
        elif text.replace(".", "").isdigit() and abs(float(text) - self._months[k]) > 0.05:
            if float(text) > self._months[k]:
                self.knowledge.at_most.append((events, (int(size) - 1) // 2))
            else:
                self.knowledge.at_most.append((at_risk, int(size) // 2))

    def _categories(self) -> None:
        for table in ("table_1", "exposure", "initial_toxicity"):
            levels: dict[str, list[str]] = {}
            for label, _, _ in self._columns(table):
                variable, separator, level = label.rpartition(": ")
                if "median" not in label:
                    found = levels.setdefault(variable if separator else table, [])
                    found += [] if level in found else [level]
            for variable, names in levels.items():
                rest = ["(others)"] if len(names) == 1 else []
                for group in self.groups:
                    every = {self._cell(variable, level, group): 1 for level in (*names, *rest)}
                    self.knowledge.equal.append((add(every, {f"N|{group}": 1}, times=-1), 0))
            for label, scope, cell in self._columns(table):
                variable, separator, level = label.rpartition(": ")
                found = None if "median" in label else counts_of(cell, self.sizes[scope])
                if found is not None:
                    name = variable if separator else table
                    over = {self._cell(name, level, group): 1 for group in self.within(scope)}
                    missing = bool(NOT_COUNTED.search(level))
                    self.knowledge.learn(
                        ("category", name, level, scope), over, found, is_missing=missing
                    )
        for group in self.groups:
            extent = {
                self._cell("M category", level, group): 1 for level in ("M1c or M1d", "Missing")
            }
            for variable, level in (
                ("Brain metastases", "present"),
                ("Liver metastases", "yes"),
            ):
                within = add({self._cell(variable, level, group): 1}, extent, times=-1)
                self.knowledge.guesses.append((within, 0))

    def _attrition(self) -> None:
        rows = self.table("attrition")[1:]
        for place, (step, _, left, out) in enumerate(rows):
            over = {f"N|{group}": 1 for group in self.groups}
            over |= {f"a|{later[0]}": 1 for later in rows[place + 1 :]}
            if (found := counts_of(left, None)) is not None:
                self.knowledge.learn(("step", step), over, found)
            if (found := counts_of(out, None)) is not None:
                self.knowledge.learn(("left out", step), {f"a|{step}": 1}, found)

    @staticmethod
    def _cell(variable: str, level: str, group: str) -> str:
        return f"cat|{variable}|{level}|{group}"


def _as_printed(stratum: str) -> str:
    return stratum.replace("+", " + ").replace("_", " ")

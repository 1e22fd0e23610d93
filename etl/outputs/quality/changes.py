"""The verdict of the night, and what changed: by rule, by hospital, and over all.

Belongs here: counts of the ledger and of judging. Does not belong here: trends over the nights
(`trends`), what a finding makes doubtful (`doubts`).
"""

from typing import Any

from etl.outputs.quality import wording
from etl.outputs.quality.addresses import WORKLISTS, worklist_name
from etl.outputs.quality.desk import Desk, rule_cell
from etl.outputs.quality.page import Cell, Item, Section, Table, severity_cell, table

_MOVES = ("new", "reopened", "corrected", "vanished", "superseded", "rule_changed")
_MOST_RULES = 25


def verdict(desk: Desk) -> Section:
    """What the night found, in one sentence."""
    return Section("verdict", "The night in one sentence", (verdict_sentence(desk), *_aside(desk)))


def verdict_sentence(desk: Desk) -> str:
    """Published or not, what is new and what closed."""
    total = _totals(desk)
    rules = len(desk.results)
    if not any(one["violated"] > one["shadowed"] for one in desk.results):
        return (
            f"Published, and nothing was found: each of {wording.counted(rules, 'rule')} held on "
            f"every record it could judge.{_closed(total)}"
        )
    found = [
        wording.counted(total["error"]["new"], "new error"),
        f"{wording.count(total['error']['reopened'])} reopened",
        wording.counted(total["warning"]["new"], "new warning"),
    ]
    known = sum(total[severity]["persisting"] for severity in wording.SEVERITIES)
    hit = sum(one["open"] > 0 for one in desk.results)
    beside = (
        "it is the first night, so all of it counts as new"
        if desk.is_first_night
        else f"{wording.counted(known, 'finding')} known before"
    )
    return (
        f"Published with {wording.listed(found)}; {beside}.{_closed(total)} "
        f"{wording.count(hit)} of {wording.counted(rules, 'rule')} found something."
    )


def _closed(total: dict[str, dict[str, int]]) -> str:
    corrected = sum(one["corrected"] for one in total.values())
    vanished = sum(one["vanished"] for one in total.values())
    if not corrected and not vanished:
        return ""
    return (
        f" {wording.counted(corrected, 'finding')} corrected, {wording.count(vanished)} gone with "
        "their records."
    )


def _aside(desk: Desk) -> tuple[str, ...]:
    silent = [one for one in desk.results if one["applicable"] and not one["judged"]]
    unasked = [one for one in desk.results if not one["applicable"]]
    said = []
    if silent:
        said.append(
            f"{wording.counted(len(silent), 'rule')} could judge none of the records they speak of."
        )
    if unasked:
        said.append(f"{wording.counted(len(unasked), 'rule')} had no record to speak of.")
    return (" ".join(said),) if said else ()


def _totals(desk: Desk) -> dict[str, dict[str, int]]:
    totals = {
        severity: dict.fromkeys((*_MOVES, "persisting"), 0) for severity in wording.SEVERITIES
    }
    for one in desk.results:
        for name in totals[one["severity"]]:
            totals[one["severity"]][name] += int(one[name])
    return totals


def changes(desk: Desk) -> Section:
    """What changed since the last published night, by rule."""
    moved = [one for one in desk.results if any(one[name] for name in _MOVES)]
    moved.sort(key=lambda one: (_rank(one), -one["new"] - one["reopened"], one["rule_id"]))
    if not moved:
        said = "Nothing changed since the last published night."
        return Section("changes", "What changed", (said,))
    items: list[Item] = []
    if desk.is_first_night:
        items.append(
            "Nothing was published before this night, so there is nothing to compare with: every "
            "finding counts as new. From the next night on only what changed stands here."
        )
    items.append(_changes_table("changes", moved[:_MOST_RULES]))
    if len(moved) > _MOST_RULES:
        rest = moved[_MOST_RULES:]
        summary = f"{wording.counted(len(rest), 'more rule')} with changes"
        items.append(_changes_table("changes-more", rest, summary))
    return Section("changes", "What changed", tuple(items))


def _rank(one: dict[str, Any]) -> int:
    is_red = one["severity"] == "error" and (one["new"] or one["reopened"])
    return -1 if is_red else wording.SEVERITIES.index(one["severity"])


def _changes_table(name: str, rows: list[dict[str, Any]], summary: str = "") -> Table:
    return table(
        name,
        "Findings that came or went this night, by rule.",
        (
            *("Rule", "What must be true", "Severity", "New", "Reopened", "Corrected", "Vanished"),
            *("Superseded", "Rule changed", "Open now"),
        ),
        (
            (
                rule_cell(one["rule_id"]),
                one["title"],
                severity_cell(one["severity"]),
                *(_moved(one, move) for move in _MOVES),
                int(one["open"]),
            )
            for one in rows
        ),
        note=(
            "Corrected: the value changed and holds now. Vanished: the record is no longer "
            "delivered. Superseded: the values changed and are still wrong. Rule changed: the "
            "finding closed because the rule did."
        ),
        summary=summary,
    )


def _moved(one: dict[str, Any], move: str) -> Cell:
    number = int(one[move])
    if not number:
        return Cell(wording.NONE, is_number=True, mark="quiet")
    is_red = move in ("new", "reopened") and one["severity"] == "error"
    return Cell(wording.count(number), is_number=True, mark="strong red" if is_red else "strong")


def by_hospital(desk: Desk) -> Section:
    """Open findings and changes by hospital, with the patients they touch."""
    rows = desk.rows(
        f"""
        with counts as (
            select hospital_id,
                count(*) filter (status in ('new', 'reopened', 'persisting')) as open,
                count(*) filter (
                    status in ('new', 'reopened', 'persisting') and severity = 'error'
                ) as open_errors,
                count(*) filter (status = 'new') as new,
                count(*) filter (status = 'reopened') as reopened,
                count(*) filter (status = 'corrected' and closed_on = $as_of) as corrected,
                count(*) filter (status = 'vanished' and closed_on = $as_of) as vanished,
                count(*) filter (status = 'accepted') as accepted,
                count(distinct patient_id) filter (
                    status in ('new', 'reopened', 'persisting')
                ) as touched
            from {desk.ledger("findings")} where source = $source group by hospital_id
        ),
        registered as (
            select hospital_id, count(*) as patients from staging.patients
            where is_placed group by hospital_id
        )
        select coalesce(c.hospital_id, r.hospital_id) as hospital_id,
            coalesce(open, 0) as open, coalesce(open_errors, 0) as open_errors,
            coalesce(new, 0) as new, coalesce(reopened, 0) as reopened,
            coalesce(corrected, 0) as corrected, coalesce(vanished, 0) as vanished,
            coalesce(accepted, 0) as accepted, coalesce(touched, 0) as touched,
            coalesce(patients, 0) as patients
        from counts as c
        full join registered as r on r.hospital_id is not distinct from c.hospital_id
        order by open_errors desc, open desc, hospital_id nulls last
        """
    )
    made = table(
        "by-hospital",
        "Open findings by hospital, and what came and went this night.",
        (
            *("Hospital", "Open errors", "All open", "New", "Reopened", "Corrected", "Vanished"),
            *("Accepted", "Patients with an open finding", "Worklist"),
        ),
        (
            (
                one["hospital_id"] or "No hospital of record",
                *(_plain(one[name]) for name in ("open_errors", "open", "new", "reopened")),
                *(_plain(one[name]) for name in ("corrected", "vanished", "accepted")),
                _touched(one),
                worklist_cell(one["hospital_id"]) if one["open"] else Cell(wording.NONE),
            )
            for one in rows
        ),
        note=(
            "Patients are those of the hospital's records; a finding may name a patient who is "
            "registered elsewhere. Worklists hold patients' values; they open while "
            "rechallenge ui runs, and no browser keeps them."
        ),
    )
    return Section("hospitals", "By hospital", (made,))


def worklist_cell(hospital_id: str | None) -> Cell:
    """A link to a hospital's worklist; to the registry's own without one."""
    name = worklist_name(hospital_id)
    return Cell(name, href=f"../../{WORKLISTS}/{name}")


def _touched(one: dict[str, Any]) -> str:
    touched, patients = int(one["touched"]), int(one["patients"])
    return wording.count(touched) if touched > patients else wording.of(touched, patients)


def _plain(number: int) -> Cell:
    return Cell(
        wording.count(int(number)) if number else wording.NONE,
        is_number=True,
        mark="" if number else "quiet",
    )


def by_rule(desk: Desk) -> Section:
    """Every rule with what it judged; those that found nothing are folded."""
    hit = [one for one in desk.results if one["violated"]]
    held = [one for one in desk.results if not one["violated"]]
    hit.sort(key=lambda one: (wording.SEVERITIES.index(one["severity"]), -one["violated"]))
    items: list[Item] = []
    if hit:
        items.append(_rules_table("rules-violated", "Rules that were violated.", hit[:_MOST_RULES]))
        more = hit[_MOST_RULES:]
        if more:
            summary = f"{wording.counted(len(more), 'more rule')} violated"
            items.append(_rules_table("rules-more", "Rules that were violated.", more, summary))
    else:
        items.append("No rule was violated.")
    if held:
        summary = f"{wording.counted(len(held), 'rule')} found nothing"
        items.append(_rules_table("rules-held", "Rules that found nothing.", held, summary))
    return Section("rules", "By rule", tuple(items))


def _rules_table(name: str, caption: str, rows: list[dict[str, Any]], summary: str = "") -> Table:
    return table(
        name,
        caption,
        (
            *("Rule", "What must be true", "Severity", "Applicable", "Judged", "Cannot judge"),
            *("Violated, of judged", "Open", "Accepted"),
        ),
        (
            (
                rule_cell(one["rule_id"]),
                one["title"],
                severity_cell(one["severity"]),
                int(one["applicable"]),
                int(one["judged"]),
                _plain(one["cannot_judge"]),
                Cell(wording.of(int(one["violated"]), int(one["judged"])), is_number=True),
                _plain(one["open"]),
                _plain(one["accepted"]),
            )
            for one in rows
        ),
        note=(
            "Applicable is judged and cannot judge together; a record that cannot be judged is "
            "never a pass. Violated is before acceptances, and before findings explained by "
            "another rule are left out."
        ),
        summary=summary,
    )

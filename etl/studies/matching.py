"""How a study recognises a line by what was given in it, as SQL conditions.

Belongs here: regimens, substances, classes, settings and line numbers on a row of `lines`, whose
`label` and `classes` are the substances and classes of the line's label. Does not belong here:
criteria about the course (`criteria`), the queries (`cohort`).
"""

from etl.studies.definition_exposures import Exposure, Initial, Rechallenge

RESPONDERS = ("CR", "PR", "iCR", "iPR")
IN_IRECIST = {"CR": "iCR", "PR": "iPR", "SD": "iSD", "NON-CR/NON-PD": "NON-iCR/NON-iUPD"}


def literals(values: tuple[str, ...] | list[str]) -> str:
    """Values as SQL literals between commas."""
    quoted = ("'" + value.replace("'", "''") + "'" for value in values)
    return ", ".join(quoted)


def has_response(column: str, asked: tuple[str, ...]) -> str:
    """Condition that a best response is one of those asked for, in the words of either criteria."""
    return f"{column} in ({literals([*asked, *(IN_IRECIST[code] for code in asked)])})"


def is_in_setting(line: str, setting: str) -> str:
    """Condition that a line belongs to a setting; `any` is met by every line."""
    return "true" if setting == "any" else f"{line}.setting = '{setting}'"


def is_initial(line: str, initial: Initial, setting: str) -> str:
    """Condition that a line is a candidate for the initial treatment."""
    return _all_of(is_in_setting(line, setting), *_given(line, initial))


def is_rechallenge(line: str, of: str, rechallenge: Rechallenge, setting: str) -> str:
    """Condition that a later line is a candidate for the rechallenge of an initial one."""
    compared = {
        "same_regimen": f"{line}.regimen = {of}.regimen",
        "same_substance": _shared(f"{line}.label", f"{of}.label", rechallenge.substances),
        "same_class": _shared(f"{line}.classes", f"{of}.classes", rechallenge.classes),
    }
    asked = [compared[rechallenge.match]] if rechallenge.match in compared else []
    return _all_of(is_in_setting(line, setting), *asked, *_given(line, rechallenge))


def counted_substance(initial: Initial) -> str:
    """Condition that an exposure is to a substance whose doses the study counts."""
    if initial.match == "contains_class":
        return f"exposures.drug_class in ({literals(initial.classes)})"
    if initial.match == "contains_substance":
        return f"exposures.substance in ({literals(initial.substances)})"
    return "list_contains(initials.label, exposures.substance)"


def _given(line: str, exposure: Exposure) -> list[str]:
    has = "list_has_all" if exposure.needs == "all" else "list_has_any"
    conditions = []
    if exposure.match == "exact":
        conditions.append(f"{line}.regimen in ({literals(exposure.regimens)})")
    if exposure.match == "contains_class":
        conditions.append(f"{has}({line}.classes, [{literals(exposure.classes)}])")
    if exposure.match == "contains_substance":
        conditions.append(f"{has}({line}.label, [{literals(exposure.substances)}])")
    if exposure.without_classes:
        excluded = literals(exposure.without_classes)
        conditions.append(f"not list_has_any({line}.classes, [{excluded}])")
    if exposure.line_numbers:
        numbers = ", ".join(map(str, exposure.line_numbers))
        conditions.append(f"{line}.line_number in ({numbers})")
    return conditions


def _shared(one: str, other: str, among: tuple[str, ...]) -> str:
    if not among:
        return f"list_has_any({one}, {other})"
    # An intersection of lists is many times slower than asking for each name.
    each = (
        f"(list_contains({one}, {literals([name])}) and list_contains({other}, {literals([name])}))"
        for name in among
    )
    return f"({' or '.join(each)})"


def _all_of(*conditions: str) -> str:
    return " and ".join(condition for condition in conditions if condition != "true") or "true"

"""One rounding: halves go up wherever a number is shown, and no module rounds by itself."""

import ast
import re
from collections.abc import Iterator

import pytest

from etl.hospital_indicators.definitions import INDICATORS
from etl.outputs import wording
from etl.outputs.hospitals import words
from etl.outputs.quality import wording as quality_wording
from etl.rounding import percent, rounded
from expectations.catalogue import RULES_FOLDER

ROOT = RULES_FOLDER.parents[1]
ROUNDING = "etl/rounding.py"
NOT_SHOWN = {
    "etl/changes/estimates.py": "compares floats beyond their noise",
    "etl/hospital_indicators/counts.py": "sums floats in an order of threads",
    "etl/ingest/sav_process.py": "reads the seconds of a time of day",
    "expectations/evaluate.py": "milliseconds of a run",
    "expectations/trial.py": "milliseconds of a run",
}
COORDINATES = {
    "etl/explain/picture.py",
    "etl/outputs/hospitals/drawings.py",
    "etl/outputs/incidence_figure.py",
    "etl/outputs/interactive/courses.py",
    "etl/outputs/interactive/flows.py",
    "etl/outputs/quality/charts.py",
    "etl/outputs/survival_figures.py",
}
"""Modules that place marks: their rounded numbers are places on a drawing, never text of one."""

SIXTEENTHS = [("0.0%", 0), ("31.3%", 5), ("56.3%", 9), ("68.8%", 11), ("93.8%", 15), ("100.0%", 16)]


@pytest.mark.parametrize(("expected", "part"), SIXTEENTHS)
def test_halves_of_a_percentage_go_up_on_every_page(expected: str, part: int) -> None:
    share = next(one for one in INDICATORS if one.kind == "share")
    shown = {
        percent(part / 16),
        wording.percent(part / 16),
        wording.share(part, 16).partition("(")[2].rstrip(")"),
        words.value_of(share, part / 16),
    }
    assert shown == {expected}
    if 0 < part < 16:
        assert quality_wording.share(part, 16) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (62.5, 0, "63"),
        (0.25, 1, "0.3"),
        (-0.25, 1, "-0.3"),
        (-0.04, 1, "0.0"),
        (2.675, 2, "2.68"),
        (0.285 * 100, 0, "29"),
        (1.005 * 100, 0, "101"),
        (28.449999999, 1, "28.4"),
        (0.15625, 4, "0.1563"),
        (7, 0, "7"),
    ],
)
def test_a_half_is_counted_in_decimals(value: float, decimals: int, expected: str) -> None:
    assert str(rounded(value, decimals)) == expected


def test_every_share_is_rounded_as_its_fraction_is() -> None:
    """Against whole numbers alone: floor(n / m in tenths of a percent, plus a half)."""
    for whole in range(1, 401):
        for part in range(whole + 1):
            tenths = (2 * 1000 * part + whole) // (2 * whole)
            assert percent(part / whole) == f"{tenths // 10}.{tenths % 10}%", (part, whole)


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("etl", "assets", "expectations"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith("etl/synthetic/") and name != ROUNDING:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _spec(node: ast.FormattedValue) -> str:
    parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts)


def _of_text(node: ast.JoinedStr) -> Iterator[tuple[int, str, str]]:
    for value, after in zip(node.values, [*node.values[1:], None], strict=True):
        if not isinstance(value, ast.FormattedValue):
            continue
        spec = _spec(value)
        is_date = re.search(r"%[A-Za-z]", spec)
        if re.search(r"\.|%", spec) and not is_date:
            yield value.lineno, spec, str(after.value if isinstance(after, ast.Constant) else "")


def _rounds(node: ast.AST) -> str:
    """How a call, a `%` or a text with places for numbers rounds; nothing when it does not."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round":
        return "round"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        inside = r"%[0-9]*\.\d+f|\{[^{}]*:[^{}]*\.\d+[fe%]\}|\bround\(|\bprintf\("
        return node.value if re.search(inside, node.value) else ""
    return ""


def own_roundings(tree: ast.Module) -> list[tuple[int, str, str]]:
    """Line, how, and what follows in the text, of every number that a module rounds by itself."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found += _of_text(node)
        elif how := _rounds(node):
            found.append((getattr(node, "lineno", 0), how, ""))
    return found


def shown_as_text(how: str, follows: str) -> bool:
    """Whether a rounded number of a drawing is read, not only placed."""
    return how.endswith("%") or re.match(r"\s*(%|[a-z]{2,}|<(?!/?svg))", follows) is not None


def test_no_module_rounds_by_itself() -> None:
    wrong = [
        f"{name}:{line} {how}"
        for name, tree in _sources()
        if name not in NOT_SHOWN
        for line, how, follows in own_roundings(tree)
        if name not in COORDINATES or shown_as_text(how, follows)
    ]
    assert wrong == []


def test_every_exception_is_needed() -> None:
    rounding = {name for name, tree in _sources() if own_roundings(tree)}
    assert rounding == NOT_SHOWN.keys() | COORDINATES


@pytest.mark.parametrize(
    "written",
    [
        'f"{value:.1f} months"',
        'f"{100 * value:.2f}%"',
        'f"{value:.0%}"',
        'f"{value:,.1f}"',
        'f"{value:.{digits}f}"',
        "round(value, 1)",
        '"%.1f" % value',
        '"{:.1f}".format(value)',
        '"select round(value, 1) from marts.estimates"',
        "\"select printf('%.1f', value)\"",
    ],
)
def test_a_module_that_rounds_by_itself_is_found(written: str) -> None:
    assert own_roundings(ast.parse(f"said = {written}"))


def test_a_number_that_is_read_on_a_drawing_is_found() -> None:
    [(_, how, follows)] = own_roundings(ast.parse("f'<text>{value:.1f} months</text>'"))
    assert shown_as_text(how, follows)
    [(_, how, follows)] = own_roundings(ast.parse("f'<text y=\"{value:.1f}\">a</text>'"))
    assert not shown_as_text(how, follows)


def test_no_sql_file_or_template_rounds_what_is_shown() -> None:
    files = [
        path
        for package in ("etl", "assets", "expectations")
        for ending in ("sql", "html", "j2", "js", "yaml")
        for path in sorted((ROOT / package).rglob(f"*.{ending}"))
    ]
    assert len(files) > 50
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if re.search(r"\bround\(|\bprintf\(|\|\s*round|toFixed|%\.\d+f", path.read_text("utf-8"))
    ]
    assert wrong == []

"""One direction: expectations knows no etl, etl knows no dagster, neither knows assets."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"expectations": ("etl", "assets", "dagster"), "etl": ("assets", "dagster")}


def forbidden_imports(package: Path, forbidden: tuple[str, ...]) -> Iterator[str]:
    """Each forbidden import in a package as file:line, wherever in the file it stands."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for module in imported_modules(node):
                if module.split(".")[0] in forbidden:
                    yield f"{path.relative_to(package.parent)}:{node.lineno} imports {module}"


def imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    called = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")
    if called and node.args and isinstance(node.args[0], ast.Constant):
        return [str(node.args[0].value)]
    return []


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package):
    assert list(forbidden_imports(ROOT / package, FORBIDDEN[package])) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import dagster as dg",
        "from dagster import asset",
        "from assets.tables import build",
        "def late():\n    import assets.definitions",
        "import importlib\nimportlib.import_module('dagster')",
    ],
)
def test_a_planted_import_is_caught(tmp_path, planted):
    package = tmp_path / "etl"
    package.mkdir()
    (package / "innocent.py").write_text("import duckdb\nfrom etl.models import Model\n")
    assert list(forbidden_imports(package, FORBIDDEN["etl"])) == []
    (package / "planted.py").write_text(planted)
    caught = list(forbidden_imports(package, FORBIDDEN["etl"]))
    assert len(caught) == 1
    assert caught[0].startswith(f"etl/planted.py:{planted.count(chr(10)) + 1} imports ")

"""Files stay small enough to be one idea."""

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*(ROOT / "mvidarr").rglob("*.py"), *(ROOT / "tasks").rglob("*.py")])
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    assert lines(path) <= 400


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_is_longer_than_400_lines(path: Path) -> None:
    assert lines(path) <= 400


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_stylesheet_of_a_component_is_longer_than_150_lines(path: Path) -> None:
    assert path.parent.name != "components" or lines(path) <= 150


def test_most_modules_are_short() -> None:
    assert statistics.median(lines(path) for path in MODULES) <= 150


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({length})"
        for path in MODULES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 40
    ]

    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]

    assert silent == []


def test_scripts_and_htmx_are_small_to_send() -> None:
    import gzip

    vendored = [ROOT / "static/vendor/htmx.min.js", ROOT / "static/vendor/hx-sse.min.js"]
    sent = sum(len(gzip.compress(path.read_bytes(), 9)) for path in [*vendored, *SCRIPTS])

    assert sent < 25_000

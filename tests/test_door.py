"""`import kemitraan as km`: all names, nothing heavy, a clear word when something hides a part."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kemitraan as km

ROOT = Path(__file__).resolve().parents[1]


def python(program, cwd, *arguments):
    """A fresh interpreter with the folder `cwd` first on its path, as for a script there."""
    start = f"import sys; sys.path[:0] = [{str(cwd)!r}, {str(ROOT)!r}]\n"
    return subprocess.run(
        [sys.executable, "-c", start + program, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", [name for name in km.__all__ if name != "__version__"])
def test_every_name_is_there(name):
    value = getattr(km, name)
    assert value is not None
    assert name in dir(km)
    assert getattr(value, "__name__", name) in (name, "dict", "mappingproxy")


def test_names_are_those_of_the_packages():
    import scenarios
    import sim
    import sim.agents

    assert km.Ecosystem is sim.Ecosystem
    assert km.load_region is scenarios.load_region
    assert km.Umkm is sim.agents.Umkm


def test_unknown_names_are_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'compar'"):
        _ = km.compar


def test_the_version_is_that_of_the_project():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert km.__version__ == "not installed" or f'version = "{km.__version__}"' in text


def test_the_import_is_light(tmp_path):
    program = (
        "import sys, kemitraan\n"
        "print([m for m in ('numpy', 'pandas', 'numba', 'mesa', 'pydantic', 'ruamel.yaml')"
        " if m in sys.modules])"
    )
    done = python(program, tmp_path)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", ["sim", "scenarios", "experiments"])
@pytest.mark.parametrize("kind", ["file", "package", "imported before"])
def test_what_hides_a_package_is_named(tmp_path, name, kind):
    if kind == "package":
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("", encoding="utf-8")
        hiding = tmp_path / name
    else:
        hiding = tmp_path / f"{name}.py"
        hiding.write_text("x = 1\n", encoding="utf-8")
    before = f"import {name}\n" if kind == "imported before" else ""
    done = python(f"{before}import kemitraan", tmp_path)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: kemitraan: {hiding.resolve()} hides its package {name!r}")
    assert "Rename it" in last


def test_a_folder_without_code_hides_nothing(tmp_path):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").write_text("name: mine\n", encoding="utf-8")
    done = python("import kemitraan as km; print(km.list_scenarios()[0])", tmp_path)
    assert done.stdout.strip() == "no_policy", done.stderr


def test_a_missing_package_is_named(tmp_path):
    (tmp_path / "kemitraan").mkdir()
    for file in (ROOT / "kemitraan").glob("*.py"):
        (tmp_path / "kemitraan" / file.name).write_text(
            file.read_text(encoding="utf-8"), encoding="utf-8"
        )
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import kemitraan"],  # -S: without what is installed
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "its package 'sim' is missing" in done.stderr


def test_mesa_is_only_loaded_for_the_model(tmp_path):
    program = (
        "import sys, kemitraan as km\n"
        "km.load_region; km.load_scenario; km.Parameters; km.Trace\n"
        "print('mesa' in sys.modules)\n"
    )
    done = python(program, tmp_path)
    assert done.stdout.strip() == "False", done.stderr

"""Rules of the repository that no tool knows; each message says what to do."""

from __future__ import annotations

import ast
import re
import subprocess
import warnings
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("kemitraan", "sim", "scenarios", "experiments")
SKIPPED_FOLDERS = {
    ".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    ".hypothesis", ".ipynb_checkpoints",
}  # fmt: skip
SKIPPED_AT_THE_TOP = {"runs", "build", "dist"}
BINARY = {".png", ".parquet", ".pdf", ".ico", ".woff2", ".mo", ".gz", ".zip"}

# What a package may import of the others: whole packages, or only some modules.
MAY_IMPORT = {
    "kemitraan": ("kemitraan", "experiments", "scenarios", "sim"),
    "experiments": ("experiments", "scenarios", "sim"),
    "scenarios": ("scenarios", "sim.parameters", "sim.errors"),
    "sim": ("sim",),
}

# In pieces, so that this file does not hold what it looks for.
HOSTS = tuple(
    ".".join(pieces)
    for pieces in (
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npm" + "js"),
        ("npm" + "js", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("ana" + "conda", "org"),
        ("proxy", "golang", "org"),
    )
)
USERS_FOLDERS = ("/" + "home/[a-z]", "/" + "Users/[A-Za-z]")
MACHINE_PATHS = re.compile(
    rf"(?<![\w.~-])(?:{'|'.join(USERS_FOLDERS)})[\w.-]*/"
    rf"|(?<![\w.~/-])/(?:{'work|' + 'root|' + 'opt'})/"
    r"|\b[A-Z]:\\+Users"
    "|file:" + "//"
)
# The modules that only some systems have, and the calls of `os` that only they have.
POSIX_MODULES = {
    "crypt", "fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "resource", "syslog", "termios",
    "tty", "winreg",
}  # fmt: skip
POSIX_CALLS = {
    "os.fork", "os.forkpty", "os.getuid", "os.geteuid", "os.getgid", "os.killpg", "os.mkfifo",
    "os.nice", "os.setsid", "os.uname", "os.wait", "os.sched_getaffinity", "os.getloadavg",
    "signal.SIGKILL", "signal.SIGUSR1", "signal.alarm",
}  # fmt: skip


@cache
def tracked():
    """Files of the repository: what git tracks or would track, or all where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        found = [ROOT / name for name in sorted(set(listed.split("\0"))) if name]
    except (OSError, subprocess.CalledProcessError):
        found = sorted(ROOT.rglob("*"))
    return [
        path
        for path in found
        if path.is_file()
        and not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts[:-1])
        and path.relative_to(ROOT).parts[0] not in SKIPPED_AT_THE_TOP
    ]


def short(path):
    return path.relative_to(ROOT).as_posix()


def text_files():
    return [path for path in tracked() if path.suffix not in BINARY]


def product_files():
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
    ]


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def say(faults):
    assert not faults, "\n" + "\n".join(faults)


def lines_with(pattern):
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = pattern.search(line)
            if found:
                yield f"{short(path)}:{number}: {found.group()}"


# -- what may stand in a file


def test_text_is_utf8_with_plain_line_ends():
    faults = []
    for path in text_files():
        raw = path.read_bytes()
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(f"{short(path)}: not UTF-8; write it so, or add its kind to BINARY")
            continue
        if raw.startswith(b"\xef\xbb\xbf") or b"\r\n" in raw:
            faults.append(f"{short(path)}: has a byte order mark or CRLF; save it without")
    say(faults)


def test_no_address_of_a_package_registry():
    pattern = re.compile("|".join(re.escape(host) for host in HOSTS))
    say([f"{fault}: name packages, never the host they come from" for fault in lines_with(pattern)])


def test_no_path_of_one_machine():
    say([f"{fault}: write a path relative to the project" for fault in lines_with(MACHINE_PATHS)])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("see /" + "work/main/x", True),
        ("'/" + "root/.cache'", True),
        ("/" + "home/ani/data.csv", True),
        ("/" + "Users/Ani/data.csv", True),
        ("C:" + r"\Users\ani", True),
        ("../shared/home/x", False),
        ("net/work/x and a/root/b", False),
        ("/home/", False),
    ],
)
def test_the_scan_of_paths(line, expected):
    assert bool(MACHINE_PATHS.search(line)) is expected


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml"])
def test_no_lock_file_with_addresses(name):
    faults = [short(path) for path in tracked() if path.name == name]
    say([f"{fault}: holds download addresses; keep requirements.lock only" for fault in faults])


def test_the_list_of_versions_is_hashed():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert len(entries) > 20
    bare = [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]
    say([f"requirements.lock: {each} has no hash; see CONTRIBUTING.md" for each in bare])


def test_versions_agree():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"', project, re.MULTILINE).group(1)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\n" in citation


# -- works everywhere


def names_imported(module):
    """Dotted names of everything a file imports, relative ones left out."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def test_nothing_of_one_system_only():
    faults = []
    for path in product_files():
        for line, name in names_imported(tree(path)):
            if name.split(".")[0] in POSIX_MODULES:
                faults.append(f"{short(path)}:{line}: {name} is not on every system")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in POSIX_CALLS:
                faults.append(
                    f"{short(path)}:{node.lineno}: {ast.unparse(node)} is not on every system"
                )
            if isinstance(node, ast.Constant) and node.value == "fork":
                faults.append(
                    f"{short(path)}:{node.lineno}: fork is not on every system: use spawn"
                )
    say(faults)


def opens_text_without_encoding(call):
    """Whether a call opens, reads or writes text in the encoding of the machine."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    given = {keyword.arg for keyword in call.keywords}
    if name in ("read_text", "write_text"):
        places = 1 if name == "read_text" else 2
        return "encoding" not in given and len(call.args) < places
    if name not in ("open", "fdopen", "NamedTemporaryFile"):
        return False
    on_path = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) not in (
        "os", "io", "gzip", "tempfile", "zipfile", "webbrowser", "Image",
    )  # fmt: skip
    place = 0 if on_path or name == "NamedTemporaryFile" else 1
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    modes += call.args[place : place + 1]
    default = "w+b" if name == "NamedTemporaryFile" else "r"
    mode = modes[0].value if modes and isinstance(modes[0], ast.Constant) else default
    if ast.unparse(call.func) in ("os.open", "webbrowser.open", "Image.open", "gzip.open"):
        return False
    return isinstance(mode, str) and "b" not in mode and "encoding" not in given


def test_text_is_opened_with_its_encoding():
    faults = [
        f"{short(path)}:{node.lineno}: text without encoding: add encoding='utf-8'"
        for path in tracked()
        if path.suffix == ".py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and opens_text_without_encoding(node)
    ]
    say(faults)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("open(name)", True),
        ("open(name, 'w')", True),
        ("open(name, 'rb')", False),
        ("open(name, encoding='utf-8')", False),
        ("path.open()", True),
        ("path.open('wb')", False),
        ("path.open('w', encoding='utf-8')", False),
        ("path.read_text()", True),
        ("path.read_text('utf-8')", False),
        ("path.write_text(text)", True),
        ("path.write_text(text, encoding='utf-8')", False),
        ("path.read_bytes()", False),
        ("tempfile.NamedTemporaryFile()", False),
        ("tempfile.NamedTemporaryFile('w')", True),
        ("os.open(name, flags)", False),
    ],
)
def test_the_scan_of_encodings(source, expected):
    assert opens_text_without_encoding(ast.parse(source).body[0].value) is expected


# -- shape of the code


def test_files_are_of_a_length_to_read():
    long = {}
    for path in tracked():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests":
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > 400:
                long[short(path)] = lines
    for name, lines in long.items():
        if lines <= 600:
            # told, not failed: warnings are errors everywhere else
            with warnings.catch_warnings():
                warnings.simplefilter("default")
                warnings.warn(f"{name}: {lines} lines; one concept a file", stacklevel=1)
    say([f"{name}: {lines} lines: divide it" for name, lines in long.items() if lines > 600])


# What the oracles read and are built from: tables of attributes, no equations.
NO_ORACLES = {"adapter.py", "columns.py", "state.py", "toy.py"}
LONGEST_ORACLE = 80


def lines_of_code(source):
    """Lines that hold code: docstrings, comments and blank lines are not counted."""
    said = set()
    for node in ast.walk(ast.parse(source)):
        documented = isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        if documented and ast.get_docstring(node):
            said |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(source.splitlines(), 1)
    code = [number for number, line in lines if line.strip() and not line.strip().startswith("#")]
    return len(set(code) - said)


def test_oracles_are_short_enough_to_be_checked_by_eye():
    """Under 80 lines of code each; docstrings, comments and blank lines cost nothing."""
    found = {
        path.name: lines_of_code(path.read_text(encoding="utf-8"))
        for path in tracked()
        if path.parent == ROOT / "tests" / "reference" and path.suffix == ".py"
    }
    assert set(found) >= NO_ORACLES, "NO_ORACLES names a file that is gone"
    say(
        [
            f"tests/reference/{name}: {lines} lines of code: divide it by concept"
            for name, lines in found.items()
            if lines >= LONGEST_ORACLE and name not in NO_ORACLES
        ]
    )


def test_lines_of_code():
    source = '''"""Says
what."""

# why
x = 1  # counted


def f():
    """Says."""
    return """not
said"""
'''
    assert lines_of_code(source) == 4


def allowed(package, name):
    """Whether a file of `package` may import `name`."""
    if name.split(".")[0] not in PACKAGES:
        return name.split(".")[0] not in ("tests", "benchmarks")
    return any(name == each or name.startswith(f"{each}.") for each in MAY_IMPORT[package])


def test_layers():
    faults = []
    for path in product_files():
        package = path.relative_to(ROOT).parts[0]
        faults += [
            f"{short(path)}:{line}: {package} may not import {name}"
            f" (only {', '.join(MAY_IMPORT[package])})"
            for line, name in names_imported(tree(path))
            if not allowed(package, name)
        ]
    say(faults)


@pytest.mark.parametrize(
    ("package", "name", "expected"),
    [
        ("sim", "sim.draws.uniform", True),
        ("sim", "scenarios.region", False),
        ("sim", "tests.reference", False),
        ("sim", "numpy", True),
        ("scenarios", "sim.parameters.registry", True),
        ("scenarios", "sim.errors.KemitraanError", True),
        ("scenarios", "sim.draws", False),
        ("scenarios", "sim", False),
        ("scenarios", "experiments.compare", False),
        ("experiments", "sim.run.simulate", True),
        ("experiments", "kemitraan", False),
        ("kemitraan", "experiments.cli", True),
    ],
)
def test_the_rule_of_layers(package, name, expected):
    assert allowed(package, name) is expected


def undocumented(module, prefix=""):
    """Public functions and classes without a docstring."""
    for node in module.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_"):
            continue
        overload = any(
            ast.unparse(each).split(".")[-1] in ("overload", "override", "setter")
            for each in node.decorator_list
        )
        if not overload and not ast.get_docstring(node):
            yield node.lineno, prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node, f"{node.name}.")


def test_every_public_name_says_what_you_get():
    faults = []
    for path in product_files():
        if not ast.get_docstring(tree(path)) and path.read_text(encoding="utf-8").strip():
            faults.append(f"{short(path)}: the file has no docstring")
        faults += [
            f"{short(path)}:{line}: {name} has no docstring"
            for line, name in undocumented(tree(path))
        ]
    say(faults)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_ship_their_types(package):
    assert (ROOT / package / "__init__.py").is_file()
    assert (ROOT / package / "py.typed").is_file(), f"{package}: add an empty py.typed"

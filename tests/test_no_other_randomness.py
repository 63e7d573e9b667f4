"""Model code draws from `sim.draws` alone, and nothing in it depends on order of chance.

A scan of the syntax tree of `sim` and `scenarios`; each message says what to do.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path for folder in ("sim", "scenarios") for path in (ROOT / folder).rglob("*.py"))

USE_DRAWS = "draw from sim.draws, keyed by seed, stream, month and entity"
FORBIDDEN_MODULES = {"random", "secrets", "uuid", "numpy.random", "mesa.batchrunner"}
# Whoever holds them: a model, an agent, a world, numpy or scipy under whatever name.
FORBIDDEN_NAMES = {
    "shuffle_do": "loop over slots in their order",
    "shuffle": "loop over slots in their order",
    "random": USE_DRAWS,
    "rng": USE_DRAWS,
    "rvs": USE_DRAWS,
    "default_rng": USE_DRAWS,
    "RandomState": USE_DRAWS,
    "SystemRandom": USE_DRAWS,
    "urandom": USE_DRAWS,
    "getrandom": USE_DRAWS,
    "uuid1": USE_DRAWS,
    "uuid4": USE_DRAWS,
}
CLOCKS = {"time", "time_ns", "now", "utcnow", "today", "perf_counter", "perf_counter_ns"}
# The same names in `math` give the same bits on every machine and in every loop;
# numpy's may take a vector path with other last bits.
NUMPY_FUNCTIONS = {
    "abs", "arctan", "cos", "exp", "expm1", "float_power", "log", "log10", "log1p", "log2",
    "power", "sin", "sqrt", "tan", "tanh",
}  # fmt: skip


def dotted(node):
    """`np.random.rand` for the tree of it; an empty text for what is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def is_set(node, names=frozenset()):
    """Whether an expression is a set as far as the text shows it."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.Call):
        called = dotted(node.func)
        if called in ("set", "frozenset"):
            return True
        # an order-keeping shell around a set keeps an order nobody knows
        if called in ("list", "tuple", "enumerate", "iter", "reversed") and node.args:
            return is_set(node.args[0], names)
        if isinstance(node.func, ast.Attribute) and node.func.attr in (
            "union", "intersection", "difference", "symmetric_difference",
        ):  # fmt: skip
            return is_set(node.func.value, names)
    if isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor
    ):
        return is_set(node.left, names) or is_set(node.right, names)
    return False


def names_of_sets(tree):
    """Names that are given a set, or are annotated as one, and never anything else."""
    found, other = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    (found if is_set(node.value) else other).add(target.id)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            kind = ast.unparse(node.annotation).split("[")[0]
            (found if kind in ("set", "frozenset") else other).add(node.target.id)
        elif isinstance(node, ast.arg):
            kind = ast.unparse(node.annotation).split("[")[0] if node.annotation else ""
            (found if kind in ("set", "frozenset", "AbstractSet") else other).add(node.arg)
    return found - other


def faults_of(source):
    """What breaks the rule in a text of Python: (line, what, what to do)."""
    tree = ast.parse(source)
    sets = names_of_sets(tree)
    in_hash = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__hash__"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from forbidden_imports(node)
        elif isinstance(node, ast.Attribute):
            if node.attr in FORBIDDEN_NAMES:
                yield node.lineno, ast.unparse(node), FORBIDDEN_NAMES[node.attr]
        elif isinstance(node, ast.Name):
            if node.id in FORBIDDEN_NAMES and isinstance(node.ctx, ast.Load):
                yield node.lineno, node.id, FORBIDDEN_NAMES[node.id]
        elif isinstance(node, ast.Call):
            yield from clock_seeds(node)
            yield from names_in_texts(node)
            if dotted(node.func) == "hash" and id(node) not in in_hash:
                yield node.lineno, "hash()", "it differs between processes: use hashlib"
        yield from loops_over_sets(node, sets)
        if isinstance(node, ast.FunctionDef) and any(
            dotted(each.func if isinstance(each, ast.Call) else each).split(".")[-1] == "jit"
            for each in node.decorator_list
        ):
            yield from numpy_in_kernel(node)


def is_forbidden_module(name):
    """Whether a module, or one that it is part of, is a source of chance."""
    return any(name == each or name.startswith(f"{each}.") for each in FORBIDDEN_MODULES)


def forbidden_imports(node):
    """Modules of chance, and their contents, under whatever name they are imported."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if is_forbidden_module(alias.name):
                yield node.lineno, f"import {alias.name}", USE_DRAWS
        return
    module = node.module or ""
    for alias in node.names:
        forbidden = is_forbidden_module(module) or is_forbidden_module(f"{module}.{alias.name}")
        if forbidden or alias.name in FORBIDDEN_NAMES:
            remedy = FORBIDDEN_NAMES.get(alias.name, USE_DRAWS)
            yield node.lineno, f"from {module} import {alias.name}", remedy


def names_in_texts(call):
    """The same asked for by a text: `getattr(np, "random")`, `import_module("random")`."""
    called = dotted(call.func).split(".")[-1]
    for argument in call.args:
        name = argument.value if isinstance(argument, ast.Constant) else ""
        if not isinstance(name, str):
            continue
        attribute = called in ("getattr", "attrgetter", "methodcaller") and name in FORBIDDEN_NAMES
        module = called in ("__import__", "import_module") and is_forbidden_module(name)
        if attribute or module:
            yield call.lineno, f"{called}({name!r})", USE_DRAWS


def clock_seeds(call):
    """A clock read for a seed."""
    for keyword in call.keywords:
        if "seed" in (keyword.arg or "") or keyword.arg == "rng":
            for inner in ast.walk(keyword.value):
                if isinstance(inner, ast.Call) and dotted(inner.func).split(".")[-1] in CLOCKS:
                    yield call.lineno, "a seed from the clock", "take the run's seed"


def loops_over_sets(node, sets):
    """A loop, or an ordered collection, over a set."""
    over = []
    if isinstance(node, ast.For):
        over = [node.iter]
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        over = [each.iter for each in node.generators]
    elif isinstance(node, ast.Call) and dotted(node.func) in ("list", "tuple", "enumerate"):
        over = node.args[:1]
    for each in over:
        if is_set(each, sets):
            yield (
                each.lineno,
                f"order of a set: {ast.unparse(each)}",
                "a set has no order that holds between processes: use sorted(...) or a dict",
            )


def numpy_in_kernel(function):
    """numpy's elementary functions inside a compiled kernel."""
    for inner in ast.walk(function):
        if isinstance(inner, ast.Attribute):
            name = dotted(inner)
            if name.split(".")[0] in ("np", "numpy") and inner.attr in NUMPY_FUNCTIONS:
                yield (
                    inner.lineno,
                    f"{name} in a kernel",
                    f"use math.{inner.attr.removeprefix('float_')} (abs and ** are fine too)",
                )


def test_there_is_something_to_scan():
    assert ROOT / "sim" / "draws.py" in FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_model_code_has_no_other_source_of_chance(path):
    faults = [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {what}: {remedy}"
        for line, what, remedy in faults_of(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import secrets",
        "from uuid import uuid4",
        "x = np.random.rand(3)",
        "class A:\n    def step(self):\n        return self.random.random()",
        "model.agents.shuffle_do('step')",
        "os.urandom(8)",
        "from os import urandom",
        "from os import urandom as luck\nluck(8)",
        "class A:\n    def step(self):\n        return self.model.random.random()",
        "x = agent.random.random()",
        "rng = model.rng; rng.random()",
        "world.rng.normal()",
        "def f(rng):\n    return rng.normal()",
        "x = models[0].random.choice(y)",
        "x = self.model().rng.integers(9)",
        "import random as luck",
        "from random import gauss as g",
        "from secrets import randbelow",
        "import uuid as ids\nids.uuid4()",
        "import numpy.random.mtrand",
        "import numpy as xp; xp.random.rand()",
        "np.random.default_rng(1)",
        "from numpy.random.mtrand import RandomState",
        "scipy.stats.norm.rvs()",
        "from scipy.stats import norm\nnorm.rvs(size=3)",
        "model.agents.do(1).shuffle_do('step')",
        "getattr(np, 'random').rand()",
        "importlib.import_module('numpy.random')",
        "__import__('random')",
        "run(seed=int(time.time()))",
        "run(seed=datetime.now().microsecond)",
        "key = hash(name)",
        "for x in {1, 2}: pass",
        "for x in set(names): pass",
        "for x in list(set(names)): pass",
        "[x for x in {y for y in names}]",
        "tuple(set(a) | set(b))",
        "for x in set(a).union(b): pass",
        "unknown = set(a) - set(b)\nfor x in unknown: pass",
        "def f(names: set[str]):\n    return [x for x in names]",
        "@jit\ndef f(x):\n    return np.exp(x)",
        "@jit\ndef f(x):\n    return numpy.sqrt(x)",
    ],
)
def test_the_scan_finds(source):
    assert list(faults_of(source))


@pytest.mark.parametrize(
    "source",
    [
        "from sim.draws import uniform",
        "super().__init__(rng=seed)",
        "targeting = 'random'",
        "x = world.random_visits",
        "for x in sorted(set(names)): pass",
        "if name in {'a', 'b'}: pass",
        "n = len(set(names))",
        "for x in {'a': 1}: pass",
        "@jit\ndef f(x):\n    return math.exp(x) + np.float64(1.0)",
        "def f(x):\n    return np.exp(x)",
        "started = time.perf_counter()",
        "class A:\n    def __hash__(self):\n        return hash(self.name)",
    ],
)
def test_the_scan_lets_pass(source):
    assert not list(faults_of(source))

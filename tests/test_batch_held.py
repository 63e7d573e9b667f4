"""What a function holds beside its source is part of the program that runs it."""

import os
import pickle
import subprocess
import sys
from functools import lru_cache, partial

import numpy as np
import pandas as pd
import pytest

from experiments.batch.evaluate import evaluate
from experiments.batch.program import Program
from sim.errors import KemitraanError
from tests import batch_models as models

X = {"x": [1.0, 2.0]}
MAKERS = [
    lambda by: partial(models.scaled, by=by),
    models.Scaled,
    lambda by: models.Scaled(by).again,
    models.scaled_by,
    lambda by: partial(models.scaled, by=models.Scaled([by, {"of": {by, 1.0}}])),
    lambda by: partial(models.scaled, by=np.array([by])),
    lambda by: partial(models.scaled, by=pd.DataFrame({"a": [by], "b": ["word"]})),
]


@pytest.mark.parametrize("make", MAKERS)
def test_other_values_are_another_program_and_equal_ones_the_same(make):
    own = Program.of(make(2.0)).digest
    assert own == Program.of(make(2.0)).digest
    assert own != Program.of(make(3.0)).digest


@pytest.mark.parametrize("make", [one for one in MAKERS if one is not models.scaled_by])
def test_what_travelled_to_another_process_is_the_same(make):
    function = make(2.0)
    assert Program.of(function).digest == Program.of(pickle.loads(pickle.dumps(function))).digest


@pytest.mark.parametrize("make", MAKERS[:2])
def test_a_folder_of_other_values_is_refused(make, tmp_path):
    assert evaluate(make(2.0), X, out=tmp_path / "a").ravel().tolist() == [2.0, 4.0]
    assert evaluate(make(2.0), X, out=tmp_path / "a").ravel().tolist() == [2.0, 4.0]
    with pytest.raises(KemitraanError, match=r"values held by tests\.batch_models\.[sS]caled"):
        evaluate(make(3.0), X, out=tmp_path / "a")


@pytest.mark.parametrize("function", [models.scaled, np.sum, len, lru_cache(models.scaled)])
def test_a_function_that_holds_nothing_is_its_source_alone(function):
    assert not [name for name in Program.of(function).sources if name.startswith("values")]


def test_the_order_of_words_does_not_count():
    one = partial(models.scaled, by={"a": 1.0, "b": 2.0})
    other = partial(models.scaled, by={"b": 2.0, "a": 1.0})
    assert Program.of(one).digest == Program.of(other).digest


def test_what_cannot_be_told_apart_is_refused_with_what_to_do(tmp_path):
    with (tmp_path / "file").open("wb") as file, pytest.raises(KemitraanError, match=r"digest\(\)"):
        Program.of(partial(models.scaled, by=file))


def test_another_process_says_the_same():
    text = (
        "from functools import partial\n"
        "from experiments.batch.program import Program\n"
        "from tests.batch_models import Scaled, scaled\n"
        "print(Program.of(partial(scaled, by=Scaled({'b', 'a', 'c'}))).digest)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", text],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    own = Program.of(partial(models.scaled, by=models.Scaled({"a", "b", "c"}))).digest
    assert said == {own + "\n"}

from __future__ import annotations

import pytest

from tests.lock_matches import ROOT, problems

PYPROJECT = """
[project]
name = "myograph"
dependencies = ["numpy>=2.0", "bleak>=3.1; python_version>='3.11'"]
[project.optional-dependencies]
dev = ["myograph[demo]", "types-PyYAML"]
demo = ["bumble>=0.0.236"]
"""
HASH = "    --hash=sha256:" + 64 * "0"


def pin(line: str, via: str = "myograph (pyproject.toml)") -> str:
    return f"{line} \\\n{HASH}\n    # via {via}"


LOCK = [
    pin("numpy==2.1.0"),
    pin("bleak==3.1.0"),
    pin("bumble==0.0.236"),
    pin("types-pyyaml==6.0.12"),
    pin("cffi==2.1.1 ; platform_python_implementation != 'PyPy'", via="bumble"),
]


def lock(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def test_a_lock_in_step_has_no_problem():
    assert problems(PYPROJECT, lock(*LOCK)) == []


def test_the_lock_of_this_tree_is_in_step():
    texts = [(ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "requirements.lock")]
    assert problems(*texts) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (LOCK[1:], "numpy is asked for and not locked"),
        ([pin("numpy==1.26.4"), *LOCK[1:]], "numpy is locked at 1.26.4, asked for >=2.0"),
        ([*LOCK, pin("scipy==1.17.0")], "scipy is locked for us and not asked for any more"),
        ([*LOCK[1:], "numpy==2.1.0\n    # via myograph (pyproject.toml)"], "numpy has no hash"),
        ([pin("numpy>=2.1.0"), *LOCK[1:]], "numpy is not pinned to one version"),
        (["--index-url https://example.org/simple", *LOCK], "names where packages come from"),
        (
            [*LOCK, pin("rogue @ https://example.org/rogue.whl", via="bumble")],
            "rogue is taken from an address",
        ),
    ],
)
def test_a_lock_out_of_step_is_told_by_name(lines: list[str], said: str):
    assert any(said in problem for problem in problems(PYPROJECT, lock(*lines)))

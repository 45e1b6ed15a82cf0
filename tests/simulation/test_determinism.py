"""Same seed, same history, byte for byte: also in another process, whose sets have another order."""

import os
import subprocess
import sys
from pathlib import Path

from routing import Router
from tests.simulation.plan import make_plan
from tests.simulation.playing import simulate

SEED, DAYS, A_WEEK = 2, 0.2, 250
ELSEWHERE = f"""
import sys
from pathlib import Path
from routing import Router
from tests.simulation.plan import make_plan
from tests.simulation.playing import simulate
print(simulate(make_plan({SEED}, {DAYS}, {A_WEEK}), Path(sys.argv[1]), Router.load(("37",))).digest)
"""


def test_a_seed_has_one_history_in_every_process(router: Router, tmp_path: Path) -> None:
    here = simulate(make_plan(SEED, DAYS, A_WEEK), tmp_path / "here", router)
    script = [sys.executable, "-c", ELSEWHERE, str(tmp_path / "there")]
    there = subprocess.run(
        script, env=os.environ | {"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == here.digest
    assert here.counts["update"] > 50


def test_another_seed_has_another_history(router: Router, tmp_path: Path) -> None:
    one = simulate(make_plan(1, 0.05), tmp_path / "one", router)
    other = simulate(make_plan(2, 0.05), tmp_path / "other", router)
    assert one.digest != other.digest

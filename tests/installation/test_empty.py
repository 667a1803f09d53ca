"""In an empty environment, without make and compiler, the wheel is enough for the main job."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.installation.building import build_wheel


@pytest.mark.slow
def test_the_wheel_alone_does_the_main_job_in_a_folder_with_chinese_letters_and_spaces(tmp_path):
    wheel = build_wheel(tmp_path / "source", tmp_path / "dist")
    folder = tmp_path / "政策 分析 one"
    folder.mkdir()
    environment = folder / "env"
    venv.create(environment, with_pip=True)
    inside = {"base": str(environment), "platbase": str(environment)}
    programs = Path(sysconfig.get_path("scripts", "venv", inside))

    # Nothing on the PATH but the environment's own programs: no make, no compiler, no git.
    around = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "SMECLUSTER_CACHE", "VIRTUAL_ENV")
    }
    around |= {"PATH": str(programs), "SMECLUSTER_CACHE": str(folder / "kept")}

    def run(*command):
        result = subprocess.run(
            command, cwd=folder, env=around, capture_output=True, check=False, timeout=1500
        )
        said = result.stdout.decode("utf-8") + result.stderr.decode("utf-8")
        assert result.returncode == 0, said[-4000:]
        return said

    python = next(programs.glob(f"python{'.exe' if sys.platform == 'win32' else ''}"))
    # One dependency, odfpy, is published as source alone; it is plain Python.
    run(str(python), "-m", "pip", "install", str(wheel))
    program = str(programs / "smecluster")
    findings = json.loads(run(program, "doctor", "--json"))
    assert [one for one in findings if one["state"] == "broken"] == []
    run(program, "demo", "--draws", "10")
    made = folder / "results" / "demo"
    assert (made / "brief.html").stat().st_size > 100_000
    assert (made / "desk.html").stat().st_size > 100_000

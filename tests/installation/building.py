"""A wheel of this checkout, built in a copy: setuptools leaves files beside what it builds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("model", "policies", "calibration", "sensitivity", "scripts")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")


def build_wheel(source: Path, out: Path) -> Path:
    """Copy the project to one folder and build its wheel in another."""
    for name in (*FOLDERS, "src"):
        shutil.copytree(
            ROOT / name, source / name, symlinks=True, ignore=_LEFT_OUT, dirs_exist_ok=True
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    out.mkdir(parents=True, exist_ok=True)
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(out)]
    run(sys.executable, "-m", "pip", "wheel", "--quiet", *options, str(source), cwd=out)
    (built,) = out.glob("smecluster-*.whl")
    return built


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that must not see this checkout, and must succeed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr
    return result

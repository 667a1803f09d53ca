"""The wheel: nothing in site-packages but ``smecluster``, and the main job runs from it."""

import json
import shutil
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import smecluster
from tests.installation.building import FOLDERS, ROOT, build_wheel, run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install it where nothing else of ours is, in a folder full of names like ours."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name in (*FOLDERS, "tests"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise RuntimeError('not this one')\n")
    environment = folder / "env"
    venv.create(environment, with_pip=False)
    inside = {"base": str(environment), "platbase": str(environment)}
    programs = Path(sysconfig.get_path("scripts", "venv", inside))
    packages = Path(sysconfig.get_path("purelib", "venv", inside))
    python = programs / Path(sys.executable).name
    if not python.exists():
        python = programs / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    run(sys.executable, "-m", "pip", "--python", str(python), *install, cwd=folder)
    before = {path.name for path in packages.iterdir()}
    # The dependencies are those of this environment. A path that a .pth file adds brings none of
    # the .pth files there, so the editable installation of this checkout stays outside.
    dependencies = dict.fromkeys([sysconfig.get_path("purelib"), *site.getsitepackages()])
    (packages / "dependencies.pth").write_text("\n".join(dependencies) + "\n")
    return folder, programs, python, before


def test_it_holds_every_file_of_the_five_folders(wheel):
    expected = {
        f"smecluster/{path.relative_to(ROOT).as_posix()}"
        for name in FOLDERS
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.split("/")[0].endswith("info")}
    own = {f"smecluster/{name}" for name in ("__init__.py", "__main__.py", "py.typed")}
    assert held == expected | own


def test_nothing_but_smecluster_is_put_into_site_packages(installed):
    *_, names = installed
    assert {name for name in names if not name.endswith(".dist-info")} == {"smecluster"}
    assert len(names) == 2


def test_it_is_imported_from_there_and_not_from_the_folder(installed):
    folder, _, python, _ = installed
    code = "import smecluster, smecluster.model; print(smecluster.model.__file__)"
    found = Path(run(str(python), "-c", code, cwd=folder).stdout.strip())
    assert found.is_relative_to(folder / "env")
    assert "Examples:" in run(str(python), "-m", "smecluster", "--help", cwd=folder).stdout


def test_the_demo_runs_in_a_folder_with_packages_named_as_ours(installed):
    folder, programs, _, _ = installed
    result = run(str(programs / "smecluster"), "demo", "--draws", "4", cwd=folder)
    page = Path("results") / "demo" / "brief.html"
    assert f"The page:   {page}" in result.stdout
    assert (folder / page).stat().st_size > 100_000
    record = json.loads((folder / "results" / "demo" / "outcomes.json").read_text("utf-8"))
    assert f"smecluster {smecluster.__version__}" in record["stamp"]["versions"]


def test_a_checkout_whose_links_are_files_says_what_to_do(tmp_path):
    package = tmp_path / "smecluster"
    package.mkdir()
    shutil.copy(ROOT / "src" / "smecluster" / "__init__.py", package)
    (package / "model").write_text("../../model")  # what git writes without core.symlinks
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import smecluster"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ")
    assert "git config core.symlinks true" in last

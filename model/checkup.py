"""What this computer has and lacks of what the program needs, in words."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smecluster.model.support.cache import explain_distrust, find_folder

#: Fine; something works less well or not at all without it; nothing works without it.
State = Literal["fine", "lacking", "broken"]
#: What the optional parts of the installation are for.
EXTRAS = {
    "diagrams": "redrawing the model's diagrams (smecluster views)",
    "distributed": "studies on several machines (--cluster)",
    "loops": "loops that dominate, units, a second engine (smecluster dominance, check)",
}
_CHINESE = "中央与地方亿元"
_ROOM = 1.0  # GiB that results and compiled code may need
_MEMORY = 2.0  # GiB below which large comparisons are slow or end


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
        What it is.
    state : {"fine", "lacking", "broken"}
        Whether anything has to be done.
    found : str
        What was found.
    remedy : str
        What to do; empty where nothing is wrong.
    """

    what: str
    state: State
    found: str
    remedy: str = ""


def examine(*, run: bool = True) -> tuple[Finding, ...]:
    """Look at everything that the program needs.

    Parameters
    ----------
    run : bool
        Whether the model is run once too, which takes seconds.

    Returns
    -------
    tuple of Finding
        A finding for each thing; nothing is changed and nothing is raised.
    """
    checks: list[Callable[[], Iterator[Finding]]] = [
        _python,
        _packages,
        _extras,
        _processor,
        _memory,
        _cache,
        _folder,
        _fonts,
        _encoding,
    ]
    found = [finding for check in checks for finding in check()]
    if run and not any(finding.state == "broken" for finding in found):
        found += _run()
    return tuple(found)


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    text = f"{version} on {platform.system()} {platform.release()}, {platform.machine()}"
    if sys.maxsize < 2**32:
        yield Finding("Python", "broken", f"{text}, 32 bits", "install Python for 64 bits")
    else:
        yield Finding("Python", "fine", text)


def _packages() -> Iterator[Finding]:
    """Hold the packages that are installed against the lowest versions that are declared."""
    wrong, count = [], 0
    for name, lowest, extra in _list_requirements():
        if extra:
            continue
        count += 1
        if problem := _judge(name, lowest):
            wrong.append(problem)
    if wrong:
        remedy = "pip install --upgrade smecluster (in the same environment)"
        yield Finding("packages", "broken", "; ".join(wrong), remedy)
    else:
        version = importlib.metadata.version("smecluster")
        yield Finding("packages", "fine", f"smecluster {version} and all {count} that it needs")


def _extras() -> Iterator[Finding]:
    for extra, purpose in EXTRAS.items():
        needed = [(name, lowest) for name, lowest, own in _list_requirements() if own == extra]
        wrong = [problem for name, lowest in needed if (problem := _judge(name, lowest))]
        if wrong:
            remedy = f'only for {purpose}: pip install "smecluster[{extra}]"'
            yield Finding(f"extra {extra}", "lacking", "; ".join(wrong), remedy)
        else:
            yield Finding(f"extra {extra}", "fine", f"for {purpose}")


def _list_requirements() -> Iterator[tuple[str, str, str]]:
    """List what the installed package declares: name, lowest version, extra."""
    for text in importlib.metadata.requires("smecluster") or ():
        if sys.platform == "win32" and re.search(r"sys_platform\s*!=\s*['\"]win32", text):
            continue  # there is none for Windows
        match = re.match(r"(?P<name>[\w.\-]+)\s*(?:>=(?P<lowest>[\w.]+))?", text)
        extra = re.search(r"extra\s*==\s*['\"]([\w\-]+)['\"]", text)
        if match:
            yield match["name"], match["lowest"] or "0", extra[1] if extra else ""


def _judge(name: str, lowest: str) -> str:
    """Say what is wrong with an installed package; empty where nothing is."""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is not installed"
    if _read_version(version) < _read_version(lowest):
        return f"{name} {version} is older than {lowest}"
    return ""


def _read_version(text: str) -> tuple[int, ...]:
    """Read the numbers of a version; what follows them (rc1, post2) does not count."""
    head = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in head[0].split(".")) if head else ()


def _processor() -> Iterator[Finding]:
    try:
        from llvmlite import binding

        name = binding.get_host_cpu_name()
        features = binding.get_host_cpu_features()
    except (ImportError, OSError, RuntimeError) as error:
        yield Finding("processor", "broken", str(error), "pip install --force-reinstall llvmlite")
        return
    wide = next((size for size in ("avx512f", "avx2", "neon") if features.get(size)), "")
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    text = f"{name}, {usable} in use" + (f", vectors by {wide}" if wide else ", no wide vectors")
    yield Finding("processor", "fine", text)


def _memory() -> Iterator[Finding]:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return  # Windows says it otherwise
    if size < _MEMORY:
        remedy = f"large comparisons want {_MEMORY:g} GiB: ask for fewer --draws"
        yield Finding("memory", "lacking", f"{size:.1f} GiB", remedy)
    else:
        yield Finding("memory", "fine", f"{size:.0f} GiB")


def _cache() -> Iterator[Finding]:
    """Look at the folder in which compiled models are kept."""
    folder = find_folder()
    chosen = bool(os.environ.get("SMECLUSTER_CACHE"))
    reason = explain_distrust(folder, chosen=chosen)
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not reason and not os.access(there, os.W_OK):
        reason = f"no permission to write in {there}"
    if reason:
        remedy = "set SMECLUSTER_CACHE to a folder of your own; else each start compiles again"
        yield Finding("cache folder", "lacking", reason, remedy)
    else:
        yield Finding("cache folder", "fine", str(folder))


def _folder() -> Iterator[Finding]:
    """Look at the folder in which the command was started, where results go."""
    here = Path.cwd()
    if not os.access(here, os.W_OK):
        remedy = "start commands in a folder of your own, or name one with --out"
        yield Finding("this folder", "lacking", f"no permission to write in {here}", remedy)
        return
    room = shutil.disk_usage(here).free / 2**30
    if room < _ROOM:
        yield Finding("this folder", "lacking", f"{room:.1f} GiB free", "make room on the disk")
    else:
        yield Finding("this folder", "fine", f"can be written, {room:,.0f} GiB free")


def _fonts() -> Iterator[Finding]:
    try:
        from smecluster.model.presentation.fonts import choose_fallbacks

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chosen = choose_fallbacks(_CHINESE, ["DejaVu Sans"])
    except (ImportError, OSError) as error:
        yield Finding("fonts", "broken", str(error), "pip install --force-reinstall matplotlib")
        return
    if chosen:
        yield Finding("fonts", "fine", f"Chinese in figures by {chosen[0]}")
    else:
        remedy = (
            "figures in Chinese show boxes: install a font "
            "(Debian and Ubuntu: apt install fonts-noto-cjk)"
        )
        yield Finding("fonts", "lacking", "none with Chinese characters", remedy)


def _encoding() -> Iterator[Finding]:
    names = sys.getfilesystemencoding().lower().replace("-", "")
    screen = (getattr(sys.stdout, "encoding", None) or "none").lower().replace("-", "")
    if names == "utf8" and screen == "utf8":
        yield Finding("encoding", "fine", "UTF-8 for names of files and for the screen")
    else:
        text = f"{names} for names of files, {screen} for the screen"
        remedy = "Chinese text may come out as escapes: set PYTHONUTF8=1"
        yield Finding("encoding", "lacking", text, remedy)


def _run() -> Iterator[Finding]:
    from smecluster.model.runs import simulate
    from smecluster.model.system import load

    began = time.monotonic()
    try:
        run = simulate(load(), outputs=["value added"], years=[2040])
        total = float(run["value added"].sum())
    except Exception as error:  # whatever stops it is what the user wants to know
        remedy = "report this line, and what stands above it"
        yield Finding("the model", "broken", f"{type(error).__name__}: {error}", remedy)
        return
    seconds = time.monotonic() - began
    text = f"runs: value added {total / 1e6:,.1f} trillion yuan in 2040, in {seconds:.1f} s"
    yield Finding("the model", "fine", text)

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

from smecluster.model.cache import explain_distrust, find_folder
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

#: Fine; something works less well or not at all without it; nothing works without it.
State = Literal["fine", "lacking", "broken"]
#: What the optional parts of the installation are for.
EXTRAS = {
    "distributed": mark("studies on several machines (--cluster)"),
    "loops": mark(
        "loops that dominate, units, a second engine (smecluster explain dominance, check)"
    ),
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
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    text = say("{version} on {system}", version=version, system=system)
    if sys.maxsize < 2**32:
        text = say("{system}, 32 bits", system=text)
        yield Finding("Python", "broken", text, say("install Python for 64 bits"))
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
        remedy = say("pip install --upgrade smecluster (in the same environment)")
        yield Finding(mark("packages"), "broken", "; ".join(wrong), remedy)
    else:
        version = importlib.metadata.version("smecluster")
        text = say(
            "smecluster {version} and all {count} that it needs", version=version, count=count
        )
        yield Finding(mark("packages"), "fine", text)


def _extras() -> Iterator[Finding]:
    for extra, purpose in EXTRAS.items():
        needed = [(name, lowest) for name, lowest, own in _list_requirements() if own == extra]
        wrong = [problem for name, lowest in needed if (problem := _judge(name, lowest))]
        if wrong:
            remedy = say(
                'only for {purpose}: pip install "smecluster[{extra}]"',
                purpose=say(purpose),
                extra=extra,
            )
            yield Finding(say("extra {name}", name=extra), "lacking", "; ".join(wrong), remedy)
        else:
            yield Finding(
                say("extra {name}", name=extra), "fine", say("for {purpose}", purpose=say(purpose))
            )


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
        return say("{name} is not installed", name=name)
    if _read_version(version) < _read_version(lowest):
        return say(
            "{name} {version} is older than {lowest}", name=name, version=version, lowest=lowest
        )
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
        yield Finding(
            mark("processor"), "broken", str(error), "pip install --force-reinstall llvmlite"
        )
        return
    wide = next((size for size in ("avx512f", "avx2", "neon") if features.get(size)), "")
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    text = say("{name}, {count} in use", name=name, count=usable)
    text += say(", vectors by {name}", name=wide) if wide else say(", no wide vectors")
    yield Finding(mark("processor"), "fine", text)


def _memory() -> Iterator[Finding]:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return  # Windows says it otherwise
    if size < _MEMORY:
        remedy = say(
            "large comparisons want {size} GiB: ask for fewer --draws", size=f"{_MEMORY:g}"
        )
        yield Finding(mark("memory"), "lacking", f"{size:.1f} GiB", remedy)
    else:
        yield Finding(mark("memory"), "fine", f"{size:.0f} GiB")


def _cache() -> Iterator[Finding]:
    """Look at the folder in which compiled models are kept."""
    folder = find_folder()
    chosen = bool(os.environ.get("SMECLUSTER_CACHE"))
    reason = explain_distrust(folder, chosen=chosen)
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not reason and not os.access(there, os.W_OK):
        reason = say("no permission to write in {folder}", folder=there)
    if reason:
        remedy = say("set SMECLUSTER_CACHE to a folder of your own; else each start compiles again")
        yield Finding(mark("cache folder"), "lacking", reason, remedy)
    else:
        yield Finding(mark("cache folder"), "fine", str(folder))


def _folder() -> Iterator[Finding]:
    """Look at the folder in which the command was started, where results go."""
    here = Path.cwd()
    if not os.access(here, os.W_OK):
        remedy = say("start commands in a folder of your own, or name one with --out")
        text = say("no permission to write in {folder}", folder=here)
        yield Finding(mark("this folder"), "lacking", text, remedy)
        return
    room = shutil.disk_usage(here).free / 2**30
    if room < _ROOM:
        text = say("{size} GiB free", size=f"{room:.1f}")
        yield Finding(mark("this folder"), "lacking", text, say("make room on the disk"))
    else:
        text = say("can be written, {size} GiB free", size=f"{room:,.0f}")
        yield Finding(mark("this folder"), "fine", text)


def _fonts() -> Iterator[Finding]:
    try:
        from smecluster.model.presentation.fonts import choose_fallbacks

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chosen = choose_fallbacks(_CHINESE, ["DejaVu Sans"])
    except (ImportError, OSError) as error:
        yield Finding(
            mark("fonts"), "broken", str(error), "pip install --force-reinstall matplotlib"
        )
        return
    if chosen:
        yield Finding(mark("fonts"), "fine", say("Chinese in figures by {font}", font=chosen[0]))
    else:
        remedy = say(
            "figures in Chinese show boxes: install a font "
            "(Debian and Ubuntu: apt install fonts-noto-cjk)"
        )
        yield Finding(mark("fonts"), "lacking", say("none with Chinese characters"), remedy)


def _encoding() -> Iterator[Finding]:
    names = sys.getfilesystemencoding().lower().replace("-", "")
    screen = (getattr(sys.stdout, "encoding", None) or "none").lower().replace("-", "")
    if names == "utf8" and screen == "utf8":
        text = say("UTF-8 for names of files and for the screen")
        yield Finding(mark("encoding"), "fine", text)
    else:
        text = say(
            "{names} for names of files, {screen} for the screen", names=names, screen=screen
        )
        remedy = say("Chinese text may come out as escapes: set PYTHONUTF8=1")
        yield Finding(mark("encoding"), "lacking", text, remedy)


def _run() -> Iterator[Finding]:
    from smecluster.model.engine.run.runs import simulate
    from smecluster.model.file.model import load

    began = time.monotonic()
    try:
        run = simulate(load(), outputs=["value added"], years=[2040])
        total = float(run["value added"].sum())
    except Exception as error:  # whatever stops it is what the user wants to know
        remedy = say("report this line, and what stands above it")
        yield Finding(mark("the model"), "broken", f"{type(error).__name__}: {error}", remedy)
        return
    seconds = time.monotonic() - began
    text = say(
        "runs: value added {value} trillion yuan in 2040, in {seconds} s",
        value=f"{total / 1e6:,.1f}",
        seconds=f"{seconds:.1f}",
    )
    yield Finding(mark("the model"), "fine", text)

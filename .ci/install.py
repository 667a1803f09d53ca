"""Install requirements.lock and this project into the environment that runs this file.

It prints how far it is: a line that changes at a terminal, a line now and then otherwise. Only the
standard library is there when it runs.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
EVERY = 20.0  # seconds between lines where there is no terminal
PHASES = ("Collecting ", "Downloading ", "Using cached ", "Building ", "Installing collected")


class Display:
    """Where the installation is, in one line, with the seconds that it has taken."""

    def __init__(self) -> None:
        self.began = self.told = time.monotonic()
        self.terminal = sys.stdout.isatty()
        self.text = "starting"
        self.over = threading.Event()
        threading.Thread(target=self._tick, daemon=True).start()

    def __call__(self, text: str) -> None:
        """Show a phase: at once at a terminal, elsewhere not too often."""
        self.text = text
        self._print()

    def close(self, text: str) -> None:
        """Show the last line."""
        self.over.set()
        self.text, self.told = text, 0.0
        self._print()
        if self.terminal:
            print()

    def _print(self) -> None:
        now = time.monotonic()
        line = f"  {self.text} ({now - self.began:.0f} s)"
        if self.terminal:
            print(f"\r\033[K{line[:100]}", end="", flush=True)
        elif now - self.told >= EVERY:
            self.told = now
            print(line, flush=True)

    def _tick(self) -> None:
        """Unpacking says nothing for a minute: the seconds show that it goes on."""
        while not self.over.wait(1.0):
            self._print()


def main() -> int:
    """Install, and give pip's exit status."""
    packages = len(re.findall(r"^[A-Za-z0-9][^ ]*==", LOCK.read_text(encoding="utf-8"), re.M))
    print(f"Installing up to {packages} packages into .venv, once:", flush=True)
    show = Display()
    locked = ["--require-hashes", "-r", str(LOCK)]
    status = pip(locked, packages, show)
    if status == 0:
        status = pip(["--no-deps", "--no-build-isolation", "--editable", str(ROOT)], 1, show)
    show.close("installed" if status == 0 else "failed")
    return status


def pip(arguments: list[str], packages: int, show: Display) -> int:
    """Run ``pip install`` and show its phases; print all that it said where it fails."""
    command = [sys.executable, "-u", "-m", "pip", "install", "--progress-bar", "off", *arguments]
    said, collected = [], 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            phase = line.strip()
            if not phase.startswith(PHASES):
                continue
            if phase.startswith("Collecting"):
                collected += 1
                name = phase.split()[1].partition("==")[0]
                show(f"package {collected} of up to {packages}: {name}")
            elif phase.startswith("Installing"):
                show(f"unpacking {collected or packages} packages, which can take minutes")
            else:
                show(re.sub(r"\S*/", "", phase))
    if process.returncode:
        print("\n" + "".join(said[-40:]), file=sys.stderr)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())

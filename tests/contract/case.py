# SPDX-License-Identifier: Apache-2.0
"""Case files: a header, optionally a configuration, and steps."""
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent
EVIDENCE = {
    "CAP": "captured from AWS",
    "HASH": "captured from AWS and proven byte for byte",
    "DOC": "AWS's documentation",
    "ISSUE": "public reports of what AWS does",
    "STACKD": "another emulator that was compared with AWS",
    "INF": "inferred from the above",
    "UNCONFIRMED": "AWS's behaviour is not known; the choice is Postern's",
    "own": "beyond AWS",
}
SPEC = re.compile(r"(data-plane|config-plane|captures|configuration) \S.*")
HEADER = {"title", "spec", "evidence", "fails"}


class BadCase(Exception):
    """A case file that cannot be understood."""


class Step:
    def __init__(self, line, text):
        self.line = line
        self.text = text
        self.block = []  # the indented lines below it, without their indentation


class Case:
    def __init__(self, path, text):
        self.path = path
        self.header = {}
        self.config = None
        self.steps = []
        section = "header"
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("--- "):
                section = self.begin(section, line[4:], number)
            elif section == "config":
                self.config += line + "\n"
            elif not line.strip() or line.startswith("#"):
                continue
            elif section == "header":
                self.read_header(line, number)
            elif line.startswith("  "):
                if not self.steps:
                    raise self.bad(number, "an indented line belongs below a step")
                self.steps[-1].block.append(line[2:])
            else:
                self.steps.append(Step(number, line))
        self.check_header()
        if not self.steps:
            raise self.bad(number, "there are no steps")

    def bad(self, number, what):
        return BadCase(f"{self.path}:{number}: {what}")

    def begin(self, section, name, number):
        order = ["header", "config", "steps"]
        if name not in order or order.index(name) <= order.index(section):
            raise self.bad(number, f"unknown or misplaced section {name!r}")
        if name == "config":
            self.config = ""
        return name

    def read_header(self, line, number):
        name, colon, value = line.partition(":")
        if not colon or name not in HEADER or name in self.header:
            raise self.bad(number, f"unknown or repeated header {name!r}")
        self.header[name] = value.strip()

    def check_header(self):
        for name in ("title", "spec", "evidence"):
            if not self.header.get(name):
                raise self.bad(1, f"header {name!r} is missing")
        if not SPEC.fullmatch(self.header["spec"]):
            raise self.bad(1, "spec must name data-plane, config-plane, captures or configuration, and a section")
        if self.header["evidence"].split()[0] not in EVIDENCE:
            raise self.bad(1, f"evidence must begin with one of {', '.join(EVIDENCE)}")

    @property
    def title(self):
        return self.header["title"]


def areas():
    return sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.case")))


def paths(area):
    return sorted((FOLDER / area).glob("*.case"))


def default_config(folder):
    """The configuration of the cases of a folder that bring none: the folder's own, or that of all."""
    own = folder / "default.yaml"
    return (own if own.exists() else FOLDER / "default.yaml").read_text(encoding="utf-8")


def load(path):
    return Case(path, path.read_text(encoding="utf-8"))

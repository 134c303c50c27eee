#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/parity.md to stdout from the headers of the contract cases; --check FILE compares instead."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "contract"))
import case  # noqa: E402

AREAS = {
    "connect": "Connecting",
    "selection": "Choosing a route",
    "messages": "Messages and answers",
    "functions": "Lambda functions",
    "events": "Events",
    "disconnect": "Ends of connections",
    "limits": "Limits",
    "logs": "Logs",
    "frames": "Frames",
}
NOT_KNOWN = ("UNCONFIRMED", "own")
INTRODUCTION = """\
# Parity with AWS

<!-- Made by tools/parity.py from the headers of tests/contract; edit the cases instead. -->

What Postern does where API Gateway's WebSocket APIs do something, case by case. Each line is a test that runs against a
real gateway: `tests/contract/AREA/FILE`. The section is that of the team's description of AWS's behaviour
(`data-plane`, `config-plane`, `captures`), which is not part of the repository: the evidence is named beside it, and in full
in the case. Or it is that of [configuration.md](configuration.md).
"""


def kind(it):
    return it.header["evidence"].split()[0]


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def table(cases):
    lines = ["| Behaviour | Section | Evidence | Case |", "|---|---|---|---|"]
    for it in cases:
        where = f"[{it.path.stem}](../tests/contract/{it.path.parent.name}/{it.path.name})"
        lines.append(f"| {cell(it.title)} | {cell(it.header['spec'])} | {cell(it.header['evidence'])} | {where} |")
    return "\n".join(lines) + "\n"


def page():
    cases = {area: [case.load(path) for path in case.paths(area)] for area in AREAS}
    missing = set(case.areas()) - set(AREAS) - {"runner"}
    if missing:
        sys.exit(f"parity: no heading for {', '.join(sorted(missing))}")
    everything = [it for area in cases.values() for it in area]
    parts = [INTRODUCTION, "| Evidence | Meaning | Cases |\n|---|---|---|\n" + "".join(
        f"| {name} | {meaning} | {sum(kind(it) == name for it in everything)} |\n" for name, meaning in case.EVIDENCE.items())]
    for area, heading in AREAS.items():
        known = [it for it in cases[area] if kind(it) not in NOT_KNOWN]
        if known:
            parts.append(f"## {heading}\n\n{table(known)}")
    unconfirmed = [it for it in everything if kind(it) == "UNCONFIRMED"]
    parts.append(f"## Not confirmed\n\nNobody has shown what AWS does here; a capture may change these.\n\n{table(unconfirmed)}")
    own = [it for it in everything if kind(it) == "own"]
    parts.append(f"## Beyond AWS\n\nPostern's own, off or invisible unless used.\n\n{table(own)}")
    return "\n".join(parts)


def main():
    if sys.argv[1:2] != ["--check"]:
        print(page(), end="")
        return
    file = pathlib.Path(sys.argv[2])
    if not file.exists() or file.read_text(encoding="utf-8") != page():
        sys.exit(f"parity: {file} is not what the cases say; write it again with ./dev docs")
    print("parity: ok")


main()

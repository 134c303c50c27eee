#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documentation is true where a machine can tell: links and anchors lead somewhere, files that pages name exist, `./dev` has
the verbs that pages use, every property of the schema is described, metrics are those of the table and on the dashboard, log
events are those of the source, and generated pages are current."""
import json
import pathlib
import re
import subprocess
import sys

import metrics_page

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = "config/postern.schema.json"
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.M)
CODE_FILE = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:cpp|hpp|h|py))`")
EVENT = re.compile(r'\b(?:log::(?:debug|info|refusal|warn|error)|write)\(\s*"([a-z_]+\.[a-z_]+)"')
EVENT_ROW = re.compile(r"^\| ((?:`[a-z_]+\.[a-z_]+`(?:, )?)+) \|", re.M)
METRIC = re.compile(r"\b(?:postern|process)_[a-z_]+\b")
METRIC_UNIT = re.compile(r"_(?:total|seconds|bytes)$")
DEV_VERB = re.compile(r"\./dev ([a-z]+)")


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def pages():
    for name in output("git", "ls-files", "-co", "--exclude-standard", "*.md").split():
        if (ROOT / name).exists():
            yield ROOT / name


def anchors(page):
    """As GitHub makes them from headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead_links(page):
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"there is no {link}"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"there is no heading for {link}"


def missing_files(page):
    """Source files named in backticks, from the page's folder, the top or src/. A bare name is the reader's own file but in src/."""
    homes = [page.parent, ROOT, ROOT / "src"]
    for name in CODE_FILE.findall(page.read_text()):
        is_ours = "/" in name or page.is_relative_to(ROOT / "src")
        if is_ours and not any((home / name).exists() for home in homes):
            yield f"there is no {name}"


def unknown_verbs(page, verbs):
    for verb in DEV_VERB.findall(page.read_text()):
        if verb not in verbs:
            yield f"./dev has no verb {verb}"


def undescribed(schema, path=""):
    for name, below in schema.get("properties", {}).items():
        if not below.get("description"):
            yield f"{path}{name} has no description"
        yield from undescribed(below, f"{path}{name}.")
    for name, below in schema.get("definitions", {}).items():
        for form in [below, *below.get("oneOf", [])]:
            yield from undescribed(form, f"{name}.")


def unknown_metrics(names):
    """Series of a histogram end in _bucket, _sum and _count. In prose only what has a unit is surely a metric."""
    known = {*names, *(name + suffix for name in names if name.endswith("_seconds") for suffix in ("_bucket", "_sum", "_count"))}
    for page in [ROOT / "docs/grafana.json", *pages()]:
        is_ours = page.name in ("grafana.json", "metrics.md")
        for name in sorted(set(METRIC.findall(page.read_text())) - known):
            if is_ours or METRIC_UNIT.search(name):
                yield f"{page.relative_to(ROOT)}: there is no metric {name}"


def missing_panels(rows):
    """Whatever an operator should look at is on the dashboard."""
    shown = set(METRIC.findall((ROOT / "docs/grafana.json").read_text()))
    for name, kind, _, _, concern in rows:
        if concern and not {name, f"{name}_bucket" if kind == "histogram" else name} & shown:
            yield f"docs/grafana.json: no panel shows {name}"


def other_events():
    """The server log's lines are what an operator searches for and alerts on."""
    written = {event for path in (ROOT / "src").rglob("*.cpp") for event in EVENT.findall(path.read_text())}
    told = {event for row in EVENT_ROW.findall((ROOT / "docs/logs.md").read_text()) for event in re.findall(r"`([^`]+)`", row)}
    yield from (f"docs/logs.md: the event {event} is not in the table" for event in sorted(written - told))
    yield from (f"docs/logs.md: nothing logs {event}" for event in sorted(told - written))


def stale_pages():
    page = output(sys.executable, "tools/configuration_page.py", SCHEMA)
    if page != (ROOT / "docs/configuration.md").read_text():
        yield "docs/configuration.md: not what the schema says; run ./dev docs"
    if output(sys.executable, "tools/metrics_page.py") != (ROOT / "docs/metrics.md").read_text():
        yield "docs/metrics.md: not what the table says; run ./dev docs"
    parity = ROOT / "tools/parity.py"
    if parity.exists():
        done = subprocess.run([sys.executable, parity, "--check", "docs/parity.md"], cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            yield f"docs/parity.md: {(done.stdout + done.stderr).strip() or 'not current'}; run ./dev docs"


def complaints():
    verbs = set(re.findall(r"^  ([a-z]+) ", output("./dev", "help"), re.M)) | {"help"}
    for page in pages():
        for problem in [*dead_links(page), *missing_files(page), *unknown_verbs(page, verbs)]:
            yield f"{page.relative_to(ROOT)}: {problem}"
    yield from unknown_metrics([row[0] for row in metrics_page.rows()])
    yield from missing_panels(metrics_page.rows())
    yield from other_events()
    gaps = list(undescribed(json.loads((ROOT / SCHEMA).read_text())))
    yield from (f"{SCHEMA}: {gap}" for gap in gaps)
    if not gaps:
        yield from stale_pages()


found = list(complaints())
print("\n".join(found) or "docs: ok")
sys.exit(bool(found))

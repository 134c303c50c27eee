#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs contract cases against a real gateway: run.py --postern FILE --plugin FILE [AREA | CASE]...

Each case gets a gateway of its own, which must end with status 0 and without a line at level error. A case with the header
`fails` passes when it fails with that text: so the runner is tested.
"""
import argparse
import concurrent.futures
import pathlib
import sys

import case
import steps
from gateway import Gateway
from match import Mismatch

CASES_AT_ONCE = 4  # most of a case is waiting
LOG_LINES = 20


def play(gateway, compiled):
    """What went wrong, as a list of lines; empty when nothing did."""
    world = steps.World(gateway)
    problems = []
    at = ""
    try:
        for line, (function, arguments, block) in compiled:
            at = f"line {line.line}: {line.text}\n"
            function(world, block, *arguments)
        at = "after the last step:\n"
        world.finish()
    except (Mismatch, OSError) as problem:
        problems.append(f"{at}{problem}")
    world.hang_up()
    problems += gateway.end()
    if not problems and "$disconnect" in gateway.config:
        try:
            world.check_disconnects()
        except Mismatch as problem:
            problems.append(str(problem))
    return problems


def run(path, postern, plugin):
    """(path, title, problems)"""
    try:
        it = case.load(path)
    except case.BadCase as problem:
        return path, path.name, [str(problem)]
    try:
        compiled = [(line, steps.compile_step(line)) for line in it.steps]
        gateway = Gateway(postern, plugin, it.config or case.default_config(path.parent))
        try:
            problems = play(gateway, compiled)
            if problems:
                problems += ["the last of the log:", *gateway.log().splitlines()[-LOG_LINES:]]
        finally:
            gateway.remove()
    except (Mismatch, ValueError) as problem:
        problems = [str(problem)]
    wanted = it.header.get("fails")
    if wanted is not None:
        failed = wanted in "\n".join(problems)
        problems = [] if failed else [f"should have failed with {wanted!r}, but: {problems or 'it passed'}"]
    return path, it.title, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postern", type=pathlib.Path, required=True)
    parser.add_argument("--plugin", type=pathlib.Path, required=True)
    parser.add_argument("what", nargs="*", help="areas or case files; all unless given")
    options = parser.parse_args()
    chosen = []
    for what in options.what or case.areas():
        found = [pathlib.Path(what)] if what.endswith(".case") else case.paths(what)
        if not found:
            parser.error(f"no cases in {what}")
        chosen += found

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(CASES_AT_ONCE) as pool:
        results = pool.map(lambda path: run(path, options.postern.resolve(), options.plugin.resolve()), chosen)
        for path, title, problems in results:
            print(f"{'FAILED' if problems else 'ok'}  {path.parent.name}/{path.name}: {title}", flush=True)
            if problems:
                failed += 1
                print("    " + "\n".join(problems).replace("\n", "\n    "), flush=True)
    print(f"{len(chosen)} cases, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures Postern and its peers in one run (README.md). Builds nothing; `./dev bench` builds and calls this."""
import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import shlex
import signal
import subprocess
import sys
import tempfile

import peers as servers
from cases import CASES, key
from report import Report, write_between_markers

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMOKE = ("--warm-up", 20, "--duration", 150, "--settle", 0)
QUICK = ("--warm-up", 300, "--duration", 1000)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=["all", "echo", "connect", "idle", "fanout", "lambda"])
    parser.add_argument("--peers", help="only these, by name: postern,floor,beast,ws,serverless-offline")
    parser.add_argument("--rounds", type=int, default=5, help="odd numbers make clean medians (5)")
    parser.add_argument("--quick", action="store_true", help="one short round: to look, not to quote")
    parser.add_argument("--smoke", action="store_true", help="a moment of every case: does everything still work?")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="the build directory")
    parser.add_argument("--markdown", metavar="FILE", help="also write the tables between the markers of this page")
    return parser.parse_args()


def output_of(*command):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def describe(arguments, rounds):
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    changed = "" if not output_of("git", "status", "--porcelain", "--", "src", "include", "tests/bench") else " with changes"
    return {
        "date": datetime.date.today().isoformat(),
        "commit": (output_of("git", "rev-parse", "--short=12", "HEAD") or "unknown") + changed,
        "command": shlex.join(["python3", "tests/bench/run.py", *sys.argv[1:]]),
        "machine": f"{cpu}, {os.cpu_count()} cores",
        "kernel": f"Linux {platform.release()}",
        "versions": ", ".join(filter(None, [output_of("c++", "--version").split("\n")[0],
                                            output_of("openssl", "version").partition(" (")[0],
                                            "Node " + output_of("node", "--version")])),
        "rounds": rounds,
    }


class Bench:
    """Server on the first processor that we may use, generator on the last."""

    def __init__(self, build, directory, extra):
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.generator_core = cores[0], cores[-1]
        self.generator, self.directory, self.extra = build / "tests" / "bench" / "load_generator", directory, extra
        self.certificate = servers.make_certificate(directory)

    def measure(self, case, peer):
        tls = self.certificate if case.tls else None
        with servers.Running(peer, case.group, self.directory, self.server_core, tls) as server:
            words = [self.generator, case.mode or case.group, *case.options, *self.extra, "--port", server.port, "--path", peer.path,
                     "--pid", server.process.pid, "--core", self.generator_core]
            done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(f"{key(case)}, {peer.name}: {done.stderr.strip()}\n{server.last_words()}")
            return json.loads(done.stdout)


def choose(arguments, cases, directory):
    """The peers that are there and have something to do. One asked for by name must be there."""
    known = servers.all_peers(arguments.build, directory)
    wanted = arguments.peers.split(",") if arguments.peers else list(known)
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = []
    for peer in (known[name] for name in wanted if known[name].groups & {case.group for case in cases}):
        if not (missing := peer.missing()):
            chosen.append(peer)
        elif arguments.peers:
            raise SystemExit(f"{peer.name} is not there: {', '.join(missing)}")
        else:
            print(f"left out: {peer.name} (not there: {', '.join(missing)})", file=sys.stderr)
    return chosen


def run_all(bench, cases, peers, rounds):
    """Interleaved: A B C, A B C, ... so that a noisy minute meets all peers alike."""
    results = {key(case): {} for case in cases}
    for case in cases:
        for turn in range(case.rounds and min(case.rounds, rounds) or rounds):
            for peer in peers:
                if not peer.can_do(case):
                    continue
                result = bench.measure(case, peer)
                results[key(case)].setdefault(peer.name, []).append(result)
                print(f"{key(case):28} round {turn + 1}  {peer.name:8} {result[case.figure]:9.3f}", file=sys.stderr)
    return results


def main():
    arguments = parse_arguments()
    arguments.build = arguments.build.resolve()
    is_short = arguments.quick or arguments.smoke
    rounds = 1 if is_short else arguments.rounds
    extra = SMOKE if arguments.smoke else QUICK if arguments.quick else ()
    if arguments.smoke:
        extra = (*extra, "--connections", 8)
    # What POSTs are compared with is measured in the same run.
    wanted = {"fanout": ("fanout", "echo: 64 B, depth 1")}.get(arguments.what, (arguments.what,))
    cases = [case for case in CASES if {"all", case.group, key(case)} & set(wanted)]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the servers inherit it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exception stops the server that is running

    with tempfile.TemporaryDirectory(prefix="postern-bench-") as name:
        directory = pathlib.Path(name)
        peers = choose(arguments, cases, directory)
        try:
            results = run_all(Bench(arguments.build, directory, extra), cases, peers, rounds)
        except RuntimeError as error:
            raise SystemExit(str(error)) from None
    if arguments.smoke:
        return
    run = describe(arguments, rounds)
    text = Report(run, cases, peers, results).markdown()
    print(text)
    file = ROOT / "build" / "bench" / "results.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**run, "results": results}, indent=1) + "\n")
    if arguments.markdown:
        write_between_markers(arguments.markdown, text)


if __name__ == "__main__":
    main()

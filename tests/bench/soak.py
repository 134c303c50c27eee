#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Minutes of everything at once against one gateway: connects and ends of every kind, messages, posts through @connections, broadcasts to
groups, reloads every few seconds, and a drain at the end. Every reply, post and broadcast is counted on both sides. It fails when one is
lost or comes twice, when a connection is left behind, when a reload is refused, or when memory grows (README.md)."""
import argparse
import json
import multiprocessing
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import soak_clients

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 30
RELOAD_SECONDS = 5
DRAIN_SECONDS = 3
END_SECONDS = 120  # nothing takes so long at the end; it is when to give up

# Resident memory after the first third of the time, against that of the end: a gateway that leaks a hundred bytes for each message,
# post or connection passes it within a minute; what the allocator's fragments do stays below.
GROWTH_MAX = 1.10
GROWTH_SLACK_BYTES = 4 * 1024 * 1024


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=int, default=300)
    parser.add_argument("--clients", type=int, default=100, help="of each process (100)")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="the build directory")
    return parser.parse_args()


def configuration(number):
    """Two that alternate: routes, stage variables, limits and a whole API come and go; the clients' own routes stay."""
    routes = {
        "$connect": "plugin:accept",
        "$disconnect": "plugin:accept",
        "$default": {"integration": "plugin:echo", "routeResponse": True},
        "whoami": {"integration": "plugin:whoami", "routeResponse": True},
    }
    apis = {"soak": {"routeSelectionExpression": "$request.body.action", "routes": routes,
                     "stages": {"dev": {"stageVariables": {"generation": str(number)}}}}}
    limits = {"newConnectionsPerSecond": 0, "idleTimeout": "10m"}
    domains = {"soak.test": {"apiMappings": [{"apiId": "soak", "stage": "dev"}]}}
    if number % 2:
        routes["only-now"] = "plugin:accept"
        apis["soak"]["stages"]["guest"] = {}
        limits.update(messagesInFlight=7, idleTimeout="5m", concurrentDisconnects=3, pendingConnects=5, connectQueueTimeout="1m")
        domains = {}
    return {"apis": apis, "domainNames": domains,
            "gateway": {"listeners": [{"address": "127.0.0.1", "port": 0}], "extensions": True, "drainTime": f"{DRAIN_SECONDS}s",
                        "limits": limits, "log": {"level": "info", "format": "json"}}}


class Gateway:
    def __init__(self, build, directory):
        self.file, self.log = directory / "postern.json", directory / "log"
        self.reloads = 0
        self.write()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("POSTERN_")}
        self.process = subprocess.Popen([build / "src" / "postern", "run", self.file, "--set", f"gateway.dataDirectory={directory}"],
                                        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(self.log, "w"),
                                        text=True)
        self.port = None
        for line in self.process.stdout:
            found = re.match(r"  ws://[^:/]*:(\d+)/", line)
            if found:
                self.port = int(found[1])
                break
        if self.port is None:
            raise RuntimeError("the gateway did not start:\n" + self.log.read_text()[-2000:])

    def write(self):
        fresh = self.file.with_suffix(".next")
        fresh.write_text(json.dumps(configuration(self.reloads), indent=2))
        fresh.rename(self.file)

    def reload(self):
        self.reloads += 1
        self.write()
        self.process.send_signal(signal.SIGHUP)

    def log_count(self, *needles):
        with open(self.log) as lines:
            return sum(all(needle in line for needle in needles) for line in lines)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connections(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/dev/@connections?limit=1000", timeout=30) as answer:
            return len(json.load(answer)["connections"])


class Fleet:
    """The client processes, each told what to do next by a word."""

    def __init__(self, port, arguments):
        self.workers = []
        for number in range(arguments.processes):
            mine, theirs = multiprocessing.Pipe()
            worker = multiprocessing.Process(target=soak_clients.run, args=(theirs, number, port, arguments.clients), daemon=True)
            worker.start()
            self.workers.append((worker, mine))

    def tell(self, word):
        for _, pipe in self.workers:
            pipe.send(word)

    def answers(self):
        """One of each process; what a process could not go on with is an exception here."""
        end = time.monotonic() + END_SECONDS
        found = []
        for worker, pipe in self.workers:
            if not pipe.poll(max(0, end - time.monotonic())):
                raise RuntimeError(f"client process {worker.pid} says nothing")
            answer = pipe.recv()
            if isinstance(answer, str):
                raise RuntimeError("a client process ended: " + answer)
            found.append(answer)
        return found

    def fail_early(self):
        for _, pipe in self.workers:
            if pipe.poll(0):
                raise RuntimeError("a client process ended: " + str(pipe.recv()))


def soak(gateway, fleet, seconds):
    """Samples of the resident memory, one a second."""
    samples = []
    began = time.monotonic()
    next_reload = began + RELOAD_SECONDS
    while time.monotonic() < began + seconds:
        time.sleep(1)
        if gateway.process.poll() is not None:
            raise RuntimeError(f"the gateway has ended with {gateway.process.returncode}:\n" + gateway.log.read_text()[-3000:])
        fleet.fail_early()
        samples.append(gateway.resident_bytes())
        if time.monotonic() >= next_reload:
            next_reload += RELOAD_SECONDS
            gateway.reload()
    return samples


def drain(gateway, fleet):
    """All clients that are open now have to be closed with 1001; returns how many were, and how long it took."""
    fleet.tell("hold")
    held = sum(answer["held"] for answer in fleet.answers())
    listed = gateway.connections()
    began = time.monotonic()
    gateway.process.send_signal(signal.SIGTERM)
    code = gateway.process.wait(END_SECONDS)
    took = time.monotonic() - began
    closed = sum(answer["closed_1001"] for answer in fleet.answers())
    return {"held": held, "listed": listed, "closed": closed, "exit code": code, "seconds": took}


def main():
    arguments = parse_arguments()
    problems = []

    def expect(name, value, wanted):
        if value != wanted:
            problems.append(f"{name}: {value}, not {wanted}")

    with tempfile.TemporaryDirectory(prefix="postern-soak-") as directory:
        gateway = Gateway(arguments.build, pathlib.Path(directory))
        try:
            cpu = gateway.cpu_seconds()
            fleet = Fleet(gateway.port, arguments)
            samples = soak(gateway, fleet, arguments.seconds)
            fleet.tell("stop")
            total = soak_clients.summed(fleet.answers())
            cpu = gateway.cpu_seconds() - cpu
            expect("connections left behind", gateway.connections(), 0)
            end = drain(gateway, fleet)
        except Exception as failure:
            sys.exit(f"soak: failed: {failure}")
        finally:
            if gateway.process.poll() is None:
                gateway.process.kill()
                gateway.process.wait()
        expect("reloads done", gateway.log_count('"event":"reload.done"'), gateway.reloads)
        expect("errors in the log", gateway.log_count('"level":"error"'), 0)
        expect("complete drains", gateway.log_count('"event":"drain.end"', '"complete":"yes"'), 1)

    for lost in ("replies lost", "posts lost", "broadcasts lost", "unexpected"):
        expect(lost, total[lost], 0)
    expect("clients closed by the drain", end["closed"], end["held"])
    expect("clients listed before the drain", end["listed"], end["held"])
    expect("exit code", end["exit code"], 0)
    third = len(samples) // 3
    window = max(1, len(samples) // 10)
    before, after = statistics.mean(samples[third:third + window]), statistics.mean(samples[-window:])
    if after > before * GROWTH_MAX + GROWTH_SLACK_BYTES:
        problems.append(f"memory: {before / 2**20:.1f} MiB after a third of the time, {after / 2**20:.1f} MiB at the end")

    rows = [("seconds", arguments.seconds), ("clients at a time", arguments.clients * arguments.processes),
            *total.items(), ("reloads", gateway.reloads), ("resident MiB after a third", f"{before / 2**20:.1f}"),
            ("resident MiB at the end", f"{after / 2**20:.1f}"), ("server CPU seconds", f"{cpu:.1f}"),
            ("closed by the drain", f"{end['closed']} of {end['held']} in {end['seconds']:.1f} s")]
    for name, value in rows:
        print(f"{name:28} {value}")
    for problem in problems:
        print("FAILED " + problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: how each is started on a port, and stopped."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
LAMBDA = HERE / "lambda"  # the function that is invoked, and what serverless-offline needs
OFFLINE_PACKAGES = [LAMBDA / "node_modules" / name for name in ("serverless/bin/serverless.js", "serverless-offline")]
START_SECONDS = 20
STOP_SECONDS = 10


ECHOES = frozenset({"echo", "connect", "idle", "fanout"})  # the groups that measure the server and nothing behind it


class Peer:
    """One kind of server. `command(port, tls, group)` is its command line; `tls` is a pair of PEM files or None."""

    def __init__(self, name, title, needs, command, speaks_tls=True, path="/", groups=ECHOES):
        self.name, self.title, self.needs, self.command = name, title, needs, command
        self.speaks_tls, self.path, self.groups = speaks_tls, path, groups

    def can_do(self, case):
        return (case.group in self.groups and (self.speaks_tls or not case.tls)
                and (not case.peers or self.name in case.peers))

    def missing(self):
        return [str(file) for file in self.needs if not pathlib.Path(file).exists()]


def all_peers(build, directory):
    """Every peer by name, Postern first. Configuration files go to `directory`."""
    bench = build / "tests" / "bench"
    postern, plugin = build / "src" / "postern", bench / "libbench_plugin.so"
    beast, floor, script = bench / "beast_echo", bench / "floor_echo", HERE / "ws_echo.js"
    node = shutil.which("node") or "node"

    def postern_command(port, tls, group):
        listener = {"address": "127.0.0.1", "port": port}
        if tls:
            listener["tls"] = {"certificate": str(tls[0]), "privateKey": str(tls[1])}
        file = LAMBDA / "serverless.yml"
        if group != "lambda":
            file = directory / f"postern-{port}.json"
            file.write_text(json.dumps(plugin_configuration(plugin), indent=2))
        # Every peer has one thread for connections, so one shard.
        return [postern, "run", file, *settings(listeners=[listener], shards=1, extensions=True),
                *settings("limits.", newConnectionsPerSecond=0)]

    peers = [
        Peer("postern", "Postern", [postern, plugin], postern_command, path="/dev", groups=ECHOES | {"lambda"}),
        Peer("floor", "bare-socket echo (the floor)", [floor], lambda port, *_: [floor, port], speaks_tls=False),
        Peer("beast", "Beast `websocket::stream` echo", [beast], lambda port, tls, _: [beast, port, *(tls or [])]),
        Peer("ws", "Node `ws` echo", [node, HERE.parent / "clients" / "node_modules" / "ws"],
             lambda port, tls, _: [node, script, port, *(tls or [])]),
        Peer("serverless-offline", "serverless-offline: worker threads", [node, *OFFLINE_PACKAGES],
             lambda port, *_: offline_command(node, port, directory), speaks_tls=False, groups={"lambda"}),
    ]
    return {peer.name: peer for peer in peers}


def plugin_configuration(plugin):
    """A two-way route through an inline handler."""
    route = {"integration": "plugin:bench.echo", "routeResponse": True}
    return {
        "apis": {"bench": {"routeSelectionExpression": "$request.body.action",
                           "routes": {"echo": route, "join": {**route, "integration": "plugin:bench.join"},
                                      "tell": {"integration": "plugin:bench.tell"}},
                           "stages": {"dev": {}}}},
        "plugins": {"bench": {"library": str(plugin)}},
    }


def settings(section="", **values):
    """Of the gateway, as flags: they go with any file."""
    return [word for name, value in values.items() for word in ("--set", f"gateway.{section}{name}={json.dumps(value)}")]


def offline_command(node, port, home):
    """Serverless Framework's `offline start`: no telemetry, no look for updates, and its cache where it is thrown away."""
    variables = {"HOME": home, "SLS_TELEMETRY_DISABLED": 1, "SLS_NOTIFICATIONS_MODE": "off"}
    return ["env", f"--chdir={LAMBDA}", *(f"{name}={value}" for name, value in variables.items()),
            node, OFFLINE_PACKAGES[0], "offline", "start", "--noSponsor", "--host", "127.0.0.1",
            "--websocketPort", port, "--lambdaPort", free_port()]


def make_certificate(directory):
    """A self-signed certificate for localhost on P-256, as (certificate, key)."""
    files = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-out", files[0], "-keyout", files[1]],
                   check=True, capture_output=True)
    return files


class Running:
    """A started server; use it in a `with`. Only this process is ever signalled."""

    def __init__(self, peer, group, directory, core, tls):
        self.peer, self.port, self.log = peer, free_port(), directory / f"{peer.name}.log"
        command = [str(word) for word in peer.command(self.port, tls, group)]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=lambda: os.sched_setaffinity(0, {core}))

    def __enter__(self):
        end = time.monotonic() + START_SECONDS
        try:
            while not answers(self.port):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{self.peer.name} did not start:\n{self.last_words()}")
                time.sleep(0.02)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False

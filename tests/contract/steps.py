# SPDX-License-Identifier: Apache-2.0
"""The language of the cases: each step is one sentence, and one function that makes it happen or checks it.

Below a step stand its indented lines:
    Name: value      a header: sent, or expected as exactly these headers in this order
    -Name            a header that the client leaves out
    | text           a body or raw bytes; several lines are joined without anything between
    path = JSON      a field of an event
    no path          a field that the event does not have
"""
import json
import re

import client
from match import Mismatch, Names, bytes_of, text_of

STEPS = []
FRAGMENTS = {"first": 0x01, "middle": 0x00, "last": 0x80}
KINDS = {"text": 0x81, "binary": 0x82, "ping": 0x89, "pong": 0x8A}
BLOCK = {
    "header": re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z][-!#$%&'*+.^_`|~0-9A-Za-z]*): ?(.*)"),
    "omitted": re.compile(r"-(\S+)()"),
    "body": re.compile(r"\| ?(.*)()"),
    "field": re.compile(r"(\S+) = (.+)"),
    "absent": re.compile(r"no (\S+)()"),
}


def step(pattern, blocks=""):
    def add(function):
        STEPS.append((re.compile(pattern), blocks.split(), function))
        return function
    return add


def compile_step(line):
    """(function, arguments, block) of one step, or a ValueError that says what is wrong."""
    for pattern, kinds, function in STEPS:
        found = pattern.fullmatch(line.text)
        if found:
            return function, found.groups(), [read_block_line(text, kinds) for text in line.block]
    raise ValueError(f"unknown step: {line.text}")


def read_block_line(text, kinds):
    for kind in kinds:
        found = BLOCK[kind].fullmatch(text)
        if found:
            return kind, found[1], found[2]
    raise ValueError(f"this line says nothing to the step above it: {text}")


def joined(block, kind="body"):
    return "".join(text for found, text, _ in block if found == kind)


class World:
    """A running case: the gateway, the clients by name, and what the placeholders stand for."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.names = Names()
        self.names.values[(None, "port")] = str(gateway.port)
        self.clients = {}
        self.past = []     # clients whose name has gone to another one
        self.taken = {}    # user agent -> how many of its events have been looked at
        self.pings = 0
        self.read = {}     # log group -> how many of its lines have been looked at

    def client(self, name):
        if name not in self.clients:
            raise Mismatch(f"{name} has not connected")
        return self.clients[name]

    def new_client(self, name):
        if name in self.clients:
            self.past.append(self.clients[name])
        self.clients[name] = client.Client(name, self.gateway.port)
        return self.clients[name]

    def changes(self, block):
        return [(name, self.names.fill(value) if kind == "header" else None) for kind, name, value in block]

    def expect_frame(self, name, expected):
        self.names.match(expected, str(self.client(name).frame()), f"{name} receives the wrong thing")

    def expect_nothing(self, name):
        """What was sent before a ping would arrive before its pong."""
        self.pings += 1
        marker = f"nothing before ping {self.pings}"
        self.client(name).send(client.masked_frame(0x89, marker.encode()))
        self.expect_frame(name, f"pong {marker}")

    def finish(self):
        """Whoever is still connected has nothing left to receive; then everybody goes."""
        for name, peer in self.clients.items():
            if peer.is_open:
                self.expect_nothing(name)

    def hang_up(self):
        for peer in [*self.past, *self.clients.values()]:
            peer.hang_up()

    def check_disconnects(self):
        """$disconnect exactly once for each connection that was admitted, never for one that was refused."""
        admitted, answered = {}, set()
        for peer in [*self.past, *self.clients.values()]:
            if peer.was_answered:
                answered.add(peer.user_agent)
                admitted[peer.user_agent] = admitted.get(peer.user_agent, 0) + peer.was_admitted
        for agent in answered:
            events = [json.loads(line) for line in self.gateway.events()]
            ends = [event for event in events
                    if agent_of(event) == agent and event["requestContext"]["eventType"] == "DISCONNECT"]
            if len(ends) != admitted[agent]:
                raise Mismatch(f"{admitted[agent]} connections of {agent} were admitted, {len(ends)} disconnects came")


def agent_of(event):
    return event["requestContext"]["identity"].get("userAgent")


# Handshakes and HTTP

@step(r"([a-z]+) connects (\S+)", "header omitted")
def connects(world, block, name, target):
    peer = world.new_client(name)
    peer.handshake(world.names.fill(target), world.changes(block))
    answer = peer.answer()
    if not peer.was_admitted:
        raise Mismatch(f"{name} is refused: {answer.status} {answer.body!r}")


@step(r"([a-z]+) asks (again )?for (\S+)", "header omitted")
def asks(world, block, name, again, target):
    """A handshake whose answer the next step looks at; "again": on the same socket."""
    peer = world.client(name) if again else world.new_client(name)
    peer.handshake(world.names.fill(target), world.changes(block))


@step(r"([a-z]+) requests ([A-Z]+) (\S+)", "header omitted")
def requests(world, block, name, method, target):
    world.new_client(name).request(method, world.names.fill(target), [("Host", "gateway.test"), ("User-Agent", name)],
                                   world.changes(block))


@step(r"([a-z]+) opens a socket")
def opens(world, block, name):
    world.new_client(name)


@step(r"([a-z]+) sends raw", "body")
def sends_raw(world, block, name):
    world.client(name).send(bytes_of(world.names.fill(joined(block))))


@step(r"([a-z]+) is answered (\d{3}(?: .*)?)", "header body")
def is_answered(world, block, name, status):
    """Without indented lines only the status counts; with them, exactly these headers and this body."""
    answer = world.client(name).answer()
    world.names.match(status, answer.status.rstrip(), f"{name} gets the wrong status; the body is {answer.body!r}")
    if not block:
        return
    expected = "\n".join(f"{key}: {value}" for kind, key, value in block if kind == "header")
    world.names.match(expected, "\n".join(": ".join(pair) for pair in answer.headers), f"{name} gets the wrong headers")
    world.names.match(joined(block), answer.body, f"{name} gets the wrong body")


@step(r"([a-z]+) has received nothing so far")
def has_received_nothing(world, block, name):
    peer = world.client(name)
    if peer.has_received():
        raise Mismatch(f"{name} has received {text_of(peer.received)!r}")


# Frames

@step(r"([a-z]+) sends (text|binary|ping|pong)(?: (.*))?")
def sends(world, block, name, kind, payload):
    world.client(name).send(client.masked_frame(KINDS[kind], bytes_of(world.names.fill(payload or ""))))


@step(r"([a-z]+) sends (\d+) times (.*)")
def sends_times(world, block, name, times, payload):
    frame = client.masked_frame(0x81, bytes_of(world.names.fill(payload)))
    world.client(name).send(frame * int(times))


@step(r"([a-z]+) sends (first|middle|last) fragment(?: (.*))?")
def sends_fragment(world, block, name, which, payload):
    world.client(name).send(client.masked_frame(FRAGMENTS[which], bytes_of(world.names.fill(payload or ""))))


@step(r"([a-z]+) sends frame ([0-9A-F]{2})(?: (.*))?")
def sends_frame(world, block, name, first_byte, payload):
    """A frame with that first byte, masked and with the right length."""
    world.client(name).send(client.masked_frame(int(first_byte, 16), bytes_of(world.names.fill(payload or ""))))


@step(r"([a-z]+) sends bytes ([0-9A-F]{2}(?: [0-9A-F]{2})*)")
def sends_bytes(world, block, name, octets):
    world.client(name).send(bytes.fromhex(octets))


@step(r"([a-z]+) sends compressed (.*)")
def sends_compressed(world, block, name, payload):
    world.client(name).send(client.masked_frame(0xC1, client.deflated(bytes_of(world.names.fill(payload)))))


@step(r"([a-z]+) sends close(?: (\d+)(?: (.*))?)?")
def sends_close(world, block, name, code, reason):
    payload = b"" if code is None else int(code).to_bytes(2, "big") + bytes_of(world.names.fill(reason or ""))
    peer = world.client(name)
    peer.send(client.masked_frame(0x88, payload))
    peer.is_open = False


@step(r"([a-z]+) receives ((?:compressed )?(?:text|binary|ping|pong|close)(?: .*)?|end)")
def receives(world, block, name, expected):
    world.expect_frame(name, expected)


@step(r"([a-z]+) receives (\d+) times (.*)")
def receives_times(world, block, name, times, expected):
    for _ in range(int(times)):
        world.expect_frame(name, f"text {expected}")


@step(r"([a-z]+) receives nothing")
def receives_nothing(world, block, name):
    world.expect_nothing(name)


@step(r"([a-z]+) finally receives (close .*)")
def finally_receives(world, block, name, expected):
    """Behind however many texts."""
    frame = world.client(name).frame()
    while frame.kind == "text":
        frame = world.client(name).frame()
    world.names.match(expected, str(frame), f"{name} receives the wrong thing")


@step(r"([a-z]+) hangs up")
def hangs_up(world, block, name):
    world.client(name).hang_up()


@step(r"([a-z]+) aborts")
def aborts(world, block, name):
    world.client(name).abort()


# The other side

@step(r"backend gets (CONNECT|MESSAGE|DISCONNECT) (.+) of ([a-z]+)", "body field absent")
def backend_gets(world, block, event_type, route_key, name):
    """The client's next event: its exact text, or some of its fields."""
    agent = world.client(name).user_agent
    taken = world.taken.get(agent, 0)

    def find():
        lines = [line for line in world.gateway.events() if agent_of(json.loads(line)) == agent]
        return lines[taken] if len(lines) > taken else None
    what = f"{event_type} {route_key} of {name}"
    line = world.gateway.wait_for(find, what)
    world.taken[agent] = taken + 1
    event = json.loads(line)
    context = event["requestContext"]
    world.names.match(f"{event_type} {route_key}", f"{context['eventType']} {context['routeKey']}", f"event: {line}")
    if any(kind == "body" for kind, _, _ in block):
        world.names.match(joined(block), line, what)
    for kind, path, expected in block:
        if kind != "body":
            check_field(world, event, path, expected if kind == "field" else None, what)


def check_field(world, event, path, expected, what):
    for key in path.split("."):
        if not isinstance(event, dict) or key not in event:
            if expected is None:
                return
            raise Mismatch(f"{what} has no {path}")
        event = event[key]
    actual = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    if expected is None:
        raise Mismatch(f"{what} has {path} = {actual}")
    world.names.match(expected, actual, f"{what}: {path}")


@step(r"gateway is stopped")
def gateway_stops(world, block):
    world.gateway.terminate()


@step(r"gateway logs (debug|info|warn) (\S+)", "field")
def gateway_logs(world, block, level, event):
    def is_meant(line):
        entry = json.loads(line)
        return (entry["level"], entry["event"]) == (level, event) and all(
            json.dumps(entry.get(name)) == value for _, name, value in block)
    world.gateway.wait_for(lambda: next((line for line in world.gateway.log_lines() if is_meant(line)), None),
                           f"log line {level} {event}")


@step(r"log group (\S+) reads", "body")
def log_group_reads(world, block, name):
    """The group's next lines, one for each line below the step."""
    begin = world.read.get(name, 0)
    end = world.read[name] = begin + len(block)
    lines = world.gateway.wait_for(lambda: world.gateway.log_group(name)[begin:end] if len(world.gateway.log_group(name)) >= end else None,
                                   f"line {end} of log group {name}")
    for (_, expected, _), actual in zip(block, lines):
        world.names.match(expected, actual, f"log group {name} reads otherwise")

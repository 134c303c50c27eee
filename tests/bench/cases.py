# SPDX-License-Identifier: Apache-2.0
"""What is measured, and what is to be reached (docs/performance.md)."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Case:
    group: str        # echo, connect, idle, fanout or lambda
    name: str         # the column's head
    figure: str       # the member of the generator's result that the table shows
    options: tuple    # for the generator
    tls: bool = False
    rounds: int = 0   # 0: as many as asked for
    peers: tuple = () # the only ones that can do it; none: all that do its group
    mode: str = ""    # the generator's; unless set: the group


ECHO, CONNECT, IDLE = "server_cpu_us_per_message", "server_cpu_us_per_connect", "pss_kib_per_connection"
FANOUT = "server_cpu_us_per_recipient"


def echo(size, name, depth, tls=False):
    transport = ("--tls",) if tls else ()
    return Case("echo", f"{'TLS ' if tls else ''}{name}, depth {depth}", ECHO,
                ("--bytes", size, "--depth", depth, *transport), tls)


def fanout(name, via, *peers):
    return Case("fanout", name, FANOUT, ("--connections", 10000, "--bytes", 64, "--via", via), peers=peers)


def invocations(name, connections):
    """The server's own CPU time: functions are processes of their own."""
    return Case("lambda", name, ECHO, ("--connections", connections, "--bytes", 64, "--warm-up", 3000), mode="echo")


# Memory repeats to within a percent, so one round of it is enough.
CASES = [
    echo(64, "64 B", 1), echo(64, "64 B", 16), echo(1024, "1 KiB", 1), echo(16384, "16 KiB", 1),
    echo(64, "64 B", 1, tls=True), echo(64, "64 B", 16, tls=True),
    fanout("plugin broadcast", "socket", "postern", "floor"), fanout("POST to @groups", "group", "postern"),
    fanout("10,000 POSTs", "posts", "postern"),
    invocations("100 connections", 100), invocations("one connection", 1),
    Case("connect", "plain", CONNECT, ("--connections", 32)),
    Case("connect", "TLS", CONNECT, ("--connections", 32, "--tls"), tls=True),
    Case("connect", "TLS resumed", CONNECT, ("--connections", 32, "--resume"), tls=True),
    Case("idle", "plain", IDLE, ("--connections", 10000), rounds=1),
    Case("idle", "TLS", IDLE, ("--connections", 10000, "--tls"), tls=True, rounds=1),
]


@dataclasses.dataclass(frozen=True)
class Goal:
    """At most `limit` times the peer's figure, of the same case or of `against`, or with no peer `limit` itself."""
    case: str     # "group: name"
    limit: float
    peer: str = ""
    against: str = ""


GOALS = [
    Goal("echo: 64 B, depth 1", 0.9, "beast"),
    Goal("echo: 64 B, depth 16", 0.2, "beast"),
    Goal("echo: 64 B, depth 1", 1.4, "floor"),
    Goal("echo: 64 B, depth 16", 1.4, "floor"),
    Goal("echo: TLS 64 B, depth 1", 0.75, "beast"),
    Goal("echo: TLS 64 B, depth 16", 0.75, "beast"),
    Goal("fanout: plugin broadcast", 1.3, "floor"),
    Goal("fanout: POST to @groups", 1.3, "floor", "fanout: plugin broadcast"),
    Goal("fanout: 10,000 POSTs", 4, "floor", "echo: 64 B, depth 1"),
    Goal("lambda: 100 connections", 150),
    Goal("lambda: one connection", 150),
    Goal("idle: plain", 3),
    Goal("idle: TLS", 18),
]


def key(case):
    return f"{case.group}: {case.name}"

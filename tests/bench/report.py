# SPDX-License-Identifier: Apache-2.0
"""Turns what a run measured into the tables of docs/performance.md."""
import pathlib
import statistics

from cases import GOALS, key

SUBJECT = "postern"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
# Group, heading, and the member of the results that it shows, unless that is the case's own figure.
TABLES = [
    ("echo", "CPU time of the server for a message, in microseconds", None),
    ("fanout", "One message to 10,000 connections: CPU time of the server for a recipient, in microseconds", None),
    ("lambda", "CPU time of the server's process for an invocation, in microseconds", None),
    ("lambda", "CPU time of the server and its functions for an invocation, in microseconds", "family_cpu_us_per_message"),
    ("connect", "CPU time of the server for a connection (open, upgrade, close), in microseconds", None),
    ("idle", "Process memory of the server for an idle connection, in KiB", None),
]
BUSY_PERCENT = 90
LATENCY = ("p50_us", "p99_us", "p99_9_us")


def median(results, member):
    return statistics.median(result[member] for result in results)


def ratio(ours, theirs, member, their_member=None):
    """Of two peers' rounds: the median of the ratios, round by round, since neighbours in time share the noise."""
    their_member = their_member or member
    return statistics.median(a[member] / b[their_member] for a, b in zip(ours, theirs) if b[their_member] > 0)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


class Report:
    """`results[key(case)][peer name]` is the list of the generator's results, one a round."""

    def __init__(self, run, cases, peers, results):
        self.run, self.cases, self.peers, self.results = run, cases, peers, results

    def markdown(self):
        rounds = f"medians of {self.run['rounds']} interleaved rounds" if self.run["rounds"] > 1 else "one short round"
        lines = [f"{self.run['date']}, commit {self.run['commit']}: {self.run['machine']}; {self.run['kernel']}; "
                 f"{self.run['versions']}; {rounds}.", "",
                 f"    {self.run['command']}", ""]
        lines += self.goals()
        for group, heading, member in TABLES:
            cases = [case for case in self.cases if case.group == group]
            if cases:
                lines += [f"### {heading}", ""] + self.figures(cases, member)
        return "\n".join(lines + self.throughput())

    def rounds(self, case, peer):
        return self.results.get(case if isinstance(case, str) else key(case), {}).get(peer, [])

    def figures(self, cases, member):
        """A row for each peer; in brackets what Postern needs, measured in that peer's figure."""
        def cell(case, peer):
            rounds, ours = self.rounds(case, peer), self.rounds(case, SUBJECT)
            if not rounds:
                return ""
            figure = member or case.figure
            text = number(median(rounds, figure))
            return text if peer == SUBJECT or not ours else f"{text} ({ratio(ours, rounds, figure):.2f}×)"

        rows = [[peer.title, *(cell(case, peer.name) for case in cases)] for peer in self.peers
                if any(self.rounds(case, peer.name) for case in cases)]
        note = [] if SUBJECT not in (peer.name for peer in self.peers) else ["In brackets: Postern's figure divided by it.", ""]
        return table(["server", *(case.name for case in cases)], rows) + note

    def throughput(self):
        rows = []
        for case in self.cases:
            for peer in self.peers:
                rounds = self.rounds(case, peer.name)
                if not rounds or case.group == "idle":
                    continue
                rows.append([key(case), peer.name, number(median(rounds, f"{self.unit(case)}s_per_second")),
                             *(number(median(rounds, member)) for member in LATENCY),
                             *(f"{median(rounds, who + '_cpu_percent'):.0f}" for who in ("server", "generator")),
                             f"{median(rounds, 'server_growth_kib'):.0f}"])
        if not rows:
            return []
        head = ["case", "server", "per second", "p50 µs", "p99 µs", "p99.9 µs", "server's core %", "generator's core %",
                "memory grew, KiB"]
        return ["### Rates, latencies, growth", ""] + table(head, rows) + self.warning()

    def warning(self):
        """In a closed loop one side is always busy; when neither is, something else had the processors."""
        disturbed = [f"{key(case)} ({peer.name})" for case in self.cases for peer in self.peers
                     if case.group == "echo" and self.rounds(case, peer.name)
                     and max(median(self.rounds(case, peer.name), f"{who}_cpu_percent")
                             for who in ("server", "generator")) < BUSY_PERCENT]
        return [f"The machine was not quiet: rates and latencies say little for {', '.join(disturbed)}.", ""] if disturbed else []

    @staticmethod
    def unit(case):
        return {"echo": "message", "lambda": "message", "fanout": "recipient"}.get(case.group, "connect")

    def goals(self):
        figures = {key(case): case.figure for case in self.cases}
        rows = []
        for goal in GOALS:
            ours, theirs = self.rounds(goal.case, SUBJECT), self.rounds(goal.against or goal.case, goal.peer)
            if not ours or (goal.peer and not theirs):
                continue
            figure = figures[goal.case]
            value = ratio(ours, theirs, figure, figures.get(goal.against)) if goal.peer else median(ours, figure)
            whom = goal.peer + (f"'s {goal.against}" if goal.against else "")
            what = f"{goal.case}, against {whom}" if goal.peer else f"{goal.case}, {'KiB' if 'kib' in figure else 'µs'}"
            rows.append([what, f"{goal.limit:g}", f"{value:.2f}", "yes" if value <= goal.limit else "no"])
        return ["### Goals", ""] + table(["Postern", "at most", "measured", "reached"], rows) if rows else []


def write_between_markers(path, text):
    """Replaces what an earlier run wrote; the rest of the page is left as it is."""
    path = pathlib.Path(path)
    page = path.read_text() if path.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path} has no lines {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text.rstrip()}\n\n{END}{after}")

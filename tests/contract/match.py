# SPDX-License-Identifier: Apache-2.0
"""Texts with placeholders: what a case sends is filled in, what it expects is compared byte by byte.

    <CRLF> <CR> <LF> <TAB> <NUL> <0xFF>   these bytes
    <x*100>                               a hundred times x
    <requestId>                           any text of that shape
    <first.requestId>                     the same, and from then on this very text; another label means another text

Everything else stands for itself. A text that is not UTF-8 keeps its bytes (surrogateescape).
"""
import re

ID = r"[A-Za-z0-9_-]"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
TIME = r"\d\d:\d\d:\d\d"
KINDS = {
    "connectionId": rf"g{ID}{{17}}==",
    "messageId": rf"g{ID}{{17}}==",
    "requestId": rf"{ID}{{15}}=",
    "uuid": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "traceId": r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}",
    "date": rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d {MONTH} \d{{4}} {TIME} GMT",
    "requestTime": rf"\d\d/{MONTH}/\d{{4}}:{TIME} \+0000",
    "epochMillis": r"\d{13}",
    "port": r"\d{1,5}",
    "millis": r"\d{1,6}",
    "logTime": rf"\d{{4}}-\d\d-\d\dT{TIME}\.\d{{3}}Z",
}
BYTES = {"CRLF": "\r\n", "CR": "\r", "LF": "\n", "TAB": "\t", "NUL": "\0"}
PLACEHOLDER = re.compile(
    rf"<(?:(?:(?P<label>\w+)\.)?(?P<kind>{'|'.join(KINDS)})|(?P<bytes>{'|'.join(BYTES)})"
    r"|0x(?P<hex>[0-9A-Fa-f]{2})|(?P<what>.)\*(?P<times>\d+))>")


class Mismatch(Exception):
    """An expectation that does not hold."""


def text_of(data):
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text):
    return text.encode("utf-8", "surrogateescape")


def shortened(text):
    return text if len(text) <= 4000 else f"{text[:2000]} ... {len(text) - 2200} more characters ... {text[-200:]}"


def literal(found):
    """The text that a placeholder without a kind stands for; None for one with a kind."""
    if found["bytes"]:
        return BYTES[found["bytes"]]
    if found["hex"]:
        return text_of(bytes([int(found["hex"], 16)]))
    if found["times"]:
        return found["what"] * int(found["times"])
    return None


class Names:
    """What the labelled placeholders of a case have been found to be."""

    def __init__(self):
        self.values = {}

    def fill(self, template):
        """The text to send."""
        def replace(found):
            text = literal(found)
            if text is not None:
                return text
            key = (found["label"], found["kind"])
            if key not in self.values:
                raise Mismatch(f"{found[0]} is not known yet")
            return self.values[key]
        return PLACEHOLDER.sub(replace, template)

    def match(self, template, actual, what):
        """Compares, and learns the placeholders met for the first time."""
        pattern, at, fresh = "", 0, {}
        for found in PLACEHOLDER.finditer(template):
            pattern += re.escape(template[at:found.start()])
            at = found.end()
            text, key = literal(found), (found["label"], found["kind"])
            if text is None and key in self.values:
                text = self.values[key]
            if text is not None:
                pattern += re.escape(text)
            elif key in fresh:
                pattern += f"(?P={fresh[key]})"
            elif found["label"]:
                fresh[key] = f"n{len(fresh)}"
                pattern += f"(?P<{fresh[key]}>{KINDS[found['kind']]})"
            else:
                pattern += f"(?:{KINDS[found['kind']]})"
        matched = re.compile(pattern + re.escape(template[at:]), re.S).fullmatch(actual)
        if not matched:
            raise Mismatch(f"{what}\n  expected {shortened(template)!r}\n  got      {shortened(actual)!r}")
        for (label, kind), group in fresh.items():
            self.learn(label, kind, matched[group], what)

    def learn(self, label, kind, value, what):
        for (other, other_kind), taken in self.values.items():
            if other_kind == kind and taken == value and other is not None:
                raise Mismatch(f"{what}\n  <{label}.{kind}> is the same as <{other}.{kind}>: {value!r}")
        self.values[(label, kind)] = value

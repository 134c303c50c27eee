#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""g++ 12 destroys aggregate and lambda temporaries twice when their full expression contains co_await, and takes the
wrong branch when a condition does (docs/adr/0004). Flags statements that mix co_await with a brace, a lambda, a
condition, a ternary, && or ||, or `new`: name the value first."""
import pathlib
import re
import sys

STATEMENT = re.compile(r"[^;]*?(?:;|\{[ \t]*\n|\}[ \t]*\n)", re.S)
HARMLESS = re.compile(r"\bauto\s*&{0,2}\s*\[[^\]]*\]|\w\[[^\]]*\]|\w+_t<\w*>\{\}|\[\[\w+\]\]")
CONDITION = re.compile(r"\b(?:if|while|switch|for|throw|return)\s*\(?[^;]*co_await")


def strip(text):
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def suspects(path):
    text = strip(path.read_text())
    for match in STATEMENT.finditer(text):
        statement = HARMLESS.sub(" ", match.group())
        if "co_await" not in statement:
            continue
        bare = statement.replace("co_return co_await", "co_await")
        if re.search(r"[\[{?]|&&|\|\||\bnew\b", bare) or CONDITION.search(bare) or bare.count("co_await") > 1:
            yield text[: match.start() + len(match.group()) - len(match.group().lstrip())].count("\n") + 1


bad = [f"{p}:{line}: name this temporary before co_await" for root in sys.argv[1:]
       for p in sorted(pathlib.Path(root).rglob("*.[ch]pp")) for line in suspects(p)]
print("\n".join(bad) or "co_await: ok")
sys.exit(bool(bad))

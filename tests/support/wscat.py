# SPDX-License-Identifier: Apache-2.0
"""wscat as at a terminal: a line in, a line out."""
import pathlib
import subprocess

PATIENCE = 60  # seconds; see gateway.py
WSCAT = pathlib.Path(__file__).resolve().parents[1] / 'clients/node_modules/.bin/wscat'


class Wscat:
    """Its stdin stays open: at its end wscat leaves without a word."""

    def __init__(self, *arguments):
        self._process = subprocess.Popen([str(WSCAT), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, text=True)

    def first_line(self):
        return self._process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

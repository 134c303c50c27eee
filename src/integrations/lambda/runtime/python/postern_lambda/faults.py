# SPDX-License-Identifier: Apache-2.0
"""Errors as AWS names them, posts them and logs them."""
import importlib
import json
import os
import traceback

_OWN = (os.path.dirname(os.path.abspath(__file__)) + os.sep, importlib.__file__, '<frozen importlib')


class Fault(Exception):
    """What the runtime itself finds wrong. `trace`: lines that say where."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.trace = list(trace)


class Report:
    """An exception as it is told: `kind`, and as_json() for the Runtime API, as_dict() or as_text() for the log."""

    def __init__(self, error, request_id=None):
        is_fault = isinstance(error, Fault)
        self.kind = error.kind if is_fault else type(error).__name__
        self._message = _text_of(error)
        self._request_id = request_id
        self._trace = error.trace if is_fault else _trace_of(error)

    def as_dict(self):
        return {'errorMessage': self._message, 'errorType': self.kind, 'requestId': self._request_id or '', 'stackTrace': self._trace}

    def as_json(self):
        return json.dumps(self.as_dict()).encode()

    def as_text(self):
        text = '[ERROR] %s: %s' % (self.kind, self._message)
        if self._trace:
            text += '\nTraceback (most recent call last):\n' + ''.join(line if line.endswith('\n') else line + '\n' for line in self._trace)
        return text.rstrip('\n')


def _trace_of(error):
    """The frames of the function: those of the runtime and of the import system above them are nobody's concern."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename.startswith(_OWN):
        del frames[0]
    return traceback.format_list(frames)


def _text_of(error):
    try:
        return str(error)
    except Exception:  # its own __str__
        return repr(type(error))

# SPDX-License-Identifier: Apache-2.0
"""What a function logs and prints, in AWS's form. A line feed inside a record or an error becomes a carriage return, so that it is one log
event; what the function prints is passed on as it is, each line when it ends."""
import logging
import sys
import time

request_id = None  # of the invocation that runs


class _Formatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self):
        super().__init__('[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s', '%Y-%m-%dT%H:%M:%S')

    def format(self, record):
        return super().format(record).replace('\n', '\r')


class _RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = request_id or ''
        return True


class _Handler(logging.Handler):
    def emit(self, record):
        try:
            sys.stdout.write(self.format(record) + '\n')
        except Exception:
            self.handleError(record)


def install():
    """The root logger writes to stdout, with its usual level (WARNING)."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding='utf-8', errors='backslashreplace')
    handler = _Handler()
    handler.setFormatter(_Formatter())
    handler.addFilter(_RequestIdFilter())
    logging.root.addHandler(handler)


def report(text):
    """How the runtime itself tells of an error, on stderr."""
    sys.stderr.write(text.replace('\n', '\r') + '\n')

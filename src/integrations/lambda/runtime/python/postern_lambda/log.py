# SPDX-License-Identifier: Apache-2.0
"""What a function logs and prints, in AWS's form: lines, or an object each (AWS_LAMBDA_LOG_FORMAT). A line feed inside a record or an error
becomes a carriage return, so that it is one log event; what the function prints is passed on as it is, each line when it ends."""
import json
import logging
import os
import sys
import time
import traceback

request_id = None  # of the invocation that runs

_IS_JSON = os.environ.get('AWS_LAMBDA_LOG_FORMAT', '').upper() == 'JSON'
_PLAIN = set(vars(logging.makeLogRecord({}))) | {'message', 'asctime', 'aws_request_id'}  # what every record has
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class _Formatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self):
        super().__init__('[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s', '%Y-%m-%dT%H:%M:%S')

    def format(self, record):
        return super().format(record).replace('\n', '\r')


class _JsonFormatter(logging.Formatter):
    """With what a record has beside the usual, which is its `extra`."""

    def format(self, record):
        kind, error, trace = record.exc_info or (None, None, None)
        told = {
            'timestamp': _timestamp(record.created),
            'level': record.levelname,
            'message': record.getMessage(),
            'logger': record.name,
            'stackTrace': traceback.format_tb(trace) if kind else None,
            'errorType': kind.__name__ if kind else None,
            'errorMessage': str(error) if kind else None,
            'requestId': record.aws_request_id,
            'location': '%s:%s:%d' % (record.pathname, record.funcName, record.lineno) if kind else None,
        }
        told.update((name, value) for name, value in vars(record).items() if name not in _PLAIN and name not in told)
        return _encode({name: value for name, value in told.items() if value is not None})


def _timestamp(seconds):
    milliseconds = int(seconds * 1000)
    return '%s.%03dZ' % (time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(milliseconds // 1000)), milliseconds % 1000)


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
    """The root logger writes to stdout, with the level of AWS_LAMBDA_LOG_LEVEL, else its usual one (WARNING)."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding='utf-8', errors='backslashreplace')
    handler = _Handler()
    handler.setFormatter(_JsonFormatter() if _IS_JSON else _Formatter())
    handler.addFilter(_RequestIdFilter())
    logging.root.addHandler(handler)
    level = os.environ.get('AWS_LAMBDA_LOG_LEVEL', '').upper()
    level = getattr(logging, 'DEBUG' if level == 'TRACE' else level, None)
    if isinstance(level, int):
        logging.root.setLevel(level)


def report(error):
    """How the runtime itself tells of an error, a faults.Report, on stderr."""
    if _IS_JSON:
        text = _encode({'timestamp': _timestamp(time.time()), 'level': 'ERROR', **error.as_dict()})
    else:
        text = error.as_text()
    sys.stderr.write(text.replace('\n', '\r') + '\n')

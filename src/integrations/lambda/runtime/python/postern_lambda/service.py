# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

from . import handler, log
from .context import Context
from .faults import Fault, Report
from .result import to_json
from .runtime_api import RuntimeApi


def serve(address, handler_name):
    """Loads the handler and answers invocations until the process ends."""
    log.install()
    api = RuntimeApi(address)
    try:
        function = handler.load(handler_name)
    except Exception as error:
        report = Report(error)
        log.report(report)
        api.post('/runtime/init/error', report.as_json(), report.kind)
        sys.exit(1)
    while True:
        _serve_one(api, function)


def _serve_one(api, function):
    headers, body = api.next()
    request_id = log.request_id = headers['lambda-runtime-aws-request-id']
    _set_trace_id(headers.get('lambda-runtime-trace-id'))
    path = '/runtime/invocation/%s/' % request_id
    try:
        result = to_json(function(_event_of(body), Context(headers)))
    except Exception as error:  # SystemExit is the function's wish
        report = Report(error, request_id)
        log.report(report)
        api.post(path + 'error', report.as_json(), report.kind)
    else:
        api.post(path + 'response', result)  # a result that is refused, by its size say, is the gateway's to report


def _event_of(body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise Fault('Runtime.UnmarshalError', 'Unable to unmarshal input: %s' % error) from error


def _set_trace_id(value):
    """Where AWS's X-Ray SDK looks for it."""
    if value is None:
        os.environ.pop('_X_AMZN_TRACE_ID', None)
    else:
        os.environ['_X_AMZN_TRACE_ID'] = value

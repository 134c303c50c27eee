#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python bootstrap: where handlers are found, how they answer and fail, and what print and logging write."""
import json
import pathlib
import unittest

from runtime_api import Instance

ECHO = 'def handler(event, context):\n    return event\n'


def python(files, handler=None, **environment):
    """`files`: the text of app.py, or texts by path."""
    return Instance('python', {'app.py': files} if isinstance(files, str) else files, handler, **environment)


class Handlers(unittest.TestCase):
    """Where a handler is found."""

    def found(self, files, handler='app.handler', **environment):
        with python(files, handler, **environment) as instance:
            return instance.invoke().value

    def refused(self, files, handler='app.handler'):
        """(errorType, errorMessage, stackTrace) of an instance that cannot start."""
        with python(files, handler) as instance:
            outcome = instance.outcome()
            self.assertEqual(outcome.kind, 'init error')
            self.assertEqual(instance.wait(), 1)
            self.assertTrue(instance.err().startswith('[ERROR] %s: ' % outcome.error_type), instance.err())
            self.assertEqual(instance.err().count('\n'), 1)
            return outcome.error_type, outcome.value['errorMessage'], outcome.value['stackTrace']

    def test_modules_may_be_in_packages_and_directories(self):
        files = {'a/b.py': "def handler(event, context):\n    return __name__\n"}
        self.assertEqual(self.found(files, 'a/b.handler'), 'a.b')
        self.assertEqual(self.found(files, 'a.b.handler'), 'a.b')
        self.assertEqual(self.found({'a/__init__.py': '', 'a/b.py': 'from . import c\nhandler = c.handler\n',
                                     'a/c.py': "def handler(event, context):\n    return 'c'\n"}, 'a.b.handler'), 'c')

    def test_the_function_comes_first_then_layers_then_the_standard_library(self):
        with python({'layer.py': "name = 'layer'\n", 'both.py': "name = 'layer'\n", 'wave.py': "name = 'layer'\n"}) as other:
            names = self.found({'app.py': 'import layer, both, wave, sys, os\n'
                                          'def handler(event, context):\n'
                                          '    return [layer.name, both.name, wave.name, sys.path[0] == os.environ["LAMBDA_TASK_ROOT"]]\n',
                                'both.py': "name = 'function'\n"}, PYTHONPATH=str(other.root))
        self.assertEqual(names, ['layer', 'function', 'layer', True])

    def test_a_functions_modules_may_have_the_names_of_the_runtimes(self):
        names = ('bootstrap', 'context', 'faults', 'handler', 'log', 'redirect', 'result', 'runtime_api', 'service')
        files = {'%s.py' % name: "whose = 'mine'\n" for name in names}
        files['app.py'] = 'import %s\nfound = [each.whose for each in (%s)]\ndef main(event, context):\n    return found\n' % (
            (', '.join(names),) * 2)
        self.assertEqual(self.found(files, 'app.main'), ['mine'] * len(names))

    def test_nothing_is_written_to_the_functions_directory(self):
        files = {'app.py': 'import other\n' + ECHO, 'other.py': ''}
        with python(files) as instance:
            instance.invoke()
            self.assertEqual(sorted(path.name for path in instance.root.rglob('*')), ['app.py', 'other.py'])
        with python({}) as cache, python(files, PYTHONPYCACHEPREFIX=str(cache.root)) as instance:
            instance.invoke()
            self.assertEqual(sorted(path.name for path in instance.root.rglob('*')), ['app.py', 'other.py'])
            self.assertEqual(len(list(pathlib.Path(cache.root).rglob('other.*.pyc'))), 1, 'compiled modules go where one wants them')

    def test_malformed_names_are_refused(self):
        for handler in ('app', '.handler', '..handler', ''):
            kind, message, _ = self.refused(ECHO, handler)
            self.assertEqual(kind, 'Runtime.MalformedHandlerName', message)
            self.assertTrue(message.startswith("Bad handler '%s'" % handler), message)

    def test_missing_modules_and_names_are_refused(self):
        self.assertEqual(self.refused({'other.py': ''}), ('Runtime.ImportModuleError', "Unable to import module 'app': No module named 'app'", []))
        self.assertEqual(self.refused('import not_there\n')[:2],
                         ('Runtime.ImportModuleError', "Unable to import module 'app': No module named 'not_there'"))
        self.assertEqual(self.refused('from os import not_there\n')[0], 'Runtime.ImportModuleError')
        self.assertEqual(self.refused(ECHO, 'app.other'), ('Runtime.HandlerNotFound', "Handler 'other' missing on module 'app'", []))
        self.assertEqual(self.refused(ECHO, 'sys.exit'),
                         ('Runtime.BuiltInModuleConflict', 'Cannot use built-in module sys as a handler module', []))

    def test_syntax_errors_are_refused_with_their_line(self):
        kind, message, trace = self.refused('x = 1\nif x\n    pass\n')
        self.assertEqual(kind, 'Runtime.UserCodeSyntaxError')
        self.assertTrue(message.startswith("Syntax error in module 'app': "), message)
        self.assertRegex(trace[0], r'  File ".*/app\.py" Line 2\n    if x')

    def test_what_a_module_raises_is_reported_as_it_is(self):
        for error in ("KeyError('table')", "ValueError('table')", "TypeError('table')"):
            kind, message, trace = self.refused('import os\nraise %s\n' % error)
            self.assertEqual((kind, message.strip("'")), (error.split('(')[0], 'table'))
            self.assertEqual(len(trace), 1)
            self.assertIn('app.py", line 2, in <module>', trace[0])


class Answers(unittest.TestCase):
    def outcome(self, text, event=None):
        with python(text) as instance:
            first = instance.invoke(event)
            self.assertEqual(instance.invoke(event).kind, first.kind)  # and the instance goes on
            return first

    def test_results_are_written_as_aws_writes_them(self):
        for expression, expected in (
            ('{"statusCode": Decimal("200"), "exact": [Decimal("1.50"), Decimal("12345678901234567890.123456789")]}',
             b'{"statusCode": 200, "exact": [1.50, 12345678901234567890.123456789]}'),
            ('{"body": b"\\xc3\\xa4", b"key": [b""]}', '{"body": "ä", "key": [""]}'.encode()),
            ('[Point(1, b"two"), (3,)]', b'[{"x": 1, "y": "two"}, [3]]'),
            ('{1: 1.5, None: True, 2.5: False, False: None}', b'{"1": 1.5, "null": true, "2.5": false, "false": null}'),
            ('b"\\x00not json"', b'\x00not json'),
            ('"ä\\ud83d"', '"ä\\ud83d"'.encode()),
            ('[float("nan"), Decimal("-NaN"), Decimal("Infinity")]', b'[NaN, NaN, Infinity]'),
            ('[event] * 2', b'[{"n": [1]}, {"n": [1]}]'),
        ):
            with self.subTest(expression):
                text = ('import collections\nfrom decimal import Decimal\nPoint = collections.namedtuple("Point", "x y")\n'
                        'def handler(event, context):\n    return %s\n' % expression)
                self.assertEqual(self.outcome(text, {'n': [1]}).body, expected)

    def test_what_json_has_no_form_for_is_a_marshal_error(self):
        for text, said in (('async def handler(event, context):\n    return 1\n', 'Object of type coroutine is not JSON serializable'),
                           ('def handler(event, context):\n    return {1, 2}\n', 'Object of type set is not JSON serializable'),
                           ('def handler(event, context):\n    return {(1,): 1}\n', 'keys must be str, int, float, bool or None, not tuple'),
                           ('def handler(event, context):\n    a = []\n    a.append(a)\n    return a\n', 'Circular reference detected')):
            outcome = self.outcome(text)
            self.assertEqual(outcome.kind, 'error')
            self.assertEqual(outcome.error_type, 'Runtime.MarshalError')
            self.assertEqual(outcome.value['errorMessage'], 'Unable to marshal response: ' + said)

    def test_an_error_whose_text_fails_is_told_all_the_same(self):
        outcome = self.outcome('class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError\n'
                               'def handler(event, context):\n    raise Odd\n')
        self.assertEqual((outcome.error_type, outcome.value['errorMessage']), ('Odd', "<class 'app.Odd'>"))

    def test_the_trace_goes_from_the_handler_to_what_failed(self):
        outcome = self.outcome('import json\ndef inner():\n    json.loads("{")\ndef handler(event, context):\n    inner()\n')
        self.assertEqual(outcome.error_type, 'JSONDecodeError')
        trace = outcome.value['stackTrace']
        self.assertIn('app.py", line 5, in handler', trace[0])
        self.assertIn('app.py", line 3, in inner', trace[1])
        self.assertIn('json', trace[-1])

    def test_remaining_time_does_not_become_negative(self):
        with python('def handler(event, context):\n    return context.get_remaining_time_in_millis()\n') as instance:
            self.assertEqual(instance.invoke(milliseconds=-5000).value, 0)

    def test_a_call_without_arguments_that_fit_is_an_error_of_the_invocation(self):
        self.assertEqual(self.outcome('def handler(event):\n    return 1\n').error_type, 'TypeError')
        self.assertEqual(self.outcome('handler = 5\n').error_type, 'TypeError')


class Logs(unittest.TestCase):
    def test_records_have_level_time_and_request_id(self):
        with python("""import logging
logging.warning('loading')
logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    logging.getLogger('own').info('one\\n%s', 'two')
    logging.debug('unseen')
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception('failed')
""") as instance:
            request_id = instance.send(None)
            instance.outcome()
            lines = instance.out().split('\n')
            time = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z'
            self.assertEqual(len(lines), 4)
            self.assertRegex(lines[0], r'^\[WARNING\]\t%s\t\tloading$' % time)
            self.assertRegex(lines[1], r'^\[INFO\]\t%s\t%s\tone\rtwo$' % (time, request_id))
            self.assertRegex(lines[2], r'^\[ERROR\]\t%s\t%s\tfailed\rTraceback \(most recent call last\):\r' % (time, request_id))
            self.assertTrue(lines[2].endswith('\rZeroDivisionError: division by zero'))

    def test_lines_are_out_when_they_end(self):
        with python("""import os, sys
def handler(event, context):
    print('ünicode', '\\ud83d')
    print('error', file=sys.stderr)
    context.log('logged\\n')
    os._exit(0)
""", PYTHONIOENCODING='ascii', LANG='C') as instance:
            self.assertEqual(instance.invoke()[:2], ('exit', 0))
            self.assertEqual(instance.out(), 'ünicode \\ud83d\nlogged\n')
            self.assertEqual(instance.err(), 'error\n')

    def test_the_root_logger_has_the_level_of_the_environment(self):
        text = 'import logging\ndef handler(event, context):\n    return logging.getLogger().level\n'
        for level, expected in (('', 30), ('TRACE', 10), ('DEBUG', 10), ('info', 20), ('FATAL', 50), ('odd', 30)):
            with self.subTest(level), python(text, AWS_LAMBDA_LOG_LEVEL=level) as instance:
                self.assertEqual(instance.invoke().value, expected)

    def test_records_and_errors_may_be_objects(self):
        with python("""import logging
logging.warning('loading')
def handler(event, context):
    logging.getLogger('own').info('one\\n%s', 'two', extra={'user': {'id': 7}})
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception('failed')
    print('as it is')
    raise KeyError('table')
""", AWS_LAMBDA_LOG_FORMAT='JSON', AWS_LAMBDA_LOG_LEVEL='INFO') as instance:
            request_id = instance.send(None)
            self.assertEqual(instance.outcome().error_type, 'KeyError')
            *lines, printed = instance.out().splitlines()
            self.assertEqual(printed, 'as it is')
            loading, info, failed = (json.loads(line) for line in lines)
            for line in (loading, info, failed):
                self.assertRegex(line.pop('timestamp'), r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')
            self.assertEqual(loading, {'level': 'WARNING', 'message': 'loading', 'logger': 'root', 'requestId': ''})
            self.assertEqual(info, {'level': 'INFO', 'message': 'one\ntwo', 'logger': 'own', 'requestId': request_id, 'user': {'id': 7}})
            self.assertEqual((failed['errorType'], failed['errorMessage'], failed['message']), ('ZeroDivisionError', 'division by zero', 'failed'))
            self.assertIn('app.py", line 6, in handler', failed['stackTrace'][0])
            self.assertTrue(failed['location'].endswith('app.py:handler:8'), failed)
            told = json.loads(instance.err())
            self.assertEqual((told['level'], told['errorType'], told['requestId']), ('ERROR', 'KeyError', request_id))
            self.assertIn('app.py", line 10, in handler', told['stackTrace'][0])


if __name__ == '__main__':
    unittest.main()

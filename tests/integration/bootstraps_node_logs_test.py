#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Node.js bootstrap: what the console writes."""
import json
import unittest

from runtime_api import Instance


def node(text, **environment):
    return Instance('node', {'index.js': text}, **environment)


class Console(unittest.TestCase):
    TIME = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z'

    def test_lines_have_time_request_id_and_level(self):
        with node("""console.log('loading');
                     exports.handler = async () => {
                       console.log('a %s', 'b', { c: 1 }); console.info('i'); console.debug('d'); console.warn('w'); console.error(new Error('e').message);
                       console.trace('t'); console.fatal('f'); };""") as instance:
            first, second = instance.send(None), None
            instance.outcome()
            second = instance.send(None)
            instance.outcome()
            lines = instance.out().split('\n')
            self.assertRegex(lines[0], '^%s\tundefined\tINFO\tloading$' % self.TIME)
            expected = (('INFO', 'a b { c: 1 }'), ('INFO', 'i'), ('DEBUG', 'd'), ('WARN', 'w'), ('ERROR', 'e'), ('TRACE', 't'), ('FATAL', 'f'))
            wanted = [(request_id, *each) for request_id in (first, second) for each in expected]
            self.assertEqual(len(lines), len(wanted) + 2)
            for line, (request_id, level, text) in zip(lines[1:], wanted):
                self.assertRegex(line, '^%s\t%s\t%s\t%s$' % (self.TIME, request_id, level, text))

    def test_a_value_of_several_lines_stays_one_event(self):
        with node("exports.handler = async () => { console.log('one\\ntwo\\n'); process.stdout.write('raw\\nlines\\n'); };") as instance:
            instance.invoke()
            first, *rest = instance.out().split('\n')
            self.assertTrue(first.endswith('\tINFO\tone\rtwo\r'), first)
            self.assertEqual(rest, ['raw', 'lines', ''])

    def test_what_is_less_than_the_level_is_left_out(self):
        calls = ' '.join("console.%s('%s');" % (method, method) for method in ('trace', 'debug', 'log', 'info', 'warn', 'error', 'fatal'))
        for level, methods in (('', 'trace debug log info warn error fatal'), ('INFO', 'log info warn error fatal'), ('error', 'error fatal'),
                               ('FATAL', 'fatal')):
            with self.subTest(level), node('exports.handler = async () => { %s };' % calls, AWS_LAMBDA_LOG_LEVEL=level) as instance:
                instance.invoke()
                self.assertEqual([line.split('\t')[-1] for line in instance.out().splitlines()], methods.split())

    def test_lines_may_be_objects(self):
        with node("""console.debug('unseen'); console.log('loading');
                     exports.handler = async () => {
                       console.info('one\\ntwo', { a: 1 }); console.warn({ a: [1] });
                       const error = Object.assign(new RangeError('far'), { code: 7 });
                       console.error(error); console.error('told:', error); console.log({ big: 1n });
                       throw error; };""", AWS_LAMBDA_LOG_FORMAT='JSON', AWS_LAMBDA_LOG_LEVEL='INFO') as instance:
            request_id = instance.send(None)
            self.assertEqual(instance.outcome().error_type, 'RangeError')
            lines = [json.loads(line) for line in instance.out().splitlines()]
            for line in lines:
                self.assertRegex(line.pop('timestamp'), '^%s$' % self.TIME)
            self.assertEqual(lines[0], {'level': 'INFO', 'message': 'loading'})
            self.assertEqual({line.pop('requestId') for line in lines[1:]}, {request_id})
            self.assertEqual(lines[1], {'level': 'INFO', 'message': 'one\ntwo { a: 1 }'})
            self.assertEqual(lines[2], {'level': 'WARN', 'message': {'a': [1]}})
            stack = lines[3]['message'].pop('stackTrace')
            self.assertEqual(stack[0], 'RangeError: far')
            self.assertEqual(lines[3], {'level': 'ERROR', 'message': {'errorType': 'RangeError', 'errorMessage': 'far', 'code': 7}})
            self.assertTrue(lines[4].pop('message').startswith('told: RangeError: far'))
            self.assertEqual(lines[4], {'level': 'ERROR', 'errorType': 'RangeError', 'errorMessage': 'far', 'stackTrace': stack})
            self.assertEqual(lines[5], {'level': 'INFO', 'message': '{ big: 1n }'})
            told = json.loads(instance.err())
            self.assertEqual((told['level'], told['requestId'], told['message']['errorType']), ('ERROR', request_id, 'RangeError'))


if __name__ == '__main__':
    unittest.main()

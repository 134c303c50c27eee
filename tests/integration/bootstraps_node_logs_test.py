#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Node.js bootstrap: what the console writes."""
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
                       console.trace('t'); };""") as instance:
            first, second = instance.send(None), None
            instance.outcome()
            second = instance.send(None)
            instance.outcome()
            lines = instance.out().split('\n')
            self.assertRegex(lines[0], '^%s\tundefined\tINFO\tloading$' % self.TIME)
            expected = (('INFO', 'a b { c: 1 }'), ('INFO', 'i'), ('DEBUG', 'd'), ('WARN', 'w'), ('ERROR', 'e'), ('TRACE', 't'))
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


if __name__ == '__main__':
    unittest.main()

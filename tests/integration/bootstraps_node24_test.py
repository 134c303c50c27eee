#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is different for a handler whose runtime is nodejs24.x or later, whichever Node.js runs it."""
import unittest

from runtime_api import Instance


def node24(files, handler=None):
    """`files`: the text of index.js, or texts by path."""
    return Instance('node', {'index.js': files} if isinstance(files, str) else files, handler, AWS_EXECUTION_ENV='AWS_Lambda_nodejs24.x')


class Node24(unittest.TestCase):
    def answered(self, files, handler=None):
        with node24(files, handler) as instance:
            outcome = instance.invoke({'n': 1})
            self.assertEqual(outcome.kind, 'response', outcome.body)
            return outcome.value

    def refused(self, files, handler=None):
        with node24(files, handler) as instance:
            outcome = instance.outcome()
            self.assertEqual(outcome.kind, 'init error')
            return outcome.error_type, outcome.value['errorMessage']

    def test_the_result_is_what_the_handler_returns(self):
        for text, expected in (('async (event) => event.n', 1), ('(event) => event.n + 1', 2), ('() => {}', None),
                               ('(event) => Promise.resolve(event.n)', 1), ('function () { return arguments.length; }', 2)):
            with self.subTest(text):
                self.assertEqual(self.answered('exports.handler = %s;' % text), expected)

    def test_a_handler_with_a_callback_is_refused(self):
        kind, message = self.refused('exports.handler = async (event, context, callback) => 1;')
        self.assertEqual(kind, 'Runtime.CallbackHandlerDeprecated')
        self.assertIn('index.handler takes a callback', message)
        self.assertEqual(self.answered('exports.handler = awslambda.streamifyResponse(async (event, stream, context) => stream.end("1"));'), 1)

    def test_the_context_has_no_other_ways_to_answer(self):
        names = ('done', 'succeed', 'fail', 'callbackWaitsForEmptyEventLoop')
        self.assertEqual(self.answered('exports.handler = (event, context) => %r.filter((name) => name in context);' % (list(names),)), [])

    def test_what_is_thrown_is_told_as_it_is(self):
        for text in ('() => { throw undefined; }', 'async () => { throw undefined; }'):
            with self.subTest(text), node24('exports.handler = %s;' % text) as instance:
                self.assertEqual(instance.invoke().error_type, 'undefined')

    def test_a_promise_that_never_settles_ends_the_process(self):
        with node24('exports.handler = () => new Promise(() => {});') as instance:
            self.assertEqual(instance.invoke()[:2], ('exit', 0))

    def test_the_default_export_may_have_the_handler(self):
        self.assertEqual(self.answered({'index.mjs': "export default { handler: () => 'default' };"}), 'default')
        self.assertEqual(self.answered("module.exports = Object.fromEntries([['handler', () => 'made']]);"), 'made')

    def test_a_directory_cannot_be_imported(self):
        self.assertIn('Directory import', self.refused({'index/index.js': 'exports.handler = () => 1;'})[1])


if __name__ == '__main__':
    unittest.main()

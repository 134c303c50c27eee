#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Node.js bootstrap: where handlers are found, in which ways they answer, and how they fail."""
import unittest

from runtime_api import Instance

TEXT = "exports.handler = async () => '%s';"
MODULE_TEXT = "export const handler = async () => '%s';"


def node(files, handler=None, **environment):
    """`files`: the text of index.js, or texts by path."""
    return Instance('node', {'index.js': files} if isinstance(files, str) else files, handler, **environment)


class Handlers(unittest.TestCase):
    """Where a handler is found."""

    def found(self, files, handler='index.handler', **environment):
        with node(files, handler, **environment) as instance:
            return instance.invoke().value

    def refused(self, files, handler='index.handler'):
        """(errorType, errorMessage) of an instance that cannot start."""
        with node(files, handler) as instance:
            outcome = instance.outcome()
            self.assertEqual(outcome.kind, 'init error')
            self.assertEqual(instance.wait(), 129)
            self.assertIn('\tundefined\tERROR\tUncaught Exception \t{"errorType":"%s"' % outcome.error_type, instance.err())
            self.assertEqual(instance.err().count('\n'), 1)
            return outcome.error_type, outcome.value['errorMessage']

    def test_files_are_looked_for_in_order(self):
        commonjs, module = {'index.js': TEXT % 'js', 'index.cjs': TEXT % 'cjs'}, {'index.mjs': MODULE_TEXT % 'mjs'}
        self.assertEqual(self.found({**commonjs, **module, 'index': TEXT % 'bare'}), 'bare')
        self.assertEqual(self.found({**commonjs, **module}), 'js')
        self.assertEqual(self.found({'index.cjs': TEXT % 'cjs', **module}), 'mjs')
        self.assertEqual(self.found({'index.cjs': TEXT % 'cjs'}), 'cjs')
        self.assertEqual(self.found({'node_modules/index/package.json': '{"main":"main.js"}',
                                     'node_modules/index/main.js': TEXT % 'package'}), 'package')

    def test_a_directory_comes_before_files(self):
        self.assertEqual(self.found({'index/index.js': TEXT % 'directory', 'node_modules/index/index.js': TEXT % 'package'}), 'directory')
        self.assertEqual(self.found({'functions/connect/package.json': '{"main":"lib/main.js"}',
                                     'functions/connect/lib/main.js': TEXT % 'main'}, 'functions/connect.handler'), 'main')
        # Of its name Node.js makes the file beside it first, which with .mjs it does not know.
        self.assertEqual(self.found({'src/chat/index.js': TEXT % 'directory', 'src/chat.js': TEXT % 'file'}, 'src/chat.handler'), 'file')
        self.assertEqual(self.refused({'src/chat/other.js': '', 'src/chat.mjs': MODULE_TEXT % 'file'}, 'src/chat.handler')[0],
                         'Runtime.ImportModuleError')

    def test_the_nearest_package_says_whether_js_is_a_module(self):
        package = '{"type":"module"}'
        self.assertEqual(self.found({'package.json': package, 'index.js': MODULE_TEXT % 'module'}), 'module')
        self.assertEqual(self.found({'package.json': package, 'src/a.js': MODULE_TEXT % 'module'}, 'src/a.handler'), 'module')
        self.assertEqual(self.found({'package.json': package, 'src/package.json': '{}', 'src/a.js': TEXT % 'js'}, 'src/a.handler'), 'js')
        self.assertEqual(self.found({'package.json': package, 'index.cjs': TEXT % 'cjs'}), 'cjs')

    def test_a_module_may_await_before_it_exports(self):
        self.assertEqual(self.found({'index.mjs': 'const text = await new Promise((done) => setTimeout(done, 5, "late"));'
                                                  'export const handler = async () => text;'}), 'late')

    def test_handlers_may_be_in_directories_and_in_objects(self):
        self.assertEqual(self.found({'a/b/c.js': TEXT % 'deep'}, 'a/b/c.handler'), 'deep')
        self.assertEqual(self.found({'a/c.js': TEXT % 'rooted'}, './a/c.handler'), 'rooted')
        self.assertEqual(self.found("exports.a = { b: { c: async () => 'nested' } };", 'index.a.b.c'), 'nested')
        self.assertEqual(self.found({'index.mjs': "export default { b: async () => 'default' };"}, 'index.default.b'), 'default')
        self.assertEqual(self.found({'wsConnect/connect.js': "const util = require('../util'); exports.handler = async () => util.name;",
                                     'util.js': "exports.name = 'shared'"}, 'wsConnect/connect.handler'), 'shared')

    def test_layers_come_through_node_path(self):
        with Instance('node', {'nodejs/node_modules/layer/index.js': "exports.name = 'layer';"}) as other:
            name = self.found("const layer = require('layer'); exports.handler = async () => layer.name;",
                              NODE_PATH=str(other.root / 'nodejs' / 'node_modules'))
        self.assertEqual(name, 'layer')

    def test_malformed_names_are_refused(self):
        kind, message = self.refused(TEXT % '', 'index')
        self.assertEqual((kind, message), ('Runtime.MalformedHandlerName', "Bad handler: 'index' is not FILE.EXPORT"))
        kind, message = self.refused(TEXT % '', '../index.handler')
        self.assertEqual(kind, 'Runtime.MalformedHandlerName')
        self.assertEqual(message, "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in "
                                  'handler names.')

    def test_what_is_not_exported_or_no_function_is_refused(self):
        for handler in ('index.other', 'index.handler.x', 'index.'):
            self.assertEqual(self.refused(TEXT % '', handler), ('Runtime.HandlerNotFound', handler + ' is undefined or not exported'))
        self.assertEqual(self.refused('exports.handler = 1;'), ('Runtime.HandlerNotFound', 'index.handler is not a function'))

    def test_missing_files_and_modules_are_refused(self):
        kind, message = self.refused({'other.js': ''})
        self.assertEqual(kind, 'Runtime.ImportModuleError')
        self.assertIn("Error: Cannot find module 'index'", message)
        kind, message = self.refused("require('not-there');")
        self.assertEqual(kind, 'Runtime.ImportModuleError')
        self.assertIn("Error: Cannot find module 'not-there'", message)
        kind, message = self.refused({'index.mjs': "import 'not-there';"})
        self.assertEqual(kind, 'Error')  # as on AWS, whose loader knows the code of require() only
        self.assertIn("Cannot find package 'not-there'", message)

    def test_syntax_errors_are_refused(self):
        for files in ('exports.handler = async () => {', {'index.mjs': 'export const handler ='}, "require('./broken');"):
            texts = {'index.js': files} if isinstance(files, str) else files
            kind, message = self.refused({**texts, 'broken.js': 'let let'})
            self.assertEqual(kind, 'Runtime.UserCodeSyntaxError')
            self.assertTrue(message.startswith('SyntaxError: '), message)

    def test_what_a_module_throws_is_reported_as_it_is(self):
        self.assertEqual(self.refused("throw new TypeError('bad table');"), ('TypeError', 'bad table'))
        self.assertEqual(self.refused({'index.mjs': "await Promise.reject(new RangeError('far'));"}), ('RangeError', 'far'))


class Answers(unittest.TestCase):
    """In which ways a handler answers."""

    def value(self, text):
        with node(text) as instance:
            first = instance.invoke({'n': 1})
            self.assertEqual(first.kind, 'response', first.body)
            self.assertEqual(instance.invoke({'n': 1}).body, first.body)  # and the instance goes on
            return first.value

    def test_promises_thenables_and_callbacks(self):
        for text, expected in (
            ('async (event) => event.n + 1', 2),
            ('(event) => Promise.resolve(event.n)', 1),
            ('() => ({ then: (done) => setTimeout(done, 1, "thenable") })', 'thenable'),
            ('(event, context, callback) => callback(null, event.n)', 1),
            ('(event, context, callback) => { setTimeout(() => callback(undefined, "late"), 5); }', 'late'),
            ('async (event, context, callback) => { callback(null, "called"); return "returned"; }', 'called'),
            ('async (event, context, callback) => { await null; callback(null, "called"); }', 'called'),
            ('async (event, context, callback) => { setTimeout(() => callback(null, "late"), 5); return "returned"; }', 'returned'),
            ('async (event, context) => { context.succeed("succeeded"); return "returned"; }', 'succeeded'),
            ('(event, context) => context.done(null, "done")', 'done'),
            ('(event, context) => context.succeed("succeeded")', 'succeeded'),
            ('async () => {}', None),
            ('async () => null', None),
            ('async () => () => 1', None),
            ('async () => new Date(0)', '1970-01-01T00:00:00.000Z'),
        ):
            with self.subTest(text):
                self.assertEqual(self.value('exports.handler = %s;' % text), expected)

    def test_a_handler_that_never_answers_is_null_when_nothing_is_left_to_do(self):
        for text in ('() => 42', '() => {}', '() => new Promise(() => {})', '() => { setTimeout(() => {}, 5); }', '() => { throw undefined; }'):
            with self.subTest(text):
                self.assertIsNone(self.value('exports.handler = %s;' % text))

    def test_a_callbacks_result_waits_for_the_event_loop_unless_told_otherwise(self):
        text = """
          let ran = false;
          exports.handler = (event, context, callback) => {
            if (event.ask) return callback(null, ran);
            context.callbackWaitsForEmptyEventLoop = event.waits;
            ran = false;
            const timer = setInterval(() => { ran = true; clearInterval(timer); }, 5);
            callback(null, 'called');
          };"""
        with node(text) as instance:
            self.assertEqual(instance.invoke({'waits': True}).value, 'called')
            self.assertTrue(instance.invoke({'ask': True}).value)
        # A timer that never ends holds up nobody who does not wait for it.
        with node("""exports.handler = (event, context, callback) => {
                       context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 5); callback(null, 'at once'); };""") as instance:
            for _ in range(3):
                self.assertEqual(instance.invoke().value, 'at once')

    def test_the_first_answer_counts(self):
        for first in ('context.succeed(1)', 'context.done(null, 1)', 'callback(null, 1)'):
            for then in ('context.succeed(2)', 'context.done(null, 2)', 'callback(null, 2)', 'context.fail(new Error("late"))',
                         'callback(new Error("late"))', 'return Promise.resolve(2)', 'return Promise.reject(new Error("late"))',
                         'setTimeout(() => callback(null, 2), 5)', 'throw new Error("late")'):
                with self.subTest(first + ' ' + then):
                    self.assertEqual(self.value('exports.handler = (event, context, callback) => { %s; %s; };' % (first, then)), 1)

    def test_streaming_handlers_answer_when_their_stream_ends(self):
        with node("""
          exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
            const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
            http.write('a'); http.write('b'); http.end();
          });""") as instance:
            self.assertEqual(instance.invoke().body, b'{"statusCode":201}' + bytes(8) + b'ab')
            self.assertIn('\tWARN\tHttpResponseStream.from() is for function URLs', instance.out())

    def test_what_a_stream_is_given_beside_text_and_bytes_is_written_as_json(self):
        self.assertEqual(self.value("""exports.handler = awslambda.streamifyResponse(async (event, stream) => {
                                         stream.write('['); stream.write(Buffer.from('1,')); stream.write({ a: [2] }); stream.write(']');
                                         stream.end(); });"""), [1, {'a': [2]}])

    def test_a_stream_may_end_later_than_the_handler(self):
        self.assertEqual(self.value("""exports.handler = awslambda.streamifyResponse(async (event, stream) => {
                                         setTimeout(() => stream.end('"late"'), 5); });"""), 'late')


class Failures(unittest.TestCase):
    """How a handler fails."""

    def failure(self, text):
        with node('exports.handler = %s;' % text) as instance:
            outcome = instance.invoke()
            self.assertEqual(outcome.kind, 'error', outcome.body)
            self.assertIn('\tERROR\tInvoke Error \t{"errorType":"%s"' % outcome.error_type, instance.err())
            self.assertEqual(instance.invoke().body, outcome.body)  # and the instance goes on
            return outcome.error_type, outcome.value['errorMessage']

    def test_errors_of_every_way_to_fail(self):
        for text in ("async () => { throw new TypeError('no'); }",
                     "() => { throw new TypeError('no'); }",
                     "() => Promise.reject(new TypeError('no'))",
                     "(event, context, callback) => callback(new TypeError('no'))",
                     "(event, context) => context.fail(new TypeError('no'))",
                     "(event, context) => context.done(new TypeError('no'))",
                     "async () => { throw require('vm').runInNewContext('new TypeError(\"no\")'); }",
                     "awslambda.streamifyResponse(async () => { throw new TypeError('no'); })"):
            with self.subTest(text):
                self.assertEqual(self.failure(text), ('TypeError', 'no'))
        own = "async () => { class Own extends Error { name = 'Own\\u2028é'; } throw new Own('mine'); }"
        with node('exports.handler = %s;' % own) as instance:
            self.assertEqual(instance.invoke().value['errorType'], 'Own\u2028é')

    def test_values_that_are_no_errors(self):
        for value, expected in (("'text'", ('string', 'text')), ('42', ('number', '42')), ('undefined', ('string', 'handled')),
                                ('null', ('string', 'handled')),
                                ('{}', ('object', '[object Object]')), ('false', ('boolean', 'false')),
                                ('Object.create(null)', ('object', '[object Object]')), ("Symbol('s')", ('symbol', 'Symbol(s)'))):
            with self.subTest(value):
                self.assertEqual(self.failure('() => Promise.reject(%s)' % value), expected)

    def test_nothing_is_an_error_too(self):
        for text in ('(event, context) => context.fail()', '(event, context) => context.fail(null)', 'async () => { throw undefined; }'):
            with self.subTest(text):
                self.assertEqual(self.failure(text), ('string', 'handled'))

    def test_an_async_handler_that_can_never_settle_fails(self):
        for text in ('async () => new Promise(() => {})', 'async () => { setTimeout(() => {}, 5); await new Promise(() => {}); }'):
            with self.subTest(text):
                self.assertEqual(self.failure(text)[0], 'Runtime.NodeJsExit')

    def test_streams_that_do_not_end_and_handlers_that_do_not_wait_for_them(self):
        for handler, said in (('async (event, stream) => { stream.write("half"); }', 'Response stream is not finished.'),
                              ('(event, stream) => { stream.end("whole"); }', 'Streaming does not support non-async handlers.')):
            self.assertEqual(self.failure('awslambda.streamifyResponse(%s)' % handler), ('Error', said))

    def test_errors_that_cannot_be_written_as_json_are_told_all_the_same(self):
        for text in ('e.self = e', 'e.big = 1n', "Object.defineProperty(e, 'x', { enumerable: true, get() { throw 1; } })", 'e.stack = 5'):
            with self.subTest(text):
                self.assertEqual(self.failure("async () => { const e = new Error('odd'); %s; throw e; }" % text), ('Error', 'odd'))

    def test_results_that_cannot_be_written_as_json(self):
        for text in ('async () => { const a = {}; a.a = a; return a; }', 'async () => 1n', '(e, c, callback) => callback(null, 1n)'):
            kind, message = self.failure(text)
            self.assertEqual(kind, 'Error')
            self.assertTrue(message.startswith('Unable to stringify response body'), message)

    def crash(self, text, exit_code, label):
        with node('exports.handler = %s;' % text) as instance:
            request_id = instance.send(None)
            outcome = instance.outcome()
            self.assertEqual(outcome.kind, 'error', outcome.body)
            self.assertEqual(instance.wait(), exit_code)
            self.assertIn('\t%s\tERROR\t%s \t{' % (request_id, label), instance.err())
            return outcome.error_type, outcome.value['errorMessage']

    def test_an_unhandled_rejection_ends_the_instance(self):
        for reason, message in (("new Error('lost')", 'Error: lost'), ("'text'", 'text'), ('undefined', 'undefined')):
            with self.subTest(reason):
                self.assertEqual(self.crash('async () => { Promise.reject(%s); await new Promise((done) => setTimeout(done, 60000)); }' % reason,
                                            128, 'Unhandled Promise Rejection'), ('Runtime.UnhandledPromiseRejection', message))

    def test_an_uncaught_exception_ends_the_instance(self):
        self.assertEqual(self.crash("() => { setTimeout(() => { throw new RangeError('stray'); }, 1); }", 129, 'Uncaught Exception'),
                         ('RangeError', 'stray'))

    def test_the_first_of_many_crashes_is_reported_and_all_are_logged(self):
        with node("""exports.handler = () => { for (const n of [1, 2, 3]) Promise.reject(new Error(`lost ${n}`)); };""") as instance:
            outcome = instance.invoke()
            self.assertEqual((outcome.error_type, outcome.value['errorMessage']), ('Runtime.UnhandledPromiseRejection', 'Error: lost 1'))
            self.assertEqual(instance.wait(), 128)
            self.assertEqual(instance.err().count('\tUnhandled Promise Rejection \t'), 3)
            self.assertEqual(instance.outcome().kind, 'exit')

    def test_an_exception_after_the_answer_ends_the_instance_without_another(self):
        with node("""exports.handler = (event, context, callback) => {
                       context.callbackWaitsForEmptyEventLoop = false;
                       setTimeout(() => { throw new Error('after'); }, 50); callback(null, 1); };""") as instance:
            self.assertEqual(instance.invoke().value, 1)
            self.assertEqual(instance.outcome()[:2], ('exit', 129))
            self.assertIn('\tUncaught Exception \t{"errorType":"Error","errorMessage":"after"', instance.err())

    def test_a_handler_that_is_done_while_its_exception_is_being_told_says_nothing_more(self):
        for done in ('done()', 'setImmediate(done)'):
            with self.subTest(done), node("""exports.handler = () => new Promise((done) => {
                                               setTimeout(() => { %s; throw new Error('stray'); }, 1); });""" % done) as instance:
                self.assertEqual(instance.invoke().value['errorMessage'], 'stray')
                self.assertEqual(instance.outcome()[:2], ('exit', 129))

    def test_a_module_that_crashes_later_than_it_loads_is_an_init_error(self):
        with node({'index.mjs': "setTimeout(() => { throw new Error('tick'); }, 1); await new Promise((done) => setTimeout(done, 60000));"
                                'export const handler = 1;'}) as instance:
            outcome = instance.outcome()
            self.assertEqual((outcome.kind, outcome.value['errorMessage']), ('init error', 'tick'))
            self.assertEqual(instance.wait(), 129)

    def test_what_a_module_leaves_rejected_is_an_init_error(self):
        for file in ('index.js', 'index.mjs'):
            export = 'export const handler =' if file.endswith('mjs') else 'exports.handler ='
            with self.subTest(file), node({file: "Promise.reject(new Error('left')); %s async () => 1;" % export}) as instance:
                outcome = instance.outcome()
                self.assertEqual((outcome.kind, outcome.error_type), ('init error', 'Runtime.UnhandledPromiseRejection'))
                self.assertEqual(instance.wait(), 128)


if __name__ == '__main__':
    unittest.main()

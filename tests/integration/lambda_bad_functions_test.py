#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions that misbehave: each costs its own invocation, and the message names the function and the remedy."""
import json
import pathlib
import tempfile
import unittest

from functions import FUNCTION_TIMEOUT, FunctionGateway, Gate, SETTINGS, api, ask, frame_of, node, python, returning, two_way
from gateway import BINARY, run_command, wait_until
from websocket import Client

FINE = returning('{ statusCode: 200, body: "fine" }')
FAILED = 'Internal server error'
HAS_UBSAN = b'__ubsan_handle_dynamic_type_cache_miss' in pathlib.Path(BINARY).read_bytes()


def is_alive(pid):
    try:
        return pathlib.Path('/proc/%s/stat' % pid).read_text().rpartition(')')[2].split()[0] not in 'ZX'
    except OSError:
        return False


class BadFunctionTest(unittest.TestCase):
    def gateway(self, bad, routes=None, **options):
        """`bad` is what the route `bad` calls; `fine` is another function."""
        return FunctionGateway({'bad': bad, 'fine': FINE}, {'bad': two_way('bad'), 'fine': two_way('fine'), **(routes or {})}, **options)

    def check(self, bad, expected, **options):
        """The route answers with the expected error frame; the reason in the log; other routes and connections go on."""
        with self.gateway(bad, **options) as gateway, Client(gateway.url) as client, Client(gateway.url) as other:
            self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
            self.assertEqual(ask(client, {'action': 'fine'}), 'fine')
            self.assertEqual(ask(other, {'action': 'fine'}), 'fine')
            why, = gateway.whys('integration.failed')
            self.assertIn('function "bad"', why)
            self.assertIn(expected, why)
            self.assertEqual(frame_of(other, {'action': 'bad'})['message'], FAILED)

    def test_one_that_never_returns_is_killed_at_its_timeout(self):
        self.check(node('exports.handler = () => { for (;;) {} };', timeout=1), 'Task timed out after 1.00 seconds')
        self.check(python('def handler(event, context):\n    while True:\n        pass\n', timeout=1), 'Task timed out after 1.00 seconds')

    def test_one_that_exits_at_once_is_reported_with_its_status(self):
        self.check(node('process.exit(7);'), 'Runtime exited with error: exit status 7')
        self.check({'runtime': 'provided.al2', 'handler': 'any', 'codeUri': 'bad'}, 'Runtime exited without providing a reason',
                   files={'bad/bootstrap': '#!/bin/true\n'})

    def test_one_of_es_syntax_in_a_plain_js_file_cannot_be_loaded(self):
        self.check(node('export const handler = async () => ({ statusCode: 200 });'), 'Runtime.UserCodeSyntaxError: SyntaxError: ')

    def test_one_that_ignores_sigterm_is_killed_all_the_same(self):
        code = ('import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n'
                'def handler(event, context):\n    print("deaf")\n    time.sleep(600)\n')
        functions = {'bad': python(code, timeout=1), 'worse': python(code, timeout=600)}
        with FunctionGateway(functions, {'bad': two_way('bad'), 'worse': two_way('worse', timeoutInMillis=1000)}) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
            gateway.wait_for_instances(0, 'bad')
            client.send_text('{"action":"worse"}')
            gateway.logs.wait_for('worse', 'deaf')
            # It is in the middle of it when the gateway stops, which leaves no process behind.

    def test_what_one_has_forked_dies_with_it(self):
        # At its load, for which it has a minute.
        code = ("const { spawn } = require('child_process');\n"
                "const child = spawn('sleep', ['600']), stray = spawn('sleep', ['600'], { detached: true });\n"
                "console.log('forked', child.pid, stray.pid, 'end');\n"
                "exports.handler = () => new Promise(() => {});")
        with self.gateway(node(code, timeout=1)) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
            for forked in gateway.logs.wait_for('bad', r'forked (\d+) (\d+) end')[0].groups():
                wait_until(lambda forked=forked: not is_alive(forked), 'the forked process has gone')

    PRINTS = 'exports.handler = async () => { for (let i = 0; i < %d; i++) console.log("x".repeat(200)); return { statusCode: 200, body: "printed" }; };'

    def test_one_that_prints_megabytes_is_answered_and_its_lines_are_in_its_group(self):
        lines = 20_000
        with self.gateway(node(self.PRINTS % lines)) as gateway, Client(gateway.url) as client:
            self.assertEqual(ask(client, {'action': 'bad'}), 'printed')
            # The log never makes a function wait for the disk: what its buffer has no room for is dropped and counted.
            def count():
                written = sum('x' * 200 in line for line in gateway.logs.lines('bad'))
                return written + sum(line['lines'] for line in gateway.log_lines('log.lines_lost')) >= lines

            wait_until(count, 'every line is written, or counted as lost')

    def test_what_one_prints_before_its_answer_comes_before_its_end(self):
        with self.gateway(node(self.PRINTS % 200)) as gateway, Client(gateway.url) as client:  # the buffer has room for all
            self.assertEqual(ask(client, {'action': 'bad'}), 'printed')
            gateway.logs.wait_for('bad', '^REPORT')
            words = [line.split(' ')[0] for line in gateway.logs.lines('bad')]
            self.assertEqual((words[0], words[-2:], len(words)), ('START', ['END', 'REPORT'], 203))

    def test_one_that_prints_without_end_does_not_stop_the_others(self):
        code = 'exports.handler = () => { for (;;) process.stdout.write("x".repeat(10000)); };'
        self.check(node(code, timeout=2), 'Task timed out after 2.00 seconds')

    def test_one_that_returns_10_mb_is_told_so(self):
        for bad in (returning('{ statusCode: 200, body: "x".repeat(10 * 1024 * 1024) }'),
                    python('def handler(event, context):\n    return {"statusCode": 200, "body": "x" * 10 * 1024 * 1024}')):
            self.check(bad, 'Response payload size exceeded maximum allowed payload size (6291556 bytes)')

    def test_one_that_returns_too_much_or_throws_too_much_goes_on_in_the_same_process(self):
        big = 8_000_000
        for bad in (
                node("let calls = 0; exports.handler = async (event) => { const { what } = JSON.parse(event.body); calls += 1;"
                     "if (what === 'throw') throw new Error('x'.repeat(%d));"
                     "return { statusCode: 200, body: what === 'return' ? 'x'.repeat(%d) : `call ${calls}` }; };" % (big, big)),
                python('import json\ncalls = 0\ndef handler(event, context):\n    global calls\n    calls += 1\n'
                       '    what = json.loads(event["body"])["what"]\n    if what == "throw":\n        raise Exception("x" * %d)\n'
                       '    return {"statusCode": 200, "body": "x" * %d if what == "return" else "call %%d" %% calls}\n' % (big, big))):
            with self.gateway({**bad, 'reservedConcurrentExecutions': 1, 'timeout': 60}) as gateway, Client(gateway.url) as client:
                for what in ('return', 'throw'):
                    self.assertEqual(frame_of(client, {'action': 'bad', 'what': what})['message'], FAILED)
                self.assertEqual(ask(client, {'action': 'bad', 'what': 'count'}), 'call 3')

    def test_one_that_returns_nonsense_is_told_what_is_wrong(self):
        with self.gateway(python('def handler(event, context):\n    return {1, 2}')) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
            self.assertIn('Runtime.MarshalError', gateway.whys('integration.failed')[0])
        nonsense = '#!/usr/bin/python3' + '''
import http.client, os
api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
api.request('GET', '/2018-06-01/runtime/invocation/next')
event = api.getresponse(); event.read()
api.request('POST', '/2018-06-01/runtime/invocation/%s/response' % event.getheader('Lambda-Runtime-Aws-Request-Id'), b'\\xff\\x00{{{')
api.getresponse().read()
'''
        function = {'runtime': 'provided.al2', 'handler': 'any', 'codeUri': 'bad', 'timeout': FUNCTION_TIMEOUT}
        with self.gateway(function, files={'bad/bootstrap': nonsense}) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
            self.assertIn('function "bad": malformed proxy response', gateway.whys('integration.failed')[0])

    def test_one_that_speaks_nonsense_to_the_runtime_api_costs_itself_only(self):
        rude = '#!/usr/bin/python3' + '''
import os, socket
host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
for garbage in (b'\\x00' * 100000, b'GET / HTTP/9.9\\r\\n\\r\\n', b'POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n'):
    with socket.create_connection((host, int(port))) as api:
        try:
            api.sendall(garbage)
            api.recv(1000)
        except OSError:
            pass
'''
        self.check({'runtime': 'provided.al2', 'handler': 'any', 'codeUri': 'bad'}, 'Runtime exited without providing a reason',
                   files={'bad/bootstrap': rude})

    @unittest.skipIf(HAS_UBSAN, 'its check of types needs a pipe, and ends a gateway that has no descriptor left for one')
    def test_without_descriptors_for_more_instances_messages_fail_at_once_with_the_remedy(self):
        gate = Gate(self)
        with self.gateway(gate.function(reservedConcurrentExecutions=50), descriptors_max=90,
                          settings=['gateway.functions.initTimeout=15m']) as gateway, Client(gateway.url) as client:
            for _ in range(30):
                client.send_text('{"action":"bad"}')

            def begun():
                return sum('waits' in line for line in gateway.logs.lines('bad'))

            # No instance is free for a second one before.
            wait_until(lambda: begun() + len(gateway.log_lines('integration.failed')) == 30, 'each of them has begun or failed')
            gate.open()
            answers = [client.receive_text() for _ in range(30)]
            failed = [json.loads(answer)['message'] for answer in answers if not answer.isdigit()]
            self.assertEqual(set(failed), {FAILED})
            for why in gateway.whys('integration.failed', len(failed)):
                self.assertIn('function "bad"', why)
                self.assertIn('Too many open files; allow the gateway more of them (ulimit -n)', why)
            gateway.wait_for_instances(30 - len(failed), 'bad')
            self.assertIn(ask(client, {'action': 'bad'}), answers)

    def test_one_that_crashes_with_a_word_is_one_line_and_one_that_exits_after_its_answer_is_another(self):
        rejects = node('exports.handler = async () => { Promise.reject(new Error("lost")); await new Promise((done) => setTimeout(done, 60000)); };')
        with self.gateway(rejects) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
            gateway.logs.wait_for('bad', 'Runtime exited with error: exit status 128')
            why, = gateway.whys('integration.failed')
            self.assertRegex(why, r'^function "bad" failed: Runtime.UnhandledPromiseRejection: Error: lost \(RequestId: [0-9a-f-]{36}\)$')
            self.assertEqual(gateway.log_lines('function.exited'), [])
        leaves = node('exports.handler = async () => { setTimeout(() => process.exit(3), 1); return { statusCode: 200, body: "bye" }; };')
        with self.gateway(leaves) as gateway, Client(gateway.url) as client:
            self.assertEqual(ask(client, {'action': 'bad'}), 'bye')
            self.assertIn('Runtime exited with error: exit status 3', gateway.whys('function.exited')[0])

    def test_one_with_a_large_environment_is_told_of_aws_s_limit_and_of_the_system_s(self):
        bad = returning('{ statusCode: 200, body: String(process.env.LARGE.length) }', environment={'LARGE': 'x' * 5000})
        with self.gateway(bad) as gateway, Client(gateway.url) as client:
            self.assertEqual(ask(client, {'action': 'bad'}), '5000')
            line, = gateway.wait_for_log('function.environment_too_large')
            self.assertEqual((line['function'], line['bytes']), ('bad', 5005))
            self.assertIn('more than 4 KiB', line['why'])
        self.check({**bad, 'environment': {'LARGE': 'x' * 140_000}}, 'Argument list too long; its environment is too large')

    def test_one_whose_init_takes_too_long_is_started_once_more_in_the_time_of_the_invocation(self):
        gate = Gate(self)
        heavy = 'const { existsSync } = require("fs");\nwhile (!existsSync(process.env.GO)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);\nexports.handler = async () => ({ statusCode: 200, body: "up" });'
        with self.gateway(gate.function(heavy), settings=['gateway.functions.initTimeout=1s']) as gateway, Client(gateway.url) as client:
            client.send_text('{"action":"bad"}')
            gateway.logs.wait_for('bad', r'^INIT_REPORT Init Duration: .* ms\tPhase: init\tStatus: timeout$')
            gate.open()
            self.assertEqual(client.receive_text(), 'up')
            gateway.logs.wait_for('bad', '^REPORT')
            self.assertEqual(len(gateway.logs.wait_for('bad', '^START')), 1)

    def test_one_that_never_asks_for_an_event_is_killed_at_the_init_timeout(self):
        bad = {'runtime': 'provided.al2', 'handler': 'any', 'codeUri': 'bad', 'timeout': 1}
        echo = {'integration': 'plugin:echo', 'routeResponse': True}  # a function would have to start in that second, too
        with self.gateway(bad, {'$default': echo}, files={'bad/bootstrap': '#!/bin/sh\nexec sleep 600\n'},
                          settings=['gateway.functions.initTimeout=1s']) as gateway, Client(gateway.url) as client:
            for _ in range(2):
                self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
                gateway.wait_for_instances(0, 'bad')
                client.echo()
            for why in gateway.whys('integration.failed', 2):
                self.assertIn('function "bad"', why)
                self.assertIn('timed out after 1.00 seconds', why)

    def test_a_handler_that_is_not_there_is_named(self):
        for function, expected in (
                ({**node('exports.other = 1;')}, ('Runtime.HandlerNotFound', 'index.handler is undefined or not exported')),
                ({**node('exports.handler = 1;')}, ('Runtime.HandlerNotFound',)),
                ({**node(' '), 'handler': 'missing.handler'}, ('Runtime.ImportModuleError', 'missing')),
                ({**node(' '), 'handler': 'nodot'}, ('Runtime.MalformedHandlerName',)),
                ({**node('this is no code')}, ('Runtime.UserCodeSyntaxError',)),
                ({**node('require("not-installed");')}, ('Runtime.ImportModuleError', 'not-installed')),
                ({**python('x = 1')}, ('Runtime.HandlerNotFound', 'handler')),
                ({**python('# nothing'), 'handler': 'missing.handler'}, ('Runtime.ImportModuleError', 'missing')),
                ({**python('# nothing'), 'handler': 'nodot'}, ('Runtime.MalformedHandlerName',)),
                ({**python('this is no code')}, ('Runtime.UserCodeSyntaxError',)),
                ({**python('import not_installed')}, ('Runtime.ImportModuleError', 'not_installed'))):
            with self.subTest(function), self.gateway(function) as gateway, Client(gateway.url) as client:
                self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
                for word in ('function "bad"', *expected):
                    self.assertIn(word, gateway.whys('integration.failed')[0])

    def test_a_function_that_throws_prints_its_stack_in_its_log_group(self):
        for function, frame in ((node('const inner = () => { throw new Error("deep"); };\nexports.handler = async () => inner();'), r'index\.js:1'),
                                (python('def inner():\n    raise ValueError("deep")\ndef handler(event, context):\n    inner()\n'), r'line 2, in inner|"inner"')):
            with self.gateway(function) as gateway, Client(gateway.url) as client:
                self.assertEqual(frame_of(client, {'action': 'bad'})['message'], FAILED)
                gateway.logs.wait_for('bad', 'deep')
                gateway.logs.wait_for('bad', frame)


class BadConfigurationTest(unittest.TestCase):
    """What cannot run at all is said before anything starts."""

    def refuse(self, function, *words, settings=()):
        with self.subTest(words):
            directory = self.enterContext(self.directory())
            file = pathlib.Path(directory, 'postern.yaml')
            file.write_text(api({'bad': function}, {'$default': 'bad'}))
            arguments = [argument for setting in (*SETTINGS, 'gateway.listeners=[{port: 0}]', 'gateway.admin.port=0',
                                                  'gateway.dataDirectory=' + directory, *settings) for argument in ('--set', setting)]
            done = run_command('run', file, *arguments)
            self.assertNotEqual(done.exit_code, 0)
            for word in words:
                self.assertIn(word, done.err)

    @staticmethod
    def directory():
        return tempfile.TemporaryDirectory(prefix='postern-test-')

    def test_a_missing_interpreter(self):
        self.refuse(FINE, 'bad', 'no-such-node', 'install Node.js', 'gateway.functions.node', settings=['gateway.functions.node=no-such-node'])
        self.refuse(python('x = 1'), 'bad', 'no-such-python', 'install Python 3', 'gateway.functions.python',
                    settings=['gateway.functions.python=no-such-python'])

    def test_missing_code(self):
        self.refuse({'runtime': 'nodejs20.x', 'handler': 'index.handler', 'codeUri': 'nowhere'}, 'bad', 'nowhere', 'codeUri')
        self.refuse({**FINE, 'layers': ['no-layer']}, 'bad', 'no-layer')

    def test_a_bootstrap_that_is_missing_or_not_executable(self):
        self.refuse({'runtime': 'provided.al2023', 'handler': 'any', 'codeUri': '.'}, 'bad', 'bootstrap')

    def test_a_route_to_a_function_that_is_not_there_has_a_suggestion(self):
        directory = self.enterContext(self.directory())
        file = pathlib.Path(directory, 'postern.yaml')
        file.write_text(api({'wsEcho': FINE}, {'$default': 'wsEco'}))
        done = run_command('check', file)
        self.assertEqual(done.exit_code, 78)
        self.assertIn('wsEco', done.err)
        self.assertIn('did you mean "wsEcho"', done.err)


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instances of functions: how many there are, when they begin and end, and that none outlives the gateway."""
import contextlib
import os
import pathlib
import signal
import tempfile
import unittest

from functions import ACCEPT, FunctionGateway, Gate, ask, frame_of, node, python, returning, two_way
from gateway import processes_of_session, wait_until
from websocket import Client, Wire, close_frame

WHO = returning('{ statusCode: 200, body: String(process.pid) }')


def state_of(pid):
    """R, S, T and so on: a letter as ps has it."""
    return pathlib.Path('/proc/%d/stat' % pid).read_text().rpartition(')')[2].split()[0]


class ConcurrencyTest(unittest.TestCase):
    def test_a_warm_instance_answers_message_after_message(self):
        # One that has answered and is slow to ask again is not waited for, unless there may be no other; one that stands still has asked.
        for function, *freeze in (({**WHO, 'reservedConcurrentExecutions': 1},), (WHO, 'gateway.functions.freeze=true')):
            with FunctionGateway({'who': function}, {'$default': two_way('who')}, settings=freeze) as gateway, Client(gateway.url) as client:
                first = int(ask(client, 'hello'))
                for _ in range(20):
                    if freeze:
                        wait_until(lambda pid=first: state_of(pid) == 'T', 'the instance stands still')
                    self.assertEqual(int(ask(client, 'hello')), first)
                self.assertEqual(len(gateway.instances('who')), 1)

    def test_no_more_instances_than_the_limit_work_at_once_and_the_rest_waits_its_turn(self):
        gate = Gate(self)
        with FunctionGateway({'wait': gate.function(reservedConcurrentExecutions=2)}, {'$default': two_way('wait')}) as gateway:
            with Client(gateway.url) as client:
                for _ in range(5):
                    client.send_text('hello')
                gateway.logs.wait_for('wait', 'waits', 2)
                self.assertEqual(len(gateway.wait_for_instances(2, 'wait')), 2)
                gate.open()
                self.assertEqual(len({client.receive_text() for _ in range(5)}), 2)

    def test_beyond_the_queue_s_bound_a_message_is_throttled_and_the_log_says_what_to_do(self):
        gate = Gate(self)
        with FunctionGateway({'wait': gate.function(reservedConcurrentExecutions=1)}, {'$default': two_way('wait')},
                             settings=['gateway.functions.queue=1']) as gateway:
            with Client(gateway.url) as client:
                client.send_text('works')
                gateway.logs.wait_for('wait', 'waits')
                client.send_text('waits')
                self.assertEqual(frame_of(client, 'too many')['message'], 'Internal server error')
                why, = gateway.whys('integration.failed')
                for word in ('"wait"', 'throttled', 'all of its 1 instances are busy'):
                    self.assertIn(word, why)
                gate.open()
                self.assertEqual(client.receive_text(), client.receive_text())

    def test_a_message_whose_client_has_been_told_of_the_timeout_is_never_begun(self):
        gate = Gate(self)
        routes = {'$default': two_way('wait', timeoutInMillis=300), 'patient': two_way('wait')}
        with FunctionGateway({'wait': gate.function(reservedConcurrentExecutions=1)}, routes) as gateway, Client(gateway.url) as client:
            for _ in range(4):
                self.assertEqual(frame_of(client, 'hello')['message'], 'Endpoint request timed out')
            gateway.logs.wait_for('wait', 'waits')
            client.send_text('{"action":"patient"}')
            gate.open()
            client.receive_text()
            self.assertEqual(len(gateway.logs.wait_for('wait', '^START', 2)), 2, 'the first, which had begun, and the last')

    def test_a_hundred_connections_keep_ten_instances_busy(self):
        # Each invocation waits until ten have begun: with fewer at work none would ever end.
        together = python("""
import os, time, pathlib
begun = pathlib.Path(os.environ['BEGUN'])
def handler(event, context):
    (begun / str(os.getpid())).touch()
    while len(list(begun.iterdir())) < 10:
        time.sleep(0.01)
    return {'statusCode': 200, 'body': str(os.getpid())}
""", timeout=60)
        begun = self.enterContext(tempfile.TemporaryDirectory(prefix='postern-gate-'))
        together['environment'] = {'BEGUN': begun}
        with FunctionGateway({'together': together}, {'$default': two_way('together', timeoutInMillis=29000)}) as gateway, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client(gateway.url)) for _ in range(100)]
            for client in clients:
                client.send_text('hello')
            self.assertEqual(len({client.receive_text() for client in clients}), 10)
            self.assertEqual(len(gateway.instances('together')), 10)

    def test_an_instance_that_nobody_needs_is_ended_and_the_next_message_starts_another(self):
        with FunctionGateway({'who': WHO}, {'$default': two_way('who')}, settings=['gateway.functions.idleTime=1s']) as gateway:
            with Client(gateway.url) as client:
                first = ask(client, 'hello')
                gateway.wait_for_instances(0)
                self.assertNotEqual(ask(client, 'hello'), first)

    def test_an_instance_that_crashed_while_nobody_asked_is_replaced(self):
        with FunctionGateway({'who': WHO}, {'$default': two_way('who')}) as gateway, Client(gateway.url) as client:
            first = int(ask(client, 'hello'))
            os.kill(first, signal.SIGKILL)
            gateway.wait_for_log('function.exited')
            self.assertNotEqual(ask(client, 'hello'), str(first))


class FreezeTest(unittest.TestCase):
    # Forgets to await what it has begun, which is done once the gate is open.
    FORGETS = """
const { existsSync } = require('fs');
exports.handler = async () => {
  const watch = setInterval(() => {
    if (!existsSync(process.env.GO)) return;
    clearInterval(watch);
    console.log('left running');
  }, 10);
  return { statusCode: 200, body: String(process.pid) };
};
"""
    CLOCK = node('exports.handler = async () => { await new Promise((done) => setTimeout(done, 500)); return { statusCode: 200, body: "later" }; };')

    def lines(self, *settings):
        """What the group has of two invocations that are half a second apart; the gate is opened behind the first."""
        gate = Gate(self)
        forgets = gate.function(self.FORGETS, reservedConcurrentExecutions=1)
        with FunctionGateway({'forgets': forgets, 'clock': self.CLOCK}, {'$default': two_way('forgets'), 'clock': two_way('clock')},
                             settings=settings) as gateway, Client(gateway.url) as client:
            pid = int(ask(client, 'hello'))
            if settings:
                wait_until(lambda: state_of(pid) == 'T', 'the instance stands still')
            gate.open()
            self.assertEqual(ask(client, {'action': 'clock'}), 'later')
            if not settings:
                gateway.logs.wait_for('forgets', 'left running')
            self.assertEqual(int(ask(client, 'hello')), pid, 'the same instance goes on')
            gateway.logs.wait_for('forgets', 'left running')
            gateway.logs.wait_for('forgets', '^START', 2)
            words = [next((word for word in ('START', 'left running', 'END') if word in line), None) for line in gateway.logs.lines('forgets')]
            return [word for word in words if word][:5]

    def test_frozen_between_invocations_a_function_goes_on_with_what_it_left_running_in_the_next_one(self):
        lines = self.lines('gateway.functions.freeze=true')
        self.assertEqual(lines[:3], ['START', 'END', 'START'])

    def test_otherwise_it_goes_on_at_once(self):
        self.assertEqual(self.lines()[:4], ['START', 'END', 'left running', 'START'])


class EndTest(unittest.TestCase):
    def test_no_instance_outlives_the_gateway_however_it_ends(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            for freeze in ('false', 'true'):
                with self.subTest(number, freeze=freeze):
                    self.end(number, ['gateway.functions.freeze=' + freeze])

    def end(self, number, settings):
        """With one instance that is idle and one that is busy."""
        gateway = FunctionGateway({'who': WHO, 'wait': Gate(self).function()}, {'who': two_way('who'), 'wait': two_way('wait', timeoutInMillis=1000)},
                                  settings=settings)
        try:
            with Client(gateway.url) as client:
                ask(client, {'action': 'who'})
                client.send_text('{"action":"wait"}')
                gateway.logs.wait_for('wait', 'waits')
                self.assertEqual(len(gateway.instances()), 2)
            gateway.signal(number)
            code = gateway.wait()
            self.assertEqual(code, -number if number == signal.SIGKILL else 0)
            wait_until(lambda: not processes_of_session(gateway.pid), 'nothing of the gateway is left')
        finally:
            gateway.kill()

    def test_inline_code_lies_where_nobody_else_can_write_and_goes_with_the_gateway(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-tmp-')))
        folder.chmod(0o1777)
        with FunctionGateway({'who': WHO}, {'$default': two_way('who')}, TMPDIR=str(folder)) as gateway, Client(gateway.url) as client:
            ask(client, 'hello')
            directory, = folder.iterdir()
            self.assertEqual(directory.stat().st_mode & 0o777, 0o700)
        self.assertEqual(list(folder.iterdir()), [])

    def test_inline_code_goes_also_when_the_gateway_is_killed(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-tmp-')))
        gateway = FunctionGateway({'who': WHO}, {'$default': two_way('who')}, TMPDIR=str(folder))
        try:
            with Client(gateway.url) as client:
                ask(client, 'hello')
            self.assertEqual(len(list(folder.iterdir())), 1)
            gateway.signal(signal.SIGKILL)
            gateway.wait()
            wait_until(lambda: not list(folder.iterdir()), 'its guard has removed the code')
        finally:
            gateway.kill()

    def test_disconnect_functions_run_during_a_drain(self):
        gone = node('exports.handler = async (event) => { console.log("gone", event.requestContext.disconnectStatusCode); return { statusCode: 200 }; };')
        with FunctionGateway({'gone': gone, 'accept': ACCEPT}, {'$connect': 'accept', '$disconnect': 'gone'},
                             settings=['gateway.drainTime=1s']) as gateway, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(Client(gateway.url)) for _ in range(5)]
            gateway.signal()
            for client in clients:
                self.assertEqual(client.receive_close()[0], 1001)
                client.send(close_frame(1001))
            self.assertEqual(gateway.wait(), 0)
            self.assertEqual(len([line for line in gateway.logs.lines('gone') if 'gone 1001' in line]), 5)

    def test_the_listener_that_a_drain_keeps_open_for_functions_tells_balancers_that_it_takes_no_clients(self):
        gate = Gate(self)
        with FunctionGateway({'gone': gate.function()}, {'$disconnect': 'gone'}) as gateway, Client(gateway.url) as client:
            gateway.signal()
            self.assertEqual(client.receive_close()[0], 1001)
            client.leave()
            with Wire(gateway.url) as balancer:
                balancer.send(b'GET /ping HTTP/1.1\r\nHost: a\r\n\r\n')
                self.assertEqual(balancer.response().status, 503)
            gate.open()
            self.assertEqual(gateway.wait(), 0)


if __name__ == '__main__':
    unittest.main()

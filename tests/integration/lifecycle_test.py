#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starting and stopping: a SIGTERM drains, a second one ends at once, and nothing is left behind."""
import contextlib
import os
import select
import signal
import subprocess
import tempfile
import unittest

from gateway import BINARY, Gateway, PATIENCE, PLAIN_AND_TLS, RECORDED_API, environment, reserved_port, run_command, wait_until
from websocket import Client, Wire, arrive_with, close_frame, upgrade_request

GOING_AWAY = (1001, 'Going away')

ONE_SHARD = ['gateway.shards=1']

# A drain waits for this long at most for clients that do not answer the close frame; longer than it waits at all.
NEVER = 'gateway.limits.closeTimeout=1h'


def can_echo(port):
    try:
        with Client('ws://127.0.0.1:%d/dev' % port) as client:
            client.echo()
            return True
    except ConnectionError:
        return False


class LifecycleTest(unittest.TestCase):
    def test_sigterm_and_sigint_close_every_client_with_1001_and_end_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Gateway(RECORDED_API, listeners=PLAIN_AND_TLS) as gateway, contextlib.ExitStack() as open_ones:
                clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(50)]
                clients += [open_ones.enter_context(Client(gateway.tls_url, ca=gateway.development_ca)) for _ in range(10)]
                for client in clients:
                    client.echo()
                gateway.signal(number)
                for client in clients:
                    self.assertEqual(client.receive_close(), GOING_AWAY)
                    client.send(close_frame(1001))
                for client in clients:
                    self.assertTrue(client.is_at_end())
                    client.leave()
                self.assertEqual(gateway.wait(), 0)
                self.assertEqual(gateway.ends(60), [GOING_AWAY] * 60)
                self.assertEqual(gateway.log_lines('drain.end')[0]['complete'], 'yes')

    def test_a_gateway_without_clients_ends(self):
        with Gateway() as gateway:
            gateway.signal()
            self.assertEqual(gateway.wait(), 0)

    def test_nobody_is_accepted_during_a_drain(self):
        with Gateway(RECORDED_API, settings=[NEVER]) as gateway, Client(gateway.url) as client:
            gateway.signal()
            self.assertEqual(client.receive_close(), GOING_AWAY)
            with self.assertRaises((ConnectionError, EOFError)):
                Client(gateway.url)
            client.leave()
            self.assertEqual(gateway.wait(), 0)

    def test_a_drain_answers_requests_that_have_begun_and_ends_the_silent(self):
        with Gateway(RECORDED_API, settings=ONE_SHARD) as gateway, contextlib.ExitStack() as open_ones:
            silent, idle, health, handshake = (open_ones.enter_context(Wire(gateway.url)) for _ in range(4))
            client = open_ones.enter_context(Client(gateway.url))
            idle.send(b'GET /ping HTTP/1.1\r\nHost: a\r\n\r\n')
            self.assertEqual(idle.response().status, 200)
            before = gateway.received_bytes()
            begun = b'GET /ping HTTP/1.1\r\n'
            health.send(begun)
            _, request = upgrade_request(gateway.url)
            handshake.send(request[:-4])
            gateway.wait_for_received(before + len(begun) + len(request) - 4)
            gateway.signal()
            self.assertEqual(client.receive_close(), GOING_AWAY)
            self.assertTrue(silent.is_at_end())
            self.assertTrue(idle.is_at_end())
            health.send(b'Host: a\r\n\r\n')
            answer = health.response()
            self.assertEqual((answer.status, answer.headers['connection']), (503, 'close'))  # for balancers: it takes no clients
            handshake.send(request[-4:])
            answer = handshake.response()
            self.assertEqual((answer.status, answer.headers['connection']), (503, 'close'))
            self.assertGreater(int(answer.headers['retry-after']), 0)
            client.leave()
            health.leave()
            handshake.leave()
            self.assertEqual(gateway.wait(), 0)

    def test_a_request_that_never_ends_does_not_stop_a_drain(self):
        request = b'GET /dev HTTP/1.1\r\nHost: '
        with Gateway(RECORDED_API, settings=ONE_SHARD + ['gateway.limits.handshakeTimeout=2s']) as gateway, \
                arrive_with(gateway, request) as half:
            gateway.wait_for_received(len(request))
            gateway.signal()
            self.assertEqual(half.response().status, 408)
            half.leave()
            self.assertEqual(gateway.wait(), 0)

    def test_the_closes_are_spread_over_the_drain_time(self):
        with Gateway(RECORDED_API, settings=ONE_SHARD + ['gateway.drainTime=1h']) as gateway, contextlib.ExitStack() as open_ones:
            clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(3)]
            gateway.signal()
            readable, _, _ = select.select(clients, [], [], PATIENCE)  # the first is closed at once
            self.assertEqual(len(readable), 1)
            self.assertEqual(readable[0].receive_close(), GOING_AWAY)
            readable[0].leave()
            for client in clients:  # the others have most of an hour, and use it
                if client not in readable:
                    client.echo()
                    client.close()
            self.assertEqual(gateway.wait(), 0)  # nobody is left: it does not wait
            self.assertEqual(gateway.log_lines('drain.end')[0]['complete'], 'yes')
            self.assertEqual(sorted(code for code, _ in gateway.ends(3)), [1000, 1000, 1001])

    def test_everybody_is_closed_within_the_drain_time(self):
        with Gateway(RECORDED_API, settings=['gateway.drainTime=300ms']) as gateway, contextlib.ExitStack() as open_ones:
            clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(40)]
            gateway.signal()
            for client in clients:
                self.assertEqual(client.receive_close(), GOING_AWAY)
                client.leave()
            self.assertEqual(gateway.wait(), 0)
            self.assertEqual(gateway.log_lines('drain.end')[0]['complete'], 'yes')

    def test_a_second_signal_ends_a_long_drain(self):
        with Gateway(settings=ONE_SHARD + ['gateway.drainTime=1h']) as gateway, Client(gateway.url) as one, Client(gateway.url) as two:
            gateway.signal()
            self.assertTrue(select.select([one, two], [], [], PATIENCE)[0])
            gateway.signal()
            self.assertEqual(gateway.wait(), 0)
            self.assertTrue(gateway.log_lines('stop.now'))

    def test_who_is_being_admitted_during_a_drain_is_closed_too(self):
        with Gateway(RECORDED_API) as gateway, Wire(gateway.url) as late, Client(gateway.url) as other:
            late.send(upgrade_request(gateway.url + '?hold')[1])
            gateway.wait_for_held(1)
            gateway.signal()
            self.assertEqual(other.receive_close(), GOING_AWAY)  # its $disconnect lets the other one in
            self.assertEqual(late.response().status, 101)
            self.assertEqual(late.take(2), bytes([0x88, 2 + len(GOING_AWAY[1])]))
            late.leave()
            other.leave()
            self.assertEqual(gateway.wait(), 0)
            self.assertEqual(gateway.ends(2), [GOING_AWAY] * 2)

    def test_a_second_signal_ends_at_once(self):
        with Gateway(RECORDED_API, settings=[NEVER]) as gateway, Client(gateway.url) as client:
            gateway.signal()
            self.assertEqual(client.receive_close(), GOING_AWAY)  # and it does not answer: the drain goes on
            gateway.signal()
            self.assertEqual(gateway.wait(), 0)
            self.assertTrue(gateway.log_lines('stop.now'))
            self.assertFalse(gateway.log_lines('drain.end'))
            self.assertEqual(gateway.ends(1), [GOING_AWAY])

    def test_a_reload_during_a_drain_is_refused_and_the_log_says_why(self):
        with Gateway(RECORDED_API, settings=[NEVER]) as gateway, Client(gateway.url) as client:
            gateway.signal()
            self.assertEqual(client.receive_close(), GOING_AWAY)
            gateway.signal(signal.SIGHUP)
            self.assertEqual(gateway.wait_for_log('reload.refused')[0]['reason'], 'the gateway is draining')
            client.leave()
            self.assertEqual(gateway.wait(), 0)
            self.assertEqual(gateway.log_lines('drain.end')[0]['complete'], 'yes')

    def test_a_drain_does_not_wait_for_ever(self):
        with Gateway(RECORDED_API, settings=[NEVER]) as gateway, Client(gateway.url) as client:
            gateway.signal()
            self.assertEqual(client.receive_close(), GOING_AWAY)
            self.assertEqual(gateway.wait(), 0)
            end = gateway.log_lines('drain.end')[0]
            self.assertEqual((end['complete'], end['sockets_left'], end['calls_left']), ('no', 1, 0))

    def test_an_inline_handler_that_never_returns_does_not_keep_the_gateway_from_ending(self):
        with tempfile.TemporaryDirectory(prefix='postern-test-') as directory:
            pipe = directory + '/pipe'
            os.mkfifo(pipe)  # nobody ever writes to it
            gateway = Gateway(RECORDED_API, settings=ONE_SHARD, RECORDER_PIPE=pipe)
            try:
                with Client(gateway.url) as client:
                    client.send_text('{"action":"hang"}')
                    wait_until(lambda: any(line['message'] == 'hangs' for line in gateway.log_lines('plugin.log')), 'the shard hangs')
                    gateway.signal()
                    gateway.wait_for_log('drain.begin')
                    gateway.signal()
                    self.assertEqual(gateway.wait(), 1)
                    client.leave()
                self.assertTrue(gateway.log_lines('stop.now'))
                self.assertEqual([line['level'] for line in gateway.log_lines('stop.handler_stuck')], ['error'])
            finally:
                gateway.kill()

    def test_the_port_is_free_at_once(self):
        with reserved_port() as port:
            for _ in range(2):
                with Gateway(RECORDED_API, listeners='[{port: %d, address: 127.0.0.1}]' % port) as gateway, Client(gateway.url) as client:
                    client.echo()

    def test_started_without_standard_descriptors_it_gives_their_numbers_to_nothing_else(self):
        with reserved_port() as port:
            command = 'exec "$0" run --set "gateway.listeners=[{port: %d, address: 127.0.0.1}]" --set gateway.admin.port=0 <&- >&- 2>&-' % port
            process = subprocess.Popen(['sh', '-c', command, BINARY], env=environment())
            try:
                wait_until(lambda: can_echo(port), 'the gateway answers')
                self.assertEqual([os.readlink('/proc/%d/fd/%d' % (process.pid, number)) for number in range(3)], ['/dev/null'] * 3)
                process.terminate()
                self.assertEqual(process.wait(PATIENCE), 0)
            finally:
                process.kill()
                process.wait()

    def test_a_start_that_fails_leaves_nothing_running(self):
        done = run_command('run', '--set', 'gateway.listeners=[{port: 0}, {port: 0, address: 192.0.2.1}]')
        self.assertEqual(done.exit_code, 1)
        self.assertIn('cannot listen on 192.0.2.1:0: Cannot assign requested address', done.err)


if __name__ == '__main__':
    unittest.main()

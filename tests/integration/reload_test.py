#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Another configuration while clients are connected: all of it or nothing, and nobody is disconnected who need not be."""
import contextlib
import os
import shutil
import signal
import socket
import threading
import unittest

from gateway import BINARY, Gateway, RECORDED_API, RECORDER, reserved_port
from websocket import Client, Refused

GOING_AWAY = (1001, 'Going away')
REPLIES = 'routes: { $connect: plugin:recorder.connect, $disconnect: plugin:recorder.disconnect, $default: { integration: "plugin:%s", routeResponse: true } }'
FILE = """
apis:
  test:
    %s
    stages: { %s }
plugins: { %s }
gateway:
  listeners: [ %s ]
  limits: { %s }
"""


def configuration(handler='echo', stages='dev: {}', plugins='', listeners='{port: 0}', limits=''):
    recorder = 'recorder: { library: "%s" }' % RECORDER
    return FILE % (REPLIES % handler, stages, ', '.join(filter(None, [recorder, plugins])), listeners, limits)


class Reloadable(Gateway):
    """A gateway whose listeners are those of its file."""

    def __init__(self, text, *flags, **options):
        super().__init__(text, listeners=None, flags=flags, **options)
        self.file = self.directory / 'postern.yaml'
        self._reloads = 0
        self._problems = 0

    def write(self, text):
        """As editors and installers do: never half of it."""
        fresh = self.directory / 'next.yaml'
        fresh.write_text(text)
        fresh.rename(self.file)

    def reload(self, text):
        self.write(text)
        self.signal(signal.SIGHUP)
        return self.wait_for_reload()

    def wait_for_reload(self):
        """Until one more reload has come to its end; the reasons why it was refused."""
        self._reloads += 1
        self._wait(lambda: self.log_lines('reload.done') + self.log_lines('reload.refused'), self._reloads, 'the reload has ended')
        problems = [line['reason'] for line in self.log_lines('reload.problem')]
        told, self._problems = self._problems, len(problems)
        return problems[told:]


class ReloadTest(unittest.TestCase):
    def test_the_next_message_of_a_client_meets_the_new_routes(self):
        with Reloadable(configuration('echo')) as gateway, Client(gateway.url) as client:
            client.echo()
            self.assertEqual(gateway.reload(configuration('whoami')), [])
            client.send_text('hello')
            self.assertIn('"routeKey":"$default"', client.receive_text())

    def test_clients_of_a_stage_that_is_gone_are_closed_with_1001_and_their_disconnect_runs(self):
        with Reloadable(configuration(stages='dev: {}, prod: {}')) as gateway:
            prod_url = gateway.urls[1]
            with Client(gateway.url) as stays, Client(prod_url) as leaves:
                self.assertEqual(gateway.reload(configuration()), [])
                self.assertEqual(leaves.receive_close(), GOING_AWAY)
                self.assertEqual(gateway.ends(1), [GOING_AWAY])
                stays.echo()
                with self.assertRaises(Refused) as refused:
                    Client(prod_url)
                self.assertEqual(refused.exception.response.status, 403)
                self.assertEqual(gateway.reload(configuration(stages='dev: {}, prod: {}')), [])
                with Client(prod_url) as back:
                    back.echo()

    def test_a_bad_file_changes_nothing_and_tells_every_reason(self):
        bad = configuration().replace('routes:', 'rootes:').replace('limits: {  }', 'limits: { frameBytes: 0 }')
        with Reloadable(configuration()) as gateway, Client(gateway.url) as client:
            reasons = gateway.reload(bad)
            self.assertEqual(len(reasons), 3, reasons)
            self.assertIn('did you mean "routes"?', reasons[0])
            client.echo()
            with Client(gateway.url) as other:
                other.echo()

    def test_what_fails_late_changes_nothing_either(self):
        with contextlib.closing(socket.socket()) as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            with Reloadable(configuration()) as gateway, Client(gateway.url) as client:
                before = gateway.descriptors()
                listeners = '{port: 0}, {port: 0, address: 127.0.0.1}, {port: %d, address: 127.0.0.1}' % port
                reasons = gateway.reload(configuration('whoami', listeners=listeners))
                self.assertEqual(reasons, ['cannot listen on 127.0.0.1:%d: Address already in use' % port])
                reasons = gateway.reload(configuration('chat.join', plugins='chat: { library: "%s" }' % BINARY))
                self.assertIn('plugin "chat"', reasons[-1])
                reasons = gateway.reload(configuration() + '  shards: 7\n')
                self.assertEqual(reasons[-1], 'gateway.shards cannot change while the gateway runs: restart it')
                client.echo()
                gateway.wait_for_descriptors_back(before)

    def test_all_that_only_a_restart_changes_is_named_at_once(self):
        with Reloadable(configuration()) as gateway:
            reasons = gateway.reload(configuration() + '  workerThreads: 7\n  shards: 7\n')
            self.assertEqual(reasons, ['gateway.shards, gateway.workerThreads cannot change while the gateway runs: restart it'])

    def test_listeners_come_and_go_and_clients_stay(self):
        with reserved_port() as port, Reloadable(configuration()) as gateway:
            more = '{port: 0}, {port: %d, address: 127.0.0.1}' % port
            self.assertEqual(gateway.reload(configuration(listeners=more)), [])
            url = 'ws://127.0.0.1:%d/dev' % port
            with Client(url) as client, Client(gateway.url) as other:
                self.assertEqual(gateway.reload(configuration()), [])
                gateway.wait_until_closed(port)
                with self.assertRaises(ConnectionError):
                    Client(url)
                client.echo()
                other.echo()

    def test_a_listener_that_moves_to_another_address_of_its_port_is_told_how(self):
        with reserved_port() as port, Reloadable(configuration(listeners='{port: %d}' % port)) as gateway, Client(gateway.url) as client:
            moved = configuration(listeners='{port: %d, address: 127.0.0.1}' % port)
            self.assertIn('a listener of the configuration in force has the port', gateway.reload(moved)[0])
            self.assertEqual(gateway.reload(configuration()), [])
            gateway.wait_until_closed(port)
            self.assertEqual(gateway.reload(moved), [])
            with Client('ws://127.0.0.1:%d/dev' % port) as other:
                other.echo()
            client.echo()

    def test_new_limits_hold_for_clients_that_are_there(self):
        with Reloadable(configuration()) as gateway, Client(gateway.url) as client, Client(gateway.url) as quiet:
            client.echo('x' * 2000)
            self.assertEqual(gateway.reload(configuration(limits='frameBytes: 1000')), [])
            client.echo('x' * 1000)
            client.send_text('x' * 1001)
            self.assertEqual(client.receive_close()[0], 1009)
            self.assertEqual(gateway.reload(configuration(limits='idleTimeout: 1ms')), [])
            self.assertEqual(quiet.receive_close(), GOING_AWAY)

    def test_plugins_come_with_their_settings_and_go(self):
        with Reloadable(configuration()) as gateway, Client(gateway.url) as client:
            second = 'second: { library: "%s" }' % RECORDER
            self.assertEqual(gateway.reload(configuration('second.release', plugins=second)), [])
            client.send_text('from the second')
            self.assertEqual(client.receive_text(), 'from the second')
            self.assertEqual(gateway.reload(configuration()), [])
            client.echo()

    def test_watch_reloads_when_the_file_or_a_plugin_is_replaced(self):
        with Reloadable(configuration(), '--watch') as gateway, Client(gateway.url) as client:
            gateway.write(configuration('whoami'))
            self.assertEqual(gateway.wait_for_reload(), [])
            client.send_text('hello')
            self.assertIn('"requestContext"', client.receive_text())

            library = gateway.directory / 'own.so'
            shutil.copy(RECORDER, library)
            own = configuration('own.release', plugins='own: { library: "%s" }' % library)
            gateway.write(own)
            self.assertEqual(gateway.wait_for_reload(), [])
            shutil.copy(RECORDER, gateway.directory / 'fresh.so')
            os.rename(gateway.directory / 'fresh.so', library)
            self.assertEqual(gateway.wait_for_reload(), [])
            self.assertEqual([line['name'] for line in gateway.log_lines('plugin.loaded')].count('own'), 2)
            client.send_text('still here')
            self.assertEqual(client.receive_text(), 'still here')

    def test_watch_sees_a_plugin_that_comes_after_the_file_that_names_it(self):
        with Reloadable(configuration(), '--watch') as gateway, Client(gateway.url) as client:
            library = gateway.directory / 'late.so'
            gateway.write(configuration('late.release', plugins='late: { library: "%s" }' % library))
            self.assertIn('there is no such file', gateway.wait_for_reload()[0])
            shutil.copy(RECORDER, gateway.directory / 'fresh.so')
            os.rename(gateway.directory / 'fresh.so', library)
            self.assertEqual(gateway.wait_for_reload(), [])
            client.send_text('here now')
            self.assertEqual(client.receive_text(), 'here now')

    def test_everything_changes_again_and_again_while_clients_talk(self):
        with Reloadable(configuration(stages='dev: {}, prod: {}')) as gateway, contextlib.ExitStack() as open_ones:
            clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(40)]
            going = threading.Event()
            failures = []

            def talk(client):
                try:
                    while not going.is_set():
                        client.echo()
                except Exception as failure:
                    failures.append(failure)

            threads = [threading.Thread(target=talk, args=(client,)) for client in clients]
            for thread in threads:
                thread.start()
            for i in range(10):
                port = open_ones.enter_context(reserved_port())
                changed = configuration(stages='dev: {}' + (', prod: {}' if i % 2 else ''),
                                        plugins='p%d: { library: "%s" }' % (i, RECORDER),
                                        listeners='{port: 0}, {port: %d, address: 127.0.0.1}' % port,
                                        limits='messagesInFlight: %d, idleTimeout: %dm' % (i + 1, i + 1))
                self.assertEqual(gateway.reload(changed), [])
                with Client('ws://127.0.0.1:%d/dev' % port) as new:
                    new.echo()
            going.set()
            for thread in threads:
                thread.join()
            self.assertEqual(failures, [])


if __name__ == '__main__':
    unittest.main()

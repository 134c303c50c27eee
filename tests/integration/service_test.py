#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway as a service: what it tells the service manager, and sockets that the service manager opens for it."""
import contextlib
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from gateway import BINARY, Gateway, PATIENCE, RECORDED_API, environment, reserved_port, run_command
from websocket import Client, close_frame

SOURCE = pathlib.Path(__file__).parents[2]
ACTIVATED = SOURCE / 'tests/support/activated.py'
QUICK_WATCHDOG = {'WATCHDOG_USEC': '200000'}


class ServiceManager:
    """What systemd is to a service of Type=notify: the socket that NOTIFY_SOCKET names. Like systemd it takes at once what it is told,
    whether or not the test asks: the kernel keeps ten messages, and who has more to say waits."""

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix='postern-notify-')
        self.path = self._directory.name + '/notify'
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._said = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_):
        self._socket.sendto(b'', self.path)
        self._reader.join()
        self._socket.close()
        self._directory.cleanup()

    def _read(self):
        while said := self._socket.recv(65536):
            self._said.put(said.decode())

    def message(self, patience=PATIENCE):
        """The next one, as a dictionary of its assignments."""
        return dict(line.split('=', 1) for line in self._said.get(timeout=patience).splitlines())

    def is_silent(self):
        """True when nothing was said that has not been read."""
        self._socket.sendto(b'LAST=1', self.path)
        return self.message() == {'LAST': '1'}

    def wait_for(self, name, value=None):
        """The next message that has the assignment."""
        while True:
            message = self.message()
            if name in message and value in (None, message[name]):
                return message

    def wait_for_silence(self, seconds):
        """Until nothing is said for so long."""
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(queue.Empty):
            while self.message(seconds):
                assert time.monotonic() < end, 'it goes on'


def listening(address='127.0.0.1'):
    made = socket.socket()
    made.bind((address, 0))
    made.listen(64)
    return made


@contextlib.contextmanager
def activated_gateway(sockets, configuration=RECORDED_API, **options):
    """`sockets`: (name, socket) pairs that the gateway inherits and the test keeps, as systemd does."""
    fds = [made.fileno() for _, made in sockets]
    with Gateway(configuration, binary=ACTIVATED, pass_fds=fds, ACTIVATED_BINARY=BINARY, ACTIVATED_FDS=','.join(map(str, fds)),
                 ACTIVATED_NAMES=':'.join(name for name, _ in sockets), **options) as gateway:
        yield gateway


class NotifyTest(unittest.TestCase):
    def setUp(self):
        self.manager = self.enterContext(ServiceManager())

    def test_it_is_ready_when_it_listens_and_stopping_when_it_drains(self):
        with Gateway(RECORDED_API, NOTIFY_SOCKET=self.manager.path, settings=['gateway.limits.closeTimeout=1h']) as gateway:
            ready = self.manager.message()
            self.assertEqual(ready['READY'], '1')
            self.assertIn(gateway.url.rsplit('/', 1)[0], ready['STATUS'])
            with Client(gateway.url) as client:
                client.echo()
                gateway.signal()
                self.assertEqual(self.manager.wait_for('STOPPING'), {'STOPPING': '1'})
                for _ in range(2):  # as long as it lasts
                    more = self.manager.wait_for('EXTEND_TIMEOUT_USEC')
                    self.assertGreaterEqual(int(more['EXTEND_TIMEOUT_USEC']), 5_000_000)
                client.receive_close()
                client.send(close_frame(1001))
                client.leave()
            self.assertEqual(gateway.wait(), 0)

    def test_the_status_says_how_many_connections_there_are(self):
        with Gateway(RECORDED_API, NOTIFY_SOCKET=self.manager.path, **QUICK_WATCHDOG) as gateway:
            where = gateway.url.rsplit('/', 1)[0]
            ready = self.manager.message()
            self.assertEqual((ready['READY'], set(ready)), ('1', {'READY', 'STATUS'}))
            if ready['STATUS'] != '0 connections, ' + where:  # a stranger who knocks at new ports
                self.manager.wait_for('STATUS', '0 connections, ' + where)
            with Client(gateway.url):
                self.manager.wait_for('STATUS', '1 connection, ' + where)
            self.manager.wait_for('STATUS', '0 connections, ' + where)

    def test_a_reload_begins_and_ends_and_the_status_says_why_one_was_refused(self):
        with Gateway(RECORDED_API, NOTIFY_SOCKET=self.manager.path) as gateway:
            status = r'^\d+ connections?, ' + re.escape(gateway.url.rsplit('/', 1)[0])
            self.assertRegex(self.manager.wait_for('READY')['STATUS'], status + '$')
            file = gateway.directory / 'postern.yaml'
            good = file.read_text()
            file.write_text(good + 'nonsense: 1\n')
            gateway.signal(signal.SIGHUP)
            self.assertGreater(int(self.manager.wait_for('RELOADING', '1')['MONOTONIC_USEC']), 0)
            refused = self.manager.wait_for('READY')
            self.assertRegex(refused['STATUS'], status + '; the last reload was refused: .*nonsense')
            file.write_text(good)
            gateway.signal(signal.SIGHUP)
            self.manager.wait_for('RELOADING', '1')
            ready = self.manager.wait_for('READY')
            self.assertEqual((ready['READY'], set(ready)), ('1', {'READY', 'STATUS'}))
            self.assertRegex(ready['STATUS'], status + '$')

    def test_a_shard_that_hangs_starves_the_watchdog(self):
        pipe = os.path.dirname(self.manager.path) + '/pipe'
        os.mkfifo(pipe)
        with Gateway(RECORDED_API, NOTIFY_SOCKET=self.manager.path, RECORDER_PIPE=pipe, **QUICK_WATCHDOG) as gateway, \
                Client(gateway.url) as client:
            for _ in range(3):
                self.manager.wait_for('WATCHDOG', '1')
            client.send_text('{"action":"hang"}')
            gateway.wait_for_log('plugin.log', 2)  # its $connect event, and that it hangs
            self.manager.wait_for_silence(seconds=1)
            with open(pipe, 'w') as way_out:
                way_out.write('\n')
            self.assertEqual(client.receive_text(), '{"action":"hang"}')
            for _ in range(3):
                self.manager.wait_for('WATCHDOG', '1')

    def test_a_start_that_fails_is_never_ready(self):
        done = run_command('run', '--set', 'gateway.listeners=[{port: 0, address: 192.0.2.1}]', NOTIFY_SOCKET=self.manager.path)
        self.assertEqual(done.exit_code, 1)
        self.assertTrue(self.manager.is_silent())

    def test_a_manager_that_is_gone_disturbs_nobody(self):
        with Gateway(RECORDED_API, NOTIFY_SOCKET='/nonexistent/notify', **QUICK_WATCHDOG) as gateway, Client(gateway.url) as client:
            client.echo()


class ActivationTest(unittest.TestCase):
    def test_listeners_take_the_sockets_of_their_ports_and_open_the_others(self):
        with listening() as given:
            port = given.getsockname()[1]
            listeners = '[{port: %d, address: 127.0.0.1}, {port: 0, tls: development}]' % port
            with activated_gateway([('web', given)], listeners=listeners) as gateway:
                self.assertEqual(gateway.port, port)
                with Client(gateway.url) as client, Client(gateway.tls_url, ca=gateway.development_ca) as secure:
                    client.echo()
                    secure.echo()

    def test_a_name_says_which_listener_a_socket_is_for(self):
        with listening() as plain, listening() as tls:
            sockets = [('postern-8443', tls), ('postern-8080', plain)]
            with activated_gateway(sockets, listeners='[{port: 8080}, {port: 8443, tls: development}]') as gateway:
                self.assertEqual((gateway.port, gateway.tls_port), (plain.getsockname()[1], tls.getsockname()[1]))
                with Client(gateway.tls_url, ca=gateway.development_ca) as secure:
                    secure.echo()

    def test_many_shards_serve_one_socket(self):
        with listening() as given:
            listeners = '[{port: %d, address: 127.0.0.1}]' % given.getsockname()[1]
            with activated_gateway([('web', given)], listeners=listeners, settings=['gateway.shards=4']) as gateway, \
                    contextlib.ExitStack() as open_ones:
                clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(100)]
                for client in clients:
                    client.echo()

    def test_clients_that_come_between_two_gateways_wait_and_are_served(self):
        with listening() as given:
            listeners = '[{port: %d, address: 127.0.0.1}]' % given.getsockname()[1]
            with activated_gateway([('web', given)], listeners=listeners) as first, Client(first.url) as client:
                client.echo()
            with contextlib.ExitStack() as waiting:
                between = [waiting.enter_context(socket.create_connection(given.getsockname())) for _ in range(10)]
                with activated_gateway([('web', given)], listeners=listeners):
                    for early in between:
                        early.sendall(b'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n')
                        self.assertTrue(early.makefile('rb').readline().startswith(b'HTTP/1.1 200 '))

    def test_a_reload_may_move_every_listener_but_not_leave_a_socket_alone(self):
        def listeners(*ports):
            return RECORDED_API + 'gateway: {listeners: [%s]}\n' % ', '.join('{port: %d, address: 127.0.0.1}' % port for port in ports)

        with listening() as one, listening() as other:
            ports = one.getsockname()[1], other.getsockname()[1]
            with activated_gateway([('web', one), ('web', other)], listeners(*ports), listeners=None) as gateway, \
                    Client(gateway.url) as client:
                file = gateway.directory / 'postern.yaml'
                file.write_text(listeners(ports[0]))
                gateway.signal(signal.SIGHUP)
                gateway.wait_for_log('reload.refused')
                self.assertIn('no listener is configured for the activated socket web (127.0.0.1:%d)' % ports[1], gateway.log_text())
                client.echo()
                file.write_text(listeners(*reversed(ports)))
                gateway.signal(signal.SIGHUP)
                gateway.wait_for_log('reload.done')
                for url in gateway.urls:
                    with Client(url) as another:
                        another.echo()

    def test_a_socket_that_nobody_asks_for_keeps_the_gateway_from_starting(self):
        with listening() as given:
            environment = {'ACTIVATED_BINARY': BINARY, 'ACTIVATED_FDS': str(given.fileno()), 'ACTIVATED_NAMES': 'postern.socket'}
            done = self._run(given, environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn('no listener is configured for the activated socket postern.socket (127.0.0.1:%d)'
                          % given.getsockname()[1], done.stderr)

    def test_what_is_no_listening_socket_keeps_it_from_starting(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as given:
            done = self._run(given, {'ACTIVATED_BINARY': BINARY, 'ACTIVATED_FDS': str(given.fileno()), 'ACTIVATED_NAMES': 'web'})
            self.assertEqual(done.returncode, 1)
            self.assertIn('the activated socket web is not a listening TCP socket', done.stderr)

    @staticmethod
    def _run(given, extra):
        return subprocess.run([ACTIVATED, 'run', '--set', 'gateway.listeners=[{port: 0}]'], env=environment(**extra),
                              pass_fds=[given.fileno()], capture_output=True, text=True, timeout=PATIENCE)

    @unittest.skipUnless(shutil.which('systemd-socket-activate'), 'there is no systemd-socket-activate')
    def test_systemd_starts_it_with_the_first_client(self):
        with reserved_port() as port, tempfile.TemporaryDirectory(prefix='postern-test-') as data:
            address = '127.0.0.1:%d' % port
            process = subprocess.Popen(
                ['systemd-socket-activate', '-l', address, BINARY, 'run', '--set', 'gateway.dataDirectory=' + data,
                 '--set', 'gateway.listeners=[{port: %d, address: 127.0.0.1}]' % port],
                env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                self.assertIn('Listening on', process.stderr.readline())
                with Client('ws://%s/dev' % address) as client:
                    client.echo()
                    self.assertEqual(os.readlink('/proc/%d/exe' % process.pid), os.path.realpath(BINARY))
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE)
                self.assertEqual(process.returncode, 0)
            finally:
                process.kill()
                process.communicate()


if __name__ == '__main__':
    unittest.main()

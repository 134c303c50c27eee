#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wss and https: versions, resumption, certificates that are replaced, the development CA."""
import contextlib
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from gateway import Gateway, PATIENCE, PLAIN_AND_TLS, RECORDED_API, run_command, wait_until
from websocket import Client, Wire, arrive_with

OPTIONAL = '[{port: 0, tls: optional}]'
NAMES = ['localhost', '127.0.0.1', '::1', 'x7k2.execute-api.us-east-1.amazonaws.com']


def openssl(*arguments):
    return subprocess.run(['openssl', *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)


def handshake(gateway, name='localhost', version=None, session=None, context=None):
    """A verified TLS connection, as if `name` led here."""
    context = context or ssl.create_default_context(cafile=gateway.development_ca)
    if version:
        context.minimum_version = context.maximum_version = version
    return context.wrap_socket(socket.create_connection(('localhost', gateway.tls_port), PATIENCE), server_hostname=name, session=session)


def ask(tls):
    """A request and its answer, so that TLS 1.3's ticket has come, too."""
    tls.sendall(b'GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    answer = b''
    while more := tls.recv(4096):
        answer += more
    return answer


class TlsTest(unittest.TestCase):
    def test_tls_1_1_is_refused_and_1_2_and_1_3_are_spoken(self):
        with Gateway(listeners=PLAIN_AND_TLS) as gateway:
            where = 'localhost:%d' % gateway.tls_port
            # Security level 0: or the client itself would not try.
            refused = openssl('s_client', '-connect', where, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn('alert protocol version', refused.stderr)
            for flag, name in (('-tls1_2', 'TLSv1.2'), ('-tls1_3', 'TLSv1.3')):
                spoken = openssl('s_client', '-connect', where, flag, '-CAfile', gateway.development_ca, '-verify_return_error', '-brief')
                self.assertEqual(spoken.returncode, 0, spoken.stderr)
                self.assertIn('Protocol version: ' + name, spoken.stderr)
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with handshake(gateway, version=version) as tls:
                    self.assertIn(b'200 OK', ask(tls))

    def test_sessions_are_resumed(self):
        with Gateway(listeners=PLAIN_AND_TLS) as gateway:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = ssl.create_default_context(cafile=gateway.development_ca)
                with handshake(gateway, version=version, context=context) as first:
                    self.assertFalse(first.session_reused)
                    ask(first)
                    session = first.session
                for _ in range(4):  # on whichever shard they arrive
                    with handshake(gateway, version=version, context=context, session=session) as again:
                        self.assertTrue(again.session_reused)
                        self.assertIn(b'200 OK', ask(again))

    def test_the_development_certificate_is_verified_for_all_its_names(self):
        with Gateway(listeners=PLAIN_AND_TLS) as gateway:
            certificate = pathlib.Path(gateway.directory) / 'certificate.pem'
            certificate.write_text(ssl.get_server_certificate(('localhost', gateway.tls_port)))
            verified = openssl('verify', '-CAfile', gateway.development_ca, certificate)
            self.assertEqual(verified.returncode, 0, verified.stderr)
            for name in NAMES:
                with handshake(gateway, name=name) as tls:
                    self.assertIn(b'200 OK', ask(tls))
            with self.assertRaises(ssl.SSLCertVerificationError):
                handshake(gateway, name='example.com')

    def test_the_development_ca_is_kept_between_starts(self):
        with tempfile.TemporaryDirectory(prefix='postern-test-') as directory:
            seen = []
            for _ in range(2):
                with Gateway(listeners=PLAIN_AND_TLS, data_directory=directory) as gateway:
                    self.assertTrue(gateway.development_ca.startswith(directory))
                    served = ssl.get_server_certificate(('localhost', gateway.tls_port))
                    seen.append((pathlib.Path(gateway.development_ca).read_text(), served))
            self.assertEqual(seen[0], seen[1])
            secrets = [path for path in pathlib.Path(directory).rglob('*') if path.is_file() and 'PRIVATE KEY' in path.read_text()]
            self.assertTrue(secrets)
            for path in secrets:
                self.assertEqual(path.stat().st_mode & 0o077, 0, '%s can be read by others' % path)

    def test_a_directory_that_cannot_keep_them_is_named_with_the_remedy(self):
        with tempfile.NamedTemporaryFile(prefix='postern-test-') as file:
            done = run_command('run', '--set', 'gateway.listeners=[{port: 0, tls: development}]', '--set', 'gateway.admin.port=0',
                               '--set', 'gateway.dataDirectory=' + file.name)
            self.assertEqual(done.exit_code, 1)
            self.assertEqual(done.err, 'postern: the development certificate cannot be kept: %s/tls: Not a directory; name a directory that this '
                                       'user may write to as gateway.dataDirectory (POSTERN_GATEWAY_DATA_DIRECTORY)\n' % file.name)

    def test_a_reload_that_changes_the_region_serves_its_names(self):
        text = 'region: %s\n' + RECORDED_API + '\ngateway: {listeners: [{port: 0}, {port: 0, tls: development}]}\n'
        with Gateway(text % 'us-east-1', listeners=None) as gateway:
            name = 'x7k2.execute-api.eu-west-1.amazonaws.com'
            with self.assertRaises(ssl.SSLCertVerificationError):
                handshake(gateway, name=name)
            (gateway.directory / 'postern.yaml').write_text(text % 'eu-west-1')
            gateway.signal(signal.SIGHUP)
            gateway.wait_for_log('reload.done')
            with handshake(gateway, name=name) as tls:
                self.assertIn(b'200 OK', ask(tls))

    def test_messages_of_every_size_come_back(self):
        with Gateway(RECORDED_API, listeners=PLAIN_AND_TLS) as gateway:
            with Client(gateway.tls_url, ca=gateway.development_ca) as client:
                for size in (1, 125, 126, 16383, 16384, 16385, 32768):
                    client.echo('x' * size)
                client.close(4000, 'done')
            self.assertEqual(gateway.ends(1), [(4000, 'done')])


class OnePortTest(unittest.TestCase):
    """`tls: optional`: plain and TLS on one port."""

    def test_clients_with_and_without_tls_are_served_and_told_apart(self):
        with Gateway(RECORDED_API, listeners=OPTIONAL) as gateway:
            self.assertEqual(gateway.urls, ['ws://localhost:%d/dev' % gateway.port, 'wss://localhost:%d/dev' % gateway.port])
            self.assertEqual(gateway.to_paste, 'npx wscat -c ' + gateway.url)
            for url in gateway.urls * 2:
                with Client(url, ca=gateway.development_ca) as client:
                    for size in (1, 126, 16385, 32768):
                        client.echo('x' * size)
                    client.close(4000, url[:3])
            events = gateway.wait_for_events('CONNECT', 4)
            self.assertEqual([event['headers']['X-Forwarded-Proto'] for event in events], ['http', 'https'] * 2)
            self.assertEqual({event['headers']['X-Forwarded-Port'] for event in events}, {str(gateway.port)})
            self.assertEqual(gateway.ends(4), [(4000, url[:3]) for url in gateway.urls * 2])

    def test_http_and_https_are_answered(self):
        with Gateway(listeners=OPTIONAL) as gateway:
            with socket.create_connection(('localhost', gateway.port), PATIENCE) as plain:
                self.assertIn(b'200 OK', ask(plain))
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                for name in NAMES:
                    with handshake(gateway, name=name, version=version) as tls:
                        self.assertIn(b'200 OK', ask(tls))

    def test_a_request_that_arrives_byte_by_byte_is_answered(self):
        with Gateway(listeners=OPTIONAL) as gateway:
            with Wire(gateway.url) as plain:
                for byte in b'GET /ping HTTP/1.1\r\nHost: localhost\r\n':
                    plain.send(bytes([byte]))
                plain.send(b'Connection: close\r\n\r\n')
                self.assertEqual(plain.response().status, 200)

    def test_who_says_nothing_or_half_a_handshake_is_dropped_in_time(self):
        with Gateway(listeners=OPTIONAL, settings=['gateway.limits.handshakeTimeout=1s']) as gateway:
            for said in (b'', b'\x16', b'\x16\x03\x01\x02\x00\x01'):
                with Wire(gateway.url) as silent:
                    silent.send(said)
                    self.assertTrue(silent.is_at_end(), 'dropped without a word')
            with arrive_with(gateway, b'GET / HTTP/1.1\r\n') as slow:
                self.assertEqual(slow.response().status, 408)

    def test_what_is_neither_is_refused(self):
        with Gateway(listeners=OPTIONAL) as gateway:
            for said in (b'\x00\x01\x02\r\n\r\n', b'\x15\x03\x01\x00\x02\x02\x28\r\n\r\n'):
                with Wire(gateway.url) as odd:
                    odd.send(said)
                    self.assertEqual(odd.response().status, 400)
            with Wire(gateway.url) as odd:
                odd.send(b'\x16GET / HTTP/1.1\r\n\r\n')
                self.assertTrue(odd.is_at_end(), 'no TLS, and not plain any more')

    def test_sessions_are_resumed(self):
        with Gateway(listeners=OPTIONAL) as gateway:
            context = ssl.create_default_context(cafile=gateway.development_ca)
            with handshake(gateway, context=context) as first:
                ask(first)
                session = first.session
            with handshake(gateway, context=context, session=session) as again:
                self.assertTrue(again.session_reused)

    def test_a_reload_changes_how_a_port_speaks_and_connections_stay(self):
        text = RECORDED_API + '\ngateway: {listeners: [{port: 0, tls: %s}]}\n'
        with Gateway(text % 'optional', listeners=None) as gateway:
            file = gateway.directory / 'postern.yaml'
            with Client(gateway.url) as plain, Client(gateway.tls_url, ca=gateway.development_ca) as tls:
                for client in (plain, tls):
                    client.echo()
                file.write_text(text % 'development')
                gateway.signal(signal.SIGHUP)
                gateway.wait_for_log('reload.done')
                for client in (plain, tls):
                    client.echo()
                with Wire('ws://localhost:%d/' % gateway.port) as late:
                    late.send(b'GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n')
                    self.assertTrue(late.is_at_end(), 'it has to be TLS now')
                with handshake(gateway) as late:
                    self.assertIn(b'200 OK', ask(late))
                for client in (plain, tls):
                    client.close()
            self.assertEqual(gateway.ends(2), [(1000, '')] * 2)


class CertificateFilesTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='postern-test-')
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.certificate, self.key = self.directory / 'certificate.pem', self.directory / 'key.pem'
        self.listeners = '[{port: 0, tls: {certificate: %s, privateKey: %s}}]' % (self.certificate, self.key)
        self.issue()

    def issue(self):
        """A new pair of files, moved into their place; the certificate."""
        made = openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                       '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
                       '-keyout', self.directory / 'new.key', '-out', self.directory / 'new.pem')
        self.assertEqual(made.returncode, 0, made.stderr)
        os.replace(self.directory / 'new.key', self.key)
        os.replace(self.directory / 'new.pem', self.certificate)
        return self.certificate.read_text()

    def served(self, gateway):
        return ssl.get_server_certificate(('localhost', gateway.tls_port))

    def test_replaced_files_are_served_and_open_connections_stay(self):
        with Gateway(RECORDED_API, listeners=self.listeners) as gateway:
            first = self.certificate.read_text()
            self.assertEqual(self.served(gateway), first)
            with Client(gateway.tls_url, ca=self.certificate) as client:
                client.echo()
                second = self.issue()
                wait_until(lambda: self.served(gateway) == second, 'the new certificate is served')
                gateway.signal(signal.SIGHUP)
                gateway.wait_for_log('reload.done')  # every shard has answered: it is served by all of them
                client.echo()
                with Client(gateway.tls_url, ca=self.certificate) as newcomer:
                    newcomer.echo()
                    newcomer.close()
                client.close()
            self.assertEqual(gateway.ends(2), [(1000, '')] * 2)

    def test_replaced_files_are_told_of_when_every_shard_serves_them(self):
        pipe = self.directory / 'pipe'
        os.mkfifo(pipe)
        with Gateway(RECORDED_API, listeners=self.listeners, settings=['gateway.shards=2'], RECORDER_PIPE=pipe) as gateway, \
                Client(gateway.tls_url, ca=self.certificate) as client:
            client.send_text('{"action":"hang"}')
            gateway.wait_for_log('plugin.log', 2)  # its $connect event, and that it hangs
            second = self.issue()

            def is_served():
                with contextlib.suppress(TimeoutError):  # it came to the shard that hangs
                    return ssl.get_server_certificate(('localhost', gateway.tls_port), timeout=0.5) == second

            wait_until(is_served, 'the shard that is free serves the new certificate')
            gateway.signal(signal.SIGUSR1)
            gateway.wait_for_log('log.reopen')  # whatever the main thread had to say before is in the log
            self.assertEqual(gateway.log_lines('certificate.reloaded'), [])
            pipe.write_text('go on')
            self.assertEqual([line['port'] for line in gateway.wait_for_log('certificate.reloaded')], [gateway.tls_port])
            client.receive_text()
            client.close()

    def test_files_that_cannot_be_used_leave_the_old_certificate_in_force(self):
        with Gateway(listeners=self.listeners) as gateway:
            first = self.served(gateway)
            self.certificate.write_text('no certificate')
            gateway.wait_for_log('tls.certificate_not_replaced')
            self.assertEqual(self.served(gateway), first)
            second = self.issue()
            wait_until(lambda: self.served(gateway) == second, 'the new certificate is served')


if __name__ == '__main__':
    unittest.main()

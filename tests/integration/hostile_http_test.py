#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a client can send before it is one: broken HTTP, slow and endless handshakes, too many connections. Each is answered as it should
be, costs nobody else anything, and leaves nothing behind."""
import collections
import contextlib
import socket
import ssl
import threading
import unittest

from attack import attacked, can_echo
from gateway import Gateway, PLAIN_AND_TLS, wait_until
from websocket import Client, LastWords, TEXT, Wire, arrive_with, close_frame, frame, open_socket, upgrade_request

MiB = 1024 * 1024
SHORT_HANDSHAKES = 'gateway.limits.handshakeTimeout=1s'


class HostileHttpTest(unittest.TestCase):
    def expect(self, gateway, data, status):
        """One answer of that status, and then the end of the connection."""
        with Wire(gateway.url) as wire:
            wire.send(data)
            response = wire.response()
            self.assertEqual(response.status, status, data[:100])
            self.assertEqual(response.headers['connection'], 'close', data[:100])
            self.assertTrue(wire.is_at_end(), data[:100])
            return response

    def assert_refused(self, gateway, why):
        """One line of the log says so."""
        wait_until(lambda: gateway.log_lines('connect.refused'), 'the log says why')
        line, = gateway.log_lines('connect.refused')
        self.assertEqual((line['status'], line['source_ip']), (400, '127.0.0.1'))
        self.assertIn(why, line['why'])

    def test_what_is_not_http_gets_400(self):
        with attacked() as gateway:
            for garbage in (b'\0' * 100 + b'\r\n\r\n', b'hello\r\n\r\n', b'GET\r\n\r\n', b'GET /dev\r\n\r\n', b'\xff\xfe\xfd\r\n\r\n',
                            b'GET /dev HTTP/9.9\r\nHost: a\r\n\r\n', b'GET /dev HTTP/1.1\r\nno colon\r\n\r\n',
                            b'GET /dev HTTP/1.1\r\nHost: a\r\nA\0B: c\r\n\r\n', b'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n',
                            b'SSH-2.0-OpenSSH_9.2\r\n\r\n'):
                response = self.expect(gateway, garbage, 400)
                self.assertIn(b'<title>400 Bad Request</title>', response.body)

    def test_a_tls_hello_on_the_plain_port_gets_400(self):
        with attacked() as gateway:
            hello = ssl.MemoryBIO()
            with self.assertRaises(ssl.SSLWantReadError):
                ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname='localhost').do_handshake()
            self.expect(gateway, hello.read(), 400)
            self.assert_refused(gateway, 'it speaks TLS, and this port does not')

    def test_a_head_over_its_limit_gets_400_and_a_line_that_says_so(self):
        with attacked() as gateway:
            _, request = upgrade_request(gateway.url, ['Cookie: ' + 'x' * 20000])
            self.expect(gateway, request, 400)
            self.assert_refused(gateway, 'larger than gateway.limits.headerBytes')

    def test_requests_that_aws_s_front_calls_bad_get_400(self):
        with attacked() as gateway:
            for request in (b'GET /dev HTTP/1.1\r\n\r\n', b'GET /dev HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
                            b'GET /dev HTTP/1.0\r\nHost: a\r\n\r\n', b'GET http://a/dev HTTP/1.1\r\nHost: a\r\n\r\n', b'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
                            b'GET /dev HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n',
                            b'GET /%s HTTP/1.1\r\nHost: a\r\n\r\n' % (b'x' * 5000)):
                self.expect(gateway, request, 400)

    def test_broken_upgrades_get_400(self):
        with attacked() as gateway:
            _, request = upgrade_request(gateway.url)
            key = next(line for line in request.split(b'\r\n') if line.startswith(b'Sec-WebSocket-Key'))
            for other in (b'', b'Sec-WebSocket-Key: short', b'Sec-WebSocket-Key: ' + b'A' * 24, key + b'\r\n' + key):
                self.expect(gateway, request.replace(key + b'\r\n', other + b'\r\n' if other else b''), 400)

    def test_another_version_gets_426_and_may_try_again(self):
        with attacked() as gateway, Wire(gateway.url) as wire:
            _, request = upgrade_request(gateway.url)
            wire.send(request.replace(b'Version: 13', b'Version: 8'))
            answer = wire.response()
            self.assertEqual((answer.status, answer.headers['sec-websocket-version']), (426, '13'))
            wire.send(request + close_frame(1000))
            self.assertEqual(wire.response().status, 101)
            self.assertEqual(wire.take(4), b'\x88\x02\x03\xe8')

    def test_huge_headers_get_400(self):
        with attacked() as gateway:
            _, request = upgrade_request(gateway.url, ['X-Large: ' + 'x' * 20_000])
            self.expect(gateway, request, 400)
            _, request = upgrade_request(gateway.url, ['X-%d: y' % number for number in range(3000)])
            self.expect(gateway, request, 400)

    def test_endless_headers_get_400(self):
        with attacked() as gateway, Wire(gateway.url) as wire:
            wire.send(b'GET /dev HTTP/1.1\r\n')
            with contextlib.suppress(ConnectionError):  # it does not read for ever
                for number in range(100_000):
                    wire.send(b'X-%d: y\r\n' % number)
            with contextlib.suppress(ConnectionError):  # a reset may overtake the answer
                self.assertEqual(wire.response().status, 400)
                self.assertTrue(wire.is_at_end())

    def test_a_target_without_end_gets_400(self):
        with attacked() as gateway:
            self.expect(gateway, b'GET /' + b'x' * 40_000, 400)

    def test_a_body_is_not_taken_for_a_request(self):
        with attacked() as gateway:
            body = b'GET /ping HTTP/1.1\r\nHost: smuggled\r\n\r\n'
            head = b'POST /dev HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
            self.expect(gateway, head + b'Content-Length: %d\r\n\r\n%s' % (len(body), body), 403)
            self.expect(gateway, head + b'Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n' % (len(body), body), 403)

    def test_pipelined_requests_are_answered_in_order_up_to_the_upgrade(self):
        with attacked() as gateway, Wire(gateway.url) as wire:
            _, request = upgrade_request(gateway.url)
            wire.send(b'GET /ping HTTP/1.1\r\nHost: a\r\n\r\n' * 3 + b'GET /dev HTTP/1.1\r\nHost: a\r\n\r\n' + request)
            wire.send(frame(TEXT, 'hello') + close_frame(1000))
            self.assertEqual([wire.response().status for _ in range(5)], [200, 200, 200, 403, 101])
            self.assertEqual(wire.take(7), b'\x81\x05hello')
            self.assertEqual(wire.take(4), b'\x88\x02\x03\xe8')
            self.assertTrue(wire.is_at_end())

    def test_a_pipeliner_who_does_not_read_the_answers_is_not_read_either(self):
        with attacked() as gateway, Wire(gateway.url, receive_buffer=4096) as wire:
            memory = gateway.resident_bytes()
            requests = b'GET /dev HTTP/1.1\r\nHost: a\r\n\r\n' * 1000
            self.assertFalse(wire.is_read_for_ever(requests, 64 * MiB))
            self.assertLess(gateway.resident_bytes(), memory + 32 * MiB)

    def test_a_pipeliner_who_reads_gets_all_answers_and_leaves_room_for_others(self):
        count = 5000
        with attacked() as gateway, Wire(gateway.url) as wire:
            sending = threading.Thread(target=wire.send, args=[b'GET /ping HTTP/1.1\r\nHost: a\r\n\r\n' * count])
            sending.start()
            for number in range(count):
                self.assertEqual(wire.response().status, 200)
                if number % 500 == 0:
                    with Client(gateway.url) as client:
                        client.echo()
                        client.close()
            sending.join()

    def test_who_ends_behind_many_requests_gets_all_answers(self):
        count = 500
        requests = b'GET /ping HTTP/1.1\r\nHost: a\r\n\r\n' * count
        with attacked(listeners=PLAIN_AND_TLS) as gateway:
            with Wire(gateway.url) as wire:
                wire.send(requests)
                wire.socket.shutdown(socket.SHUT_WR)
                self.assertEqual([wire.response().status for _ in range(count)], [200] * count)
                self.assertTrue(wire.is_at_end())
            with LastWords(gateway.tls_url, gateway.development_ca) as wire:
                wire.end_with(requests)
                self.assertEqual(wire.rest().count(b'HTTP/1.1 200 '), count)

    def test_a_refused_handshake_that_asks_for_the_end_gets_it(self):
        with attacked() as gateway:
            for url, status in ((gateway.url + '?refuse=401', 401), (gateway.url.replace('/dev', '/nowhere'), 403)):
                _, request = upgrade_request(url)
                self.expect(gateway, request.replace(b'Connection: Upgrade', b'Connection: close, Upgrade'), status)

    def test_whoever_is_refused_very_often_does_not_fill_the_log(self):
        count = 2000
        with attacked() as gateway, Wire(gateway.url) as wire:
            wire.send(b'GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n' * count)
            self.assertEqual([wire.response().status for _ in range(count)], [403] * count)
        lines = gateway.log_lines('connect.refused')
        seconds = collections.Counter(line['time'][:len('2026-09-25T09:20:29')] for line in lines)
        self.assertLessEqual(max(seconds.values()), 20)
        self.assertLessEqual(len(lines) + sum(line.get('suppressed', 0) for line in lines), count)

    def test_a_slow_handshake_ends_with_408(self):
        with attacked(settings=[SHORT_HANDSHAKES]) as gateway, arrive_with(gateway, b'GET /dev HTTP/1.1\r\nHost: a\r\nX-Slow: ') as wire:
            answer = wire.response()
            self.assertEqual((answer.status, answer.headers['connection']), (408, 'close'))
            self.assertTrue(wire.is_at_end())

    def test_a_handshake_in_drops_ends_with_408(self):
        with attacked(settings=[SHORT_HANDSHAKES]) as gateway, arrive_with(gateway, b'G') as wire:
            wire.socket.settimeout(0.01)
            answer = b''
            while not answer:  # a byte now and then does not move the deadline
                wire.send(b'G')
                with contextlib.suppress(TimeoutError):
                    answer = wire.socket.recv(12)
            self.assertEqual(answer, b'HTTP/1.1 408')

    def test_silence_ends_without_a_word(self):
        with attacked(settings=[SHORT_HANDSHAKES]) as gateway, Wire(gateway.url) as wire:
            self.assertTrue(wire.is_at_end())

    def test_a_handshake_timeout_of_0_is_none(self):
        limits = ['gateway.limits.handshakeTimeout=0', 'gateway.limits.idleTimeout=1s']
        with attacked(settings=limits) as gateway, Wire(gateway.url) as wire:
            with Client(gateway.url) as other:
                self.assertEqual(other.receive_close(), (1001, 'Going away'))  # so much time has passed
            wire.send(b'GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
            self.assertEqual(wire.response().status, 200)

    def test_a_tls_handshake_that_never_ends_is_ended(self):
        with attacked(listeners=PLAIN_AND_TLS, settings=[SHORT_HANDSHAKES]) as gateway:
            hello = ssl.MemoryBIO()
            with self.assertRaises(ssl.SSLWantReadError):
                ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname='localhost').do_handshake()
            hello = hello.read()
            for beginning in (b'', hello[:1], hello[:100], hello):
                with open_socket(gateway.tls_url.replace('wss:', 'ws:')) as silent:
                    silent.sendall(beginning)
                    with contextlib.suppress(ConnectionError):
                        while silent.recv(65536):
                            pass

    def test_what_is_not_tls_on_the_tls_port_is_ended(self):
        with attacked(listeners=PLAIN_AND_TLS) as gateway:
            for garbage in (b'GET /dev HTTP/1.1\r\nHost: a\r\n\r\n', b'\0' * 1000, b'\x16\x03\x01\xff\xff' + b'\xff' * 70_000):
                with open_socket(gateway.tls_url.replace('wss:', 'ws:')) as odd:
                    with contextlib.suppress(ConnectionError):
                        odd.sendall(garbage)
                        while odd.recv(65536):
                            pass
            with Client(gateway.tls_url, ca=gateway.development_ca) as client:
                client.echo()
                client.close()

    def test_connections_beyond_the_limit_are_closed_at_once_and_the_others_live(self):
        with attacked(settings=['gateway.limits.connections=8']) as gateway, contextlib.ExitStack() as open_ones:
            clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(8)]
            for _ in range(100):
                with open_ones.enter_context(Wire(gateway.url)) as surplus:
                    self.assertTrue(surplus.is_at_end())
            self.assertEqual(gateway.wait_for_log('listener.full')[0]['connections'], 8)
            for client in clients:
                client.echo()
            for client in clients:
                client.close()
            wait_until(lambda: can_echo(gateway), 'there is room again')

    def test_the_limit_leaves_descriptors_for_everything_else(self):
        with attacked(descriptors_max=200) as gateway, contextlib.ExitStack() as open_ones:
            self.assertLess(gateway.connections_max, 200)
            clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(gateway.connections_max)]
            for _ in range(200):
                open_ones.enter_context(Wire(gateway.url))
            gateway.wait_for_log('listener.full')
            self.assertFalse(gateway.log_lines('listener.accept'))
            for client in clients:
                client.echo()
            for client in clients:
                client.close()
            wait_until(lambda: can_echo(gateway), 'there is room again')

    def test_handshakes_beyond_the_rate_get_429(self):
        limits = ['gateway.limits.newConnectionsPerSecond=0.001', 'gateway.limits.newConnectionsBurst=3']
        with Gateway(settings=limits) as gateway, contextlib.ExitStack() as open_ones:
            for _ in range(3):
                open_ones.enter_context(Client(gateway.url)).echo()
            with Wire(gateway.url) as refused:
                refused.send(upgrade_request(gateway.url)[1])
                answer = refused.response()
                self.assertEqual(answer.status, 429)
                self.assertTrue(answer.body.startswith(b'{"message": "Too Many Requests", "connectionId":"'))

    def test_thousands_of_half_requests_at_once(self):
        with attacked(settings=['gateway.limits.handshakeTimeout=5s']) as gateway, contextlib.ExitStack() as open_ones:
            for _ in range(1000):
                open_ones.enter_context(Wire(gateway.url)).send(b'GET /dev HTTP/1.1\r\nHost: ')
            with Client(gateway.url) as client:
                client.echo()
                client.close()


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""However TCP cuts what a client sends: the answers are the same."""
import unittest

from cutter import Cutter
from gateway import Gateway, PLAIN_AND_TLS, port_of
from management import Caller, Member, ONE_API
from websocket import CONTINUATION, PING, PONG, TEXT, Client, Wire, close_frame, frame, upgrade_request

# Several times each: what one message leaves behind is met by the next.
TEXTS = ['hi', 'm' * 17, 'a', 'm' * 126, 'b', 'c', '\u20ac' * 20, 'd'] * 2
SIZES = ((2, 3), (3, 15), (4, 100))  # a seed, and the largest piece

# However long it takes until the last piece of a request is there.
PATIENT = ['gateway.limits.handshakeTimeout=0']


class PiecesTest(unittest.TestCase):
    def talk(self, client):
        """Everything is sent before anything is read: pieces lie across the borders of frames."""
        sent, expected = b'', []
        for i, text in enumerate(TEXTS):
            if i % 3 == 0:
                sent += frame(PING, b'p%d' % i)
                expected.append((PONG, b'p%d' % i))
            half = len(text) // 2
            sent += frame(TEXT, text) if i % 4 else frame(TEXT, text[:half], final=False) + frame(CONTINUATION, text[half:])
            expected.append((TEXT, text.encode()))
        client.send(sent + close_frame(4000, 'done'))
        self.assertEqual([client.receive_frame() for _ in expected], expected)
        self.assertEqual(client.receive_close(), (4000, 'done'))
        self.assertTrue(client.is_at_end())

    def test_frames(self):
        with Gateway(ONE_API, settings=PATIENT) as gateway:
            for seed, largest in SIZES:
                with self.subTest(seed=seed, largest=largest), Cutter(gateway.port, seed, largest) as cutter, \
                        Client(cutter.url(gateway.url)) as client:
                    self.talk(client)

    def test_tls_records(self):
        with Gateway(ONE_API, listeners=PLAIN_AND_TLS, settings=PATIENT) as gateway:
            for seed, largest in SIZES[1:]:
                with self.subTest(seed=seed, largest=largest), Cutter(gateway.tls_port, seed, largest) as cutter, \
                        Client(cutter.url(gateway.tls_url), ca=gateway.development_ca) as client:
                    self.talk(client)

    def test_frames_that_are_larger_than_what_is_read_at_once(self):
        limits = [*PATIENT, 'gateway.limits.frameBytes=1MiB', 'gateway.limits.messageBytes=1MiB']
        with Gateway(ONE_API, settings=limits) as gateway, Cutter(gateway.port, 5, 60000) as cutter, Client(cutter.url(gateway.url)) as client:
            for text in ('x' * 400000, 'hi', 'y' * 40000, 'z' * 200000, 'a'):
                client.echo(text)

    def test_frames_behind_the_handshake(self):
        with Gateway(ONE_API, settings=PATIENT) as gateway:
            for seed, largest in SIZES:
                with self.subTest(seed=seed, largest=largest), Cutter(gateway.port, seed, largest) as cutter, \
                        Wire(cutter.url(gateway.url)) as wire:
                    wire.send(upgrade_request(gateway.url)[1] + frame(TEXT, 'first') + frame(TEXT, 'second'))
                    self.assertEqual(wire.response().status, 101)
                    self.assertEqual(wire.take(15), b'\x81\x05first\x81\x06second')

    def test_requests(self):
        with Gateway(ONE_API, settings=PATIENT) as gateway, Member(gateway.url) as member:
            for seed, largest in SIZES:
                with self.subTest(seed=seed, largest=largest), Cutter(gateway.port, seed, largest) as cutter, \
                        Caller(gateway, cutter.url(gateway.url)) as caller:
                    path = caller.path(member.id)
                    chunked = b'2\r\nch\r\n5;a=b\r\nunked\r\n0\r\nx-trailer: 1\r\n\r\n'
                    caller.send(caller.request('POST', path, b'plain') +
                                caller.request('POST', path, chunked, ['Transfer-Encoding: chunked']) +
                                caller.request('GET', path) +
                                caller.request('POST', path, b'last'))
                    self.assertEqual([caller.answer().status for _ in range(4)], [200] * 4)
                    self.assertEqual([member.receive_text() for _ in range(3)], ['plain', 'chunked', 'last'])

    def test_requests_to_the_admin_listener(self):
        with Gateway(ONE_API) as gateway:
            for seed, largest in SIZES:
                with self.subTest(seed=seed, largest=largest), Cutter(port_of(gateway.admin_url), seed, largest) as cutter, \
                        Wire(cutter.url(gateway.admin_url)) as wire:
                    wire.send(b'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nPOST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}'
                              b'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')
                    self.assertEqual([wire.response().status for _ in range(3)], [200, 405, 200])


if __name__ == '__main__':
    unittest.main()

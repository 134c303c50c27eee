#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The clients that people have: wscat and ws from npm, Python's websockets."""
import asyncio
import pathlib
import subprocess
import unittest

import websockets

import gateway as gateways
from gateway import Gateway, PATIENCE, PLAIN_AND_TLS, RECORDED_API
from wscat import Wscat

HERE = pathlib.Path(__file__).parent
HELLO = '{"action":"echo","data":"hello"}'


class WscatTest(unittest.TestCase):
    def test_the_readme_s_echo_comes_back_over_ws(self):
        with Gateway() as gateway, Wscat('-c', gateway.url, '-x', HELLO, '-w', '-1') as wscat:
            self.assertEqual(wscat.first_line(), HELLO)

    def test_the_readme_s_echo_comes_back_over_wss_verified_with_the_development_ca(self):
        with Gateway(listeners=PLAIN_AND_TLS) as gateway:
            with Wscat('--ca', gateway.development_ca, '-c', gateway.tls_url, '-x', HELLO, '-w', '-1') as wscat:
                self.assertEqual(wscat.first_line(), HELLO)

    def test_without_the_development_ca_it_refuses_the_certificate(self):
        with Gateway(listeners=PLAIN_AND_TLS) as gateway, Wscat('-c', gateway.tls_url, '-x', HELLO) as wscat:
            self.assertIn('error', wscat.first_line())

    def test_the_line_to_paste_works(self):
        with Gateway() as gateway:
            npx, wscat, *arguments = gateway.to_paste.split()
            self.assertEqual([npx, wscat], ['npx', 'wscat'])
            with Wscat(*arguments, '-x', HELLO, '-w', '-1') as client:
                self.assertEqual(client.first_line(), HELLO)


class WsTest(unittest.TestCase):
    def test_ws_sees_echoes_codes_subprotocols_fragments_and_pings(self):
        with Gateway(RECORDED_API) as gateway:
            done = subprocess.run(['node', '--test', str(HERE / 'ws_client.js')], env=gateways.environment(GATEWAY_URL=gateway.url),
                                  capture_output=True, text=True, timeout=2 * PATIENCE)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class WebsocketsTest(unittest.TestCase):
    def test_a_thousand_messages_come_back_in_order(self):
        async def converse(url):
            async with websockets.connect(url) as client:
                messages = ['{"action":"echo","number":%d}' % number for number in range(1000)]

                async def send():
                    for message in messages:
                        await client.send(message)

                sending = asyncio.create_task(send())
                self.assertEqual([await client.recv() for _ in messages], messages)
                await sending
            self.assertEqual((client.close_code, client.close_reason), (1000, ''))

        with Gateway(RECORDED_API) as gateway:
            asyncio.run(converse(gateway.url))
            self.assertEqual(gateway.ends(1), [(1000, '')])

    async def _extensions(self, url):
        async with websockets.connect(url, compression='deflate') as client:
            for message in (HELLO, '{"text":"%s"}' % ('ab' * 10000), '{"text":"übung €"}'):
                await client.send(message)
                self.assertEqual(await client.recv(), message)
            return [extension.name for extension in client.extensions]

    def test_compression_is_offered_and_declined(self):
        with Gateway() as gateway:
            self.assertEqual(asyncio.run(self._extensions(gateway.url)), [])

    def test_compression_is_accepted_when_the_limits_allow_it(self):
        with Gateway(settings=['gateway.limits.compression=true']) as gateway:
            self.assertEqual(asyncio.run(self._extensions(gateway.url)), ['permessage-deflate'])

    def test_a_refused_client_sees_the_status(self):
        async def connect(url):
            async with websockets.connect(url):
                pass

        with Gateway(RECORDED_API) as gateway:
            for url, status in ((gateway.url + '?refuse=401', 401), (gateway.url + '/nowhere', 403)):
                with self.assertRaises(websockets.InvalidStatusCode) as refused:
                    asyncio.run(connect(url))
                self.assertEqual(refused.exception.status_code, status)

    def test_subprotocols_come_from_the_handler(self):
        async def protocol_of(url):
            async with websockets.connect(url, subprotocols=['chat.v2', 'chat.v1']) as client:
                return client.subprotocol

        with Gateway(RECORDED_API) as gateway:
            self.assertEqual(asyncio.run(protocol_of(gateway.url + '?protocol=chat.v1')), 'chat.v1')
            self.assertIsNone(asyncio.run(protocol_of(gateway.url)))


if __name__ == '__main__':
    unittest.main()

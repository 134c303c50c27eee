#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an admitted client can do: floods, hostile JSON, broken frames, not reading, vanishing. Only the offender is affected, and its
$disconnect comes exactly once (the gateway's end checks that for every connection)."""
import struct
import threading
import unittest
import zlib

from attack import attacked
from gateway import PATIENCE, PLAIN_AND_TLS
from websocket import BINARY, CLOSE, CONTINUATION, PING, TEXT, Client, LastWords, Wire, close_frame, frame, upgrade_request

MiB = 1024 * 1024
ABNORMAL = (1006, 'Connection closed abnormally')
ECHO = '{"action":"echo","data":"hello"}'


class FloodTest(unittest.TestCase):
    def test_a_flood_of_small_messages_leaves_room_for_others(self):
        count = 10_000
        with attacked() as gateway, Client(gateway.url) as flooder, Client(gateway.url) as other:
            messages = [frame(TEXT, '{"number":%d}' % number) for number in range(count)]
            sending = threading.Thread(target=flooder.send, args=[b''.join(messages)])
            sending.start()
            answers = []
            for number in range(count):
                answers.append(flooder.receive_text())
                if number % 500 == 0:
                    other.echo()
            sending.join(PATIENCE)
            self.assertEqual(answers, ['{"number":%d}' % number for number in range(count)])
            self.assertEqual(flooder.close(), (1000, ''))
            other.close()

    def test_a_flood_of_pings_is_answered_and_leaves_room_for_others(self):
        count = 10_000
        with attacked() as gateway, Client(gateway.url) as flooder, Client(gateway.url) as other:
            sending = threading.Thread(target=flooder.send, args=[frame(PING, 'x' * 100) * count])
            sending.start()
            for number in range(count):
                flooder.receive_frame()
                if number % 500 == 0:
                    other.echo()
            sending.join(PATIENCE)
            flooder.close()
            other.close()

    def test_a_flood_of_empty_fragments_ends_and_is_no_message(self):
        with attacked() as gateway, Client(gateway.url) as flooder:
            flooder.send(frame(TEXT, ECHO[:5], final=False) + frame(CONTINUATION, final=False) * 50_000 + frame(CONTINUATION, ECHO[5:]))
            self.assertEqual(flooder.receive_text(), ECHO)
            flooder.close()

    def test_connecting_and_vanishing_a_thousand_times(self):
        limits = ['gateway.limits.newConnectionsPerSecond=0']
        with attacked(settings=limits) as gateway:
            for number in range(1000):
                client = Client(gateway.url)
                client.vanish() if number % 2 else client.leave()
            self.assertEqual(gateway.ends(1000), [ABNORMAL] * 1000)


class SlowReaderTest(unittest.TestCase):
    limits = ['gateway.limits.outboxBytes=256KiB', 'gateway.limits.closeTimeout=300ms']

    def test_a_reader_that_never_reads_is_closed_with_1008_and_the_others_are_not(self):
        with attacked(settings=self.limits) as gateway, Client(gateway.url) as other:
            other.echo()
            memory = gateway.resident_bytes()
            with Client(gateway.url, receive_buffer=4096) as reader:
                reader.send_text('{"action":"flood"}')  # 64 MiB
                self.assertEqual(gateway.ends(1), [(1008, 'Too much unread data')])
                other.echo()
                self.assertLess(gateway.resident_bytes(), memory + 32 * MiB)
                line, = gateway.wait_for_log('connection.slow_reader')
                self.assertLess(line['unsent_bytes'], MiB)  # the limit and one burst
            other.close()

    def test_the_close_reaches_a_reader_that_wakes_up(self):
        settings = [self.limits[0], 'gateway.limits.closeTimeout=0']
        with attacked(settings=settings) as gateway, Client(gateway.url) as reader:
            reader.send_text('{"action":"flood"}')
            gateway.wait_for_events('DISCONNECT', 1)
            self.assertEqual(reader.receive_close(), (1008, 'Too much unread data'))
            reader.send(close_frame(1008))
            self.assertTrue(reader.is_at_end())

    def test_who_does_not_read_the_echoes_is_not_read_either(self):
        with attacked() as gateway, Client(gateway.url) as other:
            memory = gateway.resident_bytes()
            sender = Client(gateway.url, receive_buffer=4096)
            self.assertFalse(sender.is_read_for_ever(frame(TEXT, 'x' * 30_000), 256 * MiB))
            self.assertLess(gateway.resident_bytes(), memory + 32 * MiB)
            other.echo()
            sender.vanish()
            self.assertEqual(gateway.ends(1), [ABNORMAL])
            other.close()

    def test_who_does_not_read_the_pongs_is_not_read_either(self):
        with attacked() as gateway, Client(gateway.url) as other:
            memory = gateway.resident_bytes()
            sender = Client(gateway.url, receive_buffer=4096)
            self.assertFalse(sender.is_read_for_ever(frame(PING, 'x' * 125) * 100, 256 * MiB))
            self.assertLess(gateway.resident_bytes(), memory + 32 * MiB)
            other.echo()
            sender.vanish()
            self.assertEqual(gateway.ends(1), [ABNORMAL])
            other.close()


class VanishingTest(unittest.TestCase):
    """$disconnect with 1006, exactly once."""

    def each_way(self, gateway, make):
        """The connections of make() end by RST and by FIN."""
        for count, end in enumerate((Wire.vanish, Wire.leave), 1):
            wire = make()
            end(wire)
            self.assertEqual(gateway.ends(count), [ABNORMAL] * count)

    def test_while_connect_is_being_asked(self):
        with attacked() as gateway, Client(gateway.url) as other:
            for count, end in enumerate((Wire.vanish, Wire.leave), 1):
                wire = Wire(gateway.url)
                wire.send(upgrade_request(gateway.url + '?hold')[1])
                gateway.wait_for_held(count)
                end(wire)
                other.echo()
                other.echo('{"action":"release"}')
                self.assertEqual(gateway.ends(count), [ABNORMAL] * count)
            other.close()

    def test_right_after_the_request(self):
        with attacked() as gateway:
            def make():
                wire = Wire(gateway.url)
                wire.send(upgrade_request(gateway.url)[1])
                gateway.wait_for_events('CONNECT', len(gateway.events('DISCONNECT')) + 1)
                return wire

            self.each_way(gateway, make)

    def test_idle(self):
        with attacked() as gateway:
            self.each_way(gateway, lambda: Client(gateway.url))

    def test_in_the_middle_of_a_frame(self):
        message = frame(TEXT, ECHO)
        for size in (1, 2, 5, 6, len(message) - 1):
            with attacked() as gateway:
                def make():
                    client = Client(gateway.url)
                    client.send(message + message[:size])
                    self.assertEqual(client.receive_text(), ECHO)
                    return client

                self.each_way(gateway, make)

    def test_in_the_middle_of_a_message(self):
        with attacked() as gateway:
            def make():
                client = Client(gateway.url)
                client.send(frame(TEXT, 'x' * 30_000, final=False) + frame(CONTINUATION, 'x' * 30_000, final=False) + frame(PING))
                client.receive_frame()
                return client

            self.each_way(gateway, make)

    def test_over_tls(self):
        with attacked(listeners=PLAIN_AND_TLS) as gateway:
            def make():
                client = Client(gateway.tls_url, ca=gateway.development_ca)
                client.echo()
                return client

            self.each_way(gateway, make)

    def test_over_tls_what_came_before_the_end_counts_also_when_it_has_to_wait(self):
        slowly = ['gateway.limits.messagesPerSecondPerConnection=50', 'gateway.limits.messagesBurstPerConnection=1']
        with attacked(listeners=PLAIN_AND_TLS, settings=slowly) as gateway:
            with LastWords(gateway.tls_url, gateway.development_ca) as client:
                self.assertIn(b' 101 ', client.ask(upgrade_request(gateway.tls_url)[1]))
                client.end_with(frame(TEXT, ECHO) * 5 + close_frame(4000, 'bye'))
                self.assertEqual(gateway.ends(1), [(4000, 'bye')])
                self.assertEqual(client.rest().count(ECHO.encode()), 5)
            with LastWords(gateway.tls_url, gateway.development_ca) as client:
                self.assertIn(b' 101 ', client.ask(upgrade_request(gateway.tls_url)[1]))
                client.end_with(frame(TEXT, ECHO) * 5)
                self.assertEqual(gateway.ends(2)[1], ABNORMAL)
                self.assertEqual(client.rest().count(ECHO.encode()), 5)

    def test_without_a_sign_pings_find_out(self):
        with attacked(settings=['gateway.limits.pingInterval=1s']) as gateway, Client(gateway.url) as silent:
            self.assertEqual(silent.receive_frame(), (PING, b''))
            self.assertEqual(gateway.ends(1), [ABNORMAL])

    def test_after_the_gateway_has_closed(self):
        with attacked() as gateway:
            for end in (Wire.vanish, Wire.leave):
                client = Client(gateway.url)
                client.send(frame(BINARY, b'\0'))
                self.assertEqual(client.receive_close(), (1003, 'Binary is not supported'))
                end(client)
            self.assertEqual(gateway.ends(2), [(1003, 'Binary is not supported')] * 2)

    def test_after_its_own_close_frame(self):
        with attacked() as gateway:
            for end in (Wire.vanish, Wire.leave):
                client = Client(gateway.url)
                client.send(close_frame(4000, 'bye'))
                end(client)
            for code, reason in gateway.ends(2):
                # A reset can overtake the close frame.
                self.assertIn((code, reason), [(4000, 'bye'), ABNORMAL])


class FramesTest(unittest.TestCase):
    def expect_end(self, data, code, reason=None):
        with attacked() as gateway, Client(gateway.url) as offender, Client(gateway.url) as other:
            offender.send(data)
            seen = offender.receive_close()
            self.assertEqual(seen[0], code, data[:20])
            self.assertEqual(seen[1], seen[1] if reason is None else reason)
            self.assertTrue(offender.is_at_end())
            self.assertEqual(gateway.ends(1), [seen])
            other.echo()
            other.close()

    def test_broken_frames_end_with_1002(self):
        hello = frame(TEXT, 'hello')
        unmasked = b'\x81\x05hello'
        for broken in (bytes([hello[0] | 0x40]) + hello[1:], bytes([hello[0] | 0x10]) + hello[1:], unmasked, frame(0x3), frame(0xB),
                       frame(PING, final=False), frame(PING, 'x' * 126), frame(CONTINUATION, 'x'),
                       frame(TEXT, 'a', final=False) + frame(TEXT, 'b'), b'\x81\xff' + struct.pack('!Q', 1 << 63),
                       frame(CLOSE, b'\x03'), close_frame(1005), close_frame(1006), close_frame(999), close_frame(5000)):
            self.expect_end(broken, 1002)

    def test_what_is_not_utf_8_ends_with_1007(self):
        for odd in (b'\xff', b'\xc0\x80', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xe2\x82'):
            self.expect_end(frame(TEXT, b'{"a":"' + odd + b'"}'), 1007)
        self.expect_end(frame(CLOSE, b'\x03\xe8\xff'), 1007)
        self.expect_end(frame(TEXT, b'\xe2\x82', final=False) + frame(CONTINUATION, b''), 1007)

    def test_what_is_too_large_ends_with_1009(self):
        self.expect_end(frame(TEXT, 'x' * 32_769), 1009, 'Max frame length of 32768 has been exceeded.')
        self.expect_end(b'\x81\xff' + struct.pack('!Q', 1 << 62), 1009)
        parts = frame(TEXT, 'x' * 32_000, final=False) + frame(CONTINUATION, 'x' * 32_000, final=False) * 4
        self.expect_end(parts, 1009, 'Max frame length of 131072 has been exceeded.')

    def test_what_comes_behind_a_close_is_not_looked_at(self):
        with attacked() as gateway, Client(gateway.url) as client:
            client.send(close_frame(1000) + frame(TEXT, ECHO) + b'\xff' * 1000)
            self.assertEqual(client.receive_close(), (1000, ''))
            self.assertTrue(client.is_at_end())
            self.assertEqual(gateway.ends(1), [(1000, '')])


class CompressionTest(unittest.TestCase):
    def expect_end(self, compressed, code):
        with attacked(settings=['gateway.limits.compression=true']) as gateway:
            memory = gateway.resident_bytes()
            with Client(gateway.url, ['Sec-WebSocket-Extensions: permessage-deflate']) as client:
                self.assertIn('permessage-deflate', client.handshake.headers['sec-websocket-extensions'])
                data = frame(TEXT, compressed)
                client.send(bytes([data[0] | 0x40]) + data[1:])
                seen = client.receive_close()
                self.assertEqual(seen[0], code)
                self.assertEqual(gateway.ends(1), [seen])
            self.assertLess(gateway.resident_bytes(), memory + 32 * MiB)

    def test_a_small_frame_that_inflates_to_much_ends_with_1009(self):
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        bomb = deflate.compress(b'x' * 30 * MiB) + deflate.flush(zlib.Z_SYNC_FLUSH)
        self.assertLess(len(bomb), 32 * 1024)
        self.expect_end(bomb[:-4], 1009)

    def test_what_does_not_inflate_ends_with_1002(self):
        for odd in (b'\xff\xff\xff\xff', b'\x07'):
            self.expect_end(odd, 1002)

    def test_what_inflates_to_no_utf_8_ends_with_1007(self):
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.expect_end((deflate.compress(b'"\xff"') + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4], 1007)


class EventTest(unittest.TestCase):
    def test_whatever_a_handshake_brings_the_events_are_json(self):
        with attacked() as gateway:
            query = '?a=%ff%fe&b=%00&%22=%5C&c=%ed%a0%80&&=&a&d=%'
            wire = Wire(gateway.url)
            key, request = upgrade_request(gateway.url + query, ['User-Agent: \\"\t{', 'X-Odd: BYTES', 'Cookie: ' + 'x' * 8000])
            wire.send(request.replace(b'BYTES', b'\xff\xfe\xc3\x28 \xe2\x82\xac'))
            self.assertEqual(wire.response().status, 101)
            event, = gateway.wait_for_events('CONNECT', 1)
            self.assertEqual(event['requestContext']['identity']['userAgent'], '\\"\t{')
            self.assertIn('\u20ac', event['headers']['X-Odd'])
            self.assertEqual(event['queryStringParameters']['"'], '\\')
            wire.send(close_frame(4999, '"\\\0\u20ac'))
            self.assertEqual(gateway.ends(1), [(4999, '"\\\0\u20ac')])
            wire.leave()


WHOLE = 128 * 1024  # the largest message
HOSTILE_JSON = [
    '[' * WHOLE,
    '{"action":' * (WHOLE // 10),
    '{"a":' * 1000 + '1' + '}' * 1000,
    '"' * WHOLE,
    '{"action":"' + 'x' * (WHOLE - 20) + '"}',
    '{"action":' + '9' * 10_000 + '}',
    '{"action":1e999999}',
    '{"' + 'k' * 30_000 + '":1}',
    '{"action":"echo","action":"flood"',
    '{"action":{"action":{"action":[]}}}',
    '{"action":["echo"]}',
    '{"action":true}',
    '{"action":"\\ud800"}',
    '{"action":"\\udc00\\ud800"}',
    '{"action":"a\\u0000b"}',
    '{"action":"\0"}',
    '\0',
    '\ufeff{}',
    '\\' * 1000,
    'null',
    ' ',
    '',
]


class JsonTest(unittest.TestCase):
    def test_hostile_json_is_a_message_like_any_other(self):
        for text in HOSTILE_JSON:
            with self.subTest(text[:30]), attacked() as gateway, Client(gateway.url) as client:
                data = text.encode()
                parts = [data[start:start + 32_000] for start in range(0, len(data), 32_000)] or [b'']
                for index, part in enumerate(parts):
                    client.send(frame(CONTINUATION if index else TEXT, part, final=index == len(parts) - 1))
                client.send_text(ECHO)
                answer = client.receive_text()
                if text:  # an empty answer is none
                    self.assertEqual(answer, text)
                    answer = client.receive_text()
                self.assertEqual(answer, ECHO)
                client.close()

    def test_of_duplicate_keys_the_last_counts(self):
        with attacked() as gateway, Client(gateway.url) as client:
            client.echo('{"action":"flood","action":"echo"}')
            client.send_text('{"action":"echo","action":"flood"}')
            self.assertTrue(client.receive_text().startswith('xxx'))
            client.vanish()


if __name__ == '__main__':
    unittest.main()

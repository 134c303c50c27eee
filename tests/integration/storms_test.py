#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Too many at once: handshakes that wait for $connect, clients of one address, clients that send too fast, memory that runs short. Whoever
is refused is told so, and the others notice nothing."""
import contextlib
import select
import signal
import time
import unittest

from attack import attacked
from gateway import PATIENCE, RECORDED_API, Gateway, wait_until
from websocket import TEXT, Client, Refused, Wire, frame, upgrade_request

MiB = 1024 * 1024
GOING_AWAY = (1001, 'Going away')
SLOW_READER = (1008, 'Too much unread data')
RELEASE = '{"action":"release"}'


def limits(**values):
    """Settings of one shard, so that the bounds of a shard are those of the gateway."""
    return ['gateway.shards=1', *('gateway.limits.%s=%s' % item for item in values.items())]


def knock(gateway, query=''):
    """A handshake that is not waited for."""
    wire = Wire(gateway.url)
    wire.send(upgrade_request(gateway.url + query)[1])
    return wire


class ConnectQueueTest(unittest.TestCase):
    def test_handshakes_beyond_the_bound_wait_for_their_turn(self):
        with attacked(settings=limits(pendingConnects=1, connectQueueTimeout='1h')) as gateway, contextlib.ExitStack() as open_ones:
            first = open_ones.enter_context(Client(gateway.url))
            held = open_ones.enter_context(knock(gateway, '?hold'))
            gateway.wait_for_held(1)
            queued = [open_ones.enter_context(knock(gateway, '?protocol=p%d' % number)) for number in range(20)]
            first.echo(RELEASE)
            self.assertEqual(held.response().status, 101)
            for number, wire in enumerate(queued):
                answer = wire.response()
                self.assertEqual((answer.status, answer.headers['sec-websocket-protocol']), (101, 'p%d' % number))

    def test_a_full_queue_answers_503_at_once_and_the_socket_may_try_again(self):
        with attacked(settings=limits(pendingConnects=1, queuedConnects=1, connectQueueTimeout='1h')) as gateway, \
                Client(gateway.url) as first, knock(gateway, '?hold') as held:
            gateway.wait_for_held(1)
            with knock(gateway) as one, knock(gateway) as other:
                refused, = select.select([one, other], [], [], PATIENCE)[0]  # which of the two is the kernel's business
                self.assertEqual(refused.response().status, 503)
                first.echo(RELEASE)
                self.assertEqual(held.response().status, 101)
                queued = one if refused is other else other
                self.assertEqual(queued.response().status, 101)
                refused.send(upgrade_request(gateway.url)[1])
                self.assertEqual(refused.response().status, 101)

    def test_who_waits_too_long_gets_503_with_retry_after(self):
        with attacked(settings=limits(pendingConnects=1, connectQueueTimeout='50ms')) as gateway, Client(gateway.url) as first, \
                knock(gateway, '?hold') as held:
            gateway.wait_for_held(1)
            with self.assertRaises(Refused) as caught:
                Client(gateway.url)
            answer = caught.exception.response
            self.assertEqual((answer.status, answer.body), (503, b'{"message":"Service Unavailable"}'))
            self.assertGreater(int(answer.headers['retry-after']), 0)
            first.echo(RELEASE)
            self.assertEqual(held.response().status, 101)

    def test_who_leaves_while_queued_costs_nothing(self):
        with attacked(settings=limits(pendingConnects=1, connectQueueTimeout='1h')) as gateway, Client(gateway.url) as first, \
                knock(gateway, '?hold') as held:
            gateway.wait_for_held(1)
            before = gateway.descriptors()
            for leave in (Wire.leave, Wire.vanish):
                wires = [knock(gateway) for _ in range(100)]
                gateway.wait_for_queued(100)
                for wire in wires:
                    leave(wire)
                gateway.wait_for_queued(0)
                gateway.wait_for_descriptors_back(before)
            first.echo(RELEASE)
            self.assertEqual(held.response().status, 101)
            held.leave()
            first.leave()
            gateway.wait_for_events('DISCONNECT', 2)
            self.assertEqual(len(gateway.events('CONNECT')), 2)

    def test_who_is_queued_when_the_gateway_stops_gets_503(self):
        with Gateway(RECORDED_API, settings=limits(pendingConnects=1, connectQueueTimeout='1h')) as gateway, contextlib.ExitStack() as open_ones:
            first = open_ones.enter_context(Client(gateway.url))
            held = open_ones.enter_context(knock(gateway, '?hold'))
            gateway.wait_for_held(1)
            queued = open_ones.enter_context(knock(gateway))
            gateway.wait_for_queued(1)
            gateway.signal()
            answer = queued.response()
            self.assertEqual((answer.status, answer.headers['connection']), (503, 'close'))
            self.assertEqual(first.receive_close(), GOING_AWAY)  # its $disconnect lets the held one in
            self.assertEqual(held.response().status, 101)
            for wire in (first, held, queued):
                wire.leave()
            self.assertEqual(gateway.wait(), 0)

    def test_five_hundred_who_vanish_at_once_get_their_disconnect_each(self):
        settings = limits(concurrentDisconnects=1, newConnectionsPerSecond=0)
        with attacked(settings=settings) as gateway:
            for client in [Client(gateway.url) for _ in range(500)]:
                client.vanish()
            gateway.wait_for_events('DISCONNECT', 500)


class AddressTest(unittest.TestCase):
    def test_only_so_many_sockets_of_one_address(self):
        with attacked(settings=limits(connectionsPerAddress=2)) as gateway, Client(gateway.url) as one:
            with Client(gateway.url) as two:
                with Wire(gateway.url) as third:
                    self.assertTrue(third.is_at_end())
                one.echo()
                two.echo()
                two.close()

            def is_admitted():
                try:
                    Client(gateway.url).close()
                    return True
                except (EOFError, ConnectionError):
                    return False

            wait_until(is_admitted, 'the place of the one that left is free')
            one.close()

    def test_only_so_many_handshakes_of_one_address(self):
        with Gateway(RECORDED_API, settings=limits(connectsPerSecondPerAddress=0.001, connectsBurstPerAddress=2)) as gateway:
            for _ in range(2):
                Client(gateway.url).close()
            with self.assertRaises(Refused) as caught:
                Client(gateway.url)
            self.assertEqual(caught.exception.response.status, 429)
            self.assertIn(b'{"message": "Too Many Requests"', caught.exception.response.body)


class MessageRateTest(unittest.TestCase):
    def test_who_sends_too_fast_is_read_more_slowly_and_loses_nothing(self):
        count, rate, burst = 30, 40, 5
        settings = limits(messagesPerSecondPerConnection=rate, messagesBurstPerConnection=burst)
        with attacked(settings=settings) as gateway, Client(gateway.url) as fast, Client(gateway.url) as slow:
            began = time.monotonic()
            fast.send(b''.join(frame(TEXT, '{"number":%d}' % number) for number in range(count)))
            slow.echo()
            for number in range(count):
                self.assertEqual(fast.receive_text(), '{"number":%d}' % number)
            self.assertGreaterEqual(time.monotonic() - began, (count - burst) / rate * 0.9)
            self.assertEqual(fast.close(), (1000, ''))
            slow.close()

    def test_a_paused_client_that_vanishes_is_gone(self):
        with attacked(settings=limits(messagesPerSecondPerConnection=1, messagesBurstPerConnection=1)) as gateway:
            with Client(gateway.url) as client:
                client.send(frame(TEXT, 'x') * 1000)
                client.receive_text()
                client.vanish()
            gateway.wait_for_events('DISCONNECT', 1)


def with_memory(text):
    return RECORDED_API + 'gateway: { limits: { memory: %s, outboxBytes: 256MiB } }\n' % text


def reload(gateway, text):
    before = len(gateway.log_lines('reload.done'))
    (gateway.directory / 'postern.yaml').write_text(text)
    gateway.signal(signal.SIGHUP)
    gateway.wait_for_log('reload.done', before + 1)


class MemoryTest(unittest.TestCase):
    def test_a_gateway_short_of_memory_sheds_in_order_and_recovers(self):
        """A ceiling below what the process needs anyway is memory that stays short: all three levels hold, until a reload lifts it."""
        with Gateway(with_memory(0)) as gateway, contextlib.ExitStack() as open_ones:
            good = open_ones.enter_context(Client(gateway.url))
            slow = open_ones.enter_context(Client(gateway.url, receive_buffer=4096))
            slow.send_text('{"action":"flood"}')
            wait_until(lambda: gateway.resident_bytes() > 48 * MiB, 'the outbox is full')
            good.echo()
            self.assertEqual(gateway.events('DISCONNECT'), [])

            reload(gateway, with_memory('1MiB'))
            self.assertEqual(gateway.ends(1), [SLOW_READER])
            self.assertTrue(gateway.log_lines('connection.shed'))
            good.echo()  # has nothing unsent: neither closed nor held up
            with self.assertRaises(Refused) as caught:
                Client(gateway.url)
            self.assertEqual(caught.exception.response.status, 503)
            self.assertGreater(int(caught.exception.response.headers['retry-after']), 0)
            good.echo()

            reload(gateway, with_memory(0))
            pressures = [(line['level'], line['pressure']) for line in gateway.wait_for_log('memory.pressure', 2)]
            self.assertEqual(pressures, [('warn', 'shedding'), ('warn', 'none')])

            def is_admitted():
                try:
                    Client(gateway.url).close()
                    return True
                except Refused:
                    return False

            wait_until(is_admitted, 'handshakes are taken again')
            good.close()


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where a POST to @connections goes: to the right connection, on whatever shard it is, or nowhere; and what becomes of readers that do not read."""
import os
import threading
import unittest

from gateway import Gateway
from management import Caller, Member, ONE_API
from websocket import CLOSE, Client

KiB = 1024
SELF_POSTER = os.path.abspath(os.environ.get('POSTERN_TEST_SELF_POSTER', 'build/dev/tests/integration/self_poster.so'))
TWO_SHARDS = ['gateway.shards=2']


class ShardsTest(unittest.TestCase):
    def test_every_backend_reaches_every_client_whichever_shard_serves_them(self):
        # The last backend is silent for as long as the others ask.
        with Gateway(ONE_API, settings=[*TWO_SHARDS, 'gateway.limits.handshakeTimeout=1h']) as gateway:
            members = [Member(gateway.url) for _ in range(16)]  # all on one shard once in 32,768 times
            callers = [Caller(gateway) for _ in range(8)]
            for number, caller in enumerate(callers):
                for member in members:
                    self.assertEqual(caller.post(member.id, b'%d' % number).status, 200)
                    self.assertEqual(member.receive_text(), str(number))
                    self.assertEqual(caller.get(member.id).status, 200)
            for number, member in enumerate(members):
                caller = callers[number % len(callers)]
                self.assertEqual(caller.delete(member.id).status, 204)
                self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))
                self.assertEqual(caller.post(member.id, b'late').status, 410)
                member.leave()
            self.assertEqual(gateway.ends(len(members)), [(1000, 'Connection Closed Normally')] * len(members))
            for caller in callers:
                caller.leave()

    def test_posts_of_one_backend_arrive_in_order_on_both_shards(self):
        count = 500
        with Gateway(ONE_API, settings=TWO_SHARDS) as gateway, Caller(gateway) as caller:
            members = [Member(gateway.url) for _ in range(8)]
            requests = b''.join(caller.request('POST', caller.path(member.id), b'%d' % number) for number in range(count) for member in members)
            sending = threading.Thread(target=caller.send, args=[requests])
            sending.start()
            self.assertEqual({caller.answer().status for _ in range(count * len(members))}, {200})
            sending.join()
            for member in members:
                self.assertEqual([member.receive_text() for _ in range(count)], [str(number) for number in range(count)])
                member.close()

    def test_a_backend_that_leaves_while_its_posts_are_on_their_way_harms_nobody(self):
        with Gateway(ONE_API, settings=TWO_SHARDS) as gateway:
            members = [Member(gateway.url) for _ in range(8)]
            at_start = gateway.descriptors()
            for leave in [Caller.vanish, Caller.leave] * 20:
                caller = Caller(gateway)
                caller.send(b''.join(caller.request('POST', caller.path(member.id), b'x') for member in members * 4))
                leave(caller)
            gateway.wait_for_descriptors_back(at_start)
            for member in members:
                member.send_text('{"end":1}')
                while member.receive_text() == 'x':
                    pass
                member.close()

    def test_clients_that_leave_while_posts_are_on_their_way_are_gone(self):
        with Gateway(ONE_API, settings=TWO_SHARDS) as gateway, Caller(gateway) as caller:
            for _ in range(20):
                members = [Member(gateway.url) for _ in range(4)]
                caller.send(b''.join(caller.request('POST', caller.path(member.id), b'x') for member in members * 8))
                for member in members:
                    member.vanish()
                self.assertLessEqual({caller.answer().status for _ in range(32)}, {200, 410})


class IdsTest(unittest.TestCase):
    def test_the_id_of_a_former_connection_never_reaches_its_successor(self):
        with Gateway(ONE_API, settings=['gateway.shards=1']) as gateway, Caller(gateway) as caller:
            former = []
            for number in range(50):  # each gets the slot of the one before
                with Member(gateway.url) as member:
                    for connection_id in former[-3:]:
                        self.assertEqual(caller.post(connection_id, b'stray').status, 410)
                        self.assertEqual(caller.delete(connection_id).status, 410)
                    self.assertEqual(caller.post(member.id, b'%d' % number).status, 200)
                    self.assertEqual(member.receive_text(), str(number))
                    member.close()
                    former.append(member.id)
                gateway.wait_for_events('DISCONNECT', number + 1)
            self.assertEqual(len(set(former)), 50)

    def test_ids_of_an_earlier_gateway_are_gone(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member:
            former = member.id
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member, Caller(gateway) as caller:
            self.assertEqual(caller.post(former, b'stray').status, 410)
            member.echo()

    def test_a_post_to_oneself_inside_connect_is_gone(self):
        api = 'apis:\n  test:\n    routes: { $connect: plugin:self_poster.connect, $default: { integration: "plugin:echo", routeResponse: true } }\n'
        plugin = 'plugins: { self_poster: { library: "%s" } }\n' % SELF_POSTER
        for shards in (1, 2):
            with Gateway(api + plugin, settings=['gateway.shards=%d' % shards]) as gateway:
                with Client(gateway.url + '?port=%d' % gateway.port) as client:
                    client.echo()
                self.assertEqual([line['message'] for line in gateway.wait_for_log('plugin.log')], ['410'])


class SlowReadersTest(unittest.TestCase):
    def test_who_stops_reading_gets_429_once_and_is_gone_then(self):
        for settings in (['gateway.shards=1'], TWO_SHARDS):
            with Gateway(ONE_API, settings=settings) as gateway, Caller(gateway) as caller, Member(gateway.url) as other:
                for _ in range(4):
                    with Member(gateway.url, receive_buffer=4 * KiB) as member:
                        answer = caller.post(member.id, b'x' * 64 * KiB)
                        while answer.status == 200:
                            answer = caller.post(member.id, b'x' * 64 * KiB)
                        self.assertEqual((answer.status, answer.header('x-amzn-ErrorType'), answer.body), (429, 'LimitExceededException', b''))
                        for method in ('POST', 'GET', 'DELETE'):
                            self.assertEqual(caller.ask(method, caller.path(member.id)).status, 410)
                        other.echo()
                self.assertEqual(gateway.ends(4), [gateway.ends(1)[0]] * 4)
                self.assertEqual(len(gateway.log_lines('connection.slow_reader')), 4)

    def test_a_thousand_posts_at_once_to_who_does_not_read_are_all_answered(self):
        with Gateway(ONE_API) as gateway, Caller(gateway) as caller, Member(gateway.url, receive_buffer=4 * KiB) as member:
            sending = threading.Thread(target=caller.send, args=[caller.request('POST', caller.path(member.id), b'x' * 16 * KiB) * 1000])
            sending.start()
            statuses = [caller.answer().status for _ in range(1000)]
            sending.join()
            self.assertEqual(statuses.count(429), 1)
            self.assertEqual(set(statuses), {200, 429, 410})

    def test_what_was_accepted_before_a_delete_still_arrives(self):
        with Gateway(ONE_API) as gateway, Caller(gateway) as caller, Member(gateway.url) as member:
            accepted = 40
            for _ in range(accepted):
                self.assertEqual(caller.post(member.id, b'x' * 16 * KiB).status, 200)
            self.assertEqual(caller.delete(member.id).status, 204)
            self.assertEqual([len(member.receive_text()) for _ in range(accepted)], [16 * KiB] * accepted)
            self.assertEqual(member.receive_frame()[0], CLOSE)


class DrainTest(unittest.TestCase):
    def test_a_drain_answers_what_has_been_asked_and_leaves_nobody(self):
        with Gateway(ONE_API, settings=TWO_SHARDS) as gateway:
            members = [Member(gateway.url) for _ in range(8)]
            callers = [Caller(gateway) for _ in range(8)]
            for caller in callers:
                caller.send(b''.join(caller.request('POST', caller.path(member.id), b'x') for member in members))
            gateway.signal()
            for member in members:
                self.assertEqual(member.receive_close(), (1001, 'Going away'))
                member.leave()
            for caller in callers:
                caller.leave()
            self.assertEqual(gateway.wait(), 0)


if __name__ == '__main__':
    unittest.main()

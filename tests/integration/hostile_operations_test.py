#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The worst moments: backends that flood clients who do not read, a configuration that changes under a thousand clients, a stop in the middle of
everything. Every caller gets an answer, nothing comes twice, and every connection has its one $disconnect (the gateway's end checks that)."""
import contextlib
import select
import signal
import threading
import unittest

from gateway import PATIENCE, RECORDER, Gateway
from management import ONE_API, Caller, Member
from websocket import Client, upgrade_request

KiB, MiB = 1024, 1024 * 1024
GOING_AWAY = (1001, 'Going away')
FAST = ['gateway.limits.newConnectionsPerSecond=0']
LONG_ENDS = ['gateway.limits.closeTimeout=1s']


class FloodTest(unittest.TestCase):
    def test_many_backends_that_post_to_clients_who_do_not_read_are_answered_and_memory_is_bounded(self):
        callers, posts = 8, 250
        with Gateway(ONE_API, settings=LONG_ENDS) as gateway, contextlib.ExitStack() as open_ones:
            good = open_ones.enter_context(Member(gateway.url))
            deaf = [open_ones.enter_context(Member(gateway.url, receive_buffer=4 * KiB)) for _ in range(callers)]
            before = gateway.resident_bytes()
            statuses, peak = [], [0]

            def flood(number):
                with Caller(gateway) as caller:
                    for post in range(posts):
                        statuses.append(caller.post(deaf[(number + post) % callers].id, b'x' * 64 * KiB).status)
                        peak[0] = max(peak[0], gateway.resident_bytes())

            threads = [threading.Thread(target=flood, args=[number]) for number in range(callers)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                good.echo()
            for thread in threads:
                thread.join()
            self.assertEqual(len(statuses), callers * posts)
            self.assertLessEqual(set(statuses), {200, 429, 410})
            self.assertEqual(statuses.count(429), callers)  # each of the deaf is closed once
            # An outbox of 1 MiB each, twice while it grows, and a request each; 125 MiB were sent.
            self.assertLess(peak[0] - before, 64 * MiB)
            good.close()


class ReloadTest(unittest.TestCase):
    FILE = """
apis:
  test:
    routes:
      $connect: plugin:recorder.connect
      $disconnect: plugin:recorder.disconnect
      $default: { integration: "plugin:%s", routeResponse: true }
      %s: plugin:accept
    stages: { dev: {}, %s: {} }
  extra%d:
    routes: { $default: "plugin:accept" }
    stages: { dev: {} }
plugins:
  recorder: { library: "%s" }
  plugin%d: { library: "%s" }
domainNames: { chat%d.example.com: { apiMappings: [{ apiId: test, stage: dev }] } }
gateway: { limits: { newConnectionsPerSecond: 0, messagesInFlight: %d, idleTimeout: %dm, pendingConnects: %d, concurrentDisconnects: %d } }
"""

    def configuration(self, number):
        handler = 'echo' if number % 2 == 0 else 'whoami'
        return self.FILE % (handler, 'route%d' % number, 'stage%d' % number, number, RECORDER, number, RECORDER, number, number % 30 + 1,
                            number + 10, number + 1, number + 1)

    def test_everything_changes_while_a_thousand_clients_talk(self):
        reloads, count = 12, 1000
        with Gateway(self.configuration(0)) as gateway, contextlib.ExitStack() as open_ones:
            url = gateway.url.rsplit('/', 2)[0] + '/test/dev'
            clients = {}
            for _ in range(count):
                client = open_ones.enter_context(Client(url))
                clients[client.fileno()] = client
            poller = select.poll()
            sent, received = dict.fromkeys(clients, 1), dict.fromkeys(clients, 0)
            for number, client in clients.items():
                poller.register(number, select.POLLIN)
                client.send_text('{"n":1}')
            done = 0
            file = gateway.directory / 'postern.yaml'
            while done < reloads or sent != received:
                for number, _ in poller.poll(PATIENCE * 1000):
                    answer = clients[number].receive_text()  # an echo or an event, by the configuration of the moment: but one each
                    self.assertTrue('"n":%d' % sent[number] in answer or '"eventType":"MESSAGE"' in answer, answer)
                    received[number] += 1
                    if done < reloads:
                        sent[number] += 1
                        clients[number].send_text('{"n":%d}' % sent[number])
                if done < reloads and min(received.values()) > done:
                    done += 1
                    file.write_text(self.configuration(done))
                    gateway.signal(signal.SIGHUP)
                    gateway.wait_for_log('reload.done', done)
            self.assertGreaterEqual(min(received.values()), reloads)
            self.assertEqual(gateway.log_lines('reload.refused'), [])
            self.assertEqual(gateway.events('DISCONNECT'), [])
            open_ones.close()
            gateway.wait_for_events('DISCONNECT', count)  # a gateway that ends does not wait long for who reads so many lines


class StopTest(unittest.TestCase):
    def test_a_stop_in_the_middle_of_handshakes_answers_every_one(self):
        settings = [*FAST, 'gateway.shards=1', 'gateway.limits.pendingConnects=3', 'gateway.limits.connectQueueTimeout=1h']
        with Gateway(ONE_API, settings=settings) as gateway, contextlib.ExitStack() as open_ones:
            last = open_ones.enter_context(Client(gateway.url))
            wires = [open_ones.enter_context(Caller(gateway)) for _ in range(200)]
            for wire in wires:
                wire.send(upgrade_request(gateway.url + '?hold')[1])
            gateway.wait_for_held(3)
            gateway.wait_for_queued(197)
            gateway.signal()
            self.assertEqual(last.receive_close(), GOING_AWAY)  # its $disconnect lets those in who are held
            statuses = [wire.response().status for wire in wires]
            self.assertEqual((statuses.count(503), statuses.count(101)), (197, 3))
            for wire in [last, *wires]:
                wire.leave()
            self.assertEqual(gateway.wait(), 0)
            self.assertEqual(gateway.ends(4), [GOING_AWAY] * 4)

    def test_signals_of_all_kinds_at_once_end_it_cleanly(self):
        with Gateway(ONE_API, settings=[*FAST, 'gateway.drainTime=100ms']) as gateway, contextlib.ExitStack() as open_ones:
            clients = [open_ones.enter_context(Client(gateway.url)) for _ in range(50)]
            for _ in range(5):
                gateway.signal(signal.SIGHUP)
            gateway.signal()
            for _ in range(5):
                gateway.signal(signal.SIGHUP)
            for client in clients:
                self.assertEqual(client.receive_close(), GOING_AWAY)
                client.leave()
            self.assertEqual(gateway.wait(), 0)

    def test_posts_during_a_drain_are_answered_and_come_at_most_once(self):
        """Callers on keep-alive connections that have a request under way; the answer ends each of them."""
        settings = [*FAST, 'gateway.drainTime=500ms']
        with Gateway(ONE_API, settings=settings) as gateway, contextlib.ExitStack() as open_ones:
            members = [open_ones.enter_context(Member(gateway.url)) for _ in range(20)]
            callers = [open_ones.enter_context(Caller(gateway)) for _ in range(20)]
            half = []
            received = gateway.received_bytes()
            for number, caller in enumerate(callers):
                request = caller.request('POST', caller.path(members[number].id), b'post %d' % number)
                caller.send(request[:-3])
                received += len(request) - 3
                half.append(request[-3:])
            gateway.wait_for_received(received)
            gateway.signal()
            gateway.wait_until_draining()
            accepted = set()
            for number, caller in enumerate(callers):
                caller.send(half[number])
                answer = caller.answer()
                self.assertIn(answer.status, (200, 410))
                if answer.status == 200:
                    accepted.add(number)
                self.assertIn('close', (answer.header('Connection'), answer.header('connection')))
                self.assertTrue(caller.is_at_end())
            for number, member in enumerate(members):
                texts = []
                with contextlib.suppress(AssertionError):
                    while True:
                        texts.append(member.receive_text())
                self.assertEqual(texts, ['post %d' % number] if number in accepted else [])
                member.leave()
            for caller in callers:
                caller.leave()
            self.assertEqual(gateway.wait(), 0)


if __name__ == '__main__':
    unittest.main()

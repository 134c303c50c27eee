#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What operators see of a gateway: /metrics counts exactly what happened, /healthz and /readyz tell the truth."""
import concurrent.futures
import importlib.util
import pathlib
import signal
import threading
import unittest
import urllib.error
import urllib.request

from exposition import scrape
from gateway import Gateway, PLAIN_AND_TLS, RECORDER, RECORDED_API, wait_until
from management import Caller, Member
from websocket import Client, Refused, Wire, frame

ROUTES = """
apis:
  test:
    routes:
      $connect: plugin:recorder.connect
      $disconnect: plugin:recorder.disconnect
      echo: { integration: "plugin:echo", routeResponse: true }
      whoami: { integration: "plugin:whoami", routeResponse: true }
      note: plugin:echo
      refuse: { integration: "plugin:reject", routeResponse: true }
      broken: plugin:fail
      slow: { integration: { integrationType: PLUGIN, integrationUri: "plugin:silent", timeoutInMillis: 100 } }
plugins:
  recorder: { library: "%s" }
""" % RECORDER

TABLE = pathlib.Path(__file__).resolve().parents[2] / 'tools/metrics_page.py'


def table():
    """Name -> (kind, labels) of every metric that is declared."""
    spec = importlib.util.spec_from_file_location('metrics_page', TABLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: (kind, set(labels)) for name, kind, labels, _, _ in module.rows()}


def get(gateway, path):
    """(status, body)"""
    try:
        with urllib.request.urlopen(gateway.admin_url + path, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def count(page, metric, route, *labels):
    return page[('postern_%s_total' % metric, 'api', 'test', 'stage', 'dev', 'route', route, *labels)]


def until(gateway, condition, what):
    """The first page for which it holds: an end is counted right after others can see it."""
    def page():
        found = scrape(gateway.admin_url)
        return found if condition(found) else None

    return wait_until(page, what)


def are_gone(page, clients):
    """Nobody is connected any more; an end is counted by its code right after."""
    return page['postern_connections'] == 0 and sum(value for _, value in page.of('postern_connections_closed_total')) == clients


class MetricsTest(unittest.TestCase):
    def test_aws_six_count_exactly_what_happened(self):
        with Gateway(ROUTES) as gateway, Member(gateway.url) as client, Caller(gateway) as caller:
            with self.assertRaises(Refused):
                Client(gateway.url + '?refuse=403')
            for _ in range(5):
                client.echo()
            for _ in range(2):
                client.send_text('{"action":"note"}')
            client.send_text('{"action":"refuse"}')
            client.receive_text()
            client.send_text('{"action":"broken"}')
            self.assertIn('Internal server error', client.receive_text())
            for text in ('{"action":"nobody"}', 'no json'):
                client.send_text(text)
                self.assertIn('Forbidden', client.receive_text())
            client.send_text('{"action":"slow"}')
            self.assertIn('Endpoint request timed out', client.receive_text())
            for _ in range(3):
                self.assertEqual(caller.post(client.id, b'hello').status, 200)
                self.assertEqual(client.receive_text(), 'hello')
            page = scrape(gateway.admin_url)

        self.assertEqual(count(page, 'connect_count', '$connect'), 2)
        self.assertEqual(sum(value for _, value in page.of('postern_connect_count_total')), 2)
        arrived = {labels['route']: value for labels, value in page.of('postern_message_count_total') if labels['direction'] == 'in'}
        self.assertEqual(arrived, {'$connect': 2, '$disconnect': 0, 'echo': 5, 'whoami': 1, 'note': 2, 'refuse': 1, 'broken': 1, 'slow': 1, '-': 2})
        left = {labels['route']: value for labels, value in page.of('postern_message_count_total') if labels['direction'] == 'out'}
        # Of no route: 3 posts, and the error frames of "broken", "slow" and the two without a route.
        self.assertEqual(left, {'$connect': 0, '$disconnect': 0, 'echo': 5, 'whoami': 1, 'note': 0, 'refuse': 1, 'broken': 0, 'slow': 0, '-': 7})
        for metric, expected in (('integration_error', {'$connect': 1, 'refuse': 1}),
                                 ('client_error', {'-': 2}),
                                 ('execution_error', {'broken': 1, 'slow': 1})):
            found = {labels['route']: value for labels, value in page.of('postern_%s_total' % metric) if value > 0}
            self.assertEqual(found, expected, metric)
        answered = {labels['route']: value for labels, value in page.of('postern_integration_latency_seconds_count') if value > 0}
        self.assertEqual(answered, {'$connect': 2, 'echo': 5, 'whoami': 1, 'note': 2, 'refuse': 1})

    def test_connections_are_counted_while_they_live_and_by_their_ends(self):
        with Gateway(ROUTES) as gateway:
            one, other, third = (Client(gateway.url) for _ in range(3))
            with Client(gateway.url) as stays:
                page = scrape(gateway.admin_url)
                self.assertEqual(page['postern_connections', 'api', 'test', 'stage', 'dev'], 4)
                one.close(1000)
                other.close(4321)
                third.vanish()
                stays.send(frame(1, b'x' * 40000))
                self.assertEqual(stays.receive_close()[0], 1009)
            page = until(gateway, lambda page: are_gone(page, 4), 'all are gone')
            self.assertEqual(page['postern_connections_opened_total'], 4)
            ends = {labels['code']: value for labels, value in page.of('postern_connections_closed_total') if value > 0}
            self.assertEqual(ends, {'1000': 1, '4xxx': 1, '1006': 1, '1009': 1})
            self.assertEqual(page['postern_limit_hits_total', 'limit', 'frame_bytes'], 1)
            page = until(gateway, lambda page: count(page, 'message_count', '$disconnect', 'direction', 'in') == 4, '$disconnect has run')

    def test_calls_of_connections_are_counted_by_method_and_status(self):
        with Gateway(ROUTES) as gateway, Member(gateway.url) as client, Caller(gateway) as caller:
            self.assertEqual(caller.post(client.id, b'x').status, 200)
            client.receive_text()
            self.assertEqual(caller.get(client.id).status, 200)
            self.assertEqual(caller.ask('GET', '/dev/@connections/!').status, 400)
            self.assertEqual(caller.ask('GET', '/nobody/@connections/' + client.id).status, 403)
            self.assertEqual(caller.delete(client.id).status, 204)
            self.assertEqual(client.receive_close()[0], 1000)
            self.assertEqual(caller.post(client.id, b'x').status, 410)
            page = scrape(gateway.admin_url)
            calls = {(labels['method'], labels['status']): value for labels, value in page.of('postern_connections_api_requests_total')}
            self.assertEqual(calls, {('POST', '200'): 1, ('GET', '200'): 1, ('GET', '400'): 1, ('GET', '403'): 1, ('DELETE', '204'): 1,
                                     ('POST', '410'): 1})

    def test_a_refused_storm_is_a_client_error_and_a_limit(self):
        with Gateway(ROUTES, settings=['gateway.limits.newConnectionsPerSecond=0.001', 'gateway.limits.newConnectionsBurst=1']) as gateway:
            with Client(gateway.url):
                for _ in range(3):
                    with self.assertRaises(Refused) as refused:
                        Client(gateway.url)
                    self.assertEqual(refused.exception.response.status, 429)
                page = scrape(gateway.admin_url)
            self.assertEqual(count(page, 'client_error', '$connect'), 3)
            self.assertEqual(count(page, 'connect_count', '$connect'), 1)
            self.assertEqual(page['postern_limit_hits_total', 'limit', 'connect_rate'], 3)

    def test_a_slow_reader_is_seen_in_the_outbox_and_then_among_the_limits(self):
        def waiting(page):
            return sum(value for _, value in page.of('postern_outbox_bytes'))

        # More than the kernel takes, and nobody is given up meanwhile.
        limits = ['gateway.limits.outboxBytes=16MiB', 'gateway.limits.closeTimeout=1h']
        with Gateway(RECORDED_API, settings=limits) as gateway, Client(gateway.url, receive_buffer=4096) as client:
            client.send_text('{"action":"flood"}')
            until(gateway, lambda page: page['postern_limit_hits_total', 'limit', 'outbox_bytes'] == 1, 'the limit is hit')
            until(gateway, lambda page: waiting(page) > 0, 'the rest of the burst waits')
            client.vanish()
            until(gateway, lambda page: waiting(page) == 0, 'nothing waits')

    def test_tls_and_bytes_are_counted(self):
        with Gateway(ROUTES, listeners=PLAIN_AND_TLS) as gateway:
            with Client(gateway.tls_url, ca=gateway.development_ca) as client:
                client.echo()
            with Wire(gateway.tls_url.replace('wss:', 'ws:')) as wire:
                wire.send(b'GET / HTTP/1.1\r\n\r\n')
                self.assertTrue(wire.is_at_end())
            page = until(gateway, lambda page: page['postern_tls_handshakes_total', 'result', 'failed'] == 1, 'the failure is counted')
            self.assertEqual(page['postern_tls_handshakes_total', 'result', 'ok'], 1)
            for metric in ('received', 'sent'):
                self.assertGreater(sum(value for _, value in page.of('postern_%s_bytes_total' % metric)), 500)

    def test_every_declared_metric_is_there_with_its_labels_and_nothing_else(self):
        declared = table()
        with Gateway(ROUTES) as gateway, Member(gateway.url) as client, Caller(gateway) as caller:
            caller.get(client.id)
            page = scrape(gateway.admin_url)
        self.assertEqual(page.kinds, {name: kind for name, (kind, _) in declared.items()})
        for (series, labels), _ in page.samples.items():
            name = series if series in declared else series.rsplit('_', 1)[0]
            kind, expected = declared[name]
            extra = {'le'} if series.endswith('_bucket') and kind == 'histogram' else set()
            self.assertEqual({label for label, _ in labels}, expected | extra, series)
        self.assertEqual(page['process_open_fds'] > 5, True)
        self.assertGreater(page['process_resident_memory_bytes'], 1e6)
        self.assertEqual(page['postern_config_generation'], 1)
        self.assertEqual(page['postern_draining'], 0)

    def test_no_label_holds_what_a_client_chose(self):
        secret = 'Zebra'
        with Gateway(ROUTES) as gateway, Member(gateway.url + '?' + secret, headers=['User-Agent: ' + secret]) as client:
            client.send_text('{"action":"%s"}' % secret)
            client.receive_text()
            with Caller(gateway) as caller:
                caller.ask(secret, '/dev/@connections/' + client.id)
                caller.ask('GET', '/%s/@connections/%s' % (secret, client.id))
            client.close(4999, secret)
            _, text = get(gateway, '/metrics')
            self.assertNotIn(secret, text)
            self.assertNotIn(client.id, text)

    def test_counts_are_exact_and_never_fall_while_somebody_scrapes(self):
        clients, rounds = 200, 20
        series = ('message_count', 'echo', 'direction', 'in')
        with Gateway(ROUTES, settings=['gateway.shards=2', 'gateway.limits.newConnectionsPerSecond=0']) as gateway:
            is_over = threading.Event()
            seen = []

            def watch():
                while not is_over.is_set() or len(seen) < 2:
                    seen.append(count(scrape(gateway.admin_url), *series))

            def talk(_):
                members = [Client(gateway.url) for _ in range(clients // 4)]
                for _ in range(rounds):
                    for member in members:
                        member.send_text('{"action":"echo"}')
                    for member in members:
                        member.receive_text()
                for member in members:
                    member.close()

            with concurrent.futures.ThreadPoolExecutor(5) as pool:
                watcher = pool.submit(watch)
                try:
                    list(pool.map(talk, range(4)))
                finally:
                    is_over.set()
                watcher.result()
            self.assertEqual(seen, sorted(seen))
            page = until(gateway, lambda page: are_gone(page, clients), 'all are gone')
            self.assertEqual(count(page, *series), clients * rounds)
            self.assertEqual(count(page, 'message_count', 'echo', 'direction', 'out'), clients * rounds)
            self.assertEqual(page['postern_connections_opened_total'], clients)
            self.assertEqual(page['postern_connections_closed_total', 'code', '1000'], clients)

    def test_a_reload_is_counted_and_its_routes_go_on_where_they_were(self):
        with Gateway(ROUTES) as gateway, Client(gateway.url) as client:
            file = gateway.directory / 'postern.yaml'
            client.echo()
            file.write_text(ROUTES.replace('      echo: {', '      say: {'))
            gateway.signal(signal.SIGHUP)
            page = until(gateway, lambda page: page['postern_config_reloads_total', 'result', 'ok'] == 1, 'the reload is counted')
            self.assertEqual(page['postern_config_generation'], 2)
            client.send_text('{"action":"say"}')
            client.receive_text()
            file.write_text(ROUTES)
            gateway.signal(signal.SIGHUP)
            until(gateway, lambda page: page['postern_config_reloads_total', 'result', 'ok'] == 2, 'the second one, too')
            client.echo()
            page = scrape(gateway.admin_url)
            self.assertEqual(count(page, 'message_count', 'echo', 'direction', 'in'), 2)
            self.assertEqual(count(page, 'message_count', 'say', 'direction', 'in'), 1)
            self.assertEqual(page['postern_connections'], 1)


class HealthTest(unittest.TestCase):
    def test_a_gateway_is_live_and_ready(self):
        with Gateway(ROUTES) as gateway:
            for path in ('/healthz', '/readyz'):
                self.assertEqual(get(gateway, path), (200, 'ok\n'))

    def test_who_drains_is_live_and_not_ready(self):
        with Gateway(ROUTES, settings=['gateway.limits.closeTimeout=1h']) as gateway, Client(gateway.url) as client:
            gateway.signal()
            self.assertEqual(client.receive_close()[0], 1001)
            self.assertEqual(get(gateway, '/readyz'), (503, 'draining\n'))
            self.assertEqual(get(gateway, '/healthz')[0], 200)
            self.assertEqual(scrape(gateway.admin_url)['postern_draining'], 1)
            client.leave()
            self.assertEqual(gateway.wait(), 0)


if __name__ == '__main__':
    unittest.main()

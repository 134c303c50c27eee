#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stands beside @connections when gateway.extensions is on: groups, lists, posts to many, closes with a code; and posts inside $connect."""
import contextlib
import json
import os
import signal
import threading
import unittest
import urllib.parse
import zlib

from gateway import Gateway, PATIENCE, wait_until
from management import ARN, Caller, Key, Member, ONE_API, OWNER, POSTER, TWO_APIS, statement, with_keys
from signature import Signature
from websocket import CLOSE, Client, Refused, Wire, upgrade_request

KiB = 1024
ON = ['gateway.extensions=true', 'gateway.shards=2']
GROUPS = os.path.abspath(os.environ.get('POSTERN_TEST_GROUPS', 'build/dev/tests/integration/groups.so'))
GROUPS_API = """
apis:
  test:
    routes:
      $connect: plugin:groups.connect
      $default: { integration: "plugin:echo", routeResponse: true }
      whoami: { integration: "plugin:whoami", routeResponse: true }
      say: { integration: "plugin:groups.say", routeResponse: true }
      leave: { integration: "plugin:groups.leave", routeResponse: true }
      release: { integration: "plugin:groups.release", routeResponse: true }
plugins: { groups: { library: "%s" } }
""" % GROUPS
UNKNOWN_ID = 'gbgA_A9XiQAYKEiI6A=='


def group_path(name, member=None):
    return '/dev/@groups/' + urllib.parse.quote(name, safe='') + ('/' + member.id if member else '')


@contextlib.contextmanager
def crowd(count, configuration=ONE_API, settings=ON, **options):
    """A gateway, a backend and so many clients, on both shards once there are some."""
    with Gateway(configuration, settings=settings) as gateway, contextlib.ExitStack() as open_ones, Caller(gateway) as caller:
        yield gateway, caller, [open_ones.enter_context(Member(gateway.url, **options)) for _ in range(count)]


class Case(unittest.TestCase):
    def ask(self, caller, method, target, body=b'', status=200, headers=()):
        answer = caller.ask(method, target, body, headers)
        self.assertEqual(answer.status, status, answer.body)
        return json.loads(answer.body) if answer.body else None

    def expect_invalid(self, caller, method, target, message, body=b''):
        answer = caller.ask(method, target, body)
        self.assertEqual((answer.status, answer.header('x-amzn-ErrorType')), (400, 'BadRequestException'), target)
        self.assertEqual(json.loads(answer.body), {'message': message})

    def broadcast(self, caller, name, data, *excluded):
        query = '?' + '&'.join('exclude=' + urllib.parse.quote(member.id) for member in excluded) if excluded else ''
        return self.ask(caller, 'POST', group_path(name) + query, data)['delivered']


class GroupsTest(Case):
    def test_a_message_reaches_whoever_is_in_the_group_and_nobody_else(self):
        with crowd(12) as (gateway, caller, members):
            inside, outside = members[:8], members[8:]
            for member in inside + inside[:3]:  # twice is once
                self.ask(caller, 'PUT', group_path('tea & cake', member), status=204)
            self.assertEqual(self.broadcast(caller, 'tea & cake', b'hello'), 8)
            self.assertEqual(self.broadcast(caller, 'tea & cake', b'but two', inside[0], inside[5], outside[0]), 6)
            self.assertEqual(self.broadcast(caller, 'Tea & cake', b'nobody'), 0)
            for number, member in enumerate(inside):
                self.assertEqual(member.receive_text(), 'hello')
                if number not in (0, 5):
                    self.assertEqual(member.receive_text(), 'but two')
            self.ask(caller, 'DELETE', group_path('tea & cake', inside[0]), status=204)
            self.ask(caller, 'DELETE', group_path('tea & cake', outside[0]), status=204)  # was not in it
            inside[1].close()
            inside[2].vanish()
            wait_until(lambda: caller.get(inside[2].id).status == 410, 'the client is gone')
            self.assertEqual(self.broadcast(caller, 'tea & cake', b'bye'), 5)
            for member in inside[3:]:
                self.assertEqual(member.receive_text(), 'bye')
            for member in [inside[0]] + outside:
                member.echo()  # nothing else has come

    def test_a_group_belongs_to_one_api(self):
        with Gateway(TWO_APIS, settings=ON) as gateway, contextlib.ExitStack() as open_ones:
            urls = {api: gateway.url.rsplit('/', 2)[0] + '/%s/dev' % api for api in ('test', 'rival')}
            members = {api: open_ones.enter_context(Member(url)) for api, url in urls.items()}
            caller = open_ones.enter_context(Caller(gateway))
            for api, member in members.items():
                self.ask(caller, 'PUT', '/%s/dev/@groups/lobby/%s' % (api, member.id), status=204)
            self.ask(caller, 'PUT', '/test/dev/@groups/lobby/' + members['rival'].id, status=410)
            self.assertEqual(self.ask(caller, 'POST', '/test/prod/@groups/lobby', b'mine'), {'delivered': 1})
            self.assertEqual(members['test'].receive_text(), 'mine')
            members['rival'].echo()

    def test_bytes_and_sizes_are_as_for_posts(self):
        with crowd(4) as (_, caller, members):
            for member in members:
                self.ask(caller, 'PUT', group_path('all', member), status=204)
            for body in (b'', b'a\xff\xe2\x82z', b'x' * 128 * KiB):
                self.assertEqual(self.broadcast(caller, 'all', body), 4)
                self.assertEqual({member.receive_text() for member in members}, {body.decode(errors='replace')})
            self.ask(caller, 'POST', group_path('all'), b'x' * (128 * KiB + 1), status=413)
            for member in members:
                member.echo()

    def test_a_connection_is_in_so_many_groups_at_most(self):
        with crowd(1, settings=ON + ['gateway.limits.groupsPerConnection=3']) as (_, caller, [member]):
            for name in 'abc':
                self.ask(caller, 'PUT', group_path(name, member), status=204)
            answer = caller.ask('PUT', group_path('d', member))
            self.assertEqual((answer.status, answer.header('x-amzn-ErrorType')), (429, 'LimitExceededException'))
            self.ask(caller, 'PUT', group_path('a', member), status=204)  # it is in that one
            self.ask(caller, 'DELETE', group_path('a', member), status=204)
            self.ask(caller, 'PUT', group_path('d', member), status=204)
            self.assertEqual([self.broadcast(caller, name, b'x') for name in 'abcd'], [0, 1, 1, 1])

    def test_bad_names_and_ids_are_refused(self):
        with crowd(1) as (_, caller, [member]):
            said = "A group's name has 1 to 128 printable ASCII characters without a slash"
            for name in ('x' * 129, 'a/b', 'a\nb', '\u00e9', '\x7f'):
                self.expect_invalid(caller, 'PUT', group_path(name, member), said)
                self.expect_invalid(caller, 'DELETE', group_path(name, member), said)
                self.expect_invalid(caller, 'POST', group_path(name), said)
            self.ask(caller, 'PUT', group_path('x' * 128, member), status=204)
            self.expect_invalid(caller, 'PUT', group_path('lobby') + '/nobody', 'Invalid connectionId: nobody')
            self.expect_invalid(caller, 'POST', group_path('lobby') + '?exclude=nobody', 'Invalid connectionId: nobody')
            self.ask(caller, 'PUT', group_path('lobby') + '/' + UNKNOWN_ID, status=410)
            self.ask(caller, 'DELETE', group_path('lobby') + '/' + UNKNOWN_ID, status=410)
            for method, target in (('GET', group_path('lobby')), ('PUT', group_path('lobby')), ('POST', group_path('lobby', member)),
                                   ('PUT', '/dev/@connections'), ('POST', '/none/@groups/lobby'), ('POST', '/dev/@groups/'), ('POST', '/dev/@groups'),
                                   ('PUT', group_path('lobby', member) + '/more')):
                self.ask(caller, method, target, status=403)

    def test_compressing_clients_get_the_same_message(self):
        with Gateway(ONE_API, settings=ON + ['gateway.limits.compression=true']) as gateway, Caller(gateway) as caller:
            with Member(gateway.url) as plain, Client(gateway.url, ['Sec-WebSocket-Extensions: permessage-deflate']) as packed:
                def receive():
                    first, size = packed.take(2)
                    if size == 126:
                        size = int.from_bytes(packed.take(2), 'big')
                    self.assertEqual(first, 0xC1)  # final, compressed, text
                    return zlib.decompressobj(-15).decompress(packed.take(size) + b'\0\0\xff\xff').decode()

                packed.send_text('{"action":"whoami"}')
                packed_id = json.loads(receive())['requestContext']['connectionId']
                for member_id in (plain.id, packed_id):
                    self.ask(caller, 'PUT', group_path('all') + '/' + member_id, status=204)
                self.assertEqual(self.broadcast(caller, 'all', b'ho ' * 1000), 2)
                self.assertEqual(plain.receive_text(), 'ho ' * 1000)
                self.assertEqual(receive(), 'ho ' * 1000)


class SlowReadersTest(Case):
    def test_who_stops_reading_is_closed_and_the_others_get_everything_in_order(self):
        for is_tls in (False, True):
            with Gateway(ONE_API, listeners='[{port: 0}, {port: 0, tls: development}]', settings=ON) as gateway, contextlib.ExitStack() as open_ones:
                where = dict(ca=gateway.development_ca) if is_tls else {}
                url = gateway.tls_url if is_tls else gateway.url
                caller = open_ones.enter_context(Caller(gateway))
                members = [open_ones.enter_context(Member(url, **where)) for _ in range(6)]
                slow = open_ones.enter_context(Member(url, receive_buffer=4 * KiB, **where))
                for member in members + [slow]:
                    self.ask(caller, 'PUT', group_path('all', member), status=204)
                sent = 0
                while self.broadcast(caller, 'all', b'%d ' % sent + b'x' * 64 * KiB) == 7:
                    for member in members:
                        self.assertEqual(member.receive_text().split()[0], str(sent))
                    sent += 1
                self.assertGreater(sent, 8)
                for member in members:
                    self.assertEqual(member.receive_text().split()[0], str(sent))
                self.assertEqual(self.broadcast(caller, 'all', b'after'), 6)
                self.assertEqual({member.receive_text() for member in members}, {'after'})
                self.assertEqual([code for code, _ in gateway.ends(1)], [1008])
                self.assertEqual(slow.receive_text().split()[0], '0')


class ManyTest(Case):
    def test_one_post_reaches_many_and_tells_about_each(self):
        with crowd(10) as (gateway, caller, members):
            members[3].vanish()
            wait_until(lambda: caller.get(members[3].id).status == 410, 'the client is gone')
            ids = [member.id for member in members] + [UNKNOWN_ID, 'nobody', members[0].id]
            results = self.ask(caller, 'POST', '/dev/@connections', json.dumps({'connectionIds': ids, 'data': 'h\u00e9llo'}).encode())['results']
            self.assertEqual([result['connectionId'] for result in results], ids)
            self.assertEqual([result['status'] for result in results], [200] * 3 + [410] + [200] * 6 + [410, 400, 200])
            for member in members[:3] + members[4:]:
                self.assertEqual(member.receive_text(), 'h\u00e9llo')
            self.assertEqual(members[0].receive_text(), 'h\u00e9llo')
            self.assertEqual(self.ask(caller, 'POST', '/dev/@connections', b'{"connectionIds":[],"data":""}'), {'results': []})

    def test_ten_thousand_ids_pass_and_one_more_does_not(self):
        with crowd(1) as (_, caller, [member]):
            body = json.dumps({'connectionIds': [UNKNOWN_ID] * 9_999 + [member.id], 'data': 'last'}).encode()
            results = self.ask(caller, 'POST', '/dev/@connections', body)['results']
            self.assertEqual([result['status'] for result in results], [410] * 9_999 + [200])
            self.assertEqual(member.receive_text(), 'last')
            body = json.dumps({'connectionIds': [member.id] * 10_001, 'data': 'x'}).encode()
            self.expect_invalid(caller, 'POST', '/dev/@connections', 'connectionIds may have 10000 ids at most', body)
            member.echo()

    def test_bodies_that_are_none_are_refused(self):
        with crowd(1) as (_, caller, [member]):
            ids, text = 'connectionIds must be a list of connection ids', 'data must be a string'
            for body, said in ((b'', 'The body must be a JSON object'), (b'[]', 'The body must be a JSON object'), (b'{', 'The body must be a JSON object'),
                               (b'[' * 100_000, 'The body must be a JSON object'), (b'{}', ids), (b'{"connectionIds":"a","data":"x"}', ids),
                               (b'{"connectionIds":[1],"data":"x"}', ids), (b'{"connectionIds":[]}', text), (b'{"connectionIds":[],"data":{}}', text),
                               (b'{"connectionIds":[],"data":"","x":1}', 'The body may have connectionIds and data only')):
                self.expect_invalid(caller, 'POST', '/dev/@connections', said, body)
            body = json.dumps({'connectionIds': [member.id], 'data': 'x' * (128 * KiB + 1)}).encode()
            self.ask(caller, 'POST', '/dev/@connections', body, status=413)
            member.echo()


class ListTest(Case):
    def pages(self, caller, target):
        found, more = [], ''
        while True:
            page = self.ask(caller, 'GET', target + more)
            found += page['connections']
            if 'next' not in page:
                return found
            more = '&next=' + urllib.parse.quote(page['next'])

    def test_every_client_of_the_stage_is_listed_once(self):
        with crowd(11) as (gateway, caller, members):
            with Member(gateway.url.replace('/dev', '/prod')) as elsewhere:
                for limit in (1, 4, 11, 1000):
                    found = self.pages(caller, '/dev/@connections?limit=%d' % limit)
                    self.assertEqual(sorted(entry['connectionId'] for entry in found), sorted(member.id for member in members))
                self.assertEqual([entry['connectionId'] for entry in self.pages(caller, '/prod/@connections?')], [elsewhere.id])
                self.assertEqual(set(found[0]), {'connectionId', 'connectedAt', 'lastActiveAt', 'identity'})
                self.assertEqual(found[0]['identity'], {'sourceIp': '127.0.0.1', 'userAgent': None})

    def test_bad_limits_and_tokens_are_refused(self):
        with crowd(1) as (_, caller, [member]):
            for limit in ('0', '1001', '-1', 'x', '', '1e2', '99999999999'):
                self.expect_invalid(caller, 'GET', '/dev/@connections?limit=' + limit, 'limit must be from 1 to 1000')
            for token in ('x', UNKNOWN_ID, 'A' * 20):
                self.expect_invalid(caller, 'GET', '/dev/@connections?next=' + token, 'next must be what the page before ended with')

    def test_a_misspelt_parameter_is_refused_and_reaches_nobody(self):
        with crowd(1) as (_, caller, [member]):
            self.ask(caller, 'PUT', group_path('all', member), status=204)
            for method, target, names in (('GET', '/dev/@connections?limits=1', ', but limit, next'), ('POST', '/dev/@connections?limits=1', ''),
                                          ('POST', group_path('all') + '?limits=' + member.id, ', but exclude'),
                                          ('DELETE', group_path('all', member) + '?limits=1', '')):
                self.expect_invalid(caller, method, target, 'There is no parameter "limits"' + names, b'x')
            self.assertEqual(self.broadcast(caller, 'all', b'hello'), 1)
            self.assertEqual(member.receive_text(), 'hello')


class CloseTest(Case):
    def test_a_delete_may_say_why(self):
        with crowd(5) as (gateway, caller, members):
            reason = 'see you \u2615'
            for number, (member, query, expected) in enumerate(zip(members, ('', '?code=4401&reason=' + urllib.parse.quote(reason), '?code=1000', '?code=3000&other=1', '?reason=' + 'x' * 123),
                                               ((1000, 'Connection Closed Normally'), (4401, reason), (1000, ''), (3000, ''), (1000, 'x' * 123)))):
                self.ask(caller, 'DELETE', caller.path(member.id) + query, status=204)
                self.assertEqual(member.receive_close(), expected)
                self.assertEqual(gateway.ends(number + 1)[-1], expected)
                member.leave()

    def test_what_a_server_may_not_say_is_refused_and_closes_nobody(self):
        with crowd(1) as (_, caller, [member]):
            for code in ('999', '1001', '1005', '2999', '5000', 'x', '', '-1', '65536', '4294968296'):
                self.expect_invalid(caller, 'DELETE', caller.path(member.id) + '?code=' + code, 'code must be 1000 or from 3000 to 4999')
            for reason in ('x' * 124, '%ff', '%c3'):
                self.expect_invalid(caller, 'DELETE', caller.path(member.id) + '?code=4000&reason=' + reason, 'reason must be UTF-8 of at most 123 bytes')
            member.echo()


class OffTest(Case):
    def test_without_the_setting_everything_is_as_on_aws(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member, Caller(gateway) as caller:
            for method, target in (('GET', '/dev/@connections'), ('POST', '/dev/@connections'), ('POST', '/dev/@groups/lobby'), ('PUT', '/dev/@groups/lobby/' + member.id),
                                   ('DELETE', '/dev/@groups/lobby/' + member.id)):
                answer = caller.ask(method, target)
                self.assertEqual((answer.status, answer.header('x-amzn-ErrorType'), answer.body), (403, 'ForbiddenException', b'{"message":"Forbidden"}'), target)
            self.assertEqual(caller.ask('DELETE', caller.path(member.id) + '?code=4401&reason=why').status, 204)
            self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))


class CallersTest(Case):
    def test_policies_name_groups_and_lists(self):
        lister = Key('AKIDLISTER', 'a-secret-of-the-lister', policy=statement('Allow', ARN + 'GET/@connections'))
        host = Key('AKIDHOST', 'a-secret-of-the-host', policy=statement('Allow', [ARN + 'POST/@groups/lobby', ARN + 'PUT/@groups/lobby/*']))
        with Gateway(with_keys(ONE_API, OWNER, POSTER, lister, host), settings=['gateway.extensions=true']) as gateway:
            with Member(gateway.url) as member, Caller(gateway) as caller:
                many = json.dumps({'connectionIds': [member.id], 'data': 'many'}).encode()
                calls = {'list': ('GET', '/dev/@connections', b''), 'many': ('POST', '/dev/@connections', many), 'join': ('PUT', '/dev/@groups/lobby/' + member.id, b''),
                         'tell': ('POST', '/dev/@groups/lobby', b'x'), 'tell others': ('POST', '/dev/@groups/staff', b'x')}
                for key, allowed in ((OWNER, set(calls)), (POSTER, {'many'}), (lister, {'list'}), (host, {'join', 'tell'}), (None, set())):
                    for name, (method, target, body) in calls.items():
                        headers = Signature(key, caller.host, method, target, body).headers() if key else []
                        answer = caller.ask(method, target, body, headers)
                        self.assertEqual(answer.status in (200, 204), name in allowed, (key and key.id, name, answer.body))
                        self.assertIn(answer.status, (200, 204, 403))
                self.assertIn(b'/dev/POST/@groups/staff', caller.ask(*calls['tell others'], Signature(host, caller.host, *calls['tell others']).headers()).body)


class Held(Client):
    """A client that has asked for its handshake and not yet been answered."""

    def __init__(self, url):
        Wire.__init__(self, url)
        self.send(upgrade_request(url)[1])


class InsideConnectTest(Case):
    def outcomes(self, gateway, count):
        return [line['message'] for line in gateway.wait_for_log('plugin.log', count)]

    def test_a_post_inside_connect_comes_right_behind_the_101_when_the_setting_asks(self):
        for shards in (1, 2):
            with Gateway(GROUPS_API, settings=['gateway.shards=%d' % shards, 'gateway.postInsideConnect=queue']) as gateway:
                with Client(gateway.url + '?post=welcome') as client:
                    self.assertEqual(client.receive_text(), 'welcome')
                    client.echo()
                with self.assertRaises(Refused) as refused:
                    Client(gateway.url + '?post=secret&refuse=1')
                self.assertEqual(refused.exception.response.status, 403)
                self.assertEqual(self.outcomes(gateway, 2), ['0', '0'])
                with Client(gateway.url) as next_one:
                    next_one.echo()

    def test_what_waits_inside_connect_is_bounded_in_order_and_seen_by_nobody_else(self):
        with Gateway(GROUPS_API, settings=ON + ['gateway.limits.outboxBytes=256KiB', 'gateway.postInsideConnect=queue']) as gateway:
            with Caller(gateway) as caller, Client(gateway.url) as other, Held(gateway.url + '?hold=1') as held:
                [held_id] = self.outcomes(gateway, 1)
                accepted = 0
                while caller.post(held_id, b'%d ' % accepted + b'x' * 64 * KiB).status == 200:
                    accepted += 1
                self.assertEqual(accepted, 3)
                self.assertEqual(self.broadcast(caller, 'lobby', b'to all'), 2)  # a short one still fits
                for method in ('GET', 'DELETE'):
                    self.assertEqual(caller.ask(method, caller.path(held_id)).status, 410)
                self.assertNotIn(held_id, [entry['connectionId'] for entry in self.ask(caller, 'GET', '/dev/@connections')['connections']])
                self.assertEqual(other.receive_text(), 'to all')
                other.echo('{"action":"release"}')
                self.assertEqual(held.response().status, 101)
                self.assertEqual([held.receive_text().split()[0] for _ in range(accepted)], ['0', '1', '2'])
                self.assertEqual(held.receive_text(), 'to all')

    def test_by_default_it_is_gone(self):
        with Gateway(GROUPS_API) as gateway:
            with Client(gateway.url + '?post=early') as client:
                client.echo()
            self.assertEqual(self.outcomes(gateway, 1), ['1'])


class PluginTest(Case):
    def test_a_plugin_joins_clients_inside_connect_and_tells_the_others(self):
        with Gateway(GROUPS_API, settings=['gateway.shards=2']) as gateway, contextlib.ExitStack() as open_ones:
            members = [open_ones.enter_context(Member(gateway.url)) for _ in range(10)]
            with self.assertRaises(Refused):
                Client(gateway.url + '?refuse=1')  # was in the group for a moment
            said = '{"action":"say","text":"hello"}'
            members[0].send_text(said)
            self.assertEqual(members[0].receive_text(), 'told 9')
            for member in members[1:]:
                self.assertEqual(member.receive_text(), said)
            members[1].send_text('{"action":"leave"}')
            self.assertEqual(members[1].receive_text(), 'left')
            members[2].close()
            members[0].send_text(said)
            self.assertEqual(members[0].receive_text(), 'told 7')
            for member in members[3:]:
                self.assertEqual(member.receive_text(), said)
            members[1].echo()


class DrainTest(Case):
    def test_sigterm_in_the_middle_of_broadcasts_loses_nothing_that_was_accepted(self):
        with crowd(40, settings=ON + ['gateway.limits.outboxBytes=64MiB', 'gateway.limits.closeTimeout=1h']) as (gateway, caller, members):
            for member in members:
                self.ask(caller, 'PUT', group_path('all', member), status=204)
            accepted = []
            begun = threading.Event()

            def tell():
                with contextlib.suppress(EOFError, ConnectionError):
                    for number in range(100_000):
                        answer = caller.ask('POST', group_path('all'), b'%d ' % number + b'x' * 4 * KiB)
                        self.assertEqual(answer.status, 200)
                        accepted.append(json.loads(answer.body)['delivered'])
                        if number == 50:
                            begun.set()

            teller = threading.Thread(target=tell)
            teller.start()
            self.assertTrue(begun.wait(PATIENCE), 'the broadcasts have begun')
            gateway.signal(signal.SIGTERM)
            received = []
            for member in members:
                numbers = []
                while True:
                    opcode, payload = member.receive_frame()
                    if opcode == CLOSE:
                        break
                    numbers.append(int(payload.split()[0]))
                self.assertEqual(payload, b'\x03\xe9Going away')
                self.assertEqual(numbers, list(range(len(numbers))))
                received.append(len(numbers))
                member.leave()
            teller.join()
            caller.leave()
            self.assertEqual(gateway.wait(), 0)
            # The last one may have been on its way when its caller's connection was closed.
            self.assertLessEqual(sum(accepted), sum(received))
            self.assertLessEqual(sum(received), sum(accepted) + len(members))
            self.assertEqual(accepted[:51], [40] * 51)


if __name__ == '__main__':
    unittest.main()

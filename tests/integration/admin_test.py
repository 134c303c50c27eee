#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The admin listener and the operator's commands: what they tell and do, for whom, and what they refuse."""
import contextlib
import json
import os
import re
import socket
import subprocess
import tempfile
import unittest
import urllib.parse

from gateway import BINARY, Gateway, PATIENCE, environment, reserved_port, run_command, wait_until
from management import ACCOUNT, Caller, GUEST, Key, Member, ONE_API, OWNER, TWO_APIS, statement, with_keys
from signature import Signature
from websocket import Client

FINE, FAILED, USAGE = 0, 1, 2
HANGING_API = ONE_API.replace('    stages:', '      hang: { integration: "plugin:recorder.hang", routeResponse: true }\n    stages:')
NOBODY = 'gbgA_S5PGQAYKEilZA=='
READER = Key('AKIDREADER', 'a-secret-of-the-reader', policy=statement('Allow', 'arn:postern:admin:*:GET/*', 'postern:Administer'))
POSTER = Key('AKIDPOSTER', 'a-secret-of-the-poster', policy=statement('Allow', '*', 'execute-api:*'))


def admin(gateway):
    """A caller of the admin listener."""
    return Caller(gateway, gateway.admin_url + '/')


def one(connection_id):
    return '/connections/' + urllib.parse.quote(connection_id, safe='')


def signed(caller, key, method, target, body=b''):
    path, _, query = target.partition('?')
    assert not query, 'the helper signs no query'
    return caller.ask(method, target, body, Signature(key, caller.host, method, path, body).headers())


@contextlib.contextmanager
def served(configuration=ONE_API, **options):
    """A gateway with one client, and a caller of its admin listener."""
    with Gateway(configuration, **options) as gateway, Member(gateway.url) as member, admin(gateway) as caller:
        yield gateway, member, caller
        member.close()


class Case(unittest.TestCase):
    def expect(self, answer, status, message=None):
        self.assertEqual(answer.status, status, answer.body)
        if message is not None:
            self.assertEqual(answer.header('Content-Type'), 'application/json')
            self.assertRegex(json.loads(answer.body)['message'], message)
        return answer


class EndpointsTest(Case):
    def test_health_and_metrics(self):
        with served() as (_, _, caller):
            self.assertEqual(caller.ask('GET', '/healthz').status, 200)
            self.assertEqual(caller.ask('GET', '/readyz').status, 200)
            metrics = caller.ask('GET', '/metrics')
            self.assertEqual(metrics.header('Content-Type'), 'text/plain; version=0.0.4; charset=utf-8')
            self.assertIn(b'\npostern_build_info{', metrics.body)
            self.assertEqual(caller.ask('HEAD', '/healthz').body, b'')

    def test_the_status_tells_what_is_served_and_by_whom(self):
        with served() as (gateway, _, caller), Client(gateway.url.replace('/dev', '/prod')):
            status = json.loads(self.expect(caller.ask('GET', '/status'), 200).body)
            self.assertEqual(status['pid'], gateway.pid)
            self.assertEqual(status['apis'], [{'apiId': 'test', 'stages': ['dev', 'prod']}])
            self.assertEqual(status['listeners'], [{'address': '', 'port': gateway.port, 'tls': False}])
            self.assertEqual((status['connections'], sum(status['connectionsByShard'])), (2, 2))
            self.assertEqual(status['connectionsMax'], gateway.connections_max)
            self.assertEqual((status['draining'], status['generation'], status['lastReload']), (False, 1, None))
            self.assertEqual(status['configuration'], str(gateway.directory / 'postern.yaml'))

    def test_every_connection_is_listed_once_page_by_page(self):
        with Gateway(TWO_APIS) as gateway, admin(gateway) as caller, contextlib.ExitStack() as open_ones:
            base = 'ws://localhost:%d' % gateway.port
            places = [('test', 'dev')] * 3 + [('test', 'prod')] * 2 + [('rival', 'dev')]
            members = [(place, open_ones.enter_context(Member('%s/%s/%s' % (base, *place)))) for place in places]
            for query, wanted in (('', places), ('api=test&', places[:5]), ('stage=dev&', places[:3] + places[5:]), ('api=test&stage=prod&', places[3:5]),
                                  ('api=nobody&', [])):
                found, token, pages = [], '', 0
                while pages == 0 or token:
                    page = json.loads(caller.ask('GET', '/connections?%slimit=2&next=%s' % (query, urllib.parse.quote(token))).body)
                    self.assertLessEqual(len(page['connections']), 2)
                    found, token, pages = found + page['connections'], page.get('next', ''), pages + 1
                ids = sorted(member.id for place, member in members if place in wanted)
                self.assertEqual(sorted(entry['connectionId'] for entry in found), ids)
                self.assertEqual(sorted((entry['apiId'], entry['stage']) for entry in found), sorted(wanted))

    def test_one_connection_is_described_posted_to_and_closed(self):
        with Gateway(ONE_API) as gateway, admin(gateway) as caller:
            member = Member(gateway.url, headers=['User-Agent: probe'])
            told = json.loads(self.expect(caller.ask('GET', one(member.id)), 200).body)
            self.assertRegex(told.pop('connectedAt') + told.pop('lastActiveAt'), r'^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z){2}$')
            self.assertEqual(told, {'connectionId': member.id, 'apiId': 'test', 'stage': 'dev', 'sourceIp': '127.0.0.1', 'userAgent': 'probe'})
            self.expect(caller.ask('POST', one(member.id), 'h\u00e4llo'.encode()), 200)
            self.assertEqual(member.receive_text(), 'h\u00e4llo')
            self.expect(caller.ask('DELETE', one(member.id) + '?code=4401&reason=no%20more'), 204)
            self.assertEqual(member.receive_close(), (4401, 'no more'))
            self.assertEqual(gateway.ends(1), [(4401, 'no more')])
            member.socket.close()
            for method in ('GET', 'POST', 'DELETE'):
                self.expect(caller.ask(method, one(member.id)), 410, '^There is no such connection')

    def test_without_a_code_a_connection_closes_as_with_delete_of_connections(self):
        with Gateway(ONE_API) as gateway, admin(gateway) as caller, Member(gateway.url) as member:
            self.expect(caller.ask('DELETE', one(member.id)), 204)
            self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))

    def test_bad_requests_are_named_and_change_nothing(self):
        with served() as (_, member, caller):
            self.expect(caller.ask('GET', one(NOBODY)), 410)
            for wrong in ('x', '%40', member.id + 'x', member.id + '/x', '', '%00', '..'):
                self.expect(caller.ask('GET', '/connections/' + wrong), 400, '^This is no connection id$')
            self.expect(caller.ask('DELETE', one(member.id) + '?code=1001'), 400, '^code must be 1000 or ')
            self.expect(caller.ask('DELETE', one(member.id) + '?reason=' + 'x' * 124), 400, '^reason must be ')
            self.expect(caller.ask('GET', '/connections?limit=0'), 400, '^limit must be ')
            self.expect(caller.ask('GET', '/connections?next=nonsense'), 400, '^next: ')
            self.expect(caller.ask('GET', '/connections?page=2'), 400, 'There is no parameter "page"')
            self.expect(caller.ask('GET', '/nothing'), 404, '^There is nothing here')
            self.assertEqual(self.expect(caller.ask('GET', '/drain'), 405, 'POST').header('Allow'), 'POST')
            self.expect(caller.ask('POST', one(member.id), b'x' * (128 * 1024 + 1)), 413, 'messageBytes')
            member.echo()

    def test_broken_requests_end_their_own_connection_only(self):
        with served() as (gateway, member, caller):
            for request in (b'nonsense\r\n\r\n', b'GET / HTTP/1.0\r\n\r\n', b'GET /healthz HTTP/1.1\r\nX: %s\r\n\r\n' % (b'x' * 20_000),
                            b'POST /drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
                            b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'x' * 200):
                with admin(gateway) as attacker:
                    attacker.send(request)
                    self.expect(attacker.answer(), 400)
                    self.assertTrue(attacker.is_at_end())
            with admin(gateway) as attacker:
                with contextlib.suppress(ConnectionError):  # the rest is read for a second only
                    attacker.send(attacker.request('POST', one(member.id), b'x' * 3_000_000))
                self.expect(attacker.answer(), 413)
            self.expect(caller.ask('GET', '/healthz'), 200)
            member.echo()

    def test_half_a_request_keeps_nobody_waiting(self):
        with served() as (gateway, _, caller), contextlib.ExitStack() as slow:
            for _ in range(20):
                slow.enter_context(admin(gateway)).send(b'POST /drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab')
            self.expect(caller.ask('GET', '/status'), 200)
            with admin(gateway) as another:
                self.expect(another.ask('GET', '/healthz'), 200)

    def test_many_callers_are_bounded_and_cost_no_connection_its_service(self):
        with served() as (gateway, member, caller):
            self.expect(caller.ask('GET', '/healthz'), 200)  # it has been accepted
            at_start = gateway.descriptors()
            with contextlib.ExitStack() as many:
                for _ in range(100):
                    many.enter_context(admin(gateway))
                with admin(gateway) as another:
                    self.expect(another.ask('GET', '/healthz'), 200)
                self.assertLess(gateway.descriptors(), at_start + 40)
                member.echo()
            gateway.wait_for_descriptors_back(at_start - 1)  # the first caller has given way

    def test_readiness_ends_with_the_drain_that_a_post_begins(self):
        limits = ['gateway.drainTime=10s', 'gateway.limits.closeTimeout=1h']
        with Gateway(ONE_API, settings=limits) as gateway, Member(gateway.url) as member, admin(gateway) as caller:
            self.assertEqual(json.loads(self.expect(caller.ask('POST', '/drain'), 202).body), {'draining': True})
            self.assertEqual(member.receive_close(), (1001, 'Going away'))
            self.expect(caller.ask('GET', '/readyz'), 503)
            self.expect(caller.ask('GET', '/healthz'), 200)
            self.assertTrue(json.loads(caller.ask('GET', '/status').body)['draining'])
            self.expect(caller.ask('POST', '/reload'), 422, 'refused')
            member.socket.close()
            self.assertEqual(gateway.wait(), 0)


class BusyTest(Case):
    def test_the_listener_answers_while_the_shards_do_not(self):
        with tempfile.TemporaryDirectory(prefix='postern-test-') as directory:
            pipe = directory + '/pipe'
            os.mkfifo(pipe)
            with served(HANGING_API, settings=['gateway.shards=1'], RECORDER_PIPE=pipe) as (gateway, member, caller):
                member.send_text('{"action":"hang"}')
                wait_until(lambda: any(line['message'] == 'hangs' for line in gateway.log_lines('plugin.log')), 'the shard hangs')
                self.expect(caller.ask('GET', '/healthz'), 200)
                self.expect(caller.ask('GET', '/metrics'), 200)
                self.assertEqual(json.loads(self.expect(caller.ask('GET', '/status'), 200).body)['connections'], 1)
                with open(pipe, 'w') as end:
                    end.write('go on\n')
                self.assertEqual(member.receive_text(), '{"action":"hang"}')


class ReloadTest(Case):
    def test_a_reload_is_told_and_counted(self):
        with served() as (gateway, member, caller):
            self.assertEqual(json.loads(self.expect(caller.ask('POST', '/reload'), 200).body), {'reloaded': True})
            status = json.loads(caller.ask('GET', '/status').body)
            self.assertEqual((status['generation'], status['lastReload']['ok'], status['lastReload']['reasons']), (2, True, []))
            (gateway.directory / 'postern.yaml').write_text('apis: {}\nnonsense: 1\n')
            refused = json.loads(self.expect(caller.ask('POST', '/reload'), 422, 'refused').body)
            self.assertEqual(len(refused['reasons']), 2)
            self.assertTrue(refused['reasons'][1].endswith('nonsense: no such property'), refused)
            status = json.loads(caller.ask('GET', '/status').body)
            self.assertEqual((status['generation'], status['lastReload']['ok'], status['lastReload']['reasons']), (2, False, refused['reasons']))
            member.echo()

    def test_keys_of_a_new_configuration_count_at_once(self):
        with served() as (gateway, _, caller):
            (gateway.directory / 'postern.yaml').write_text(with_keys(ONE_API, OWNER))
            self.expect(caller.ask('POST', '/reload'), 200)
            self.expect(caller.ask('GET', '/status'), 403, '^Missing Authentication Token$')
            self.expect(signed(caller, OWNER, 'GET', '/status'), 200)

    def test_the_admin_listener_itself_cannot_change(self):
        with served() as (gateway, _, caller):
            (gateway.directory / 'postern.yaml').write_text(ONE_API + 'gateway: { admin: { address: 127.0.0.2 } }\n')
            refused = json.loads(self.expect(caller.ask('POST', '/reload'), 422).body)
            self.assertEqual(refused['reasons'], ['gateway.admin cannot change while the gateway runs: restart it'])


class CallersTest(Case):
    def test_a_page_in_a_browser_may_not(self):
        with served() as (_, member, caller):
            for header in ('Origin: http://localhost:8081', 'Origin: null', 'X-Forwarded-For: 127.0.0.1', 'Via: 1.1 proxy'):
                for method, target in (('GET', '/status'), ('POST', '/drain'), ('DELETE', one(member.id))):
                    self.expect(caller.ask(method, target, b'', [header]), 403)
            caller.host = 'rebound.example:8081'
            self.expect(caller.ask('GET', '/connections'), 403, 'Host must be an IP address')
            self.expect(caller.ask('GET', '/metrics'), 200)
            member.echo()

    def test_with_keys_only_who_signs_may(self):
        with served(with_keys(ONE_API, OWNER, GUEST, READER, POSTER)) as (_, member, caller):
            for method, target in (('GET', '/status'), ('POST', '/drain'), ('POST', '/reload'), ('GET', '/connections'), ('DELETE', one(member.id))):
                self.expect(caller.ask(method, target), 403, '^Missing Authentication Token$')
            self.expect(caller.ask('GET', '/healthz'), 200)
            for key in (OWNER, GUEST, READER):
                self.expect(signed(caller, key, 'GET', '/status'), 200)
            self.expect(signed(caller, OWNER, 'POST', one(member.id), b'hello'), 200)
            self.assertEqual(member.receive_text(), 'hello')
            self.expect(signed(caller, OWNER.but(secret='forged-secret'), 'POST', '/drain'), 403, '^The request signature we calculated')
            self.expect(signed(caller, GUEST.but(token='forged'), 'POST', '/drain'), 403, 'security token')
            self.expect(signed(caller, READER, 'POST', '/drain'), 403, 'does not allow postern:Administer on arn:postern:admin:us-east-1:%s:POST/drain$' % ACCOUNT)
            self.expect(signed(caller, POSTER, 'GET', '/connections'), 403, 'does not allow postern:Administer')
            member.echo()

    def test_callers_from_elsewhere_get_health_and_metrics_only(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(('192.0.2.1', 9))  # sends nothing: it only chooses this machine's own address
            except OSError:
                self.skipTest('this machine has the loopback interface only')
            address = probe.getsockname()[0]
        with served(settings=['gateway.admin.address=0.0.0.0']) as (gateway, _, _):
            url = 'http://%s:%s/' % (address, gateway.admin_url.rsplit(':', 1)[1])
            with Caller(gateway, url) as other:
                self.expect(other.ask('GET', '/metrics'), 200)
                self.expect(other.ask('GET', '/status'), 403, '^Only callers on this machine')

    def test_anybody_may_when_the_configuration_says_so_but_no_page(self):
        with served(settings=['gateway.managementAuthorization=none']) as (_, _, caller):
            self.expect(caller.ask('GET', '/status', b'', ['X-Forwarded-For: 203.0.113.7']), 200)
            self.expect(caller.ask('GET', '/status', b'', ['Origin: http://example.com']), 403)


class PortTest(Case):
    def test_there_may_be_no_admin_listener(self):
        with Gateway(settings=['gateway.admin=none']) as gateway, Client(gateway.url) as client:
            self.assertIsNone(gateway.admin_url)
            client.echo()

    def test_another_port_is_taken_when_the_usual_one_is(self):
        try:
            taken = socket.create_server(('127.0.0.1', 8081))
        except OSError:
            self.skipTest('somebody else has the usual port, and may let go of it at any time')
        with taken, Gateway(settings=['gateway.admin={address: 127.0.0.1}']) as gateway, admin(gateway) as caller:
            self.assertNotEqual(gateway.admin_url, 'http://127.0.0.1:8081')
            self.expect(caller.ask('GET', '/healthz'), 200)
            self.assertTrue(gateway.wait_for_log('admin.port_taken'))

    def test_a_port_that_was_asked_for_is_insisted_on(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            done = run_command('run', '--port', '0', '--set', 'gateway.admin.port=%d' % port)
            self.assertEqual(done.exit_code, FAILED)
            self.assertIn(':%d: Address already in use' % port, done.err)

    def test_ipv6(self):
        with Gateway(settings=['gateway.admin.address=::1']) as gateway:
            self.assertTrue(gateway.admin_url.startswith('http://[::1]:'))
            self.assertEqual(run_command('status', POSTERN_ADMIN=gateway.admin_url).exit_code, FINE)


class CommandsTest(Case):
    def run_for(self, gateway, *arguments, expect=FINE, **extra):
        variables = {'AWS_ACCESS_KEY_ID': '', 'AWS_SECRET_ACCESS_KEY': '', 'AWS_SESSION_TOKEN': '', 'POSTERN_ADMIN': gateway.admin_url, **extra}
        done = run_command(*arguments, **variables)
        self.assertEqual(done.exit_code, expect, done)
        return done

    def test_every_verb_explains_itself(self):
        for verb in (['status'], ['reload'], ['drain'], ['connections'], *(['connections', what] for what in ('list', 'get', 'post', 'delete'))):
            done = run_command(*verb, '-h')
            self.assertEqual((done.exit_code, done.err), (FINE, ''))
            self.assertIn('Usage: ' + ' '.join(['postern', *verb]), done.out)

    def test_a_wrong_command_line_is_exit_code_2(self):
        for command in (['connections'], ['connections', 'nonsense'], ['connections', 'get'], ['connections', 'post', NOBODY], ['status', 'x'],
                        ['connections', 'list', '--limit', '0'], ['connections', 'delete', NOBODY, '--code', '70000'], ['status', '--admin', 'nonsense'],
                        ['status', '--admin', 'https://127.0.0.1']):
            done = run_command(*command)
            self.assertEqual(done.exit_code, USAGE, done)
            self.assertNotEqual(done.err, '')
            self.assertEqual(done.out, '')

    def test_what_is_wrong_on_a_command_line_is_named(self):
        for command, words in ((['connections', 'nonsense'], 'there is no command "nonsense" here'),
                               (['connections', 'list', '--limit', '-1'], '--limit: a whole number from 1 to 100000000 expected, not "-1"'),
                               (['connections', 'delete', NOBODY, '--code', 'x'], '--code: a whole number from 1000 to 4999 expected, not "x"'),
                               (['status', '--admin', 'http://localhost:99999'], 'http://HOST:PORT expected, not "http://localhost:99999"')):
            self.assertIn(words, run_command(*command).err)

    def test_without_a_gateway_commands_fail_and_say_so(self):
        with reserved_port() as port:
            url = 'http://127.0.0.1:%d' % port
            for command in (['status'], ['reload'], ['drain'], ['connections', 'list'], ['connections', 'post', NOBODY, 'x']):
                done = run_command(*command, '--admin', url)
                self.assertEqual((done.exit_code, done.out), (FAILED, ''))
                self.assertIn(url + ': Connection refused', done.err)
                self.assertIn('--admin URL', done.err)

    def test_status(self):
        with served() as (gateway, _, _):
            lines = self.run_for(gateway, 'status').out.splitlines()
            rows = {line.split('  ')[0]: line.split('  ', 1)[1].strip() for line in lines}
            self.assertEqual(rows['pid'], str(gateway.pid))
            self.assertEqual(rows['APIs'], 'test (dev, prod)')
            self.assertTrue(rows['connections'].startswith('1 of %d, by shard: ' % gateway.connections_max), rows)
            self.assertEqual(json.loads(self.run_for(gateway, 'status', '--json').out)['pid'], gateway.pid)
            self.assertEqual(self.run_for(gateway, 'status', '--admin', gateway.admin_url + '/', POSTERN_ADMIN='http://127.0.0.1:1').exit_code, FINE)

    def test_connections(self):
        with Gateway(ONE_API) as gateway, contextlib.ExitStack() as open_ones:
            members = [open_ones.enter_context(Member(gateway.url)) for _ in range(3)]
            table = self.run_for(gateway, 'connections', 'list').out.splitlines()
            self.assertEqual(re.split('  +', table[0]), ['CONNECTION', 'API', 'STAGE', 'SOURCE', 'CONNECTED', 'LAST ACTIVE', 'USER AGENT'])
            self.assertEqual(sorted(line.split()[0] for line in table[1:]), sorted(member.id for member in members))
            listed = json.loads(self.run_for(gateway, 'connections', 'list', '--json', '--api', 'test', '--stage', 'dev').out)['connections']
            self.assertEqual(len(listed), 3)
            self.assertEqual(len(self.run_for(gateway, 'connections', 'list', '--limit', '2').out.splitlines()), 3)
            self.assertEqual(len(self.run_for(gateway, 'connections', 'list', '--stage', 'prod').out.splitlines()), 1)

            first, second, third = members
            self.assertIn('127.0.0.1', self.run_for(gateway, 'connections', 'get', '--', first.id).out)
            self.assertEqual(json.loads(self.run_for(gateway, 'connections', 'get', '--json', '--', first.id).out)['connectionId'], first.id)
            self.run_for(gateway, 'connections', 'post', '--', first.id, 'from the operator')
            self.assertEqual(first.receive_text(), 'from the operator')
            self.run_for(gateway, 'connections', 'delete', '--', second.id)
            self.assertEqual(second.receive_close(), (1000, 'Connection Closed Normally'))
            self.run_for(gateway, 'connections', 'delete', '--code', '4000', '--reason', 'b\u00e4h & so', '--', third.id)
            self.assertEqual(third.receive_close(), (4000, 'b\u00e4h & so'))

            for verb in (['get'], ['delete'], ['post']):
                data = ['x'] if verb == ['post'] else []
                self.assertIn('(status 410)', self.run_for(gateway, 'connections', *verb, NOBODY, *data, expect=FAILED).err)
                self.assertIn('no connection id', self.run_for(gateway, 'connections', *verb, '../status?', *data, expect=FAILED).err)
            self.assertIn('code must be 1000', self.run_for(gateway, 'connections', 'delete', NOBODY, '--code', '1001', expect=FAILED).err)

    def test_a_message_from_the_standard_input(self):
        with served() as (gateway, member, _):
            done = subprocess.run([BINARY, 'connections', 'post', '--admin', gateway.admin_url, '--', member.id, '-'], input=b'line\n"quoted"\n',
                                  env=environment(), capture_output=True, timeout=PATIENCE, check=True)
            self.assertEqual(member.receive_text(), 'line\n"quoted"\n')
            self.assertEqual(done.stdout, b'posted\n')

    def test_more_connections_than_fit_on_a_page(self):
        with Gateway(settings=['gateway.limits.newConnectionsPerSecond=0']) as gateway, contextlib.ExitStack() as open_ones:
            for _ in range(1100):
                open_ones.enter_context(Client(gateway.url))
            self.assertEqual(len(json.loads(self.run_for(gateway, 'connections', 'list', '--json').out)['connections']), 1100)
            self.assertEqual(len(self.run_for(gateway, 'connections', 'list', '--limit', '1050').out.splitlines()), 1051)

    def test_reload(self):
        with served() as (gateway, member, _):
            self.assertEqual(self.run_for(gateway, 'reload').out, 'the configuration is in force\n')
            (gateway.directory / 'postern.yaml').write_text('nonsense: 1\nmore: 2\n')
            done = self.run_for(gateway, 'reload', expect=FAILED)
            for reason in ('the old one is in force', 'nonsense: no such property', 'more: no such property'):
                self.assertIn(reason, done.err)
            self.assertIn('refused', self.run_for(gateway, 'status').out)
            member.echo()

    def test_drain(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member:
            self.assertEqual(self.run_for(gateway, 'drain').out, 'draining\n')
            self.assertEqual(member.receive_close(), (1001, 'Going away'))
            member.socket.close()
            self.assertEqual(gateway.wait(), 0)

    def test_commands_sign_as_aws_s_tools_are_told(self):
        with Gateway(with_keys(ONE_API, OWNER, GUEST)) as gateway, Member(gateway.url) as member:
            owner = {'AWS_ACCESS_KEY_ID': OWNER.id, 'AWS_SECRET_ACCESS_KEY': OWNER.secret}
            guest = {'AWS_ACCESS_KEY_ID': GUEST.id, 'AWS_SECRET_ACCESS_KEY': GUEST.secret, 'AWS_SESSION_TOKEN': GUEST.token}
            unsigned = self.run_for(gateway, 'status', expect=FAILED).err
            self.assertIn('Missing Authentication Token (status 403)', unsigned)
            self.assertIn('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', unsigned)
            for key in (owner, guest):
                self.run_for(gateway, 'status', **key)
                self.run_for(gateway, 'connections', 'list', '--api', 'test', '--stage', 'dev', **key)
                self.run_for(gateway, 'connections', 'post', **key, expect=USAGE)
                self.run_for(gateway, 'connections', 'post', '--', member.id, 'a b\u00e4', **key)
                self.assertEqual(member.receive_text(), 'a b\u00e4')
                self.run_for(gateway, 'reload', **key)
            done = self.run_for(gateway, 'drain', **{**owner, 'AWS_SECRET_ACCESS_KEY': 'forged-secret'}, expect=FAILED)
            self.assertIn('The request signature we calculated does not match', done.err)
            self.assertNotIn(OWNER.secret, done.err + gateway.log_text())
            self.run_for(gateway, 'drain', **{**guest, 'AWS_SESSION_TOKEN': ''}, expect=FAILED)
            self.run_for(gateway, 'connections', 'delete', '--code', '4000', '--reason', 'a b', '--', member.id, **owner)
            self.assertEqual(member.receive_close(), (4000, 'a b'))

    def test_health_asks_the_admin_listener_unless_told_otherwise(self):
        def expect_healthy(*arguments, admin):
            # A gateway has two seconds to answer in, and whoever watches it asks again.
            wait_until(lambda: run_command('health', *arguments, POSTERN_ADMIN=admin).exit_code == FINE, 'the gateway is healthy')

        nobody = 'http://127.0.0.1:1'
        with Gateway() as gateway:
            expect_healthy(admin=gateway.admin_url)
            expect_healthy('--admin', gateway.admin_url, admin=nobody)
            expect_healthy('http://127.0.0.1:%d/ping' % gateway.port, admin=nobody)


if __name__ == '__main__':
    unittest.main()

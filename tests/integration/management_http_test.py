#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""@connections byte by byte: every answer as captured from AWS (spec data-plane 7, captures 1.4 and 3.4), the ways to spell a path, and HTTP/1.1
as backends speak it."""
import contextlib
import socket
import threading
import time
import unittest

from gateway import Gateway, PLAIN_AND_TLS, wait_until
from management import Caller, Member, ONE_API, TWO_APIS
from websocket import CLOSE, CONTINUATION, TEXT, Wire, close_frame, frame, upgrade_request

KiB = 1024
LIMIT = 128 * KiB
DATE = r'Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT'
TYPE = 'Content-Type: application/json'
KEEP = 'Connection: keep-alive'
REQUEST_ID = r'x-amzn-RequestId: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
APIGW_ID = r'x-amz-apigw-id: [A-Za-z0-9_-]{15}='
TRACE_ID = r'X-Amzn-Trace-Id: Root=1-[0-9a-f]{8}-[0-9a-f]{24}'
HTML = 'text/html'


def error(kind):
    return 'x-amzn-ErrorType: ' + kind


class Case(unittest.TestCase):
    def expect(self, answer, status, lines, body=b''):
        head = [status, DATE, *lines]
        self.assertEqual(len(answer.head), len(head), answer.head)
        for line, pattern in zip(answer.head, head):
            self.assertRegex(line, '^%s$' % pattern)
        self.assertEqual(answer.body, body)

    def expect_gone(self, answer):
        self.expect(answer, 'HTTP/1.1 410 Gone', [TYPE, 'Content-Length: 0', KEEP, REQUEST_ID, error('GoneException'), APIGW_ID, TRACE_ID])

    def expect_error(self, answer, status, kind, body):
        self.expect(answer, 'HTTP/1.1 ' + status, [TYPE, 'Content-Length: %d' % len(body), KEEP, REQUEST_ID, error(kind), APIGW_ID], body)

    def expect_forbidden(self, answer):
        self.expect_error(answer, '403 Forbidden', 'ForbiddenException', b'{"message":"Forbidden"}')


@contextlib.contextmanager
def served(configuration=ONE_API, **options):
    """A gateway, one of its clients, and a backend."""
    with Gateway(configuration, **options) as gateway:
        with Member(gateway.url) as member, Caller(gateway) as caller:
            yield gateway, member, caller


class AnswersTest(Case):
    def test_post_answers_200_and_the_client_gets_one_text_frame(self):
        with served() as (_, member, caller):
            self.expect(caller.post(member.id, b'hello'), 'HTTP/1.1 200 OK', [TYPE, 'Content-Length: 0', KEEP, REQUEST_ID, APIGW_ID, TRACE_ID])
            self.assertEqual(member.receive_frame(), (TEXT, b'hello'))

    def test_get_answers_200_and_the_connection_in_aws_s_layout(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url, headers=['User-Agent: probe "1"']) as member, Caller(gateway) as caller:
            answer = caller.get(member.id)
            body = ('{\n  "identity" : {\n    "sourceIp" : "127.0.0.1",\n    "userAgent" : "probe \\"1\\""\n  },\n'
                    '  "connectedAt" : "%s",\n  "lastActiveAt" : "%s"\n}' % (iso8601(member.connected_at), last_active_at(answer)))
            self.expect(answer, 'HTTP/1.1 200 OK', [TYPE, 'Content-Length: %d' % len(body), KEEP, REQUEST_ID, APIGW_ID, TRACE_ID], body.encode())

    def test_a_client_without_a_user_agent_has_null(self):
        with served() as (_, member, caller):
            self.assertIn(b'\n    "userAgent" : null\n', caller.get(member.id).body)

    def test_delete_answers_204_closes_with_1000_and_fires_disconnect(self):
        with served() as (gateway, member, caller):
            self.expect(caller.delete(member.id), 'HTTP/1.1 204 No Content', [TYPE, KEEP, REQUEST_ID, APIGW_ID, TRACE_ID])
            self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))
            self.assertEqual(gateway.ends(1), [(1000, 'Connection Closed Normally')])

    def test_who_has_gone_gets_410_for_every_method(self):
        with served() as (gateway, member, caller):
            member.close()
            gateway.wait_for_events('DISCONNECT', 1)
            for method in ('POST', 'GET', 'DELETE'):
                self.expect_gone(caller.ask(method, caller.path(member.id)))

    def test_one_that_is_closing_is_gone(self):
        with served() as (_, member, caller):
            self.assertEqual(caller.delete(member.id).status, 204)
            for _ in range(3):  # the client has not answered the close frame yet
                self.expect_gone(caller.post(member.id, b'late'))
                self.expect_gone(caller.delete(member.id))
            self.assertEqual(member.receive_frame()[0], CLOSE)

    def test_an_id_of_the_right_shape_that_nobody_has_is_gone(self):
        with served() as (_, member, caller):
            self.expect_gone(caller.get(member.id[:5] + ('A' if member.id[5] != 'A' else 'B') + member.id[6:]))
            self.expect_gone(caller.get('gbgA_S5PGQAYKEilZA=='))

    def test_a_malformed_id_gets_400_with_the_id_in_it(self):
        with served() as (_, member, caller):
            for sent, named in (('AAAAAAAAAAAAAAA=', 'AAAAAAAAAAAAAAA='), ('A' + member.id[1:], 'A' + member.id[1:]), ('%C3%BC', 'ü'), ('x', 'x'),
                                ('a%22b%5C', 'a\\"b\\\\'), ('a%0Ab', 'a\\nb'), ('%FF', '\ufffd'), ('a%2Fb', 'a/b'), ('a' * 3000, 'a' * 3000)):
                body = ('{"message":"Invalid connectionId: %s"}' % named).encode()
                for method in ('POST', 'GET', 'DELETE'):
                    self.expect_error(caller.ask(method, caller.path(sent)), '400 Bad Request', 'BadRequestException', body)
            self.assertEqual(len(caller.get('AAAAAAAAAAAAAAA=').body), 52)

    def test_a_message_of_128_kib_passes_and_one_byte_more_gets_413_with_three_headers(self):
        with served() as (_, member, caller):
            self.assertEqual(caller.post(member.id, b'x' * LIMIT).status, 200)
            self.assertEqual(receive_message(member), b'x' * LIMIT)
            self.expect(caller.post(member.id, b'x' * (LIMIT + 1)), 'HTTP/1.1 413 Payload Too Large', ['Content-Length: 0', KEEP])
            self.assertEqual(caller.post(member.id, b'after').status, 200)  # the backend's connection survives
            self.assertEqual(receive_message(member), b'after')

    def test_a_body_of_2_mib_gets_413_and_the_end_of_the_backend_s_connection(self):
        with served() as (gateway, member, caller):
            with contextlib.suppress(ConnectionError):
                caller.send(caller.request('POST', caller.path(member.id), b'x' * 2 * KiB * KiB))
            self.expect(caller.answer(), 'HTTP/1.1 413 Payload Too Large', ['Content-Length: 0', 'Connection: close'])
            member.echo()

    def test_unknown_stages_get_403(self):
        with served() as (_, member, caller):
            for path in ('/nowhere/@connections/', '/@connections/', '/dev/dev/@connections/', '/DEV/@connections/', '/dev/@connections/x/'):
                for method in ('POST', 'GET', 'DELETE'):
                    self.expect_forbidden(caller.ask(method, path + member.id))

    def test_whatever_bytes_a_path_has_the_log_stays_readable(self):
        with served() as (gateway, member, caller):
            for path in (b'/%FF%1B[31m/@connections/', b'/\xff\xfe/@connections/'):
                self.expect_forbidden(caller.ask('GET', path.decode('latin-1') + member.id))
            paths = [line['path'] for line in gateway.wait_for_log('connections_api.refused', 2)]
            self.assertEqual(paths, ['/%FF%1B[31m/@connections/' + member.id, '/\ufffd\ufffd/@connections/' + member.id])

    def test_paths_that_are_not_quite_connections_get_403(self):
        with served() as (_, member, caller):
            for path in ('/dev/@connections', '/dev/@connections/', '/dev/@connection/' + member.id, '/dev/@connectionsx/' + member.id,
                         '/dev/@connections/%s/' % member.id, '/dev/@Connections/' + member.id):
                self.expect_forbidden(caller.ask('GET', path))

    def test_the_log_tells_that_a_path_beyond_aws_wants_the_extensions(self):
        with served() as (gateway, member, caller):
            for target in ('/dev/@connections', '/nowhere/@connections/' + member.id, '/dev/@connections/a/b', '/dev/@groups/lobby'):
                self.assertEqual(caller.ask('GET', target).status, 403)
            whys = [line['why'] for line in gateway.wait_for_log('connections_api.refused', 3) + gateway.wait_for_log('connect.refused')]
            off = 'gateway.extensions is off: set to true, it serves this path'
            self.assertEqual(whys, [off, 'no such stage', 'no such path', off])

    def test_other_methods_get_403_and_head_no_body(self):
        with served() as (_, member, caller):
            for method in ('PUT', 'PATCH', 'OPTIONS', 'FOO'):
                self.expect_forbidden(caller.ask(method, caller.path(member.id)))
            answer = caller.ask('HEAD', caller.path(member.id))
            self.assertEqual((answer.status, answer.header('Content-Length')), (403, '23'))
            self.assertEqual(caller.get(member.id).status, 200)  # nothing of a body stood in between


class PathsTest(Case):
    def test_ids_and_the_at_sign_may_be_percent_encoded_and_slashes_doubled(self):
        with served() as (_, member, caller):
            encoded = member.id.replace('=', '%3D')
            spellings = ['/dev/@connections/' + member.id, '/dev/@connections/' + encoded, '/dev/%40connections/' + encoded, '/dev/%40connections/' + member.id,
                         '/dev/@connections/' + encoded.replace('%3D', '%3d'), '//dev//@connections//' + encoded, '/dev///%40connections/' + encoded,
                         '/d%65v/@connection%73/' + ''.join('%%%02x' % ord(c) for c in member.id), '/dev/@connections/%s?x=1' % encoded]
            for number, target in enumerate(spellings):
                self.assertEqual(caller.ask('POST', target, b'%d' % number).status, 200, target)
                self.assertEqual(member.receive_text(), str(number))

    def test_any_stage_of_the_same_api_reaches_the_connection(self):
        with served() as (_, member, caller):
            target = '/prod/@connections/' + member.id
            self.assertEqual(caller.ask('GET', target).status, 200)
            self.assertEqual(caller.ask('POST', target, b'hello').status, 200)
            self.assertEqual(member.receive_text(), 'hello')
            self.assertEqual(caller.ask('DELETE', target).status, 204)
            self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))

    def test_a_connection_of_another_api_is_gone(self):
        with Gateway(TWO_APIS) as gateway, Member(gateway.url.replace('rival', 'test')) as member, Caller(gateway) as caller:
            own, other = '/test/dev/@connections/' + member.id, '/rival/dev/@connections/' + member.id
            for method in ('POST', 'GET', 'DELETE'):
                self.expect_gone(caller.ask(method, other))
            self.assertEqual(caller.ask('POST', own, b'still there').status, 200)
            self.assertEqual(member.receive_text(), 'still there')

    def test_the_host_name_may_say_which_api(self):
        with Gateway(TWO_APIS) as gateway, Member(gateway.url.replace('rival', 'test')) as member, Caller(gateway) as caller:
            for host, status in (('test.execute-api.us-east-1.amazonaws.com', 200), ('test.localhost:1234', 200), ('rival.localhost', 410)):
                caller.host = host
                self.assertEqual(caller.ask('GET', '/dev/@connections/' + member.id).status, status, host)

    def test_a_custom_domain_s_mapping_takes_the_stage_s_place(self):
        domains = '''
domainNames:
  ws.example.com: { apiMappings: [{ api: test, stage: dev }, { api: test, stage: prod, key: v1 }] }
  other.example.com: { apiMappings: [{ api: test, stage: dev, key: v2 }] }
'''
        with served(ONE_API + domains) as (_, member, caller):
            for host, path in (('ws.example.com', ''), ('ws.example.com', '/v1'), ('other.example.com', '/v2')):
                caller.host = host
                self.assertEqual(caller.ask('GET', path + '/@connections/' + member.id).status, 200)
            for host, path in (('ws.example.com', 'dev'), ('other.example.com', 'v2/dev'), ('other.example.com', '')):
                caller.host = host
                route = '/'.join(filter(None, [path, '@connections', member.id]))
                body = 'No method found matching route %s for http method POST.' % route
                self.expect_error(caller.ask('POST', '/' + route.replace('=', '%3D'), b'x'), '404 Not Found', 'NotFoundException',
                                  ('{"message":"%s"}' % body).encode())


class TrafficTest(Case):
    def test_last_active_at_moves_with_messages_both_ways_and_not_with_get(self):
        with served() as (_, member, caller):
            def seen():
                return last_active_at(caller.get(member.id))

            def moves(act):
                before = seen()
                wait_until(lambda: iso8601(int(time.time() * 1000) - 5) > before, 'some milliseconds have passed')
                self.assertEqual(seen(), before)
                act()
                wait_until(lambda: seen() > before, 'lastActiveAt has moved')

            moves(lambda: caller.post(member.id, b'hello'))
            moves(lambda: caller.post(member.id))
            moves(lambda: member.send_text('{"action":"oneway"}'))
            moves(lambda: member.send_text('{"action":"echo"}'))

    def test_last_active_at_is_the_time_of_the_message_however_long_connect_took(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as releaser, Wire(gateway.url) as held, Caller(gateway) as caller:
            _, request = upgrade_request(gateway.url + '?hold')
            held.send(request)
            gateway.wait_for_held(1)
            began = time.time()
            wait_until(lambda: time.time() > began + 0.1, 'a tenth of a second has passed')
            releaser.send_text('{"action":"release"}')
            self.assertEqual(held.response().status, 101)
            connection_id = gateway.wait_for_events('CONNECT', 2)[1]['requestContext']['connectionId']
            self.assertEqual(caller.post(connection_id, b'hello').status, 200)
            self.assertGreater(last_active_at(caller.get(connection_id)), iso8601(int((began + 0.09) * 1000)))

    def test_an_empty_post_is_an_empty_text_frame(self):
        with served() as (_, member, caller):
            self.assertEqual(caller.post(member.id).status, 200)
            self.assertEqual(caller.post(member.id, headers=['Content-Length: 0']).status, 200)
            self.assertEqual([member.receive_frame() for _ in range(2)], [(TEXT, b'')] * 2)

    def test_bytes_that_are_not_utf_8_become_replacement_characters(self):
        with served() as (_, member, caller):
            for sent, received in ((b'a\xffb', 'a\ufffdb'), (b'\xe2\x82', '\ufffd'), (b'\xed\xa0\x80', '\ufffd\ufffd\ufffd'), ('€\0'.encode(), '€\0')):
                self.assertEqual(caller.post(member.id, sent).status, 200)
                self.assertEqual(member.receive_text(), received)

    def test_a_thousand_posts_arrive_in_order_and_are_answered_in_order(self):
        for shards in (1, 2):
            with served(settings=['gateway.shards=%d' % shards]) as (gateway, member, caller):
                sending = threading.Thread(target=caller.send, args=[b''.join(
                    caller.request('POST', caller.path(member.id), b'%d' % number) for number in range(1000))])
                sending.start()
                self.assertEqual([caller.answer().status for _ in range(1000)], [200] * 1000)
                self.assertEqual([member.receive_text() for _ in range(1000)], [str(number) for number in range(1000)])
                sending.join()

    def test_a_thousand_posts_over_tls_arrive_in_order(self):
        with Gateway(ONE_API, listeners=PLAIN_AND_TLS) as gateway, Caller(gateway, gateway.tls_url, ca=gateway.development_ca) as caller:
            with Member(gateway.tls_url, ca=gateway.development_ca) as member:
                for first in range(0, 1000, 100):  # both ends' buffers hold a hundred
                    caller.send(b''.join(caller.request('POST', caller.path(member.id), b'%d' % number) for number in range(first, first + 100)))
                    self.assertEqual([caller.answer().status for _ in range(100)], [200] * 100)
                self.assertEqual([member.receive_text() for _ in range(1000)], [str(number) for number in range(1000)])
                self.assertEqual(caller.post(member.id, b'x' * LIMIT).status, 200)
                self.assertEqual(receive_message(member), b'x' * LIMIT)
                self.assertEqual(caller.post(member.id, b'x' * (LIMIT + 1)).status, 413)
                self.assertEqual(caller.delete(member.id).status, 204)
                self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))

    def test_a_hundred_requests_in_one_write_are_answered_in_order(self):
        with served() as (_, member, caller):
            requests = [('POST', member.id, 200), ('GET', member.id, 200), ('GET', 'x', 400), ('DELETE', 'gbgA_S5PGQAYKEilZA==', 410), ('PUT', member.id, 403)] * 20
            caller.send(b''.join(caller.request(method, caller.path(connection), b'x') for method, connection, _ in requests))
            self.assertEqual([caller.answer().status for _ in requests], [status for _, _, status in requests])

    def test_connection_close_is_answered_and_obeyed(self):
        with served() as (_, member, caller):
            answer = caller.get(member.id, headers=['Connection: close'])
            self.assertEqual((answer.status, answer.header('Connection')), (200, 'close'))
            self.assertTrue(caller.is_at_end())

    def test_an_upgrade_may_follow_on_the_same_connection(self):
        with served() as (gateway, member, caller):
            self.assertEqual(caller.post(member.id, b'x').status, 200)
            caller.send(b'GET /dev HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
                        b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n' + frame(TEXT, 'hello') + close_frame(1000))
            self.assertEqual(caller.response().status, 101)
            self.assertEqual(caller.take(7), b'\x81\x05hello')


class BodiesTest(Case):
    def test_a_chunked_body_is_joined(self):
        with served() as (_, member, caller):
            chunked = ['Transfer-Encoding: chunked']
            for body, text in ((b'5\r\nhello\r\n0\r\n\r\n', 'hello'), (b'1;x=y\r\na\r\n002\r\nbc\r\n0\r\nTrailer: x\r\n\r\n', 'abc'), (b'0\r\n\r\n', '')):
                self.assertEqual(caller.post(member.id, body, chunked).status, 200)
                self.assertEqual(member.receive_text(), text)
            big = b'10000\r\n' + b'x' * 65536 + b'\r\n'
            self.assertEqual(caller.post(member.id, big * 2 + b'0\r\n\r\n', chunked).status, 200)
            self.assertEqual(receive_message(member), b'x' * LIMIT)
            self.assertEqual(caller.post(member.id, big * 2 + b'1\r\nx\r\n0\r\n\r\n', chunked).status, 413)

    def test_broken_bodies_get_400_and_deliver_nothing(self):
        with served() as (gateway, member, caller):
            for headers, body in ((['Transfer-Encoding: chunked'], b'zz\r\nhello\r\n0\r\n\r\n'), (['Transfer-Encoding: chunked'], b'5\r\nhelloX\r\n0\r\n\r\n'),
                                  (['Transfer-Encoding: chunked'], b'-1\r\nhello\r\n0\r\n\r\n'), (['Transfer-Encoding: chunked'], b'fffffffffffffffff\r\n'),
                                  (['Content-Length: 5', 'Content-Length: 6'], b'hello!'), (['Content-Length: -1'], b'hello'), (['Content-Length: 5x'], b'hello'),
                                  (['Content-Length: 5', 'Transfer-Encoding: chunked'], b'0\r\n\r\n'), (['Transfer-Encoding: gzip'], b'5\r\nhello\r\n0\r\n\r\n'),
                                  (['Transfer-Encoding: gzip, chunked'], b'5\r\nhello\r\n0\r\n\r\n')):
                with Caller(gateway) as other:
                    answer = other.post(member.id, body, headers)
                    self.assertEqual((answer.status, answer.header('Content-Type')), (400, HTML), (headers, body))
            member.echo()

    def test_framing_without_end_gets_400_and_disturbs_nobody(self):
        with served(settings=['gateway.limits.closeTimeout=1h']) as (gateway, member, _):  # whatever comes is read
            for body in (b'0\r\nX-Trailer: ' + b'a' * 100000 + b'\r\n\r\n', b'0\r\n' + b'X-Trailer: 1\r\n' * 100000, b'2;' + b'a' * 2000000):
                with Caller(gateway) as other:
                    other.send(other.request('POST', '/', body, ['Transfer-Encoding: chunked']))
                    self.assertEqual(other.answer().status, 400)
                member.echo()

    def test_expect_100_continue_is_answered_before_the_body_comes(self):
        with served() as (_, member, caller):
            for text in ('hello', 'again'):
                caller.send(caller.request('POST', caller.path(member.id), headers=['Content-Length: 5', 'Expect: 100-continue']))
                self.assertEqual(caller.answer().head, ['HTTP/1.1 100 Continue'])
                caller.send(text.encode())
                self.assertEqual(caller.answer().status, 200)
                self.assertEqual(member.receive_text(), text)

    def test_a_body_that_is_there_already_needs_no_100(self):
        with served() as (_, member, caller):
            self.assertEqual(caller.post(member.id, b'hello', ['Expect: 100-continue']).status, 200)

    def test_who_waits_with_a_body_that_is_too_large_need_not_send_it(self):
        with served() as (_, member, caller):
            caller.send(caller.request('POST', caller.path(member.id), headers=['Content-Length: 100000000', 'Expect: 100-continue']))
            self.assertEqual(caller.answer().status, 413)
            self.assertTrue(caller.is_at_end())

    def test_a_body_that_is_cut_off_delivers_nothing(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member:
            descriptors = gateway.descriptors()
            for leave in (Caller.leave, Caller.vanish):
                for body in (b'', b'hell'):
                    with Caller(gateway) as cut:
                        cut.send(cut.request('POST', cut.path(member.id), body, ['Content-Length: 5']))
                        leave(cut)
            gateway.wait_for_descriptors_back(descriptors)
            member.echo()

    def test_what_follows_a_body_is_the_next_request(self):
        with served() as (_, member, caller):
            caller.send(caller.request('POST', caller.path(member.id), b'hello and more', ['Content-Length: 5']))
            self.assertEqual(caller.answer().status, 200)
            self.assertEqual(member.receive_text(), 'hello')
            caller.send(b'\r\n\r\n')
            self.assertEqual(caller.answer().status, 400)
            self.assertTrue(caller.is_at_end())

    def test_a_body_that_does_not_come_gets_408(self):
        with served() as (_, member, caller):  # with the usual 10 s: the handshakes of both have no more time than the body
            caller.send(caller.request('POST', caller.path(member.id), b'hell', ['Content-Length: 5']))
            self.assertEqual(caller.answer().status, 408)
            self.assertTrue(caller.is_at_end())
            member.echo()

    def test_half_closing_after_the_requests_still_gets_the_answers(self):
        for shards in (1, 2):
            with Gateway(ONE_API, settings=['gateway.shards=%d' % shards]) as gateway, Member(gateway.url) as member:
                for _ in range(8):  # of two shards, both
                    with Caller(gateway) as caller:
                        caller.send(caller.request('POST', caller.path(member.id), b'x') * 3)
                        caller.socket.shutdown(socket.SHUT_WR)
                        self.assertEqual([caller.answer().status for _ in range(3)], [200] * 3)
                        self.assertTrue(caller.is_at_end())


def iso8601(epoch_millis):
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(epoch_millis // 1000)) + '.%03dZ' % (epoch_millis % 1000)


def last_active_at(answer):
    return answer.body.decode().split('"lastActiveAt" : "')[1].split('"')[0]


def receive_message(member):
    """All frames of one message joined."""
    opcode, message = TEXT, b''
    while True:
        first, second = member.take(2)
        size = second & 0x7F
        size = size if size < 126 else int.from_bytes(member.take(2 if size == 126 else 8), 'big')
        assert first & 0x0F == opcode
        message += member.take(size)
        if first & 0x80:
            return message
        opcode = CONTINUATION


if __name__ == '__main__':
    unittest.main()

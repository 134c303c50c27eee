#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a function returns, or fails to, and what becomes of it for a handshake, a message and a disconnect (spec data-plane 1.4 and 4)."""
import json
import re
import unittest

from functions import ACCEPT, FunctionGateway, Gate, ask, frame_of, node, one_way, returning, two_way
from gateway import wait_until
from websocket import Client, Refused

ID = '[A-Za-z0-9_-]{15}='
CONNECTION_ID = '[A-Za-z0-9_-]{18}=='
INTERNAL = r'\{"message": "Internal server error", "connectionId":"%s", "requestId":"%s"\}' % (CONNECTION_ID, ID)
TIMED_OUT = r'\{"message": "Endpoint request timed out", "connectionId":"%s", "requestId":"%s"\}' % (CONNECTION_ID, ID)

# What no proxy response is, and the words of the log for it.
MALFORMED = {
    'null': 'not an object',
    'undefined': 'not an object',
    '"a text"': 'not an object',
    '{}': 'statusCode is missing',
    '{ body: "no status" }': 'statusCode is missing',
    '{ statusCode: 99 }': 'statusCode is missing or not a number of 100 to 599',
    '{ statusCode: 600 }': 'statusCode is missing or not a number of 100 to 599',
    '{ statusCode: 200, cookies: [] }': 'unknown key cookies',
    '{ statusCode: 200, body: { an: "object" } }': 'body is not a string',
    '{ statusCode: 200, body: "%%%", isBase64Encoded: true }': 'body is not base64',
    '{ statusCode: 200, headers: "none" }': 'headers is not a map of texts',
}

# What goes wrong in a function, and a word of the reason that the log gives.
FAILURES = {
    'throws': (node('exports.handler = async () => { throw new TypeError("no such thing"); };'), 'TypeError: no such thing'),
    'callsBack': (node('exports.handler = (event, context, callback) => callback(new Error("called back"));'), 'called back'),
    'neverSettles': (node('exports.handler = async () => { await new Promise(() => {}); };'), 'can never settle'),
    'exits': (node('exports.handler = async () => process.exit(3);'), 'exit status 3'),
    'killsItself': (node('exports.handler = async () => { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); };'), 'signal: killed'),
    'tooSlow': (node('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));', timeout=1), 'Task timed out after 1.00 seconds'),
    'doesNotLoad': (node('throw new Error("at load");'), 'at load'),
}


class HandshakeTest(unittest.TestCase):
    def refusal(self, function, timeout=None, **more):
        """The answer to a handshake whose $connect is that function; and the log's reason."""
        integration = {} if timeout is None else {'timeoutInMillis': timeout}
        with FunctionGateway({'connect': function}, {'$connect': one_way('connect', **integration)}, **more) as gateway:
            with self.assertRaises(Refused) as refused:
                Client(gateway.url)
            def lines():
                return gateway.log_lines('integration.failed') + gateway.log_lines('connect.refused')

            wait_until(lines, 'the log says why')
            self.assertEqual(len(lines()), 1, 'one line says why')
            return refused.exception.response, lines()[0]['why']

    def test_a_2xx_answer_of_connect_lets_the_client_in_and_nothing_of_it_is_sent(self):
        for status in (200, 201, 204):
            connect = returning('{ statusCode: %d, headers: { "X-Mine": "1" }, body: "dropped" }' % status)
            with FunctionGateway({'connect': connect, 'say': returning('{ statusCode: 200, body: "said" }')},
                                 {'$connect': 'connect', '$default': two_way('say')}) as gateway, Client(gateway.url) as client:
                self.assertNotIn('x-mine', client.handshake.headers)
                self.assertEqual(ask(client, 'hello'), 'said')

    def test_a_callback_of_an_async_handler_is_the_answer_of_connect(self):
        connect = node('exports.handler = async (event, context, callback) => { callback(null, { statusCode: 200 }); };')
        with FunctionGateway({'connect': connect, 'say': returning('{ statusCode: 200, body: "said" }')},
                             {'$connect': 'connect', '$default': two_way('say')}) as gateway, Client(gateway.url) as client:
            self.assertEqual(ask(client, 'hello'), 'said')

    def test_the_subprotocol_that_connect_answers_is_the_handshake_s(self):
        connect = returning('{ statusCode: 200, headers: { "sec-websocket-protocol": event.headers["Sec-WebSocket-Protocol"].split(", ")[1] } }')
        with FunctionGateway({'connect': connect}, {'$connect': 'connect'}) as gateway:
            with Client(gateway.url, headers=['Sec-WebSocket-Protocol: soap, wamp']) as client:
                self.assertEqual(client.handshake.headers['sec-websocket-protocol'], 'wamp')

    def test_any_other_status_is_the_answer_to_the_handshake_with_its_body_and_headers(self):
        for status in (301, 400, 401, 403, 501):
            response, why = self.refusal(returning('{ statusCode: %d, headers: { "X-Reason": "because" }, body: "not today" }' % status))
            self.assertEqual((response.status, response.headers['x-reason'], response.body), (status, 'because', b'not today'))
            self.assertEqual(why, 'the $connect handler answered %d' % status)

    def test_a_function_that_fails_is_a_502_and_the_log_says_why(self):
        for name, (function, reason) in FAILURES.items():
            with self.subTest(name):
                response, why = self.refusal(function)
                self.assertEqual(response.status, 502)
                self.assertRegex(response.body.decode(), '^%s$' % INTERNAL)
                self.assertIn('connect', why)
                self.assertIn(reason, why)

    def test_a_malformed_answer_is_a_502_and_the_log_names_the_function_and_the_mistake(self):
        for expression, mistake in MALFORMED.items():
            with self.subTest(expression):
                response, why = self.refusal(returning(expression))
                self.assertEqual(response.status, 502)
                self.assertRegex(response.body.decode(), '^%s$' % INTERNAL)
                self.assertIn('function "connect"', why)
                self.assertIn(mistake, why)

    def test_an_integration_timeout_that_is_shorter_than_the_function_s_is_a_504(self):
        response, why = self.refusal(node('exports.handler = () => new Promise(() => setInterval(() => {}, 1000));'), timeout=50)
        self.assertEqual(response.status, 504)
        self.assertRegex(response.body.decode(), '^%s$' % TIMED_OUT)
        self.assertEqual(why, 'no answer in time')

    def test_a_function_that_nobody_may_invoke_is_a_500(self):
        response, why = self.refusal({**ACCEPT, 'reservedConcurrentExecutions': 0})
        self.assertEqual(response.status, 500)
        self.assertIn('reservedConcurrentExecutions is 0', why)


class MessageTest(unittest.TestCase):
    def test_every_form_of_a_function_s_uri_calls_it(self):
        arn = 'arn:aws:lambda:us-east-1:123456789012:function:say'
        invocations = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/%s/invocations'
        uris = ['lambda:say', arn, arn + ':live', invocations % arn, invocations % (arn + ':${stageVariables.alias}'),
                invocations % 'arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.name}']
        routes = {'r%d' % number: {'integration': {'integrationType': 'AWS_PROXY', 'integrationUri': uri}, 'routeResponse': True}
                  for number, uri in enumerate(uris)}
        apis = {'test': {'routes': routes, 'stages': {'dev': {'stageVariables': {'name': 'say', 'alias': 'blue'}}}}}
        with FunctionGateway({'say': returning('{ statusCode: 200, body: "said" }')}, {}, more={'apis': apis}) as gateway:
            with Client(gateway.url) as client:
                for route in routes:
                    self.assertEqual(ask(client, {'action': route}), 'said', routes[route])

    def test_the_body_of_a_two_way_route_is_sent_as_it_is_whatever_the_status(self):
        with FunctionGateway({'say': returning('JSON.parse(event.body)')}, {'$default': two_way('say')}) as gateway, Client(gateway.url) as client:
            for status in (200, 301, 404, 500):
                self.assertEqual(ask(client, {'statusCode': status, 'body': ' { "any": "text \u20ac" } ', 'headers': {'X-Not': 'seen'}}),
                                 ' { "any": "text \u20ac" } ')
            self.assertEqual(ask(client, {'statusCode': 200, 'body': 'aGVsbG8=', 'isBase64Encoded': True}), 'hello')

    def test_without_a_body_nothing_is_sent(self):
        # One instance answers in order: what comes first is the answer to the second message.
        say = {**returning('JSON.parse(event.body)'), 'reservedConcurrentExecutions': 1}
        with FunctionGateway({'say': say}, {'$default': two_way('say')}) as gateway, Client(gateway.url) as client:
            for silent in ({'statusCode': 200}, {'statusCode': 200, 'body': ''}, {'statusCode': 200, 'body': None}):
                client.send_text(json.dumps(silent))
            self.assertEqual(ask(client, {'statusCode': 200, 'body': 'first'}), 'first')

    def test_a_one_way_route_sends_nothing_back_whatever_the_function_returns(self):
        say = {**returning('JSON.parse(event.body).reply'), 'reservedConcurrentExecutions': 1}
        routes = {'tell': one_way('say'), '$default': two_way('say')}
        with FunctionGateway({'say': say}, routes) as gateway, Client(gateway.url) as client:
            for status in (200, 401, 501):
                client.send_text(json.dumps({'action': 'tell', 'reply': {'statusCode': status, 'body': 'unheard'}}))
            self.assertEqual(ask(client, {'reply': {'statusCode': 200, 'body': 'heard'}}), 'heard')

    def test_a_body_beyond_128_kib_closes_the_connection_with_1009_and_the_log_says_why(self):
        with FunctionGateway({'say': returning('{ statusCode: 200, body: "x".repeat(131073) }')}, {'$default': two_way('say')}) as gateway:
            with Client(gateway.url) as client:
                client.send_text('more')
                self.assertEqual(client.receive_close()[0], 1009)
                self.assertIn('the answer has 131073 bytes, a message may have 131072', gateway.whys('integration.failed')[0])

    def test_a_malformed_answer_is_an_error_frame_on_one_way_and_two_way_routes(self):
        functions = {'f%d' % number: returning(expression) for number, expression in enumerate(MALFORMED)}
        for kind in (one_way, two_way):
            routes = {name: kind(name) for name in functions}
            with FunctionGateway(functions, routes) as gateway, Client(gateway.url) as client:
                for number, (name, mistake) in enumerate(zip(functions, MALFORMED.values()), 1):
                    self.assertRegex(ask(client, {'action': name}), '^%s$' % INTERNAL)
                    why = gateway.whys('integration.failed', number)[-1]
                    self.assertIn('function "%s": ' % name, why)
                    self.assertIn(mistake, why)

    def test_a_function_that_fails_is_an_error_frame_and_the_connection_and_the_other_routes_go_on(self):
        functions = {**{name: function for name, (function, _) in FAILURES.items()}, 'say': returning('{ statusCode: 200, body: "fine" }')}
        for kind in (one_way, two_way):
            routes = {**{name: kind(name) for name in FAILURES}, 'say': two_way('say')}
            with FunctionGateway(functions, routes) as gateway, Client(gateway.url) as client:
                for number, (name, (_, reason)) in enumerate(FAILURES.items(), 1):
                    with self.subTest(name):
                        frame = ask(client, {'action': name})
                        self.assertRegex(frame, '^%s$' % INTERNAL)
                        line = gateway.wait_for_log('integration.failed', number)[-1]
                        self.assertIn(name, line['why'])
                        self.assertIn(reason, line['why'])
                        self.assertEqual([line['connection_id'], line['request_id']], [json.loads(frame)[key] for key in ('connectionId', 'requestId')])
                        self.assertEqual(ask(client, {'action': 'say'}), 'fine')
                self.assertEqual(len(gateway.log_lines('integration.failed')), len(FAILURES))

    def test_the_error_frame_has_the_request_id_of_the_event(self):
        say = node('exports.handler = async (event) => { console.log("id", event.requestContext.requestId); return null; };')
        with FunctionGateway({'say': say}, {'$default': 'say'}) as gateway, Client(gateway.url) as client:
            frame = frame_of(client, 'hello')
            gateway.logs.wait_for('say', 'id ' + re.escape(frame['requestId']))

    def test_an_integration_timeout_sends_its_frame_and_what_the_function_returns_later_is_dropped(self):
        gate = Gate(self)
        functions = {'late': gate.function(), 'say': returning('{ statusCode: 200, body: "fine" }')}
        routes = {'late': two_way('late', timeoutInMillis=50), 'say': two_way('say')}
        with FunctionGateway(functions, routes) as gateway, Client(gateway.url) as client:
            self.assertRegex(ask(client, {'action': 'late'}), '^%s$' % TIMED_OUT)
            self.assertEqual(gateway.whys('integration.failed'), ['no answer in time'])
            gate.open()
            gateway.logs.wait_for('late', '^END RequestId')
            self.assertEqual(ask(client, {'action': 'say'}), 'fine')

    def test_a_message_that_no_route_takes_is_forbidden_and_the_log_says_why(self):
        with FunctionGateway({'say': ACCEPT}, {'say': 'say'}) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, 'hm')['message'], 'Forbidden')
            self.assertEqual(len(gateway.wait_for_log('message.refused')), 1)


class DisconnectTest(unittest.TestCase):
    def test_what_disconnect_returns_means_nothing_but_a_line_in_the_log_when_it_fails(self):
        for expression, lines in (('{ statusCode: 500 }', 0), ('null', 1), ('(() => { throw new Error("too sad"); })()', 1)):
            with FunctionGateway({'gone': returning(expression)}, {'$disconnect': 'gone'}) as gateway:
                with Client(gateway.url) as client:
                    client.close()
                gateway.logs.wait_for('gone', '^END RequestId')
                gateway.wait_for_log('integration.failed', lines)
                self.assertEqual(len(gateway.log_lines('integration.failed')), lines)

    def test_disconnect_is_told_code_and_reason(self):
        gone = node('exports.handler = async ({ requestContext: c }) => { console.log("gone", c.disconnectStatusCode, c.disconnectReason); };')
        with FunctionGateway({'gone': gone}, {'$disconnect': 'gone'}) as gateway:
            with Client(gateway.url) as client:
                client.close(4001, 'had enough')
            gateway.logs.wait_for('gone', 'gone 4001 had enough')


if __name__ == '__main__':
    unittest.main()

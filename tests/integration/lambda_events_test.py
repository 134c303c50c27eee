#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The events that functions get, byte for byte, and what else an invocation comes with (spec data-plane 2, config-plane 7)."""
import json
import re
import unittest

from functions import ACCEPT, FUNCTION_TIMEOUT, FunctionGateway, RECORDER, ask, node, one_way, python, two_way
from gateway import PLAIN_AND_TLS, wait_until
from websocket import Client

ID = '[A-Za-z0-9_-]{15}='
LONG_ID = '[A-Za-z0-9_-]{18}=='
SHAPES = {'requestId': ID, 'extendedRequestId': ID, 'connectionId': LONG_ID, 'messageId': LONG_ID,
          'requestTime': r'\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000'}
RECORDED = {'runtime': 'provided.al2023', 'handler': 'bootstrap', 'codeUri': 'recorder', 'environment': {'RECORD': 'events'},
            'timeout': FUNCTION_TIMEOUT}
ROUTES = {'$connect': 'all', '$disconnect': 'all', '$default': 'all'}


class RecordingGateway(FunctionGateway):
    """Each event goes to a runtime that keeps its bytes."""

    def __init__(self, stage=None, **options):
        apis = {'test': {'routes': {key: one_way('all') for key in ROUTES}, 'stages': {'dev': stage or {}}}}
        super().__init__({'all': RECORDED}, {}, more={'apis': apis}, files={'recorder/bootstrap': RECORDER}, **options)

    def raw_events(self, count):
        """The first `count` of them, as bytes."""
        record = self.directory / 'recorder/events'
        lines = wait_until(lambda: record.exists() and record.read_bytes().count(b'\n') >= count and record.read_bytes().split(b'\n'),
                           'the function has had %d events' % count)
        return lines[:count]


def compact(value):
    return json.dumps(value, separators=(',', ':')).encode()


class EventsTest(unittest.TestCase):
    def check(self, raw, expected):
        """`expected` has None where ids and times are: these are checked for their shape and taken over."""
        event = json.loads(raw)
        context = event['requestContext']
        for name, value in expected['requestContext'].items():
            if value is not None:
                continue
            if name in SHAPES:
                self.assertRegex(context[name], '^%s$' % SHAPES[name])
            else:
                self.assertIs(type(context[name]), int)
            expected['requestContext'][name] = context[name]
        self.assertEqual(context['requestId'], context['extendedRequestId'])
        self.assertEqual(raw, compact(expected))

    def test_the_connect_event_is_as_aws_serialises_it(self):
        with RecordingGateway() as gateway:
            host = 'localhost:%d' % gateway.port
            sent = ['X-Probe: header value', 'Origin: https://probe.invalid', 'User-Agent: probe', 'x-twice: 1', 'x-twice: 2']
            with Client(gateway.url + '?repeat=first&context=query%20value&repeat=second', headers=sent):
                raw, = gateway.raw_events(1)
            headers = json.loads(raw)['headers']
            self.assertRegex(headers['X-Amzn-Trace-Id'], '^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$')
            many = {'Host': [host], 'Origin': ['https://probe.invalid'], 'Sec-WebSocket-Key': [headers['Sec-WebSocket-Key']],
                    'Sec-WebSocket-Version': ['13'], 'User-Agent': ['probe'], 'X-Amzn-Trace-Id': [headers['X-Amzn-Trace-Id']],
                    'X-Forwarded-For': ['127.0.0.1'], 'X-Forwarded-Port': [str(gateway.port)], 'X-Forwarded-Proto': ['http'],
                    'X-Probe': ['header value'], 'x-twice': ['1', '2']}
            source = headers['X-Forwarded-For']
            self.assertIn(source, ('127.0.0.1', '::1'))
            many['X-Forwarded-For'] = [source]
            self.check(raw, {
                'headers': {name: values[-1] for name, values in many.items()}, 'multiValueHeaders': many,
                'queryStringParameters': {'context': 'query value', 'repeat': 'second'},
                'multiValueQueryStringParameters': {'context': ['query value'], 'repeat': ['first', 'second']},
                'requestContext': {
                    'routeKey': '$connect', 'eventType': 'CONNECT', 'extendedRequestId': None, 'requestTime': None, 'messageDirection': 'IN',
                    'stage': 'dev', 'connectedAt': None, 'requestTimeEpoch': None, 'identity': {'userAgent': 'probe', 'sourceIp': source},
                    'requestId': None, 'domainName': host, 'connectionId': None, 'apiId': 'test'},
                'isBase64Encoded': False})

    def test_the_message_event_is_as_aws_serialises_it(self):
        with RecordingGateway() as gateway:
            with Client(gateway.url) as client:
                client.send_text('{"marker": "\u20ac"}')
                _, raw = gateway.raw_events(2)
            source = json.loads(raw)['requestContext']['identity']['sourceIp']
            expected = {
                'requestContext': {
                    'routeKey': '$default', 'messageId': None, 'eventType': 'MESSAGE', 'extendedRequestId': None, 'requestTime': None,
                    'messageDirection': 'IN', 'stage': 'dev', 'connectedAt': None, 'requestTimeEpoch': None, 'identity': {'sourceIp': source},
                    'requestId': None, 'domainName': 'localhost:%d' % gateway.port, 'connectionId': None, 'apiId': 'test'},
                'body': 'BODY', 'isBase64Encoded': False}
            self.check(raw.replace('{\\"marker\\": \\"\u20ac\\"}'.encode(), b'BODY'), expected)

    def test_the_disconnect_event_is_as_aws_serialises_it(self):
        with RecordingGateway() as gateway:
            with Client(gateway.url, headers=['User-Agent: probe']) as client:
                client.close(4000, 'bye')
            _, raw = gateway.raw_events(2)
            host = 'localhost:%d' % gateway.port
            source = json.loads(raw)['requestContext']['identity']['sourceIp']
            headers = {'Host': host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': ''}
            self.check(raw, {
                'headers': headers, 'multiValueHeaders': {name: [value] for name, value in headers.items()},
                'requestContext': {
                    'routeKey': '$disconnect', 'disconnectStatusCode': 4000, 'eventType': 'DISCONNECT', 'extendedRequestId': None, 'requestTime': None,
                    'messageDirection': 'IN', 'disconnectReason': 'bye', 'stage': 'dev', 'connectedAt': None, 'requestTimeEpoch': None,
                    'identity': {'userAgent': 'probe', 'sourceIp': source}, 'requestId': None, 'domainName': host, 'connectionId': None,
                    'apiId': 'test'},
                'isBase64Encoded': False})

    def test_stage_variables_are_in_every_event(self):
        with RecordingGateway(stage={'stageVariables': {'tenant': 'acme'}}) as gateway:
            with Client(gateway.url) as client:
                client.send_text('hello')
                gateway.raw_events(2)
            for raw in gateway.raw_events(3):
                self.assertEqual(json.loads(raw)['stageVariables'], {'tenant': 'acme'})

    def test_over_tls_the_event_says_so(self):
        with RecordingGateway(listeners=PLAIN_AND_TLS) as gateway:
            with Client(gateway.tls_url, ca=gateway.development_ca):
                raw, = gateway.raw_events(1)
            event = json.loads(raw)
            self.assertEqual(event['headers']['X-Forwarded-Proto'], 'https')
            self.assertEqual(event['requestContext']['domainName'], 'localhost:%d' % gateway.tls_port)


CONTEXT_IN_NODE = node("""
exports.handler = async (event, context) => ({ statusCode: 200, body: JSON.stringify({
  name: context.functionName, version: context.functionVersion, memory: context.memoryLimitInMB, arn: context.invokedFunctionArn,
  request: context.awsRequestId, group: context.logGroupName, stream: context.logStreamName, left: context.getRemainingTimeInMillis(),
  env: process.env }) });
""", timeout=30, memorySize=512)
CONTEXT_IN_PYTHON = python("""
import json, os
def handler(event, context):
    return {'statusCode': 200, 'body': json.dumps({
        'name': context.function_name, 'version': context.function_version, 'memory': context.memory_limit_in_mb, 'arn': context.invoked_function_arn,
        'request': context.aws_request_id, 'group': context.log_group_name, 'stream': context.log_stream_name,
        'left': context.get_remaining_time_in_millis(), 'env': dict(os.environ)})}
""", timeout=30, memorySize=512)


class ContextTest(unittest.TestCase):
    def test_the_context_and_the_environment_are_lambda_s_in_node_and_python(self):
        for function in (CONTEXT_IN_NODE, CONTEXT_IN_PYTHON):
            own = {**function, 'environment': {'MINE': 'yes', 'AWS_REGION': 'nowhere'}}
            with FunctionGateway({'told': own}, {'$default': two_way('told')}) as gateway, Client(gateway.url) as client:
                told = json.loads(ask(client, 'hello'))
                self.assertEqual((told['name'], told['version'], told['memory']), ('told', '$LATEST', '512'))
                self.assertRegex(told['arn'], r'^arn:aws:lambda:us-east-1:\d{12}:function:told$')
                self.assertRegex(told['request'], '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
                self.assertEqual(told['group'], '/aws/lambda/told')
                self.assertRegex(told['stream'], r'^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$')
                self.assertTrue(0 < told['left'] <= 30000)
                env = told['env']
                self.assertEqual(env['MINE'], 'yes')
                self.assertEqual(env['AWS_REGION'], 'us-east-1', 'variables that Lambda sets cannot be set')
                self.assertEqual(env['AWS_LAMBDA_FUNCTION_NAME'], 'told')
                self.assertEqual(env['AWS_EXECUTION_ENV'], 'AWS_Lambda_' + function['runtime'])
                self.assertEqual(env['_HANDLER'], 'index.handler')
                self.assertRegex(env['_X_AMZN_TRACE_ID'], '^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$')
                self.assertTrue(env['AWS_ACCESS_KEY_ID'].startswith('ASIA') and env['AWS_SECRET_ACCESS_KEY'] and env['AWS_SESSION_TOKEN'])
                self.assertEqual(gateway.wait_for_log('function.variable_ignored')[0]['variable'], 'AWS_REGION')

    def test_a_handshake_s_function_is_told_the_trace_id_of_its_event(self):
        traced = node('exports.handler = async (event) => { console.log("traced", process.env._X_AMZN_TRACE_ID, event.headers["X-Amzn-Trace-Id"]); '
                      'return { statusCode: 200 }; };')
        with FunctionGateway({'traced': traced}, {'$connect': 'traced'}) as gateway, Client(gateway.url):
            line, = gateway.logs.wait_for('traced', 'traced (Root=[^ ;]+);Parent=[^ ;]+;Sampled=0 ([^ ]+)$')
            self.assertEqual(line[1], line[2])

    def test_the_log_group_has_start_end_report_and_what_the_function_prints(self):
        says = {**node('exports.handler = async () => { console.log("said"); process.stderr.write("shouted\\n"); return { statusCode: 200, body: "" }; };')}
        prints = python('def handler(event, context):\n    print("said")\n    import sys; sys.stderr.write("shouted\\n")\n    return {"statusCode": 200}')
        for function in (says, prints):
            function = {**function, 'reservedConcurrentExecutions': 1}  # or a second one is started while the first is slow to ask again
            with FunctionGateway({'say': function}, {'$default': 'say'}) as gateway, Client(gateway.url) as client:
                client.send_text('hello')
                gateway.logs.wait_for('say', '^REPORT')
                text = '\n'.join(gateway.logs.lines('say'))
                request = re.search('START RequestId: ([0-9a-f-]{36}) Version: \\$LATEST', text).group(1)
                self.assertRegex(text, r'(?s)START RequestId.*said.*shouted.*END RequestId: %s\nREPORT RequestId: %s\tDuration: \d+\.\d\d ms\t'
                                       r'Billed Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms' % (request, request))
                client.send_text('again')
                gateway.logs.wait_for('say', '^REPORT', 2)
                self.assertNotIn('Init Duration', gateway.logs.lines('say')[-1], 'the second is no cold start')

    def test_layers_are_where_require_and_import_look(self):
        files = {'layer/nodejs/node_modules/lib/index.js': 'module.exports = "from the layer";', 'layer/python/lib.py': 'VALUE = "from the layer"',
                 'src/index.js': 'exports.handler = async () => ({ statusCode: 200, body: require("lib") });',
                 'src/index.py': 'import lib\ndef handler(event, context):\n    return {"statusCode": 200, "body": lib.VALUE}\n'}
        for runtime in ('nodejs20.x', 'python3.11'):
            function = {'runtime': runtime, 'handler': 'index.handler', 'codeUri': 'src', 'layers': ['layer']}
            with FunctionGateway({'say': function}, {'$default': two_way('say')}, files=files) as gateway, Client(gateway.url) as client:
                self.assertEqual(ask(client, 'hello'), 'from the layer')

    def test_a_wrapper_in_a_layer_starts_the_interpreter(self):
        wrapper = '#!/bin/sh\nexport FIRST="$1"\nexec "$@"\n'
        functions = {name: {'runtime': runtime, 'handler': 'index.handler', 'codeUri': 'src', 'layers': ['layer'],
                            'environment': {'AWS_LAMBDA_EXEC_WRAPPER': '/opt/wrap'}}
                     for name, runtime in (('js', 'nodejs20.x'), ('py', 'python3.11'))}
        files = {'layer/wrap': wrapper, 'src/index.js': 'exports.handler = async () => ({ statusCode: 200, body: process.env.FIRST });',
                 'src/index.py': 'import os\ndef handler(event, context):\n    return {"statusCode": 200, "body": os.environ["FIRST"]}\n'}
        with FunctionGateway(functions, {name: two_way(name) for name in functions}, files=files) as gateway, Client(gateway.url) as client:
            self.assertRegex(ask(client, {'action': 'js'}), r'/node\b')
            self.assertRegex(ask(client, {'action': 'py'}), r'/python3')


if __name__ == '__main__':
    unittest.main()

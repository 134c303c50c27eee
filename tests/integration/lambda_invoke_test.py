#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions that are invoked by name: by other functions, by the AWS CLI, and by another gateway."""
import base64
import concurrent.futures
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from aws_cli import AWS, aws_environment
from functions import FunctionGateway, Gate, api, ask, frame_of, node, python, returning, two_way
from gateway import PATIENCE, run_command
from management import OWNER, Key
from websocket import Client

ADDS = returning('{ sum: event.a + event.b, by: context.functionName }')
THROWS = node('exports.handler = async () => { throw new RangeError("out of it"); };')

# Each calls another with its SDK's Lambda client and says what came of it. Versions 3 of the SDK look for the address in the environment.
SDK_3 = node("""
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
exports.handler = async (event) => {
  const answer = await new LambdaClient({}).send(new InvokeCommand({ FunctionName: JSON.parse(event.body).name, Payload: JSON.stringify({ a: 1, b: 2 }) }));
  return { statusCode: 200, body: JSON.stringify([answer.FunctionError ?? null, JSON.parse(Buffer.from(answer.Payload).toString())]) };
};
""", timeout=30)
SDK_2 = node("""
const { Lambda } = require('aws-sdk');
exports.handler = async (event) => {
  const lambda = new Lambda({ endpoint: process.env.AWS_ENDPOINT_URL_LAMBDA });
  const answer = await lambda.invoke({ FunctionName: JSON.parse(event.body).name, Payload: JSON.stringify({ a: 1, b: 2 }) }).promise();
  return { statusCode: 200, body: JSON.stringify([answer.FunctionError ?? null, JSON.parse(answer.Payload)]) };
};
""", timeout=30)
BOTO_3 = python("""
import json, os
import boto3
def handler(event, context):
    client = boto3.client('lambda', endpoint_url=os.environ['AWS_ENDPOINT_URL_LAMBDA'])
    answer = client.invoke(FunctionName=json.loads(event['body'])['name'], Payload=json.dumps({'a': 1, 'b': 2}))
    return {'statusCode': 200, 'body': json.dumps([answer.get('FunctionError'), json.loads(answer['Payload'].read())])}
""", timeout=30)
SDKS = {'sdk3': SDK_3, 'sdk2': SDK_2, 'boto3': BOTO_3}
ROUTES = {name: two_way(name) for name in SDKS}
FUNCTIONS = {**SDKS, 'adds': ADDS, 'throws': THROWS}


class FunctionsInvokeFunctionsTest(unittest.TestCase):
    def check(self, **more):
        with FunctionGateway(FUNCTIONS, ROUTES, **more) as gateway, Client(gateway.url) as client:
            for sdk in SDKS:
                self.assertEqual(json.loads(ask(client, {'action': sdk, 'name': 'adds'})), [None, {'sum': 3, 'by': 'adds'}], sdk)
                error, payload = json.loads(ask(client, {'action': sdk, 'name': 'throws'}))
                self.assertEqual((error, payload['errorType'], payload['errorMessage']), ('Unhandled', 'RangeError', 'out of it'))

    def test_with_the_lambda_client_of_each_sdk(self):
        self.check()

    def test_also_when_callers_have_to_sign(self):
        self.check(more={'gateway': {'accessKeys': [OWNER.settings()]}})

    def test_a_function_that_does_not_exist_is_resource_not_found_exception(self):
        with FunctionGateway(FUNCTIONS, ROUTES) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, {'action': 'sdk3', 'name': 'missing'})['message'], 'Internal server error')
            self.assertIn('ResourceNotFoundException', gateway.whys('integration.failed')[0])


class CliTest(unittest.TestCase):
    def invoke(self, gateway, name, *arguments, payload='{"a":1,"b":2}', key=OWNER):
        """`aws lambda invoke`: what it prints, as an object, and the payload; or its error."""
        out = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-test-')), 'out')
        command = [AWS, 'lambda', 'invoke', '--endpoint-url', gateway.admin_url, '--function-name', name, '--payload', payload,
                   '--cli-binary-format', 'raw-in-base64-out', '--output', 'json', *arguments, str(out)]
        done = subprocess.run(command, env=aws_environment(AWS_ACCESS_KEY_ID=key.id, AWS_SECRET_ACCESS_KEY=key.secret), capture_output=True, text=True,
                              timeout=PATIENCE)
        if done.returncode != 0:
            return done.stderr.strip(), None
        return json.loads(done.stdout), out.read_text()

    def test_aws_lambda_invoke_calls_a_function(self):
        with FunctionGateway({'adds': ADDS, 'throws': THROWS}, {'$default': 'adds'}) as gateway:
            said, payload = self.invoke(gateway, 'adds')
            self.assertEqual((said['StatusCode'], said['ExecutedVersion'], json.loads(payload)), (200, '$LATEST', {'sum': 3, 'by': 'adds'}))
            said, payload = self.invoke(gateway, 'arn:aws:lambda:us-east-1:123456789012:function:adds')
            self.assertEqual(json.loads(payload)['sum'], 3)
            said, payload = self.invoke(gateway, 'throws')
            self.assertEqual((said['StatusCode'], said['FunctionError'], json.loads(payload)['errorType']), (200, 'Unhandled', 'RangeError'))

    def test_log_type_tail_brings_the_log_along(self):
        with FunctionGateway({'adds': ADDS}, {'$default': 'adds'}) as gateway:
            said, _ = self.invoke(gateway, 'adds', '--log-type', 'Tail')
            self.assertRegex(base64.b64decode(said['LogResult']).decode(), '(?s)^START RequestId: .*END RequestId: .*REPORT RequestId: ')

    def test_an_event_is_accepted_and_done_behind_the_caller_s_back(self):
        says = node('exports.handler = async (event) => console.log("got", event.word);')
        with FunctionGateway({'says': says}, {'$default': 'says'}) as gateway:
            said, _ = self.invoke(gateway, 'says', '--invocation-type', 'Event', payload='{"word":"behind"}')
            self.assertEqual(said['StatusCode'], 202)
            gateway.logs.wait_for('says', 'got behind')

    def test_errors_are_those_of_lambda(self):
        with FunctionGateway({'adds': ADDS, 'never': {**ADDS, 'reservedConcurrentExecutions': 0}}, {'$default': 'adds'},
                             more={'gateway': {'accessKeys': [OWNER.settings()]}}) as gateway:
            for name, arguments, error in (('missing', {}, 'ResourceNotFoundException'), ('never', {}, 'TooManyRequestsException'),
                                           ('adds', {'payload': '{'}, 'InvalidRequestContentException')):
                said, _ = self.invoke(gateway, name, **arguments)
                self.assertIn('(%s)' % error, said)
            said, _ = self.invoke(gateway, 'adds', key=Key('AKIDSTRANGER', 'whatever'))
            self.assertRegex(said, r'\((AccessDenied|UnrecognizedClient)Exception\)')


class ElsewhereTest(unittest.TestCase):
    def test_a_function_may_live_behind_an_invoke_api_elsewhere(self):
        say = returning('{ statusCode: 200, body: "from afar " + event.requestContext.routeKey }')
        with FunctionGateway({'say': say, 'throws': THROWS}, {'$default': 'say'}) as there:
            here = {'near': {'endpoint': there.admin_url, 'remoteName': 'say'}, 'throws': {'endpoint': there.admin_url}}
            with FunctionGateway(here, {'$default': two_way('near'), 'throws': 'throws'}) as gateway, Client(gateway.url) as client:
                self.assertEqual(ask(client, 'hello'), 'from afar $default')
                self.assertEqual(frame_of(client, {'action': 'throws'})['message'], 'Internal server error')
                self.assertIn('out of it', gateway.whys('integration.failed')[0])

    def test_a_reload_does_not_end_what_a_function_elsewhere_is_doing(self):
        gate = Gate(self)
        with FunctionGateway({'wait': gate.function()}, {'$default': 'wait'}) as there:
            near = {'near': {'endpoint': there.admin_url, 'remoteName': 'wait', 'timeout': 60}}
            with FunctionGateway({**near, 'who': returning('{ statusCode: 200, body: "me" }')}, {'$default': two_way('who')}, file_name='postern.yaml') as gateway, \
                    concurrent.futures.ThreadPoolExecutor() as callers:
                with Client(gateway.url) as client:
                    self.assertEqual(ask(client, 'hello'), 'me')
                invoked = callers.submit(run_command, 'invoke', 'near', '{}', '--admin', gateway.admin_url)
                try:
                    there.logs.wait_for('wait', 'waits')
                    near['near']['timeout'] = 61
                    gateway.write_file('postern.yaml', api(near, {'$default': 'near'}))
                    gateway.signal(signal.SIGHUP)
                    gateway.wait_for_instances(0)  # the former configuration's functions have been told to end
                finally:
                    gate.open()
                done = invoked.result()
                self.assertEqual((done.exit_code, json.loads(done.out or 'null')), (0, {'statusCode': 200, 'body': str(there.instances('wait')[0])}), done)

    def test_an_endpoint_where_nobody_listens_costs_the_message_and_the_log_names_both(self):
        here = {'near': {'endpoint': 'http://127.0.0.1:1'}}
        with FunctionGateway(here, {'$default': two_way('near')}) as gateway, Client(gateway.url) as client:
            self.assertEqual(frame_of(client, 'hello')['message'], 'Internal server error')
            why, = gateway.whys('integration.failed')
            self.assertIn('near', why)
            self.assertIn('127.0.0.1:1', why)


if __name__ == '__main__':
    unittest.main()

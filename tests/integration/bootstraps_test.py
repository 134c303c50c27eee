#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the bootstraps of Node.js and Python have in common: how they speak the Runtime API, what the context says, and how they end."""
import json
import subprocess
import unittest

from runtime_api import ARN, COMMANDS, Instance, PATIENCE

LANGUAGES = ('node', 'python')

ECHO = {
    'node': {'index.js': 'exports.handler = async (event) => event;'},
    'python': {'app.py': 'def handler(event, context):\n    return event\n'},
}

CONTEXT = {
    'node': {'index.js': """
        exports.handler = async (event, context) => ({
          request: context.awsRequestId, arn: context.invokedFunctionArn, name: context.functionName, version: context.functionVersion,
          memory: context.memoryLimitInMB, group: context.logGroupName, stream: context.logStreamName, left: context.getRemainingTimeInMillis(),
          trace: process.env._X_AMZN_TRACE_ID ?? null, tenant: context.tenantId ?? null,
          client: context.clientContext?.custom ?? null, identity: context.identity?.cognitoIdentityId ?? null });"""},
    'python': {'app.py': """
import os
def handler(event, context):
    return {
        'request': context.aws_request_id, 'arn': context.invoked_function_arn, 'name': context.function_name,
        'version': context.function_version, 'memory': context.memory_limit_in_mb, 'group': context.log_group_name,
        'stream': context.log_stream_name, 'left': context.get_remaining_time_in_millis(), 'trace': os.environ.get('_X_AMZN_TRACE_ID'),
        'tenant': context.tenant_id, 'client': context.client_context and context.client_context.custom,
        'identity': context.identity.cognito_identity_id }
"""},
}

SIZES = {
    'node': {'index.js': "exports.handler = async (event) => 'ä'.repeat(event.count);"},
    'python': {'app.py': "def handler(event, context):\n    return 'ä' * event['count']\n"},
}

EXITS = {
    'node': {'index.js': 'exports.handler = async (event) => { process.exit(event.code); };'},
    'python': {'app.py': "import sys\ndef handler(event, context):\n    sys.exit(event['code'])\n"},
}

EXITS_WHEN_LOADED = {
    'node': {'index.js': 'process.exit(7);'},
    'python': {'app.py': 'import sys\nsys.exit(7)\n'},
}


class BothLanguages(unittest.TestCase):
    def instances(self, files, **environment):
        """One of each language, one after the other."""
        for language in LANGUAGES:
            with self.subTest(language=language), Instance(language, files[language], **environment) as instance:
                yield instance

    def test_events_and_results_of_every_json_type_pass_unchanged(self):
        values = [None, True, 0, -1.5, 1e21, '', 'text', [], {}, {'a': [1, {'b': None}]}, 'ä€😀\u2028\0"\\', {'ключ': '日本'}]
        for instance in self.instances(ECHO):
            for value in values:
                outcome = instance.invoke(value)
                self.assertEqual(outcome.kind, 'response')
                self.assertEqual(outcome.value, value)
            self.assertEqual(outcome.body.decode().count('日'), 1)  # UTF-8, not escapes

    def test_many_invocations_go_over_one_connection(self):
        for instance in self.instances(ECHO):
            for number in range(500):
                self.assertEqual(instance.invoke(number).value, number)
            self.assertEqual(instance.connections, 1)

    def test_an_invocation_that_arrives_in_pieces_is_put_together(self):
        for instance in self.instances(ECHO):
            for step in (1, 7, 200):
                self.assertEqual(instance.invoke({'text': 'ä' * 50}, step=step).value, {'text': 'ä' * 50})

    def test_six_megabytes_pass_both_ways(self):
        text = 'x' * (6 * 1024 * 1024 - 2)
        for instance in self.instances(ECHO):
            self.assertEqual(instance.invoke(text).value, text)
            self.assertEqual(instance.invoke('after').value, 'after')

    def test_a_result_that_is_too_large_is_the_gateways_to_refuse_and_the_next_invocation_runs(self):
        for instance in self.instances(SIZES):
            self.assertGreater(len(instance.invoke({'count': 3_200_000}).body), 6_291_556)
            self.assertEqual(instance.invoke({'count': 2}).value, 'ää')

    def test_an_event_that_is_no_json_is_an_error_and_the_next_invocation_runs(self):
        for instance in self.instances(ECHO):
            outcome = instance.invoke(raw=b'{"a":')
            self.assertEqual(outcome.kind, 'error')
            self.assertIn(outcome.error_type, ('SyntaxError', 'Runtime.UnmarshalError'))
            self.assertEqual(instance.invoke(1).value, 1)

    def test_the_context_says_what_aws_says(self):
        for instance in self.instances(CONTEXT):
            request_id = instance.send(None, milliseconds=30_000, Lambda_Runtime_Aws_Tenant_Id='blue',
                                       Lambda_Runtime_Client_Context='{"custom":{"a":"bä€"}}',
                                       Lambda_Runtime_Cognito_Identity='{"cognitoIdentityId":"id-1","cognitoIdentityPoolId":"pool"}')
            told = instance.outcome().value
            self.assertTrue(0 < told.pop('left') <= 30_000)
            self.assertEqual(told, {
                'request': request_id, 'arn': ARN, 'name': 'chat', 'version': '$LATEST', 'memory': '128', 'group': '/aws/lambda/chat',
                'stream': '2026/11/22/[$LATEST]0123456789abcdef0123456789abcdef', 'trace': 'Root=1-5759e988-bd862e3fe1be46a994272793',
                'tenant': 'blue', 'client': {'a': 'bä€'}, 'identity': 'id-1'})

    def test_each_invocation_has_its_own_trace_id_or_none(self):
        for instance in self.instances(CONTEXT):
            for trace_id in ('Root=1-a', 'Root=1-b', None, 'Root=1-c'):
                told = instance.invoke(trace_id=trace_id).value
                self.assertEqual((told['trace'], told['tenant'], told['client'], told['identity']), (trace_id, None, None, None))

    def test_a_handler_that_ends_the_process_ends_it_with_its_code_and_without_an_answer(self):
        for instance in self.instances(EXITS):
            self.assertEqual(instance.invoke({'code': 3})[:2], ('exit', 3))
        for instance in self.instances(EXITS_WHEN_LOADED):
            self.assertEqual(instance.outcome()[:2], ('exit', 7))

    def test_an_instance_ends_when_the_gateway_is_gone(self):
        for instance in self.instances(ECHO):
            instance.invoke(1)
            instance.hang_up()
            self.assertEqual(instance.outcome()[:2], ('exit', 1))

    def test_without_a_gateway_there_is_no_instance(self):
        for language in LANGUAGES:
            for address, said in (('127.0.0.1:1', 'the Runtime API at 127.0.0.1:1: '), ('nowhere', 'which is not HOST:PORT')):
                with self.subTest(language=language, address=address):
                    done = subprocess.run(COMMANDS[language], env={'AWS_LAMBDA_RUNTIME_API': address, '_HANDLER': 'a.b'},
                                          capture_output=True, text=True, timeout=PATIENCE)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(said, done.stderr)

    def test_errors_go_to_stderr_as_one_line_with_their_stack(self):
        files = {
            'node': {'index.js': "exports.handler = async () => { throw Object.assign(new RangeError('far\\noff'), { code: 'E1' }); };"},
            'python': {'app.py': "def handler(event, context):\n    raise IndexError('far\\noff')\n"},
        }
        for instance in self.instances(files):
            request_id = instance.send(None)
            outcome = instance.outcome()
            self.assertEqual(outcome.kind, 'error')
            self.assertIn(outcome.error_type, ('RangeError', 'IndexError'))
            self.assertEqual(outcome.value['errorMessage'], 'far\noff')
            said = instance.err()
            self.assertEqual(said.count('\n'), 1)
            if outcome.error_type == 'RangeError':
                head, logged = said.rstrip('\n').split(' \t')
                self.assertRegex(head, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t' + request_id + '\tERROR\tInvoke Error$')
                logged = json.loads(logged)
                self.assertEqual((logged['errorType'], logged['errorMessage'], logged['code']), ('RangeError', 'far\noff', 'E1'))
                self.assertIn('index.js:1:', '\n'.join(logged['stack']))
                self.assertIn('index.js:1:', '\n'.join(outcome.value['trace']))
            else:
                self.assertTrue(said.startswith('[ERROR] IndexError: far\roff\rTraceback (most recent call last):\r  File "'), said)
                self.assertEqual(outcome.value['requestId'], request_id)
                self.assertEqual(len(outcome.value['stackTrace']), 1, 'the function\'s frames only')
                self.assertIn('app.py", line 2, in handler', outcome.value['stackTrace'][0])


if __name__ == '__main__':
    unittest.main()

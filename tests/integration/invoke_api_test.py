#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions invoked through the clients that people have, unmodified: the AWS CLI, boto3, the SDK 3 for JavaScript, and `postern invoke`;
and by a gateway whose functions are elsewhere."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

import boto3
import botocore
import botocore.config

from gateway import Gateway, PATIENCE, run_command, wait_until
from management import Key, OWNER, REGION, statement, with_keys
from management_clients_test import AWS, aws_environment

HERE = pathlib.Path(__file__).parent
ACCOUNT = '123456789012'
ARN = 'arn:aws:lambda:%s:%s:function:' % (REGION, ACCOUNT)
PAYLOAD_MAX = 6291456
INVOKER = Key('AKIDINVOKER', 'a-secret-of-the-invoker', policy=statement('Allow', ARN + 'hello', 'lambda:InvokeFunction'))

# A function of the runtime provided.al2023 that does what its event says.
BOOTSTRAP = r'''#!/usr/bin/python3
import json, os, pathlib, urllib.request
API = 'http://%s/2018-06-01/runtime/invocation/' % os.environ['AWS_LAMBDA_RUNTIME_API']
while True:
    with urllib.request.urlopen(API + 'next') as answer:
        request_id, event = answer.headers['Lambda-Runtime-Aws-Request-Id'], json.load(answer)
        context = answer.headers['Lambda-Runtime-Client-Context']
    todo = event if isinstance(event, dict) else {}
    path, result = '/response', {'event': event if len(str(event)) < 1000 else len(event), 'context': context and json.loads(context)}
    if 'say' in todo:
        print(todo['say'], flush=True)
    if 'touch' in todo:
        pathlib.Path(todo['touch']).touch()
    if 'fail' in todo:
        path, result = '/error', {'errorType': 'Mistake', 'errorMessage': todo['fail'], 'stackTrace': []}
    urllib.request.urlopen(urllib.request.Request(API + request_id + path, json.dumps(result).encode(), method='POST')).close()
'''

CONFIGURATION = '''
apis: { test: { routes: { $default: "plugin:echo" }, stages: { dev: {} } } }
functions:
  hello: { runtime: provided.al2023, codeUri: "%s", timeout: 60 }
  nobody: { runtime: provided.al2023, codeUri: "%s", reservedConcurrentExecutions: 0 }
'''


@contextlib.contextmanager
def served(*keys):
    directory = tempfile.mkdtemp(prefix='postern-test-')
    try:
        bootstrap = pathlib.Path(directory, 'bootstrap')
        bootstrap.write_text(BOOTSTRAP)
        bootstrap.chmod(bootstrap.stat().st_mode | stat.S_IXUSR)
        configuration = CONFIGURATION % (directory, directory)
        with Gateway(with_keys(configuration, *keys) if keys else configuration + 'accountId: "%s"\n' % ACCOUNT) as gateway:
            yield gateway, pathlib.Path(directory)
    finally:
        shutil.rmtree(directory)


def call(gateway, payload=None, name='hello', key=OWNER, **extra):
    """One invocation, the same for all clients. Also `type`, `log`, `context` (base64), `qualifier`, and `size`: of a payload, in bytes."""
    made = {'endpoint': gateway.admin_url, 'name': name, 'key_id': key.id, 'secret': key.secret, 'token': key.token}
    if payload is not None:
        made['payload'] = payload if isinstance(payload, str) else json.dumps(payload)
    return {**made, **extra}


def payload_of(each):
    return b'"' + b'x' * (each['size'] - 2) + b'"' if 'size' in each else each.get('payload', '').encode()


class Cli:
    """A process for each call."""

    OPTIONS = {'type': '--invocation-type', 'log': '--log-type', 'context': '--client-context', 'qualifier': '--qualifier'}

    def run(self, calls):
        with tempfile.TemporaryDirectory() as directory:
            return [self._run(each, pathlib.Path(directory)) for each in calls]

    def _run(self, each, directory):
        command = [AWS, 'lambda', 'invoke', '--endpoint-url', each['endpoint'], '--function-name', each['name'], '--output', 'json']
        for option, flag in self.OPTIONS.items():
            if option in each:
                command += [flag, each[option]]
        if payload_of(each):
            (directory / 'payload').write_bytes(payload_of(each))
            command += ['--payload', 'fileb://%s' % (directory / 'payload')]
        extra = {'AWS_ACCESS_KEY_ID': each['key_id'], 'AWS_SECRET_ACCESS_KEY': each['secret'], 'AWS_MAX_ATTEMPTS': '1'}
        if each['token']:
            extra['AWS_SESSION_TOKEN'] = each['token']
        done = subprocess.run([*command, str(directory / 'result')], env=aws_environment(**extra), capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            said = done.stderr.strip()
            assert said.startswith('An error occurred ('), said
            return {'error': said.split('(', 1)[1].split(')', 1)[0], 'message': said.partition('operation')[2].partition(': ')[2]}
        told = json.loads(done.stdout)
        return {'status': told['StatusCode'], 'payload': (directory / 'result').read_text(), 'function_error': told.get('FunctionError'),
                'log': told.get('LogResult'), 'version': told.get('ExecutedVersion')}


class Boto3:
    def run(self, calls):
        return [self._run(each) for each in calls]

    def _run(self, each):
        client = boto3.client('lambda', endpoint_url=each['endpoint'], region_name=REGION, aws_access_key_id=each['key_id'],
                              aws_secret_access_key=each['secret'], aws_session_token=each['token'],
                              config=botocore.config.Config(retries={'total_max_attempts': 1}))
        names = {'type': 'InvocationType', 'log': 'LogType', 'context': 'ClientContext', 'qualifier': 'Qualifier'}
        options = {argument: each[option] for option, argument in names.items() if option in each}
        if payload_of(each):
            options['Payload'] = payload_of(each)
        try:
            answer = client.invoke(FunctionName=each['name'], **options)
            return {'status': answer['StatusCode'], 'payload': answer['Payload'].read().decode(), 'function_error': answer.get('FunctionError'),
                    'log': answer.get('LogResult'), 'version': answer.get('ExecutedVersion'), 'request_id': answer['ResponseMetadata']['RequestId']}
        except botocore.exceptions.ClientError as error:
            return {'status': error.response['ResponseMetadata']['HTTPStatusCode'], 'error': error.response['Error']['Code'],
                    'message': error.response['Error'].get('Message'), 'is_typed': type(error) is not botocore.exceptions.ClientError,
                    'reason': error.response.get('Reason')}
        finally:
            client.close()


class Node:
    def run(self, calls):
        done = subprocess.run(['node', str(HERE / 'invoke_v3.js')], env=aws_environment(CALLS=json.dumps(calls)), capture_output=True, text=True,
                              timeout=2 * PATIENCE)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


CLIENTS = {'aws cli': Cli(), 'boto3': Boto3(), 'sdk v3': Node()}


class Case(unittest.TestCase):
    def for_all(self, calls, check):
        """`check(results)` with what each client makes of the calls."""
        for name, client in CLIENTS.items():
            with self.subTest(client=name):
                check(client.run(calls))

    def expect_error(self, result, status, error, message, is_modelled=True):
        self.assertEqual((result.get('status', status), result.get('error')), (status, error), result)
        self.assertIn(message, result['message'])
        self.assertEqual(result.get('is_typed', is_modelled), is_modelled, result)


class InvokeTest(Case):
    def test_results_errors_and_logs(self):
        context = base64.b64encode(b'{"custom":{"a":"1"}}').decode()

        def check(results):
            plain, empty, failed, logged, by_arn, by_alias = results
            for result in results:
                self.assertEqual((result['status'], result['version']), (200, '$LATEST'), result)
            self.assertEqual(json.loads(plain['payload']), {'event': {'a': 'ö'}, 'context': {'custom': {'a': '1'}}})
            self.assertIsNone(plain.get('function_error'))
            self.assertIsNone(plain.get('log'))
            self.assertEqual(json.loads(empty['payload'])['event'], {})
            self.assertEqual(failed['function_error'], 'Unhandled')
            self.assertEqual(json.loads(failed['payload'])['errorMessage'], 'on purpose')
            log = base64.b64decode(logged['log']).decode()
            self.assertIn('START RequestId: ', log)
            self.assertIn('heard by nobody else\n', log)
            self.assertIn('REPORT RequestId: ', log)
            self.assertEqual(json.loads(by_arn['payload'])['event'], 1)
            self.assertEqual(json.loads(by_alias['payload'])['event'], [2])

        with served() as (gateway, _):
            self.for_all([call(gateway, {'a': 'ö'}, context=context), call(gateway), call(gateway, {'fail': 'on purpose'}),
                          call(gateway, {'say': 'heard by nobody else'}, log='Tail'), call(gateway, 1, name=ARN + 'hello'),
                          call(gateway, [2], qualifier='prod')], check)

    def test_an_event_runs_and_nobody_waits(self):
        with served() as (gateway, directory):
            for name, client in CLIENTS.items():
                with self.subTest(client=name):
                    file = directory / name.replace(' ', '-')
                    result, = client.run([call(gateway, {'touch': str(file)}, type='Event')])
                    self.assertEqual((result['status'], result['payload'] or ''), (202, ''))
                    wait_until(file.exists, 'the function has run')
            CLIENTS['boto3'].run([call(gateway, {'fail': 'in vain'}, type='Event')])
            line = gateway.wait_for_log('invoke.failed')[0]
            self.assertEqual((line['function'], line['type']), ('hello', 'Event'))
            self.assertIn('in vain', line['why'])

    def test_a_dry_run_runs_nothing(self):
        with served() as (gateway, directory):
            self.for_all([call(gateway, {'touch': str(directory / 'touched')}, type='DryRun')],
                         lambda results: self.assertEqual(results[0]['status'], 204))
            self.assertFalse((directory / 'touched').exists())

    def test_errors_are_those_of_aws(self):
        def check(results):
            unknown, no_json, throttled, too_large, event_too_large = results
            self.expect_error(unknown, 404, 'ResourceNotFoundException', 'Function not found: ' + ARN + 'unknown')
            self.expect_error(no_json, 400, 'InvalidRequestContentException', 'Could not parse request body into json')
            self.expect_error(throttled, 429, 'TooManyRequestsException', 'Rate Exceeded')
            self.assertEqual(throttled.get('reason', 'ReservedFunctionConcurrentInvocationLimitExceeded'), 'ReservedFunctionConcurrentInvocationLimitExceeded')
            self.expect_error(too_large, 413, 'RequestTooLargeException', 'must be smaller than 6291456 bytes')
            self.expect_error(event_too_large, 413, 'RequestTooLargeException', 'must be smaller than 1048576 bytes')

        with served() as (gateway, _):
            self.for_all([call(gateway, name='unknown'), call(gateway, '{'), call(gateway, name='nobody'), call(gateway, size=PAYLOAD_MAX + 1),
                          call(gateway, size=1048577, type='Event')], check)

    def test_6_mib_pass(self):
        with served() as (gateway, _):
            self.for_all([call(gateway, size=PAYLOAD_MAX)], lambda results: self.assertEqual(json.loads(results[0]['payload'])['event'], PAYLOAD_MAX - 2))

    def test_with_keys_whoever_signs_and_may(self):
        def check(results):
            self.assertEqual([result.get('status') for result in results[:2]], [200, 200], results)
            self.expect_error(results[2], 403, 'AccessDeniedException', 'no identity-based policy allows the lambda:InvokeFunction action', is_modelled=False)
            self.expect_error(results[3], 403, 'InvalidSignatureException', 'The request signature we calculated does not match', is_modelled=False)
            self.expect_error(results[4], 403, 'UnrecognizedClientException', 'The security token included in the request is invalid', is_modelled=False)

        with served(OWNER, INVOKER) as (gateway, _):
            self.for_all([call(gateway), call(gateway, name=ARN + 'hello', key=INVOKER), call(gateway, name='nobody', key=INVOKER),
                          call(gateway, key=OWNER.but(secret='another-secret')), call(gateway, key=Key('AKIDSTRANGER', 'x'))], check)


REMOTE = '''
apis: { test: { routes: { $default: "plugin:echo" }, stages: { dev: {} } } }
functions:
  far: { endpoint: "%s", remoteName: hello, timeout: 60 }
  throttled: { endpoint: "%s", remoteName: nobody }
  misnamed: { endpoint: "%s" }
  gone: { endpoint: "http://127.0.0.1:1" }
'''


class RemoteTest(Case):
    """A gateway whose functions are another gateway's."""

    def test_a_function_elsewhere_is_as_one_here(self):
        context = base64.b64encode(b'{"custom":{"a":"1"}}').decode()
        calls = [({'a': 'ö'}, 'far'), ({'fail': 'on purpose'}, 'far'), (1, 'throttled'), (1, 'misnamed'), (1, 'gone')]
        with served(OWNER) as (there, _):
            key = {'AWS_ACCESS_KEY_ID': OWNER.id, 'AWS_SECRET_ACCESS_KEY': OWNER.secret, 'AWS_REGION': REGION}
            with Gateway(REMOTE % ((there.admin_url,) * 3), **key) as here:
                made = [call(here, payload, name=name, context=context, log='Tail') for payload, name in calls]
                plain, failed, throttled, misnamed, gone = CLIENTS['boto3'].run(made)
                self.assertEqual(json.loads(plain['payload']), {'event': {'a': 'ö'}, 'context': {'custom': {'a': '1'}}})
                self.assertIn('START RequestId: ', base64.b64decode(plain['log']).decode())
                self.assertEqual((failed['status'], failed['function_error']), (200, 'Unhandled'))
                self.assertEqual(json.loads(failed['payload'])['errorMessage'], 'on purpose')
                self.expect_error(throttled, 429, 'TooManyRequestsException', 'Rate Exceeded')
                self.assertEqual((misnamed['status'], misnamed['error']), (404, 'ResourceNotFoundException'))
                self.expect_error(gone, 502, 'InvalidRuntimeException', 'http://127.0.0.1:1 cannot be reached: Connection refused')
                why = [line['why'] for line in here.wait_for_log('invoke.failed', 4)]
                self.assertIn('its name there is its remoteName, now misnamed', why[2])
                self.assertIn('failed: Mistake: on purpose', why[0])


class CommandTest(unittest.TestCase):
    def test_the_result_is_printed(self):
        with served() as (gateway, _):
            done = run_command('invoke', 'hello', '{"say":"a line"}', '--log', '--admin', gateway.admin_url)
            self.assertEqual((done.exit_code, json.loads(done.out)['event']), (0, {'say': 'a line'}), done.err)
            self.assertIn('a line\n', done.err)
            done = run_command('invoke', 'hello', '--admin', gateway.admin_url)
            self.assertEqual((done.exit_code, json.loads(done.out)['event'], done.err), (0, {}, ''))

    def test_failures_have_their_exit_code(self):
        with served() as (gateway, _):
            done = run_command('invoke', 'hello', '{"fail":"on purpose"}', '--admin', gateway.admin_url)
            self.assertEqual((done.exit_code, json.loads(done.out)['errorType'], done.err), (1, 'Mistake', 'postern: the function failed\n'))
            done = run_command('invoke', 'unknown', '--admin', gateway.admin_url)
            self.assertEqual((done.exit_code, done.out), (1, ''))
            self.assertEqual(done.err, 'postern: Function not found: %sunknown (status 404)\n' % ARN)
            self.assertEqual(run_command('invoke').exit_code, 2)

    def test_it_signs(self):
        with served(OWNER) as (gateway, _):
            done = run_command('invoke', 'hello', '--admin', gateway.admin_url, AWS_ACCESS_KEY_ID='', AWS_SECRET_ACCESS_KEY='')
            self.assertEqual(done.exit_code, 1)
            self.assertRegex(done.err, r'^postern: Missing Authentication Token \(status 403\)\nThe request was not signed: AWS_ACCESS_KEY_ID .*\n$')
            done = run_command('invoke', 'hello', '1', '--admin', gateway.admin_url, AWS_ACCESS_KEY_ID=OWNER.id, AWS_SECRET_ACCESS_KEY=OWNER.secret)
            self.assertEqual((done.exit_code, json.loads(done.out)['event']), (0, 1), done.err)


if __name__ == '__main__':
    unittest.main()

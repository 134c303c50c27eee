#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""@connections through the clients that backends have, unmodified: the AWS CLI, boto3, and the SDKs 3 and 2 for JavaScript. The same calls with
each, and their typed errors."""
import datetime
import io
import json
import os
import pathlib
import subprocess
import time
import unittest

import boto3
import botocore
import botocore.config

from aws_cli import AWS, aws_environment
from exposition import scrape
from gateway import Gateway, PATIENCE, PLAIN_AND_TLS, wait_until
from management import Caller, GUEST, Key, Member, ONE_API, OWNER, POSTER, REGION, with_keys

HERE = pathlib.Path(__file__).parent
TOO_LARGE = 131073
ANYBODY = Key('AKIDANYBODY', 'whatever-it-is')


def call(operation, gateway, connection_id, key=OWNER, **extra):
    """One call, the same for all clients. Also `data` or `size`: what to post; `attempts`: at most so many; `unsigned`."""
    made = {'operation': operation, 'endpoint': gateway.url.replace('ws', 'http', 1), 'id': connection_id, 'key_id': key.id,
            'secret': key.secret, 'token': key.token}
    return {**made, **extra}


class Cli:
    """A process for each call."""

    COMMANDS = {'post': 'post-to-connection', 'get': 'get-connection', 'delete': 'delete-connection'}

    def run(self, calls, ca=None):
        return [self._run(each, ca) for each in calls]

    def _run(self, each, ca):
        command = [AWS, 'apigatewaymanagementapi', self.COMMANDS[each['operation']], '--endpoint-url', each['endpoint'], '--connection-id', each['id'],
                   '--output', 'json']
        if each['operation'] == 'post':
            # What is larger than an argument may be comes from a file.
            command += ['--data', 'fileb:///dev/stdin' if 'size' in each else each['data'], '--cli-binary-format', 'raw-in-base64-out']
        if 'unsigned' in each:
            command.append('--no-sign-request')
        extra = {'AWS_ACCESS_KEY_ID': each['key_id'], 'AWS_SECRET_ACCESS_KEY': each['secret'], 'AWS_MAX_ATTEMPTS': str(each.get('attempts', 3))}
        if each['token']:
            extra['AWS_SESSION_TOKEN'] = each['token']
        if ca:
            extra['AWS_CA_BUNDLE'] = ca
        done = subprocess.run(command, env=aws_environment(**extra), input=b'x' * each.get('size', 0), capture_output=True, timeout=PATIENCE)
        if done.returncode == 0:
            return {'value': json.loads(done.stdout or '{}')}
        said = done.stderr.decode().strip()
        assert said.startswith('An error occurred ('), said
        return {'error': said.split('(', 1)[1].split(')', 1)[0], 'message': said.partition('operation: ')[2]}


class Boto3:
    def run(self, calls, ca=None):
        return [self._run(each, ca) for each in calls]

    def _run(self, each, ca):
        config = botocore.config.Config(retries={'total_max_attempts': each.get('attempts', 3)},
                                        signature_version=botocore.UNSIGNED if 'unsigned' in each else None)
        client = boto3.client('apigatewaymanagementapi', endpoint_url=each['endpoint'], region_name=REGION, verify=ca, aws_access_key_id=each['key_id'],
                              aws_secret_access_key=each['secret'], aws_session_token=each['token'], config=config)
        input_ = {'ConnectionId': each['id']}
        if each['operation'] == 'post':
            input_['Data'] = b'x' * each['size'] if 'size' in each else each['data']
        method = {'post': client.post_to_connection, 'get': client.get_connection, 'delete': client.delete_connection}[each['operation']]
        try:
            value = method(**input_)
            metadata = value.pop('ResponseMetadata')
            result = {'value': value}
        except botocore.exceptions.ClientError as error:
            metadata = error.response['ResponseMetadata']
            result = {'error': error.response['Error']['Code'], 'message': error.response['Error'].get('Message'),
                      'isTyped': type(error) is not botocore.exceptions.ClientError}
        finally:
            client.close()
        return {**result, 'status': metadata['HTTPStatusCode'], 'attempts': metadata['RetryAttempts'] + 1}


class Node:
    def __init__(self, script):
        self._script = script

    def run(self, calls, ca=None):
        extra = {'CALLS': json.dumps(calls)}
        if ca:
            extra['NODE_EXTRA_CA_CERTS'] = ca
        done = subprocess.run(['node', str(HERE / self._script)], env=aws_environment(**extra), capture_output=True, text=True, timeout=2 * PATIENCE)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


os.environ.update(aws_environment())  # for boto3, which is in this process
CLIENTS = {'aws cli': Cli(), 'boto3': Boto3(), 'sdk v3': Node('sdk_v3.js'), 'sdk v2': Node('sdk_v2.js')}


class ClientsTest(unittest.TestCase):
    def check(self, name, client, calls, expected, **options):
        """Each call's outcome: None, or the error's code."""
        results = client.run(calls, **options)
        self.assertEqual([result.get('error') for result in results], expected, name)
        for each, result in zip(calls, results):
            self.assertEqual(result.get('attempts', 1), 1, (name, each))  # nothing was tried twice
        return results

    def for_all(self, test):
        for name, client in CLIENTS.items():
            with self.subTest(client=name):
                test(name, client)

    def test_post_get_and_delete_work_signed(self):
        def test(name, client):
            with Member(gateway.url, headers=['User-Agent: probe']) as member:
                results = self.check(name, client, [call('post', gateway, member.id, data='hello "wörld" €'), call('get', gateway, member.id),
                                                    call('post', gateway, member.id, GUEST, data='guest'), call('delete', gateway, member.id)], [None] * 4)
                self.assertEqual(results[1]['value']['Identity'], {'SourceIp': '127.0.0.1', 'UserAgent': 'probe'})
                self.assertEqual(milliseconds(results[1]['value']['ConnectedAt']), member.connected_at)
                self.assertGreaterEqual(milliseconds(results[1]['value']['LastActiveAt']), member.connected_at)
                self.assertEqual([member.receive_text() for _ in range(2)], ['hello "wörld" €', 'guest'])
                self.assertEqual(member.receive_close(), (1000, 'Connection Closed Normally'))

        with Gateway(with_keys(ONE_API, OWNER, GUEST)) as gateway:
            self.for_all(test)

    def test_who_has_gone_is_a_gone_exception(self):
        def test(name, client):
            calls = [call(operation, gateway, 'gbgA_S5PGQAYKEilZA==', data='x') for operation in ('post', 'get', 'delete')]
            for result in self.check(name, client, calls, ['GoneException'] * 3):
                self.assertTrue(result.get('isTyped', True), name)

        with Gateway(ONE_API) as gateway:
            self.for_all(test)

    def test_a_stage_that_is_not_there_is_a_forbidden_exception(self):
        def test(name, client):
            endpoint = 'http://localhost:%d/nowhere' % gateway.port
            result, = self.check(name, client, [call('get', gateway, 'gbgA_S5PGQAYKEilZA==', endpoint=endpoint)], ['ForbiddenException'])
            self.assertTrue(result.get('isTyped', True), name)
            self.assertEqual(result['message'], 'Forbidden')

        with Gateway(ONE_API) as gateway:
            self.for_all(test)

    def test_a_malformed_id_is_a_bad_request(self):
        def test(name, client):
            for result, named in zip(self.check(name, client, [call('get', gateway, 'nonsense'), call('get', gateway, 'a/b+c=')], ['BadRequestException'] * 2),
                                     ('nonsense', 'a/b+c=')):
                self.assertEqual(result['message'], 'Invalid connectionId: ' + named)

        with Gateway(ONE_API) as gateway:
            self.for_all(test)

    def test_128_kib_pass_and_one_byte_more_is_413(self):
        # AWS names no type for it: each client says so in its own way.
        code = {'aws cli': '413', 'boto3': '413', 'sdk v3': 'Unknown', 'sdk v2': 'UnknownError'}

        def test(name, client):
            with Member(gateway.url) as member:
                results = self.check(name, client, [call('post', gateway, member.id, size=TOO_LARGE - 1), call('post', gateway, member.id, size=TOO_LARGE)],
                                     [None, code[name]])
                self.assertEqual(results[1].get('status', 413), 413)
                self.assertEqual(len(member.receive_text()), TOO_LARGE - 1)

        with Gateway(ONE_API) as gateway:
            self.for_all(test)

    def test_callers_who_may_not_are_told_why(self):
        def test(name, client):
            with Member(gateway.url) as member:
                calls = [call('post', gateway, member.id, POSTER, data='allowed'), call('get', gateway, member.id, POSTER)]
                calls += [call('post', gateway, member.id, key, data='x') for key in (OWNER.but(secret='another-secret'), GUEST.but(token='old'), ANYBODY)]
                results = self.check(name, client, calls, [None, 'AccessDeniedException', 'InvalidSignatureException', 'UnrecognizedClientException',
                                                           'UnrecognizedClientException'])
                self.assertIn('because no identity-based policy allows the execute-api:ManageConnections action', results[1]['message'])
                self.assertEqual(member.receive_text(), 'allowed')
                member.echo()

        with Gateway(with_keys(ONE_API, OWNER, POSTER, GUEST)) as gateway:
            self.for_all(test)

    def test_a_full_outbox_is_a_limit_exceeded_exception(self):
        # SDKs try a 429 again unless told not to, and find the connection gone then.
        message = b'x' * (TOO_LARGE - 1)
        # Room for one more at most: each call is a program that starts, and who reads nothing for 30 s is given up (docs/limits.md).
        nearly_full = 1024 * 1024 - 2 * (len(message) + 16)

        def waiting():
            return sum(value for _, value in scrape(gateway.admin_url).of('postern_outbox_bytes'))

        def test(name, client):
            wait_until(lambda: waiting() == 0, 'the member before has gone')
            with Member(gateway.url, receive_buffer=4096) as member:
                with Caller(gateway) as caller:
                    while waiting() <= nearly_full:
                        self.assertEqual(caller.post(member.id, message).status, 200)
                result = {}
                while 'error' not in result:
                    result, = client.run([call('post', gateway, member.id, size=len(message), attempts=1)])
                self.assertEqual(result['error'], 'LimitExceededException', name)
                self.assertTrue(result.get('isTyped', True), name)

        with Gateway(ONE_API) as gateway:
            self.for_all(test)

    def test_over_tls_with_the_development_ca(self):
        def test(name, client):
            with Member(gateway.url) as member:
                endpoint = 'https://localhost:%d/dev' % gateway.tls_port
                calls = [call(operation, gateway, member.id, data='hello', endpoint=endpoint) for operation in ('post', 'get', 'delete')]
                self.check(name, client, calls, [None] * 3, ca=gateway.development_ca)
                self.assertEqual(member.receive_text(), 'hello')

        with Gateway(with_keys(ONE_API, OWNER), listeners=PLAIN_AND_TLS) as gateway:
            self.for_all(test)

    def test_without_keys_any_credentials_do_on_this_machine(self):
        def test(name, client):
            with Member(gateway.url) as member:
                self.check(name, client, [call('post', gateway, member.id, ANYBODY, data='hello')], [None])
                self.assertEqual(member.receive_text(), 'hello')

        with Gateway(ONE_API) as gateway:
            self.for_all(test)


class BotocoreTest(unittest.TestCase):
    def test_without_keys_no_signature_is_needed_on_this_machine(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member:
            for name in ('aws cli', 'boto3'):
                result, = CLIENTS[name].run([call('post', gateway, member.id, data=name, unsigned=True)])
                self.assertNotIn('error', result)
                self.assertEqual(member.receive_text(), name)

    def test_the_data_may_be_a_file(self):
        with Gateway(ONE_API) as gateway, Member(gateway.url) as member:
            result, = CLIENTS['boto3'].run([call('post', gateway, member.id, data=io.BytesIO(b'from a file'))])
            self.assertNotIn('error', result)
            self.assertEqual(member.receive_text(), 'from a file')


def milliseconds(value):
    """Of a time as the client gives it."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace('Z', '+00:00'))
    return round(value.timestamp() * 1000)


if __name__ == '__main__':
    unittest.main()

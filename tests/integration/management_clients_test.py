#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""@connections through the clients that backends have, unmodified: the AWS CLI, boto3, and the SDKs 3 and 2 for JavaScript. The same calls with
each, and their typed errors."""
import json
import os
import pathlib
import subprocess
import threading
import time
import unittest

import boto3
import botocore
import botocore.config

import gateway as gateways
from gateway import Gateway, PATIENCE, PLAIN_AND_TLS
from management import GUEST, Key, Member, ONE_API, OWNER, POSTER, REGION, with_keys
from websocket import CLOSE

HERE = pathlib.Path(__file__).parent
AWS = '/usr/bin/aws' if os.path.exists('/usr/bin/aws') else 'aws'  # Debian's before any other
TOO_LARGE = 131073
ANYBODY = Key('AKIDANYBODY', 'whatever-it-is')


def call(operation, gateway, connection_id, key=OWNER, **extra):
    """One call, the same for all clients. `data` or `size`: what to post; `endpoint`; `attempts`: at most so many."""
    made = {'operation': operation, 'endpoint': gateway.url.replace('ws', 'http', 1), 'id': connection_id, 'key_id': key.id,
            'secret': key.secret, 'token': key.token}
    return {**made, **extra}


class Cli:
    """One process for each call."""
    def run(self, calls, ca=None):
        return [self._run(each, ca) for each in calls]

    def _run(self, each, ca):
        command = [AWS, 'apigatewaymanagementapi', {'post': 'post-to-connection', 'get': 'get-connection', 'delete': 'delete-connection'}[each['operation']],
                   '--endpoint-url', each['endpoint'], '--connection-id', each['id'], '--output', 'json']
        if each['operation'] == 'post':
            command += ['--data', 'x' * each['size'] if 'size' in each else each['data'], '--cli-binary-format', 'raw-in-base64-out']
        extra = {'AWS_ACCESS_KEY_ID': each['key_id'], 'AWS_SECRET_ACCESS_KEY': each['secret']}
        if each['token']:
            extra['AWS_SESSION_TOKEN'] = each['token']
        if 'attempts' in each:
            extra['AWS_MAX_ATTEMPTS'] = str(each['attempts'])
        if ca:
            extra['AWS_CA_BUNDLE'] = ca
        began = time.monotonic()
        if 'size' in each:  # larger than an argument may be
            command[command.index('--data') + 1] = 'fileb:///dev/stdin'
        done = subprocess.run(command, env=aws_environment(**extra), input=b'x' * each.get('size', 0), capture_output=True, timeout=PATIENCE)
        result = {'seconds': time.monotonic() - began}
        if done.returncode == 0:
            result['value'] = json.loads(done.stdout) if done.stdout.strip() else {}
        else:
            message = done.stderr.decode().strip()
            assert message.startswith('An error occurred ('), message
            result['error'] = message.split('(', 1)[1].split(')', 1)[0]
            result['message'] = message.split('operation: ', 1)[1] if 'operation: ' in message else ''
        return result


class Boto3:
    def run(self, calls, ca=None):
        return [self._run(each, ca) for each in calls]

    def _run(self, each, ca):
        retries = {'total_max_attempts': each['attempts']} if 'attempts' in each else None
        client = boto3.client('apigatewaymanagementapi', endpoint_url=each['endpoint'], region_name=REGION, verify=ca,
                              aws_access_key_id=each['key_id'], aws_secret_access_key=each['secret'], aws_session_token=each['token'],
                              config=botocore.config.Config(retries=retries))
        began = time.monotonic()
        try:
            if each['operation'] == 'post':
                value = client.post_to_connection(ConnectionId=each['id'], Data=b'x' * each['size'] if 'size' in each else each['data'])
            elif each['operation'] == 'get':
                value = client.get_connection(ConnectionId=each['id'])
            else:
                value = client.delete_connection(ConnectionId=each['id'])
            metadata = value.pop('ResponseMetadata')
            result = {'value': value}
        except botocore.exceptions.ClientError as error:
            metadata = error.response['ResponseMetadata']
            result = {'error': error.response['Error']['Code'], 'message': error.response['Error'].get('Message'),
                      'isTyped': type(error) is not botocore.exceptions.ClientError}
        return {**result, 'status': metadata['HTTPStatusCode'], 'attempts': metadata['RetryAttempts'] + 1, 'seconds': time.monotonic() - began}


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


def aws_environment(**extra):
    """Nothing of this machine's AWS configuration, and no look for credentials elsewhere."""
    kept = {name: value for name, value in gateways.environment().items() if not name.startswith('AWS_')}
    kept.update({'AWS_REGION': REGION, 'AWS_DEFAULT_REGION': REGION, 'AWS_CONFIG_FILE': os.devnull, 'AWS_SHARED_CREDENTIALS_FILE': os.devnull,
                 'AWS_EC2_METADATA_DISABLED': 'true', 'AWS_PAGER': ''})
    kept.update(extra)
    return kept


os.environ.update({name: value for name, value in aws_environment().items() if name.startswith('AWS_')})
CLIENTS = {'aws cli': Cli(), 'boto3': Boto3(), 'sdk v3': Node('sdk_v3.js'), 'sdk v2': Node('sdk_v2.js')}

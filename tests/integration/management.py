# SPDX-License-Identifier: Apache-2.0
"""@connections for the tests of it: an API whose clients know their ids, access keys, and a caller of raw bytes."""
import json

from gateway import RECORDER
from websocket import Client, Wire

# Two APIs: the paths of their stages begin with /APIID. `whoami` tells a client its event, and so its id.
_API = """
  %s:
    routes:
      $connect: plugin:recorder.connect
      $disconnect: plugin:recorder.disconnect
      $default: { integration: "plugin:echo", routeResponse: true }
      release: { integration: "plugin:recorder.release", routeResponse: true }
      whoami: { integration: "plugin:whoami", routeResponse: true }
      oneway: plugin:accept
    stages: { dev: {}, prod: {} }
"""
ONE_API = 'apis:' + _API % 'test' + 'plugins: { recorder: { library: "%s" } }\n' % RECORDER
TWO_APIS = 'apis:' + _API % 'test' + _API % 'rival' + 'plugins: { recorder: { library: "%s" } }\n' % RECORDER

ACCOUNT, REGION = '123456789012', 'us-east-1'


class Key:
    def __init__(self, key_id, secret, token=None, policy=None):
        self.id, self.secret, self.token, self.policy = key_id, secret, token, policy
        self.user_arn = 'arn:aws:iam::%s:user/%s' % (ACCOUNT, key_id.lower())

    def but(self, **changes):
        """The same, with a mistake."""
        made = Key(self.id, self.secret, self.token)
        vars(made).update(changes)
        return made

    def settings(self):
        settings = {'accessKeyId': self.id, 'secretAccessKey': self.secret, 'userArn': self.user_arn}
        if self.token:
            settings['sessionToken'] = self.token
        if self.policy:
            settings['policy'] = self.policy
        return settings


def statement(effect, resource, action='execute-api:ManageConnections'):
    return {'Version': '2012-10-17', 'Statement': [{'Effect': effect, 'Action': action, 'Resource': resource}]}


ARN = 'arn:aws:execute-api:%s:%s:test/dev/' % (REGION, ACCOUNT)
OWNER = Key('AKIDOWNER', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
POSTER = Key('AKIDPOSTER', 'a-secret-of-the-poster', policy=statement('Allow', ARN + 'POST/@connections/*'))
GUEST = Key('ASIAGUEST', 'a-secret-of-the-guest', token='FwoGZXIvYXdzEBYaDAguest/token+with=signs')


def with_keys(configuration, *keys):
    gateway = json.dumps({'accessKeys': [key.settings() for key in keys]})
    return configuration + 'accountId: "%s"\ngateway: %s\n' % (ACCOUNT, gateway)


class Member(Client):
    """A client that knows its connection id."""

    def __init__(self, url, **options):
        super().__init__(url, **options)
        context = self.context()
        self.id = context['connectionId']
        self.connected_at = context['connectedAt']

    def context(self):
        self.send_text('{"action":"whoami"}')
        return json.loads(self.receive_text())['requestContext']


class Answer:
    """A response to the byte: `head` are its lines."""

    def __init__(self, head, body):
        assert head[0].startswith('HTTP/1.1 '), head
        self.head, self.body = head, body
        self.status = int(head[0].split(' ')[1])
        self.names = [line.split(': ', 1)[0] for line in head[1:]]

    def header(self, name):
        """By its exact name."""
        return next((line.split(': ', 1)[1] for line in self.head[1:] if line.startswith(name + ': ')), None)


class Caller(Wire):
    """A backend on a keep-alive connection."""

    def __init__(self, gateway, url=None, **options):
        super().__init__(url or gateway.url, **options)
        _, _, self.host, stage = (url or gateway.url).split('/', 3)
        self.stage = '/' + stage

    def request(self, method, target, body=b'', headers=()):
        lines = ['%s %s HTTP/1.1' % (method, target), 'Host: ' + self.host, *headers]
        if body and not any(line.lower().startswith(('content-length', 'transfer-encoding')) for line in lines):
            lines.append('Content-Length: %d' % len(body))
        return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1') + body

    def path(self, connection_id):
        return '%s/@connections/%s' % (self.stage, connection_id)

    def ask(self, method, target, body=b'', headers=()):
        self.send(self.request(method, target, body, headers))
        return self.answer(is_head=method == 'HEAD')

    def post(self, connection_id, body=b'', headers=()):
        return self.ask('POST', self.path(connection_id), body, headers)

    def get(self, connection_id, headers=()):
        return self.ask('GET', self.path(connection_id), b'', headers)

    def delete(self, connection_id, headers=()):
        return self.ask('DELETE', self.path(connection_id), b'', headers)

    def answer(self, is_head=False):
        while b'\r\n\r\n' not in self._buffer:
            self._more()
        head, self._buffer = self._buffer.split(b'\r\n\r\n', 1)
        answer = Answer(head.decode('latin-1').split('\r\n'), b'')
        size = 0 if is_head or answer.status in (100, 204) else int(answer.header('Content-Length') or answer.header('content-length'))
        answer.body = self.take(size)
        return answer

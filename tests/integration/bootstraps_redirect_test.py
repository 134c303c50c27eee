#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Host names of this region's APIs that stand in a handler reach the gateway: every client that functions use, unmodified, over TLS with the
name checked. All other names are left alone."""
import http.server
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

from runtime_api import Instance, REGION

CLIENTS = pathlib.Path(__file__).resolve().parents[1] / 'clients' / 'node_modules'
API_HOST = 'abc123.execute-api.%s.amazonaws.com' % REGION
CONNECTION = 'abc+/='

NODE = {
    'SDK 3': """
        const sdk = require('%(clients)s/@aws-sdk/client-apigatewaymanagementapi');
        exports.handler = async (event) => {
          const client = new sdk.ApiGatewayManagementApiClient({ endpoint: event.url });
          await client.send(new sdk.PostToConnectionCommand({ ConnectionId: event.id, Data: 'hello' }));
        };""",
    'SDK 2': """
        process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
        const AWS = require('%(clients)s/aws-sdk');
        exports.handler = (event) => new AWS.ApiGatewayManagementApi({ endpoint: event.url })
          .postToConnection({ ConnectionId: event.id, Data: 'hello' }).promise();""",
    'fetch': """
        exports.handler = async (event) => {
          await fetch(`${event.url}/@connections/${encodeURIComponent(event.id)}`, { method: 'POST', body: 'hello' });
        };""",
    'https, taken from the module': """
        import { request } from 'node:https';
        export const handler = (event) => new Promise((resolve, reject) => {
          request(`${event.url}/@connections/${encodeURIComponent(event.id)}`, { method: 'POST' }, () => resolve()).on('error', reject).end('hello');
        });""",
    'tls.connect(port, host)': """
        const tls = require('tls');
        exports.handler = (event) => new Promise((resolve, reject) => {
          const { hostname, pathname } = new URL(event.url);
          const socket = tls.connect(443, hostname, { servername: hostname }, () => socket.write(
            `POST ${pathname}/@connections/${encodeURIComponent(event.id)} HTTP/1.1\\r\\nHost: ${hostname}\\r\\nContent-Length: 5\\r\\n\\r\\nhello`));
          socket.on('data', () => { socket.destroy(); resolve(); }).on('error', reject);
        });""",
}

PYTHON = {
    'boto3': """
import boto3
def handler(event, context):
    boto3.client('apigatewaymanagementapi', endpoint_url=event['url']).post_to_connection(ConnectionId=event['id'], Data=b'hello')
""",
    'requests': """
import requests, urllib.parse
def handler(event, context):
    requests.post(event['url'] + '/@connections/' + urllib.parse.quote(event['id'], safe=''), data=b'hello').raise_for_status()
""",
    'urllib3': """
import os, urllib.parse, urllib3
def handler(event, context):
    pool = urllib3.PoolManager(ca_certs=os.environ['SSL_CERT_FILE'])
    pool.request('POST', event['url'] + '/@connections/' + urllib.parse.quote(event['id'], safe=''), body=b'hello')
""",
    'urllib': """
import urllib.parse, urllib.request
def handler(event, context):
    urllib.request.urlopen(event['url'] + '/@connections/' + urllib.parse.quote(event['id'], safe=''), data=b'hello').read()
""",
    'http.client': """
import http.client, urllib.parse
def handler(event, context):
    url = urllib.parse.urlsplit(event['url'])
    connection = http.client.HTTPSConnection(url.netloc)
    connection.request('POST', url.path + '/@connections/' + urllib.parse.quote(event['id'], safe=''), b'hello')
    connection.getresponse().read()
""",
    'asyncio': """
import asyncio, ssl, urllib.parse
async def post(event):
    url = urllib.parse.urlsplit(event['url'])
    reader, writer = await asyncio.open_connection(url.netloc, 443, ssl=ssl.create_default_context())
    path = url.path + '/@connections/' + urllib.parse.quote(event['id'], safe='')
    writer.write(('POST %s HTTP/1.1\\r\\nHost: %s\\r\\nContent-Length: 5\\r\\n\\r\\nhello' % (path, url.netloc)).encode())
    await reader.readline()
    writer.close()
def handler(event, context):
    asyncio.run(post(event))
""",
}

# Answers whether HOST and PORT are asked of the name service, as they would be without the gateway.
ASKS = {
    'node': """
        const net = require('net');
        const asks = ({ host, port }) => new Promise((resolve) => {
          const socket = net.connect({ host, port, lookup: () => resolve(true) }, () => { socket.destroy(); resolve(false); });
          socket.on('error', () => resolve(false));
        });
        exports.handler = async (event) => Promise.all(event.map(asks));""",
    'python': """
import socket
def asks(host, port):
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return False
    except socket.gaierror:
        return True
def handler(event, context):
    return [asks(**each) for each in event]
""",
}


class _Post(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    wbufsize = -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.seen.append((self.connection.asked_for, self.headers['Host'], self.path, body))
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()
        self.wfile.flush()

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def finish_request(self, request, client_address):
        """In the connection's thread, and with it the TLS handshake: whoever connects and says nothing holds up nobody."""
        with self.context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, request, client_address):
        """Some do not trust the certificate, and some go before there is TLS."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Gateway:
    """A TLS server with a certificate of its own: `seen` has (SNI, Host, path, body) of every POST."""

    def __init__(self, directory):
        self.ca = pathlib.Path(directory) / 'ca.pem'
        key = self.ca.with_name('key.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
                        '/CN=test', '-addext', 'subjectAltName=DNS:*.execute-api.%s.amazonaws.com' % REGION, '-keyout', key, '-out', self.ca],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        context.sni_callback = lambda connection, name, _: setattr(connection, 'asked_for', name)
        self._server = _Server(('127.0.0.1', 0), _Post)
        self._server.context = context
        self._server.seen = self.seen = []
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.01}, daemon=True)
        self._thread.start()

    @property
    def environment(self):
        return {'POSTERN_GATEWAY_TLS': '127.0.0.1:%d' % self._server.server_port,
                **dict.fromkeys(('NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'), str(self.ca))}

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Redirect(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='postern-test-')
        self.addCleanup(directory.cleanup)
        self.gateway = Gateway(directory.name)
        self.addCleanup(self.gateway.close)

    def check(self, language, name, files):
        with self.subTest(name), Instance(language, files, **self.gateway.environment) as instance:
            del self.gateway.seen[:]
            outcome = instance.invoke({'url': 'https://%s/prod' % API_HOST, 'id': CONNECTION})
            self.assertEqual(outcome.kind, 'response', outcome.body)
            self.assertEqual(self.gateway.seen, [(API_HOST, API_HOST, '/prod/@connections/abc%2B%2F%3D', b'hello')])

    def test_clients_of_node(self):
        for name, text in NODE.items():
            self.check('node', name, {'index.mjs' if 'import ' in text else 'index.js': text.replace('%(clients)s', str(CLIENTS))})

    def test_clients_of_python(self):
        for name, text in PYTHON.items():
            self.check('python', name, {'app.py': text})

    def test_a_certificate_that_is_not_trusted_is_refused(self):
        for language, files in (('node', {'index.js': NODE['fetch']}), ('python', {'app.py': PYTHON['urllib']})):
            environment = {'POSTERN_GATEWAY_TLS': self.gateway.environment['POSTERN_GATEWAY_TLS']}
            with self.subTest(language), Instance(language, files, **environment) as instance:
                self.assertEqual(instance.invoke({'url': 'https://%s/prod' % API_HOST, 'id': CONNECTION}).kind, 'error')
                self.assertEqual(self.gateway.seen, [])

    def test_only_this_regions_apis_are_redirected_and_only_their_https(self):
        redirected = [(API_HOST, 443), (API_HOST, '443'), (API_HOST.upper(), 443)]
        others = [(API_HOST, 80), (API_HOST, 8443), ('execute-api.%s.amazonaws.com' % REGION, 443), ('x.' + API_HOST, 443),
                  ('abc123.execute-api.us-east-1.amazonaws.com', 443), (API_HOST + '.example.com', 443), (API_HOST + '.cn', 443),
                  ('dynamodb.%s.amazonaws.com' % REGION, 443), ('example.com', 443), (API_HOST.replace('.', 'x'), 443)]
        event = [{'host': host, 'port': port} for host, port in redirected + others]
        for language, file in (('node', 'index.js'), ('python', 'app.py')):
            for environment, reached in ((self.gateway.environment, len(redirected)), ({}, 0),
                                         ({**self.gateway.environment, 'AWS_REGION': ''}, 0)):
                with self.subTest(language, reached=reached), Instance(language, {file: ASKS[language]}, **environment) as instance:
                    self.assertEqual(instance.invoke(event).value, [False] * reached + [True] * (len(event) - reached))


if __name__ == '__main__':
    unittest.main()

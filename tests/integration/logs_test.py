#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The stages' logs: what stands in them, where, and what happens when they cannot be written."""
import json
import os
import pathlib
import re
import signal
import tempfile
import unittest

from gateway import Gateway, RECORDER, run_command, wait_until
from management import Caller, OWNER, with_keys
from signature import Signature
from websocket import Client, Refused

FIELDS = ['requestId', 'extendedRequestId', 'apiId', 'stage', 'routeKey', 'status', 'eventType', 'connectionId', 'messageId', 'connectedAt',
          'requestTimeEpoch', 'integrationLatency', 'domainName', 'identity.caller', 'identity.userArn', 'identity.sourceIp',
          'identity.userAgent', 'error.message', 'error.responseType']
FORMAT = '{ %s }' % ', '.join('"%s": "$context.%s"' % (name, name) for name in FIELDS)

API = """
apis:
  chat:
    routes:
      $connect: plugin:recorder.connect
      $disconnect: plugin:recorder.disconnect
      say: { integration: "plugin:echo", routeResponse: true }
      quiet: { integration: "plugin:echo", routeResponse: true }
    stages:
      dev:
%s
plugins: { recorder: { library: "%s" } }
"""


def api(stage):
    return API % (stage, RECORDER)


def access_api(destination):
    return api('        accessLog: %s' % json.dumps({'format': FORMAT, 'destination': str(destination)}))


def lines_of(path):
    """Whole lines; those that are being written come later."""
    text = pathlib.Path(path).read_text() if os.path.exists(path) else ''
    return text[:text.rfind('\n') + 1].splitlines()


def wait_for_lines(path, count):
    return wait_until(lambda: len(lines_of(path)) >= count and lines_of(path), '%s has %d lines' % (path, count))


class LogsTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix='postern-logs-')
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)

    def test_every_kind_of_event_has_its_line_in_the_access_log(self):
        log = self.folder / 'access.log'
        with Gateway(with_keys(access_api(log), OWNER)) as gateway:
            with self.assertRaises(Refused):
                Client(gateway.url + '?refuse=403')
            with Client(gateway.url, ['User-Agent: "probe"\\']) as client:
                client.echo('{"action":"say"}')
                client.send_text('{"action":"nothing"}')
                self.assertIn('Forbidden', client.receive_text())
                connect = json.loads(wait_for_lines(log, 4)[1])
                with Caller(gateway) as caller:
                    target = caller.path(connect['connectionId'])
                    signed = Signature(OWNER, caller.host, 'POST', target, b'hi').headers()
                    self.assertEqual(caller.ask('POST', target, b'hi', signed).status, 200)
                self.assertEqual(client.receive_text(), 'hi')
                client.close(1000, 'enough')
            lines = [json.loads(line) for line in wait_for_lines(log, 6)]
        refused, connect, message, unrouted, call, disconnect = lines

        self.assertEqual([(line['eventType'], line['routeKey'], line['status']) for line in lines], [
            ('CONNECT', '$connect', '403'), ('CONNECT', '$connect', '200'), ('MESSAGE', 'say', '200'), ('MESSAGE', '-', '403'),
            ('CONNECTION_API', 'POST /@connections/{connectionId}', '200'), ('DISCONNECT', '$disconnect', '200')])
        for line in lines:
            self.assertEqual((line['apiId'], line['stage'], line['identity.sourceIp']), ('chat', 'dev', '127.0.0.1'))
            self.assertRegex(line['requestTimeEpoch'], r'^\d{13}$')
            self.assertEqual(line['connectedAt'] == '-', line is call)
            self.assertEqual(line['messageId'] == '-', line['eventType'] != 'MESSAGE')
            self.assertEqual(line['integrationLatency'] == '-', line is unrouted)
            self.assertEqual((line['error.message'], line['error.responseType']),
                             ('Forbidden', 'DEFAULT_4XX') if line is unrouted else ('-', '-'))
            if line is not call:
                self.assertEqual(line['requestId'], line['extendedRequestId'])
                self.assertEqual(line['identity.caller'], '-')
        self.assertEqual(len({line['requestId'] for line in lines}), 6)
        self.assertEqual(len({line['connectionId'] for line in lines}), 2)
        self.assertEqual({line['identity.userAgent'] for line in (connect, message, unrouted, disconnect)}, {'"probe"\\'})
        self.assertRegex(call['requestId'], r'^[0-9a-f]{8}-[0-9a-f-]{27}$')
        self.assertEqual((call['identity.caller'], call['identity.userArn']), (OWNER.id, OWNER.user_arn))

    def test_a_group_is_a_file_of_its_own_and_routes_log_as_they_are_set(self):
        stage = """
        defaultRouteSettings: { loggingLevel: INFO, dataTraceEnabled: true }
        routeSettings: { quiet: { dataTraceEnabled: false }, $disconnect: { loggingLevel: ERROR } }
        accessLogSettings: { destinationArn: "arn:aws:logs:us-east-1:123456789012:log-group:/chat/access:*", format: csv }
"""
        with Gateway(api(stage), settings=['gateway.log.groupDirectory=%s' % self.folder]) as gateway:
            with Client(gateway.url + '?token=very-secret&room=42', ['Authorization: Bearer very-secret']) as client:
                client.echo('{"action":"say"}')
                client.echo('{"action":"quiet"}')
                client.close(1000, 'enough')
            wait_for_lines(self.folder / 'chat/access.log', 4)
        lines = lines_of(self.folder / 'aws/apigateway/chat/dev.log')
        for line in lines:
            self.assertRegex(line, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \(\S{16}\) \S')
        texts = [line.split(') ', 1)[1] for line in lines]
        self.assertNotIn('very-secret', '\n'.join(lines))
        self.assertIn('"queryStringParameters":{"room":"42","token":"***"}', '\n'.join(lines))

        # Three events, each with its begin; the fourth, $disconnect, logs failures only.
        begins = [index for index, text in enumerate(texts) if text.startswith('Extended Request Id: ')]
        connect, say, quiet = (texts[begin:end] for begin, end in zip(begins, [*begins[1:], len(texts)]))
        self.assertIn("API Key  authorized because route '$connect' does not require API Key. "
                      'Request will not contribute to throttle or quota limits', connect)
        self.assertIn('Endpoint request URI: plugin:recorder.connect', connect)
        self.assertRegex(connect[-1], r'^Client \[Connection Id: \S{20}\] connected to API \[chat\] successfully\.$')
        self.assertIn('Endpoint response body before transformations: {"action":"say"}', say)
        self.assertRegex(say[-1], r'^Message from client \[Connection Id: \S{20}\] sent to API \[chat\] with response status code \[200\]\.$')
        self.assertEqual(len(quiet), 8)
        self.assertFalse([text for text in quiet if text.startswith('Endpoint')])

    def test_a_timeout_is_told_to_both_logs(self):
        log = self.folder / 'access.log'
        stage = '        accessLog: %s\n        defaultRouteSettings: { loggingLevel: ERROR }' % json.dumps(
            {'format': FORMAT, 'destination': str(log)})
        configuration = api(stage).replace('$connect: plugin:recorder.connect',
                                           '$connect: { integration: { plugin: recorder.connect, timeoutInMillis: 50 } }')
        with Gateway(configuration, settings=['gateway.log.groupDirectory=%s' % self.folder]) as gateway:
            with self.assertRaises(Refused):
                Client(gateway.url + '?hold')
            line = json.loads(wait_for_lines(log, 1)[0])
            wait_for_lines(self.folder / 'aws/apigateway/chat/dev.log', 1)
        self.assertEqual((line['status'], line['error.message'], line['error.responseType']),
                         ('504', 'Endpoint request timed out', 'INTEGRATION_TIMEOUT'))
        self.assertGreaterEqual(int(line['integrationLatency']), 50)
        texts = lines_of(self.folder / 'aws/apigateway/chat/dev.log')
        self.assertEqual([text.split(') ', 1)[1] for text in texts], ['Execution failed due to a timeout error'])

    def test_files_are_opened_anew_on_sigusr1(self):
        log = self.folder / 'access.log'
        with Gateway(access_api(log)) as gateway:
            with Client(gateway.url) as client:
                wait_for_lines(log, 1)
                log.rename(self.folder / 'access.log.1')
                gateway.signal(signal.SIGUSR1)
                gateway.wait_for_log('log.reopen')
                wait_until(log.exists, 'there is a file of the name again')
                client.echo('{"action":"say"}')
                wait_for_lines(log, 1)
                client.close()
        self.assertEqual([json.loads(line)['eventType'] for line in lines_of(self.folder / 'access.log.1')], ['CONNECT'])
        self.assertEqual([json.loads(line)['eventType'] for line in lines_of(log)], ['MESSAGE', 'DISCONNECT'])

    def test_a_file_that_cannot_be_opened_anew_is_named_and_goes_on_as_it_was(self):
        folder = self.folder / 'folder'
        log = folder / 'access.log'
        with Gateway(access_api(log)) as gateway:
            with Client(gateway.url) as client:
                wait_for_lines(log, 1)
                folder.rename(self.folder / 'moved')
                folder.write_text('in the way')
                gateway.signal(signal.SIGUSR1)
                told = gateway.wait_for_log('log.not_reopened')[0]
                client.close()
            wait_for_lines(self.folder / 'moved/access.log', 2)
            self.assertEqual(gateway.log_lines('log.lines_lost'), [])
        self.assertEqual((told['level'], told['destination'], told['why']),
                         ('warn', str(log), 'cannot open the log file %s: Not a directory' % log))

    def test_a_full_disk_loses_lines_and_nothing_else(self):
        with Gateway(access_api('/dev/full')) as gateway:
            with Client(gateway.url) as client:
                for _ in range(100):
                    client.echo('{"action":"say"}')
                lost = gateway.wait_for_log('log.lines_lost')[0]
                client.close()
        self.assertEqual((lost['level'], lost['destination'], lost['why']), ('warn', '/dev/full', 'No space left on device'))
        self.assertGreater(lost['lines'], 0)

    def test_a_fifo_that_nobody_reads_blocks_neither_clients_nor_the_end(self):
        fifo = self.folder / 'fifo'
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        agent = 'User-Agent: ' + 'x' * 8000
        with Gateway(access_api(fifo)) as gateway:
            with Client(gateway.url, [agent]) as client:
                for _ in range(400):  # 3 MB: more than the pipe and both buffers hold
                    client.echo('{"action":"say"}')
                lost = gateway.wait_for_log('log.lines_lost')[0]
                self.assertEqual(lost['why'], 'nobody reads it')
                client.close()
            # What was written before are whole lines.
            first = os.read(reader, 4096).decode()
            self.assertTrue(first.startswith('{ "requestId": "'), first[:40])

    def test_stderr_that_nobody_reads_blocks_neither_clients_nor_the_end(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        self.addCleanup(os.close, write_end)
        with Gateway(access_api('stdout'), settings=['gateway.log.level=debug'], stderr=write_end) as gateway:
            for _ in range(400):
                with Client(gateway.url + '?' + 'x' * 3000) as client:
                    client.echo('{"action":"say"}')
                    client.close()
            gateway.signal()
            self.assertEqual(gateway.wait(), 0)

    def test_repeated_warnings_are_limited_and_counted(self):
        configuration = api('        {}').replace('say: { integration: "plugin:echo", routeResponse: true }',
                                                  'say: plugin:fail')
        with Gateway(configuration) as gateway:
            with Client(gateway.url) as client:
                for _ in range(200):
                    client.send_text('{"action":"say"}')
                for _ in range(200):
                    self.assertIn('Internal server error', client.receive_text())

                def suppressed():
                    client.send_text('{"action":"say"}')
                    client.receive_text()
                    return [line for line in gateway.log_lines('integration.failed') if 'suppressed' in line]

                line = wait_until(suppressed, 'a warning tells what was suppressed')[0]
                client.close()
            seconds = [line['time'][:19] for line in gateway.log_lines('integration.failed')]
        self.assertGreater(line['suppressed'], 0)
        self.assertLessEqual(max(seconds.count(second) for second in seconds), 20)

    def test_a_destination_that_cannot_be_opened_is_named(self):
        configuration = self.folder / 'postern.yaml'
        (self.folder / 'file').write_text('in the way')
        configuration.write_text(access_api(self.folder / 'file/access.log') + 'gateway: { listeners: [{port: 0}] }\n')
        done = run_command('run', configuration)
        self.assertEqual(done.exit_code, 1)
        self.assertIn('api chat, stage dev: cannot open the log file %s/file/access.log: ' % self.folder, done.err)

    def test_a_file_lives_through_a_reload(self):
        log = self.folder / 'access.log'
        with Gateway(access_api(log)) as gateway:
            with Client(gateway.url) as client:
                wait_for_lines(log, 1)
                before = gateway.descriptors()
                gateway.signal(signal.SIGHUP)
                gateway.wait_for_log('reload.done')
                client.echo('{"action":"say"}')
                wait_for_lines(log, 2)
                gateway.wait_for_descriptors_back(before)
                client.close()
        self.assertEqual([json.loads(line)['eventType'] for line in lines_of(log)], ['CONNECT', 'MESSAGE', 'DISCONNECT'])


if __name__ == '__main__':
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The edit loop: `run --watch` with functions and templates."""
import pathlib
import tempfile
import unittest

from functions import FUNCTION_TIMEOUT, FunctionGateway, ask, two_way
from gateway import wait_until
from websocket import Client

SAYS = 'exports.handler = async () => ({ statusCode: 200, body: `%s ${process.pid}` });\n'
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: dev
      Routes:
        $default: { FunctionArn: !GetAtt %s.Arn, RouteResponseSelectionExpression: $default }
  First:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs20.x, Handler: index.handler, CodeUri: first/, Timeout: 25 }
  Second:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs20.x, Handler: index.handler, CodeUri: second/, Timeout: 25 }
"""
CODE = {'first/index.js': SAYS % 'first', 'second/index.js': SAYS % 'second'}


def in_directory(name):
    """With one instance: who is slow to ask again after its answer is not taken for one that is busy."""
    return {'runtime': 'nodejs20.x', 'handler': 'index.handler', 'codeUri': name, 'timeout': FUNCTION_TIMEOUT, 'reservedConcurrentExecutions': 1}


class WatchTest(unittest.TestCase):
    def test_an_edited_handler_answers_the_next_message_of_the_same_client_and_only_its_function_is_started_anew(self):
        functions = {'first': in_directory('first'), 'second': in_directory('second')}
        with FunctionGateway(functions, {'first': two_way('first'), 'second': two_way('second')}, files=CODE, flags=['--watch']) as gateway:
            with Client(gateway.url) as client:
                before, other = ask(client, {'action': 'first'}), ask(client, {'action': 'second'})
                gateway.write_file('first/index.js', SAYS % 'edited')
                gateway.wait_for_log('reload.done')
                after = ask(client, {'action': 'first'})
                self.assertEqual(after.split()[0], 'edited')
                self.assertNotEqual(after.split()[1], before.split()[1])
                self.assertEqual(ask(client, {'action': 'second'}), other, 'the same process')

    def test_a_file_that_is_new_or_deeper_counts_as_an_edit_too(self):
        code = {'first/index.js': 'exports.handler = async () => ({ statusCode: 200, body: require("./lib/words") });', 'first/lib/words.js': 'module.exports = "one";'}
        with FunctionGateway({'first': in_directory('first')}, {'$default': two_way('first')}, files=code, flags=['--watch']) as gateway:
            with Client(gateway.url) as client:
                self.assertEqual(ask(client, 'hello'), 'one')
                gateway.write_file('first/lib/words.js', 'module.exports = "two";')
                gateway.wait_for_log('reload.done')
                self.assertEqual(ask(client, 'hello'), 'two')

    def test_what_the_gateway_writes_beside_the_code_is_no_edit(self):
        # As a serverless.yml has it: all code in one directory, and the logs in it. Several looks at the files fit into the second of the idle instance.
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-code-')))
        (folder / 'index.js').write_text(SAYS % 'first')
        settings = ['gateway.log.groupDirectory=%s/logs' % folder, 'gateway.functions.idleTime=1s']
        with FunctionGateway({'first': in_directory(str(folder))}, {'$default': two_way('first')}, flags=['--watch'], settings=settings) as gateway:
            with Client(gateway.url) as client:
                ask(client, 'hello')
                gateway.wait_for_instances(0)
                wait_until(lambda: ' END ' in (folder / 'logs/aws/lambda/first.log').read_text(), 'the log is written')
                self.assertEqual(gateway.log_lines('reload.done'), [])
                (folder / 'index.js').write_text(SAYS % 'edited')
                gateway.wait_for_log('reload.done')
                self.assertIn('edited', ask(client, 'hello'))

    def test_an_invocation_that_is_under_way_is_finished_by_the_old_code(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix='postern-gate-'))
        gate = pathlib.Path(folder, 'go')
        code = """
const { existsSync } = require('fs');
exports.handler = async () => {
  console.log('waits');
  while (!existsSync(process.env.GO)) await new Promise((done) => setTimeout(done, 10));
  return { statusCode: 200, body: 'old' };
};
"""
        function = {**in_directory('first'), 'timeout': 60, 'environment': {'GO': str(gate)}}
        with FunctionGateway({'first': function}, {'$default': two_way('first')}, files={'first/index.js': code}, flags=['--watch']) as gateway:
            with Client(gateway.url) as client:
                client.send_text('before')
                gateway.logs.wait_for('first', 'waits')
                gateway.write_file('first/index.js', SAYS % 'new')
                gateway.wait_for_log('reload.done')
                self.assertIn('new', ask(client, 'after'))
                gate.touch()
                self.assertEqual(client.receive_text(), 'old')
                gateway.wait_for_instances(1, 'first')

    def test_an_edit_that_does_not_load_says_so_where_it_is_answered_and_the_next_edit_repairs_it(self):
        with FunctionGateway({'first': in_directory('first')}, {'$default': two_way('first')}, files=CODE, flags=['--watch']) as gateway:
            with Client(gateway.url) as client:
                ask(client, 'hello')
                gateway.write_file('first/index.js', 'this is no code')
                gateway.wait_for_log('reload.done')
                self.assertIn('Internal server error', ask(client, 'hello'))
                self.assertIn('Runtime.UserCodeSyntaxError', gateway.whys('integration.failed')[0])
                gateway.write_file('first/index.js', SAYS % 'repaired')
                gateway.wait_for_log('reload.done', 2)
                self.assertIn('repaired', ask(client, 'hello'))


class WatchTemplateTest(unittest.TestCase):
    def gateway(self):
        return FunctionGateway(configuration=TEMPLATE % 'First', file_name='template.yaml', files=CODE, flags=['--watch'])

    def test_an_edited_template_applies_and_clients_stay(self):
        with self.gateway() as gateway, Client(gateway.url) as client:
            self.assertIn('first', ask(client, 'hello'))
            gateway.write_file('template.yaml', TEMPLATE % 'Second')
            gateway.wait_for_log('reload.done')
            self.assertIn('second', ask(client, 'hello'))

    def test_an_edited_handler_of_a_template_answers_the_next_message(self):
        with self.gateway() as gateway, Client(gateway.url) as client:
            self.assertIn('first', ask(client, 'hello'))
            gateway.write_file('first/index.js', SAYS % 'edited')
            gateway.wait_for_log('reload.done')
            self.assertIn('edited', ask(client, 'hello'))

    def test_a_broken_template_leaves_the_old_one_in_force_and_the_log_says_why_and_where(self):
        with self.gateway() as gateway, Client(gateway.url) as client:
            before = ask(client, 'hello')
            gateway.write_file('template.yaml', TEMPLATE % 'Frist')
            gateway.wait_for_log('reload.refused')
            reason = gateway.log_lines('reload.problem')[0]['reason']
            self.assertIn('template.yaml:11:34: ', reason)
            self.assertIn('Frist', reason)
            self.assertEqual(ask(client, 'hello'), before)
            gateway.write_file('template.yaml', TEMPLATE % 'Second')
            gateway.wait_for_log('reload.done')
            self.assertIn('second', ask(client, 'hello'))


if __name__ == '__main__':
    unittest.main()

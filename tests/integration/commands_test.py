#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands as one types them: exit codes, what they print, which setting wins."""
import json
import pathlib
import socket
import tempfile
import unittest

from gateway import Gateway, reserved_port, run_command, wait_until
from websocket import Client

SOURCE = pathlib.Path(__file__).parents[2]
FINE, FAILED, USAGE, BAD_CONFIGURATION = 0, 1, 2, 78

FULL_OF_MISTAKES = """\
apis:
  chat:
    routeSelectionExpresion: $request.body.action
    routes:
      $default: { integration: "plugin:eco" }
gateway:
  limits: { idleTimeout: 10 parsecs, frameBytes: -1 }
  shards: many
"""

SERVERLESS = """\
service: chat
provider:
  name: aws
  environment:
    API: !Sub "https://${WebsocketsApi}.execute-api.${AWS::Region}.amazonaws.com/${sls:stage}"
functions:
  say:
    handler: src/say.handler
    timeout: ${env:SECONDS, 5}
    events: [{ websocket: $default }]
  ask:
    handler: src/ask.handler
    name: ${self:service}-${sls:stage}-${opt:who, 'x'}
    events: [{ websocket: { route: ask, routeResponseSelectionExpression: $default } }]
"""


class CommandsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='postern-test-')
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def file(self, text, name='api.yaml'):
        path = self.directory / name
        path.write_text(text)
        return path

    def expect(self, exit_code, *arguments, **environment):
        done = run_command(*arguments, **environment)
        self.assertEqual(done.exit_code, exit_code, done)
        return done

    def test_every_command_explains_itself(self):
        for command in ([], ['run'], ['check'], ['routes'], ['convert'], ['config'], ['config', 'print'], ['config', 'schema'], ['health'], ['version']):
            for flag in ('-h', '--help'):
                done = self.expect(FINE, *command, flag)
                self.assertIn('Usage: ' + ' '.join(['postern', *command]), done.out)
                self.assertEqual(done.err, '')

    def test_a_wrong_command_line_is_exit_code_2(self):
        for command in ([], ['nonsense'], ['config'], ['run', '--port', 'high'], ['run', '--port', '65536'], ['run', '--nonsense'],
                        ['check', '--set', 'nonsense'], ['check', '--opt', 'nonsense'], ['routes', 'one.yaml', 'two.yaml']):
            done = self.expect(USAGE, *command)
            self.assertNotEqual(done.err, '')
            self.assertEqual(done.out, '')

    def test_check_misses_what_a_start_would_miss(self):
        file = self.file('apis: {a: {routes: {$default: "lambda:f"}}}\n'
                         'plugins: {p: {library: none.so}}\n'
                         'functions: {f: {runtime: nodejs20.x, handler: a.b, codeUri: none}}\n')
        told = self.expect(BAD_CONFIGURATION, 'check', file).err
        self.assertIn('plugins.p.library: there is no file ', told)
        self.assertIn('functions.f.codeUri: there is no directory ', told)

    def test_check_misses_the_file_of_a_handler_that_a_route_calls(self):
        file = self.file('service: s\nprovider: aws\nfunctions:\n'
                         '  join: {handler: src/join.run, events: [{websocket: $connect}]}\n'
                         '  say: {handler: app.say, runtime: python3.12, events: [{websocket: $default}]}\n'
                         '  build: {handler: any, runtime: provided.al2023, events: [{websocket: build}]}\n'
                         '  other: {handler: other.run, events: [{httpApi: "*"}]}\n', 'serverless.yml')
        told = self.expect(BAD_CONFIGURATION, 'check', file).err
        self.assertIn('functions.s-dev-join.handler: there is no src/join.js, src/join.mjs or src/join.cjs in ', told)
        self.assertIn('functions.s-dev-say.handler: there is no app.py or app/__init__.py in ', told)
        self.assertIn('functions.s-dev-build.handler: there is no bootstrap in ', told)
        self.assertNotIn('other', told)

    def test_check_prints_all_mistakes_with_their_places_and_suggestions(self):
        file = self.file(FULL_OF_MISTAKES)
        done = self.expect(BAD_CONFIGURATION, 'check', file)
        self.assertEqual(done.out, '')
        mistakes = done.err.splitlines()
        for mistake, (place, what) in zip(mistakes, [('3:5', 'did you mean "routeSelectionExpression"?'), ('5:32', 'did you mean "echo"?'),
                                                     ('7:26', 'gateway.limits.idleTimeout: expected a duration'),
                                                     ('7:50', 'gateway.limits.frameBytes: expected a size'),
                                                     ('8:11', 'gateway.shards: expected a whole number')], strict=True):
            self.assertTrue(mistake.startswith('%s:%s: ' % (file, place)), mistake)
            self.assertIn(what, mistake)

    def test_commands_that_read_a_bad_configuration_end_with_78(self):
        file = self.file(FULL_OF_MISTAKES)
        for command in (['run'], ['check'], ['routes'], ['convert'], ['config', 'print']):
            self.assertIn('routeSelectionExpression', self.expect(BAD_CONFIGURATION, *command, file).err)
            self.assertIn('cannot be read', self.expect(BAD_CONFIGURATION, *command, self.directory / 'missing.yaml').err)

    def test_hostile_files_are_mistakes(self):
        bomb = 'a: &a [x,x,x,x,x,x,x,x,x]\n' + ''.join(
            '%s: &%s [%s]\n' % (name, name, ','.join(['*' + below] * 9)) for below, name in zip('abcdefgh', 'bcdefghi'))
        for text in ('', '\0', '[' * 100_000, 'apis: [', '\xff\xfe', '"' * 10_001, bomb, '{"apis": {"a": {"routes": {}}}, "apis": 1}'):
            self.assertNotEqual(self.expect(BAD_CONFIGURATION, 'check', self.file(text)).err, '')

    def test_the_example_configuration_is_fine(self):
        file = SOURCE / 'config/postern.yaml'
        self.assertEqual(self.expect(FINE, 'check', file).out, '%s: ok\n' % file)
        rows = [line.split() for line in self.expect(FINE, 'routes', file).out.splitlines()]
        self.assertEqual(rows[0], ['API', 'STAGES', 'ROUTE', 'INTEGRATION', 'TWO-WAY', 'TIMEOUT'])
        self.assertIn(['echo', 'dev', '$default', 'plugin:echo', 'yes', '29s'], rows)

    def test_a_serverless_yml_is_read_as_any_file_is(self):
        file = self.file(SERVERLESS)
        (self.directory / 'src').mkdir()
        for name in ('say', 'ask'):
            (self.directory / 'src' / (name + '.js')).write_text('')
        *notes, verdict = self.expect(FINE, 'check', file).out.splitlines()
        self.assertEqual(verdict, '%s: ok' % file)
        self.assertIn('%s:7:3: functions.say: understood: the function chat-dev-say' % file, notes)
        self.assertEqual(self.rows(file, '--opt', 'who=me'),
                         [['dev', '$default', 'lambda:chat-dev-say', 'no', '29s'], ['dev', 'ask', 'lambda:chat-dev-me', 'yes', '29s']])
        self.assertEqual(self.rows(file, '--stage', 'prod')[0][:3], ['prod', '$default', 'lambda:chat-prod-say'])
        self.assertEqual(self.value('region', file), ('us-east-1', 'default of the Serverless Framework'))
        self.assertEqual(self.value('region', file, '--region=eu-west-3'), ('eu-west-3', 'flag --region'))
        self.assertIn('flag --stage: ', self.expect(BAD_CONFIGURATION, 'check', file, '--stage', 'a b').err)
        self.assertEqual(self.value('functions.chat-dev-say.timeout', file, SECONDS='9'), ('9', '%s:9' % file))
        self.assertEqual(self.value('functions.chat-dev-say.timeout', file, '--set=functions.chat-dev-say.timeout=4')[0], '4')
        mistake = self.expect(BAD_CONFIGURATION, 'check', file, SECONDS='901').err
        self.assertTrue(mistake.startswith('%s:9:14: functions.chat-dev-say.timeout: expected' % file), mistake)

    def rows(self, *arguments):
        """The route table without its heading and the API's id."""
        return [line.split()[1:] for line in self.expect(FINE, 'routes', *arguments).out.splitlines()[1:]]

    def test_convert_writes_a_native_file_that_means_the_same(self):
        file = self.file(SERVERLESS)
        native = self.directory / 'native.yaml'
        native.write_text(self.expect(FINE, 'convert', file, '--opt', 'who=me', POSTERN_GATEWAY_SHARDS='2').out)
        self.assertTrue(native.read_text().startswith('# Made by `postern convert` from api.yaml.\n'))
        self.assertNotIn('shards', native.read_text())
        self.assertEqual(self.rows(native), self.rows(file, '--opt', 'who=me'))
        for path in ('functions.chat-dev-say.codeUri', 'functions.chat-dev-say.environment.API', 'functions.chat-dev-say.memorySize'):
            self.assertEqual(self.value(path, native)[0], self.value(path, file, '--opt', 'who=me')[0])
        example = SOURCE / 'config/postern.yaml'
        native.write_text(self.expect(FINE, 'convert', example).out)
        self.assertEqual(self.rows(native), self.rows(example))

    def test_convert_writes_nothing_of_a_bad_file(self):
        done = self.expect(BAD_CONFIGURATION, 'convert', self.file(SERVERLESS.replace("'x'", 'x')))
        self.assertEqual(done.out, '')
        self.assertIn('expected a source such as self:custom.name, or a text in quotes', done.err)

    def test_the_schema_is_the_one_in_the_tree(self):
        schema = json.loads(self.expect(FINE, 'config', 'schema').out)
        self.assertEqual(schema, json.loads((SOURCE / 'config/postern.schema.json').read_text()))
        self.assertIn('apis', schema['properties'])

    def test_version(self):
        for command in ('version', '--version'):
            self.assertRegex(self.expect(FINE, command).out, r'^postern \d+\.\d+\.\d+ \(plugin interface \d+\.\d+\)\n$')

    def value(self, path, *arguments, **environment):
        """(value, where it came from) as `config print` has it."""
        for line in self.expect(FINE, 'config', 'print', *arguments, **environment).out.splitlines():
            name, rest = line.split(' = ', 1)
            if name.strip() == path:
                value, origin = rest.rsplit('# ', 1)
                return value.strip(), origin.strip()
        self.fail('no ' + path)

    def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(self):
        path, variable = 'gateway.limits.idleTimeout', 'POSTERN_GATEWAY_LIMITS_IDLE_TIMEOUT'
        file = self.file('apis: { a: { routes: { $default: "plugin:echo" } } }\ngateway: { limits: { idleTimeout: 4m } }\n')
        flag = '--set=%s=2m' % path
        self.assertEqual(self.value(path), ('10m', 'default'))
        self.assertEqual(self.value(path, file), ('4m', '%s:2' % file))
        self.assertEqual(self.value(path, file, **{variable: '3m'}), ('3m', 'environment ' + variable))
        self.assertEqual(self.value(path, file, flag, **{variable: '3m'}), ('2m', 'flag --set ' + path))

    def test_a_value_may_come_from_a_file_that_the_environment_names(self):
        (self.directory / 'region').write_text('eu-central-1\n')
        self.assertEqual(self.value('region', POSTERN_REGION_FILE=str(self.directory / 'region')),
                         ('eu-central-1', 'environment POSTERN_REGION_FILE'))

    def test_overrides_are_checked_like_the_file(self):
        self.assertIn('expected a duration', self.expect(BAD_CONFIGURATION, 'check', '--set', 'gateway.limits.idleTimeout=soon').err)
        self.assertIn('expected a whole number', self.expect(BAD_CONFIGURATION, 'run', POSTERN_GATEWAY_SHARDS='many').err)
        self.assertIn('did you mean "POSTERN_GATEWAY_SHARDS"?', self.expect(BAD_CONFIGURATION, 'run', POSTERN_GATEWAY_SHARD='2').err)

    def test_the_environment_reaches_a_running_gateway(self):
        with Gateway(POSTERN_GATEWAY_LIMITS_FRAME_BYTES='100') as gateway, Client(gateway.url) as client:
            client.send_text('x' * 101)
            self.assertEqual(client.receive_close(), (1009, 'Max frame length of 100 has been exceeded.'))

    def test_port_0_is_reported_as_what_it_became(self):
        with Gateway(listeners='[{port: 0}, {port: 0, address: 127.0.0.1}]') as gateway:
            self.assertEqual(len(gateway.urls), 2)
            for url in gateway.urls:
                with Client(url) as client:
                    client.echo()
            self.assertTrue(gateway.urls[1].startswith('ws://127.0.0.1:'))

    def test_a_port_in_use_is_exit_code_1_and_named(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            self.assertIn(':%d: Address already in use' % port, self.expect(FAILED, 'run', '--port', port).err)
        with Gateway() as gateway:  # not even another gateway may share it
            self.assertIn('Address already in use', self.expect(FAILED, 'run', '--port', gateway.port).err)

    def test_a_missing_plugin_file_is_named(self):
        file = self.file('apis: { a: { routes: { $default: "plugin:p.h" } } }\nplugins: { p: { library: nowhere/p.so } }\n')
        done = self.expect(FAILED, 'run', file, '--port', 0)
        self.assertIn('plugin "p" (%s/nowhere/p.so): there is no such file' % self.directory, done.err)
        self.assertEqual(done.out, '')

    def test_missing_certificates_are_named(self):
        done = self.expect(FAILED, 'run', '--set', 'gateway.listeners=[{port: 0, tls: {certificate: /no/c.pem, privateKey: /no/k.pem}}]')
        self.assertIn('/no/c.pem', done.err)

    def test_health_says_whether_a_gateway_answers(self):
        def wait_for(exit_code, words, url):
            # A gateway has two seconds to answer in, and whoever watches it asks again.
            def is_told():
                done = run_command('health', url)
                return done.exit_code == exit_code and words in done.err

            wait_until(is_told, 'health ends with %d and says "%s"' % (exit_code, words))

        with Gateway() as gateway:
            url = 'http://127.0.0.1:%d' % gateway.port
            wait_for(FINE, '', url + '/ping')
            wait_for(FAILED, '403', url + '/elsewhere')
        with reserved_port() as port:
            wait_for(FAILED, 'Connection refused', 'http://127.0.0.1:%d/ping' % port)
        self.expect(FAILED, 'health', 'https://localhost/ping')


if __name__ == '__main__':
    unittest.main()

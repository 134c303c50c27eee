#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Templates as doors: SAM, CloudFormation, what the CDK writes, and serverless.yml each run, are checked, listed and converted; and bad ones are
refused with their places."""
import json
import pathlib
import tempfile
import unittest

from functions import FunctionGateway, ask
from gateway import run_command
from websocket import Client

BAD_CONFIGURATION = 78
SAYS = "exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ route: event.requestContext.routeKey, table: process.env.TABLE }) });\n"
URI = 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Say.Arn}/invocations'

SAM = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: nodejs20.x, Timeout: 25, Environment: { Variables: { TABLE: !Ref Table } } }
Resources:
  Table:
    Type: AWS::DynamoDB::Table
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: dev
      Routes:
        $default: { FunctionArn: !GetAtt Say.Arn, RouteResponseSelectionExpression: $default }
        say: { FunctionArn: !GetAtt Say.Arn, RouteResponseSelectionExpression: $default }
  Say:
    Type: AWS::Serverless::Function
    Properties: { Handler: say.handler, CodeUri: src/ }
"""

CLOUDFORMATION = """
Parameters:
  Stage: { Type: String, Default: dev }
  Greeting: { Type: String, Default: "" }
Conditions:
  IsGreeted: !Not [!Equals [!Ref Greeting, ""]]
Resources:
  Table: { Type: AWS::DynamoDB::Table }
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: said, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Sub "%s" }
  Default:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/${Integration}" }
  DefaultResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: { ApiId: !Ref Api, RouteId: !Ref Default, RouteResponseKey: $default }
  SayRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: say, RouteResponseSelectionExpression: $default, Target: !Join ["/", [integrations, !Ref Integration]] }
  SayResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: { ApiId: !Ref Api, RouteId: !Ref SayRoute, RouteResponseKey: $default }
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [Default, SayRoute]
    Properties: { ApiId: !Ref Api }
  StageOfApi:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: !Ref Stage, DeploymentId: !Ref Deployment }
  Say:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Runtime: nodejs20.x
      Timeout: 25
      Environment: { Variables: { TABLE: !If [IsGreeted, !Ref Greeting, !Ref Table] } }
      Code:
        ZipFile: |
          %s
  Role: { Type: AWS::IAM::Role }
""" % (URI, SAYS)

SERVERLESS = """
service: said
provider:
  name: aws
  runtime: nodejs20.x
  timeout: 25
  environment: { TABLE: !Ref Table }
functions:
  say:
    handler: src/say.handler
    events:
      - websocket: { route: $default, routeResponseSelectionExpression: $default }
      - websocket: { route: say, routeResponseSelectionExpression: $default }
resources:
  Resources:
    Table: { Type: AWS::DynamoDB::Table }
"""


def cdk_template():
    """As `cdk synth` writes it: JSON, ids with a hash behind them, code as an asset."""
    asset = 'f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f'
    arn = {'Fn::GetAtt': ['SayD41D8CD9', 'Arn']}
    uri = {'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'}, ':apigateway:', {'Ref': 'AWS::Region'}, ':lambda:path/2015-03-31/functions/', arn, '/invocations']]}
    api = {'Ref': 'ApiF70053CD'}
    resources = {
        'Table8235A42E': {'Type': 'AWS::DynamoDB::Table', 'Properties': {}},
        'ApiF70053CD': {'Type': 'AWS::ApiGatewayV2::Api', 'Properties': {'Name': 'said', 'ProtocolType': 'WEBSOCKET', 'RouteSelectionExpression': '$request.body.action'}},
        'SayD41D8CD9': {'Type': 'AWS::Lambda::Function', 'Properties': {
            'Code': {'S3Bucket': {'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}'}, 'S3Key': asset + '.zip'},
            'Handler': 'say.handler', 'Role': {'Fn::GetAtt': ['SayServiceRole12345678', 'Arn']}, 'Runtime': 'nodejs20.x', 'Timeout': 25,
            'Environment': {'Variables': {'TABLE': {'Ref': 'Table8235A42E'}}}}},
        'SayServiceRole12345678': {'Type': 'AWS::IAM::Role', 'Properties': {}},
        'ApiStage3F2504E0': {'Type': 'AWS::ApiGatewayV2::Stage', 'Properties': {'ApiId': api, 'AutoDeploy': True, 'StageName': 'dev'}},
        'CDKMetadata': {'Type': 'AWS::CDK::Metadata', 'Properties': {'Analytics': 'v2:deflate64:H4sIAAAA'}},
    }
    for number, key in enumerate(('$default', 'say')):
        integration, route = 'ApiIntegration%08X' % number, 'ApiRoute%08X' % number
        resources[integration] = {'Type': 'AWS::ApiGatewayV2::Integration', 'Properties': {'ApiId': api, 'IntegrationType': 'AWS_PROXY', 'IntegrationUri': uri}}
        resources[route] = {'Type': 'AWS::ApiGatewayV2::Route', 'Properties': {
            'ApiId': api, 'RouteKey': key, 'AuthorizationType': 'NONE', 'RouteResponseSelectionExpression': '$default',
            'Target': {'Fn::Join': ['', ['integrations/', {'Ref': integration}]]}}}
        resources[route + 'Response'] = {'Type': 'AWS::ApiGatewayV2::RouteResponse', 'Properties': {'ApiId': api, 'RouteId': {'Ref': route}, 'RouteResponseKey': '$default'}}
    template = {'Resources': resources, 'Parameters': {'BootstrapVersion': {'Type': 'AWS::SSM::Parameter::Value<String>', 'Default': '/cdk-bootstrap/hnb659fds/version'}},
                'Rules': {'CheckBootstrapVersion': {'Assertions': []}}}
    manifest = {'version': '36.0.0', 'files': {asset: {'source': {'path': 'asset.' + asset, 'packaging': 'zip'}, 'destinations': {}}}}
    return json.dumps(template, indent=1), {'Said.assets.json': json.dumps(manifest), 'asset.%s/say.js' % asset: SAYS}


CDK, CDK_FILES = cdk_template()
CODE = {'src/say.js': SAYS}
KINDS = {'sam': ('template.yaml', SAM, CODE), 'cloudformation': ('template.yaml', CLOUDFORMATION, {}),
         'cdk': ('Said.template.json', CDK, CDK_FILES), 'serverless': ('serverless.yml', SERVERLESS, CODE)}


class TemplatesTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-test-')))

    def write(self, kind):
        """The template's path."""
        name, text, files = KINDS[kind]
        directory = self.directory / kind
        for path, content in {name: text, **files}.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(content)
        return directory / name

    def test_each_kind_runs_its_functions(self):
        for kind in KINDS:
            with self.subTest(kind), FunctionGateway(configuration=self.write(kind)) as gateway, Client(gateway.url) as client:
                self.assertTrue(gateway.url.endswith('/dev'))
                self.assertEqual(json.loads(ask(client, 'hello'))['route'], '$default')
                self.assertEqual(json.loads(ask(client, {'action': 'say'}))['route'], 'say')

    def test_resources_that_do_not_run_here_have_names_that_stay_the_same(self):
        for kind in KINDS:
            names = set()
            for _ in range(2):
                with FunctionGateway(configuration=self.write(kind)) as gateway, Client(gateway.url) as client:
                    names.add(json.loads(ask(client, 'hello'))['table'])
            self.assertEqual(len(names), 1, kind)
            self.assertIn('Table', names.pop())

    def test_check_says_what_is_understood_and_what_is_ignored(self):
        for kind in KINDS:
            with self.subTest(kind):
                template = self.write(kind)
                done = run_command('check', template)
                self.assertEqual((done.exit_code, done.err), (0, ''))
                self.assertRegex(done.out, r'%s:\d+:\d+: .*Table.*: ignored: .*AWS::DynamoDB::Table' % template)
                self.assertIn('%s: ok' % template, done.out)

    def test_routes_lists_those_of_each_kind(self):
        for kind in KINDS:
            done = run_command('routes', self.write(kind))
            rows = [line.split() for line in done.out.splitlines()[1:]]
            self.assertEqual([(row[1], row[2], row[4]) for row in rows], [('dev', '$default', 'yes'), ('dev', 'say', 'yes')], kind)
            self.assertTrue(all(row[3].startswith('lambda:') for row in rows))

    def test_what_convert_writes_runs_as_the_template_does(self):
        for kind in KINDS:
            with self.subTest(kind):
                template = self.write(kind)
                done = run_command('convert', template)
                self.assertEqual((done.exit_code, done.err), (0, ''))
                native = template.with_name('native.yaml')  # paths are relative to it
                native.write_text(done.out)
                with FunctionGateway(configuration=native) as gateway, Client(gateway.url) as client:
                    answer = json.loads(ask(client, {'action': 'say'}))
                    self.assertEqual(answer['route'], 'say')
                    self.assertIn('Table', answer['table'])

    def test_parameters_and_options_are_those_of_the_command_line(self):
        overrides = ['--parameter-overrides', 'Stage=prod Greeting=hello']
        with FunctionGateway(configuration=self.write('cloudformation'), flags=overrides) as gateway, Client(gateway.url) as client:
            self.assertTrue(gateway.url.endswith('/prod'))
            self.assertEqual(json.loads(ask(client, 'hello'))['table'], 'hello')
        with FunctionGateway(configuration=self.write('serverless'), flags=['--stage', 'prod']) as gateway:
            self.assertTrue(gateway.url.endswith('/prod'))


class BadTemplatesTest(unittest.TestCase):
    def refuse(self, text, *expected, files=None, name='template.yaml', command='check'):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-test-')))
        for path, content in {name: text, **(CODE if files is None else files)}.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(content)
        done = run_command(command, directory / name)
        self.assertEqual(done.exit_code, BAD_CONFIGURATION, done)
        self.assertRegex(done.err, r'%s:\d+:\d+: ' % (directory / name))
        for word in expected:
            self.assertIn(word, done.err)

    def test_a_reference_to_a_resource_that_is_not_there_has_a_suggestion(self):
        self.refuse(SAM.replace('!GetAtt Say.Arn', '!GetAtt Sai.Arn', 1), 'Sai', 'did you mean "Say"')
        self.refuse(CLOUDFORMATION.replace('!Ref Table', '!Ref Tabel'), 'Tabel', 'Table')

    def test_a_cycle_is_named(self):
        cycle = SAM.replace('TABLE: !Ref Table', 'TABLE: !GetAtt Say.Arn') + '''
Conditions:
  One: !Condition Two
  Two: !Condition One
'''
        self.refuse(cycle.replace('Type: AWS::DynamoDB::Table', 'Type: AWS::DynamoDB::Table\n    Condition: One'), 'One')

    def test_missing_code_is_named_with_its_function(self):
        self.refuse(SAM.replace('CodeUri: src/', 'CodeUri: built/'), 'Say', 'built', command='run', files={})

    def test_a_parameter_without_a_value_asks_for_one(self):
        self.refuse(CLOUDFORMATION.replace('Stage: { Type: String, Default: dev }', 'Stage: { Type: String }'), 'Stage', '--parameter-overrides')

    def test_a_bomb_is_refused(self):
        bomb = 'Mappings:\n  a: &a {x: [x,x,x,x,x,x,x,x,x]}\n' + ''.join(
            '  %s: &%s {x: [%s]}\n' % (name, name, ','.join(['*' + below] * 9)) for below, name in zip('abcdefgh', 'bcdefghi'))
        self.refuse(bomb + SAM)

    def test_what_is_not_supported_is_refused_by_name(self):
        self.refuse(SAM.replace('StageName: dev', 'StageName: dev\n      Auth: { AuthType: AWS_IAM }').replace('        $default:', '        $connect: { FunctionArn: !GetAtt Say.Arn }\n        $default:'), 'not supported')
        self.refuse(CLOUDFORMATION.replace('IntegrationType: AWS_PROXY', 'IntegrationType: HTTP'), 'supported yet')


if __name__ == '__main__':
    unittest.main()

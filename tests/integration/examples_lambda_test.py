#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples with Lambda functions, each from its template as it is, with real SDKs: connect, echo, anything else, disconnect."""
import json
import pathlib
import shutil
import tempfile
import unittest

from cdk import synthesize_echo
from functions import FunctionGateway, ask
from gateway import PLAIN_AND_TLS, run_command
from websocket import Client
from wscat import Wscat

EXAMPLES = pathlib.Path(__file__).parents[2] / 'examples'
TEMPLATES = {name: EXAMPLES / name / file for name, file in
             (('sam-echo', 'template.yaml'), ('sam-python', 'template.yaml'), ('serverless-echo', 'serverless.yml'))}
CDK_OUT = tempfile.TemporaryDirectory(prefix='postern-test-')
TEMPLATES['cdk-echo'] = synthesize_echo(CDK_OUT.name)
HELLO = '{"action":"echo","data":"hello"}'
ONE_PORT = {'listeners': None, 'flags': ['--port', '0']}  # the default listener of a file with functions
HINT = 'try {"action":"echo","data":"hello"}'


def function_of(template, route):
    """The function that a route calls, as `postern routes` has it."""
    done = run_command('routes', template)
    assert done.exit_code == 0, done.err
    rows = [line.split() for line in done.out.splitlines()[1:]]
    return next(row[3].removeprefix('lambda:') for row in rows if row[2] == route)


class ExamplesTest(unittest.TestCase):
    def check(self, template, is_tls, **options):
        names = {route: function_of(template, route) for route in ('$connect', '$disconnect', 'echo')}
        with FunctionGateway(configuration=template, **options) as gateway:
            url, ca = (gateway.tls_url, gateway.development_ca) if is_tls else (gateway.url, None)
            with Client(url, ca=ca) as client:
                gateway.logs.wait_for(names['$connect'], '^END RequestId')
                self.assertEqual(json.loads(ask(client, HELLO)), json.loads(HELLO))
                self.assertEqual(json.loads(ask(client, '{"action":"echo","data":{"deep":["\u20ac",1]}}')), {'action': 'echo', 'data': {'deep': ['\u20ac', 1]}})
                self.assertEqual(json.loads(ask(client, 'anything else'))['hint'], HINT)
                client.close(1000, 'bye')
            gateway.logs.wait_for(names['$disconnect'], '^END RequestId')
            gateway.logs.wait_for(names['echo'], '^REPORT RequestId', 2)
            self.assertEqual(gateway.log_lines('integration.failed'), [])

    def test_each_runs_from_its_template_over_ws_as_the_readme_says(self):
        for name, template in TEMPLATES.items():
            with self.subTest(name):
                self.check(template, is_tls=False, **ONE_PORT)

    def test_each_runs_from_its_template_over_tls_to_the_development_certificate(self):
        for name, template in TEMPLATES.items():
            with self.subTest(name):
                self.check(template, is_tls=True, listeners=PLAIN_AND_TLS)

    def test_wscat_echoes_through_each(self):
        for name, template in TEMPLATES.items():
            with self.subTest(name), FunctionGateway(configuration=template, **ONE_PORT) as gateway:
                with Wscat('-c', gateway.url, '-x', HELLO, '-w', '-1') as wscat:
                    self.assertEqual(json.loads(wscat.first_line()), json.loads(HELLO))

    def test_check_understands_each_and_convert_writes_a_native_file_that_echoes_too(self):
        for name, template in TEMPLATES.items():
            with self.subTest(name):
                done = run_command('check', template)
                self.assertEqual((done.exit_code, done.err), (0, ''))
                copy = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-test-')), name)
                shutil.copytree(template.parent, copy, ignore=shutil.ignore_patterns('node_modules'))
                native = copy / 'native.yaml'  # paths are relative to it
                native.write_text(run_command('convert', template).out)
                with FunctionGateway(configuration=native, **ONE_PORT) as gateway, Client(gateway.url) as client:
                    self.assertEqual(json.loads(ask(client, HELLO)), json.loads(HELLO))

    def test_what_disconnect_prints_is_in_its_log(self):
        for name in ('sam-echo', 'sam-python', 'cdk-echo'):
            gone = function_of(TEMPLATES[name], '$disconnect')
            with FunctionGateway(configuration=TEMPLATES[name]) as gateway:
                with Client(gateway.url) as client:
                    client.close(4000, 'enough')
                gateway.logs.wait_for(gone, r'disconnect .*4000')


if __name__ == '__main__':
    unittest.main()

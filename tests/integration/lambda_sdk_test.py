#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the SDK in a function finds this gateway's @connections, whatever the function takes for the address (spec config-plane 8), with the SDKs 2
and 3 for JavaScript and boto3; over TLS where the address says https, to the development certificate."""
import json
import select
import unittest

from functions import FunctionGateway, ask, node, python, two_way
from gateway import PATIENCE, PLAIN, PLAIN_AND_TLS
from management import OWNER
from websocket import Client, Refused, Wire
from wscat import Wscat

SDK_3 = """
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
exports.handler = async (event) => {
  const { domainName, stage, connectionId, apiId } = event.requestContext;
  const client = new ApiGatewayManagementApiClient({ OPTIONS });
  try {
    await client.send(new PostToConnectionCommand({ ConnectionId: JSON.parse(event.body).to ?? connectionId, Data: 'posted' }));
  } catch (error) {
    return { statusCode: 200, body: `${error.name} ${error.$metadata?.httpStatusCode} ${error.message}` };
  }
  return { statusCode: 200 };
};
"""
SDK_2 = """
const { ApiGatewayManagementApi } = require('aws-sdk');
exports.handler = async (event) => {
  const { domainName, stage, connectionId, apiId } = event.requestContext;
  const client = new ApiGatewayManagementApi({ OPTIONS });
  try {
    await client.postToConnection({ ConnectionId: JSON.parse(event.body).to ?? connectionId, Data: 'posted' }).promise();
  } catch (error) {
    return { statusCode: 200, body: `${error.code} ${error.statusCode} ${error.message}` };
  }
  return { statusCode: 200 };
};
"""
BOTO_3 = """
import json, os
import boto3
def handler(event, context):
    at = event['requestContext']
    client = boto3.client('apigatewaymanagementapi'OPTIONS)
    try:
        client.post_to_connection(ConnectionId=json.loads(event['body']).get('to') or at['connectionId'], Data='posted')
    except client.exceptions.ClientError as error:
        return {'statusCode': 200, 'body': '%s %d %s' % (error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode'], error)}
    return {'statusCode': 200}
"""

FROM_THE_EVENT = {
    'sdk3': 'endpoint: `https://${domainName}/${stage}`',
    'sdk2': 'endpoint: `https://${domainName}/${stage}`',
    'boto3': ", endpoint_url='https://%s/%s' % (at['domainName'], at['stage'])",
}
# Version 2 of the SDK takes a host for https.
FROM_THE_EVENT_WITHOUT_SCHEME = {'sdk2': 'endpoint: `${domainName}/${stage}`'}
FROM_A_VARIABLE = {
    'sdk3': 'endpoint: process.env.ENDPOINT',
    'sdk2': 'endpoint: process.env.ENDPOINT',
    'boto3': ", endpoint_url=os.environ['ENDPOINT']",
}
HARD_CODED = {
    'sdk3': 'endpoint: `https://${apiId}.execute-api.${process.env.AWS_REGION}.amazonaws.com/${stage}`',
    'sdk2': 'endpoint: `${apiId}.execute-api.${process.env.AWS_REGION}.amazonaws.com/${stage}`',
    'boto3': ", endpoint_url='https://%s.execute-api.%s.amazonaws.com/%s' % (at['apiId'], os.environ['AWS_REGION'], at['stage'])",
}
# Only this SDK asks the environment; boto3 does since 1.28, which is newer than Debian's.
NONE_AT_ALL = {'sdk3': ''}


def functions(options):
    """A function for each SDK, with what the handler says of the endpoint."""
    made = {}
    for sdk, how in options.items():
        source = {'sdk3': SDK_3, 'sdk2': SDK_2, 'boto3': BOTO_3}[sdk].replace('OPTIONS', how)
        made[sdk] = {**(python if sdk == 'boto3' else node)(source, timeout=30), 'environment': {'ENDPOINT': 'https://test.execute-api.us-east-1.amazonaws.com/dev'}}
    return made


def routes(names):
    return {name: two_way(name) for name in names}


class SdkTest(unittest.TestCase):
    def check(self, options, listeners=PLAIN_AND_TLS, tls=True, **more):
        """With each of the SDKs the function's post comes to the client."""
        with FunctionGateway(functions(options), routes(options), listeners=listeners, **more) as gateway:
            url, ca = (gateway.tls_url, gateway.development_ca) if tls else (gateway.url, None)
            with Client(url, ca=ca) as client:
                for sdk in options:
                    self.assertEqual(ask(client, {'action': sdk}), 'posted', sdk)

    def test_an_endpoint_from_the_event_s_domain_name_and_stage_is_this_gateway_over_tls(self):
        self.check(FROM_THE_EVENT)

    def test_an_endpoint_from_the_event_without_a_scheme_is_this_gateway_over_tls(self):
        self.check(FROM_THE_EVENT_WITHOUT_SCHEME)

    def test_an_endpoint_from_the_event_works_when_one_port_serves_both(self):
        optional = '[{port: 0, tls: optional}]'
        self.check({**FROM_THE_EVENT, **FROM_THE_EVENT_WITHOUT_SCHEME}, listeners=optional, tls=False)

    def test_an_endpoint_from_an_environment_variable_with_the_api_s_address_is_this_gateway(self):
        self.check(FROM_A_VARIABLE)

    def test_an_endpoint_that_is_hard_coded_to_api_gateway_s_host_name_is_this_gateway(self):
        self.check(HARD_CODED)

    def test_without_any_endpoint_the_environment_leads_to_this_gateway(self):
        self.check(NONE_AT_ALL)
        self.check(NONE_AT_ALL, listeners=PLAIN, tls=False)

    def test_with_access_keys_functions_can_still_call_connections(self):
        keys = {'accessKeys': [OWNER.settings()]}
        for options in (FROM_THE_EVENT, HARD_CODED, NONE_AT_ALL):
            self.check(options, more={'gateway': keys})

    def test_an_endpoint_from_the_event_is_this_gateway_whatever_address_the_client_used(self):
        with FunctionGateway(functions(FROM_THE_EVENT), routes(FROM_THE_EVENT), listeners=PLAIN_AND_TLS) as gateway:
            # The port without TLS, an address that the certificate does not name, a port under which a container publishes it.
            for host in ('localhost:%d' % gateway.port, '127.0.0.2:%d' % gateway.tls_port, 'localhost:1'):
                with Wscat('-c', 'ws://127.0.0.1:%d/dev' % gateway.port, '--host', host, '-x', '{"action":"sdk3"}', '-w', '-1') as wscat:
                    self.assertEqual(wscat.first_line(), 'posted')

    def test_of_several_apis_each_is_this_gateway_for_clients_that_name_it_by_its_host(self):
        both = {api: {'routes': routes(FROM_THE_EVENT)} for api in ('test', 'rival')}
        with FunctionGateway(functions(FROM_THE_EVENT), {}, more={'apis': both}, listeners='[{port: 0, tls: optional}]') as gateway:
            for api in both:
                host = api + '.execute-api.us-east-1.amazonaws.com'
                for sdk in FROM_THE_EVENT:
                    with Wscat('-c', 'ws://localhost:%d/dev' % gateway.port, '--host', host, '-x', json.dumps({'action': sdk}), '-w', '-1') as wscat:
                        self.assertEqual(wscat.first_line(), 'posted')

    def test_of_several_apis_each_is_this_gateway_for_clients_that_name_it_in_the_path(self):
        both = {api: {'routes': routes(FROM_THE_EVENT)} for api in ('test', 'rival')}
        with FunctionGateway(functions(FROM_THE_EVENT), {}, more={'apis': both}, listeners='[{port: 0, tls: optional}]') as gateway:
            for api in both:
                with Client('ws://localhost:%d/%s/dev' % (gateway.port, api)) as client:
                    for sdk in FROM_THE_EVENT:
                        self.assertEqual(ask(client, {'action': sdk}), 'posted')

    def test_during_a_drain_functions_call_connections_and_new_clients_are_refused(self):
        with FunctionGateway(functions(FROM_THE_EVENT), routes(FROM_THE_EVENT), listeners='[{port: 0, tls: optional}]',
                             settings=['gateway.drainTime=1h', 'gateway.shards=1', 'gateway.limits.handshakeTimeout=0']) as gateway:
            with Client(gateway.url) as one, Client(gateway.url) as two:
                gateway.signal()
                closed, = select.select([one, two], [], [], PATIENCE)[0]  # the first at once, the other in an hour
                self.assertEqual(closed.receive_close()[0], 1001)
                closed.leave()
                other = two if closed is one else one
                for sdk in FROM_THE_EVENT:
                    self.assertEqual(ask(other, {'action': sdk}), 'posted')
                with self.assertRaises(Refused) as caught:
                    Client(gateway.url)
                self.assertEqual(caught.exception.response.status, 503)
                with Wire(gateway.url) as silent:  # is not waited for
                    self.assertEqual(ask(other, {'action': 'sdk3'}), 'posted')
                    other.close()
                    self.assertTrue(silent.is_at_end())
                    self.assertEqual(gateway.wait(), 0)

    def test_during_a_drain_functions_reach_a_shard_without_connections_as_long_as_another_has_any(self):
        with FunctionGateway(functions(FROM_THE_EVENT), routes(FROM_THE_EVENT), listeners='[{port: 0, tls: optional}]',
                             settings=['gateway.drainTime=1h', 'gateway.shards=2', 'gateway.limits.handshakeTimeout=0']) as gateway:
            clients = [Client(gateway.url) for _ in range(24)]  # several on each shard
            gateway.signal()
            for _ in range(2):  # the first of each shard at once, the others later than this
                closed, = select.select(clients, [], [], PATIENCE)[0][:1]
                self.assertEqual(closed.receive_close()[0], 1001)
                closed.leave()
                clients.remove(closed)
            calls = [Wire(gateway.url) for _ in range(16)]  # on both shards: calls of functions that are not sent yet
            for client in clients[1:]:
                client.close()
            self.assertEqual(ask(clients[0], {'action': 'sdk3'}), 'posted')
            self.assertFalse(select.select(calls, [], [], 0)[0])
            clients[0].close()
            for call in calls:
                self.assertTrue(call.is_at_end())
                call.socket.close()
            self.assertEqual(gateway.wait(), 0)

    def test_a_post_to_a_closed_connection_is_gone_exception_and_the_function_goes_on(self):
        with FunctionGateway(functions(FROM_THE_EVENT), routes(FROM_THE_EVENT), listeners=PLAIN_AND_TLS) as gateway:
            ca = gateway.development_ca
            with Client(gateway.tls_url, ca=ca) as client:
                for sdk in FROM_THE_EVENT:
                    # An id that has been there: that of another client, who has left.
                    answer = ask(client, {'action': sdk, 'to': self.id_of_one_who_left(gateway, ca)})
                    self.assertRegex(answer, '^GoneException 410 ')
                    self.assertEqual(ask(client, {'action': sdk}), 'posted')

    def id_of_one_who_left(self, gateway, ca):
        with Client(gateway.tls_url, ca=ca) as guest:
            guest.send_text('no route takes it')
            left = json.loads(guest.receive_text())['connectionId']
            guest.close()
        return left


if __name__ == '__main__':
    unittest.main()

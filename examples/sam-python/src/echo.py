# SPDX-License-Identifier: Apache-2.0
"""The functions of the echo: they find @connections by the API's own address, as on AWS."""
import json
import os

import boto3

connections = boto3.client('apigatewaymanagementapi', endpoint_url=os.environ['ENDPOINT'])


def connect(event, context):
    print('connect', event['requestContext']['connectionId'])
    return {'statusCode': 200}


def disconnect(event, context):
    context_of_event = event['requestContext']
    print('disconnect', context_of_event['connectionId'], context_of_event['disconnectStatusCode'])
    return {'statusCode': 200}


def help(event, context):
    """A two-way route: the body of the answer goes to the client."""
    return {'statusCode': 200, 'body': json.dumps({'hint': 'try {"action":"echo","data":"hello"}'})}


def echo(event, context):
    message = json.loads(event['body'])
    connections.post_to_connection(ConnectionId=event['requestContext']['connectionId'],
                                   Data=json.dumps({'action': 'echo', 'data': message.get('data')}))
    return {'statusCode': 200}

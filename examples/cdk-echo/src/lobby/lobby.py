# SPDX-License-Identifier: Apache-2.0
"""Lets everybody in, logs how they leave, and tells those who are lost what to say."""
import json


def handler(event, context):
    request = event['requestContext']
    if request['eventType'] == 'DISCONNECT':
        print('disconnect', request['disconnectStatusCode'], request['disconnectReason'])
    body = json.dumps({'error': 'no such action', 'hint': 'try {"action":"echo","data":"hello"}'})
    return {'statusCode': 200, 'body': body} if request['eventType'] == 'MESSAGE' else {'statusCode': 200}

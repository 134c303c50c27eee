// SPDX-License-Identifier: Apache-2.0
// @aws-sdk/client-apigatewaymanagementapi, unmodified: makes the calls of CALLS (JSON), prints a line of JSON for each.
'use strict';
const sdk = require('../clients/node_modules/@aws-sdk/client-apigatewaymanagementapi');

const COMMANDS = { post: sdk.PostToConnectionCommand, get: sdk.GetConnectionCommand, delete: sdk.DeleteConnectionCommand };

async function result(call) {
  const client = new sdk.ApiGatewayManagementApiClient({
    endpoint: call.endpoint,
    region: process.env.AWS_REGION,
    credentials: { accessKeyId: call.key_id, secretAccessKey: call.secret, sessionToken: call.token || undefined },
    maxAttempts: call.attempts || undefined,
  });
  const input = { ConnectionId: call.id };
  if (call.operation === 'post') input.Data = call.size ? Buffer.alloc(call.size, 'x') : call.data;
  try {
    const answer = await client.send(new COMMANDS[call.operation](input));
    const { $metadata, ...rest } = answer;
    return { status: $metadata.httpStatusCode, attempts: $metadata.attempts, value: rest };
  } catch (error) {
    const metadata = error.$metadata || {};
    const isTyped = sdk[error.name] !== undefined && error instanceof sdk[error.name];
    return { status: metadata.httpStatusCode, attempts: metadata.attempts, error: error.name, isTyped, message: error.message };
  } finally {
    client.destroy();
  }
}

(async () => {
  for (const call of JSON.parse(process.env.CALLS)) {
    console.log(JSON.stringify(await result(call)));
  }
})();

// SPDX-License-Identifier: Apache-2.0
// aws-sdk 2, unmodified: makes the calls of CALLS (JSON), prints a line of JSON for each.
'use strict';
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const AWS = require('../clients/node_modules/aws-sdk');

const METHODS = { post: 'postToConnection', get: 'getConnection', delete: 'deleteConnection' };

async function result(call) {
  const options = {
    endpoint: call.endpoint,
    region: process.env.AWS_REGION,
    credentials: new AWS.Credentials(call.key_id, call.secret, call.token || undefined),
  };
  if (call.attempts) options.maxRetries = call.attempts - 1;
  const input = { ConnectionId: call.id };
  if (call.operation === 'post') input.Data = call.size ? Buffer.alloc(call.size, 'x') : call.data;
  const request = new AWS.ApiGatewayManagementApi(options)[METHODS[call.operation]](input);
  try {
    const { ...value } = await request.promise();
    return { status: request.response.httpResponse.statusCode, attempts: request.response.retryCount + 1, value };
  } catch (error) {
    return { status: error.statusCode, attempts: request.response.retryCount + 1, error: error.code, message: error.message };
  }
}

(async () => {
  for (const call of JSON.parse(process.env.CALLS)) {
    console.log(JSON.stringify(await result(call)));
  }
})();

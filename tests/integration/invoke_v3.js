// SPDX-License-Identifier: Apache-2.0
// @aws-sdk/client-lambda, unmodified: makes the invocations of CALLS (JSON), prints a line of JSON for each.
'use strict';
const sdk = require('../clients/node_modules/@aws-sdk/client-lambda');

async function result(call) {
  const client = new sdk.LambdaClient({
    endpoint: call.endpoint,
    region: process.env.AWS_REGION,
    credentials: { accessKeyId: call.key_id, secretAccessKey: call.secret, sessionToken: call.token || undefined },
    maxAttempts: 1,
  });
  const input = { FunctionName: call.name, InvocationType: call.type, LogType: call.log, ClientContext: call.context, Qualifier: call.qualifier };
  if (call.size) input.Payload = '"' + 'x'.repeat(call.size - 2) + '"';
  else if (call.payload) input.Payload = call.payload;
  try {
    const answer = await client.send(new sdk.InvokeCommand(input));
    return {
      status: answer.StatusCode,
      payload: answer.Payload && Buffer.from(answer.Payload).toString(),
      function_error: answer.FunctionError,
      log: answer.LogResult,
      version: answer.ExecutedVersion,
      request_id: answer.$metadata.requestId,
    };
  } catch (error) {
    const isTyped = sdk[error.name] !== undefined && error instanceof sdk[error.name];
    return { status: error.$metadata && error.$metadata.httpStatusCode, error: error.name, is_typed: isTyped, message: error.message, reason: error.Reason };
  } finally {
    client.destroy();
  }
}

(async () => {
  for (const call of JSON.parse(process.env.CALLS)) {
    console.log(JSON.stringify(await result(call)));
  }
})();

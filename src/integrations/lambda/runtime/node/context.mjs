// SPDX-License-Identifier: Apache-2.0
import { kHasCallbacks } from './contract.mjs';

/** What a handler is told about its invocation: its last argument but the callback. Invocation adds done(), succeed() and fail(). */
export class Context {
  #deadline;

  /** `headers`: those of the Runtime API's answer, in lower case. */
  constructor(headers) {
    const { env } = process;
    if (kHasCallbacks) this.callbackWaitsForEmptyEventLoop = true;
    this.functionName = env.AWS_LAMBDA_FUNCTION_NAME;
    this.functionVersion = env.AWS_LAMBDA_FUNCTION_VERSION;
    this.memoryLimitInMB = env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE; // a string, as on AWS
    this.logGroupName = env.AWS_LAMBDA_LOG_GROUP_NAME;
    this.logStreamName = env.AWS_LAMBDA_LOG_STREAM_NAME;
    this.invokedFunctionArn = headers['lambda-runtime-invoked-function-arn'];
    this.awsRequestId = headers['lambda-runtime-aws-request-id'];
    this.clientContext = parsed(headers['lambda-runtime-client-context']);
    this.identity = parsed(headers['lambda-runtime-cognito-identity']);
    this.tenantId = headers['lambda-runtime-aws-tenant-id'];
    this.#deadline = Number(headers['lambda-runtime-deadline-ms']);
    this.getRemainingTimeInMillis = () => this.#deadline - Date.now(); // usable when taken out of the context
  }
}

function parsed(json) {
  return json === undefined || json === '' ? undefined : JSON.parse(json);
}

// SPDX-License-Identifier: Apache-2.0
import { kHasCallbacks } from './contract.mjs';
import { NodeJsExit } from './errors.mjs';
import { ResponseBuffer, isStreaming } from './streaming.mjs';

/** One call of the handler, until it has settled in whichever of the ways that AWS knows. */
export class Invocation {
  #context;
  #settle;
  #settled;
  #isDecided = false; // one of the callback, done(), succeed(), fail() and the promise has spoken
  #idle = null; // what happens when the event loop is empty; null: the process ends, which the gateway reports

  constructor(context) {
    this.#context = context;
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get id() {
    return this.#context.awsRequestId;
  }

  /** Calls `handler` with the event that `body` holds. Resolves to { body }, the result's JSON, or { error: { value } }; rejects never. */
  run(handler, body) {
    this.#call(handler, body).catch((error) => this.#fail(error));
    return this.#settled;
  }

  /** The event loop is empty: nothing will settle this any more. */
  onIdle() {
    this.#idle?.();
  }

  async #call(handler, body) {
    const event = JSON.parse(body.toString());
    if (isStreaming(handler)) await this.#stream(handler, event);
    else if (kHasCallbacks) this.#callWithCallback(handler, event);
    else this.#succeed(await handler(event, this.#context));
  }

  #callWithCallback(handler, event) {
    const context = this.#context;
    const callback = (error, value) => this.#decide(error, value, context.callbackWaitsForEmptyEventLoop);
    context.done = (error, value) => this.#decide(error, value);
    context.succeed = (value) => this.#decide(null, value);
    context.fail = (error) => this.#decide(error ?? 'handled');
    this.#idle = () => {
      if (isAsync(handler)) this.#fail(new NodeJsExit());
      else this.#succeed(null);
    };
    try {
      const result = handler(event, context, callback);
      if (isThenable(result)) result.then(context.succeed, context.fail);
    } catch (error) {
      callback(error);
    }
  }

  /** The first to come here counts. `waits`: a value is sent when the event loop is empty. */
  #decide(error, value, waits = false) {
    if (this.#isDecided) return;
    this.#isDecided = true;
    if (error !== undefined && error !== null) this.#fail(error);
    else if (waits) this.#idle = () => this.#succeed(value);
    else this.#succeed(value);
  }

  /** The response is complete when its stream has ended, be it before or after the handler's promise. */
  async #stream(handler, event) {
    const stream = new ResponseBuffer();
    stream.once('error', (error) => this.#fail(error));
    stream.once('finish', () => this.#settle({ body: stream.bytes() }));
    this.#idle = () => this.#fail(new Error('Response stream is not finished.'));
    const result = handler(event, stream, this.#context);
    if (!isThenable(result)) throw new Error('Streaming does not support non-async handlers.');
    await result;
  }

  #succeed(value) {
    try {
      this.#settle({ body: JSON.stringify(value) ?? 'null' }); // nothing, or what JSON has no form for
    } catch (error) {
      this.#fail(new Error(`Unable to stringify response body: ${error?.message}`));
    }
  }

  #fail(value) {
    this.#settle({ error: { value } });
  }
}

function isAsync(handler) {
  return handler.constructor?.name === 'AsyncFunction';
}

function isThenable(value) {
  return typeof value?.then === 'function';
}

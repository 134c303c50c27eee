// SPDX-License-Identifier: Apache-2.0
import { ResponseBuffer, isStreaming } from './streaming.mjs';

/** One call of the handler, until it has settled in whichever of the ways that AWS knows. */
export class Invocation {
  #context;
  #settle;
  #settled;
  #waiting; // the callback's result, which is sent when the event loop is empty

  constructor(context) {
    this.#context = context;
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    context.done = (error, result) => this.#finish(error, result);
    context.succeed = (result) => this.#finish(null, result);
    context.fail = (error) => this.#finish(error, undefined);
  }

  get id() {
    return this.#context.awsRequestId;
  }

  /** Calls `handler` with the event that `body` holds. Resolves to { body }, the result's JSON, or { error: { value } }; rejects never. */
  run(handler, body) {
    try {
      const event = JSON.parse(body.toString());
      if (isStreaming(handler)) this.#stream(handler, event);
      else this.#call(handler, event);
    } catch (error) {
      this.#fail(error);
    }
    return this.#settled;
  }

  /** The event loop is empty: nothing will settle this any more. */
  onIdle() {
    this.#succeed(this.#waiting);
  }

  #call(handler, event) {
    const result = handler(event, this.#context, (error, value) => this.#onCallback(error, value));
    if (isThenable(result)) result.then((value) => this.#succeed(value), (error) => this.#fail(error));
  }

  #stream(handler, event) {
    const stream = new ResponseBuffer();
    stream.once('error', (error) => this.#fail(error));
    stream.once('finish', () => this.#settle({ body: stream.bytes() }));
    const result = handler(event, stream, this.#context);
    if (isThenable(result)) result.then(() => stream.end(), (error) => this.#fail(error));
  }

  #onCallback(error, value) {
    if (error !== undefined && error !== null) this.#fail(error);
    else if (this.#context.callbackWaitsForEmptyEventLoop) this.#waiting = value;
    else this.#succeed(value);
  }

  #finish(error, value) {
    if (error !== undefined && error !== null) this.#fail(error);
    else this.#succeed(value);
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

function isThenable(value) {
  return typeof value?.then === 'function';
}

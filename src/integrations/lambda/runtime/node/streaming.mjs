// SPDX-License-Identifier: Apache-2.0
// globalThis.awslambda: handlers that stream their response. An API's integration wants the whole of it, as AWS's own invocations without
// streaming do: what is written is kept until the stream ends.
import { Writable } from 'node:stream';

const kStreaming = Symbol.for('aws.lambda.runtime.handler.streaming');

export function installStreaming() {
  globalThis.awslambda = {
    streamifyResponse(handler) {
      handler[kStreaming] = 'response';
      return handler;
    },
    HttpResponseStream: {
      /** Status and headers go before the body, as JSON and eight zero bytes: the form of function URLs, which no API understands. */
      from(stream, metadata) {
        console.warn('HttpResponseStream.from() is for function URLs: to answer an API, write { statusCode, body } as JSON to the stream');
        stream.setContentType('application/vnd.awslambda.http-integration-response');
        stream.write(JSON.stringify(metadata));
        stream.write(Buffer.alloc(8));
        return stream;
      },
    },
  };
}

export function isStreaming(handler) {
  return handler[kStreaming] !== undefined;
}

/** The responseStream of a streaming handler. */
export class ResponseBuffer extends Writable {
  #chunks = [];

  /** Also of what is neither text nor bytes: then its JSON is written. */
  write(chunk, ...rest) {
    const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isPlain ? chunk : JSON.stringify(chunk), ...rest);
  }

  _write(chunk, _encoding, done) {
    this.#chunks.push(chunk);
    done();
  }

  /** Everything that was written. */
  bytes() {
    return Buffer.concat(this.#chunks);
  }

  /** There is for handlers to call: nobody is told. */
  setContentType() {}
}

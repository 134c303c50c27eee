// SPDX-License-Identifier: Apache-2.0
// The Runtime API's client: one keep-alive connection, one request at a time, one write for each. node:http would do the same with
// several times the work. A connection that an answer closes is followed by another.
import net from 'node:net';

const kBase = '/2018-06-01';
const kHeadEnd = Buffer.from('\r\n\r\n');

export class RuntimeApi {
  #host;
  #socket = null; // null: to be connected
  #chunks = [];
  #bytes = 0;
  #answer = null; // the head of the answer that is arriving: { status, headers, begin, end } in bytes of all chunks
  #waiting = null; // who waits for it: { resolve }

  /** `address`: HOST:PORT, as in AWS_LAMBDA_RUNTIME_API. */
  constructor(address) {
    this.#host = address ?? '';
  }

  /** Resolves when connected. A gateway that is not there, now or later, ends the process with 1. */
  connect() {
    const colon = this.#host.lastIndexOf(':');
    const host = this.#host.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    const port = Number(this.#host.slice(colon + 1));
    if (colon <= 0 || !Number.isInteger(port)) this.#fail(`AWS_LAMBDA_RUNTIME_API is "${this.#host}", which is not HOST:PORT`);
    return new Promise((resolve) => {
      const socket = net.connect({ host, port, noDelay: true }, () => {
        socket.unref();
        resolve();
      });
      this.#socket = socket;
      socket.on('data', (chunk) => this.#onData(chunk));
      socket.on('error', (error) => this.#fail(`the Runtime API at ${this.#host}: ${error.message}`));
      socket.on('close', () => {
        if (socket === this.#socket) process.exit(1);
      });
    });
  }

  /** The gateway has no ear for what is still being written, such as a result that is too large. */
  #hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    socket.removeAllListeners('data').destroy();
  }

  /** Whether a request is under way. */
  get isBusy() {
    return this.#waiting !== null;
  }

  /** Waits, for as long as it takes, for the next invocation: { headers, body }; names in lower case, the body a Buffer. */
  next() {
    return this.#request(`GET ${kBase}/runtime/invocation/next HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`);
  }

  /** Resolves when answered, whatever the answer. `body`: text or a Buffer; `errorType`: for errors. */
  post(path, body, errorType) {
    const type = errorType === undefined ? '' : `Lambda-Runtime-Function-Error-Type: ${headerValue(errorType)}\r\n`;
    const head = `POST ${kBase}${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: application/json\r\n${type}Content-Length: `;
    if (typeof body === 'string') return this.#request(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return this.#request(Buffer.concat([Buffer.from(`${head}${body.length}\r\n\r\n`), body]));
  }

  /** While it waits the connection keeps the process alive; while the handler runs only the handler does. */
  async #request(bytes) {
    if (this.#socket === null) await this.connect();
    return new Promise((resolve) => {
      this.#waiting = { resolve };
      this.#socket.ref();
      this.#socket.write(bytes);
    });
  }

  #onData(chunk) {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#answer === null && !this.#readHead()) return;
    if (this.#bytes < this.#answer.end) return;
    const { headers, begin, end } = this.#answer;
    const body = this.#joined().subarray(begin, end);
    const waiting = this.#waiting;
    this.#chunks = [];
    this.#bytes = 0;
    this.#answer = null;
    this.#waiting = null;
    if (headers.connection === 'close') this.#hangUp();
    else this.#socket.unref();
    waiting?.resolve({ headers, body });
  }

  /** False while the head is incomplete. */
  #readHead() {
    const bytes = this.#joined();
    const headEnd = bytes.indexOf(kHeadEnd);
    if (headEnd < 0) return false;
    const headers = {};
    for (const line of bytes.utf8Slice(0, headEnd).split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const length = Number(headers['content-length']);
    if (!Number.isInteger(length)) this.#fail('the Runtime API has answered without Content-Length');
    const begin = headEnd + kHeadEnd.length;
    this.#answer = { headers, begin, end: begin + length };
    return true;
  }

  #joined() {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0];
  }

  #fail(why) {
    process.stderr.write(`postern: ${why}\n`);
    process.exit(1);
  }
}

/** An error's name may hold anything. */
function headerValue(text) {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

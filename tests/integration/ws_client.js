// SPDX-License-Identifier: Apache-2.0
// What a client written with npm's ws sees. Run by clients_test.py: GATEWAY_URL is a gateway with the recorder's API.
'use strict';
const assert = require('node:assert/strict');
const { once } = require('node:events');
const path = require('node:path');
const { test } = require('node:test');
const fromClients = require('node:module').createRequire(path.join(__dirname, '../clients/package.json'));
const { WebSocket } = fromClients('ws');

const url = process.env.GATEWAY_URL;

async function connect(query = '', protocols = []) {
  const socket = new WebSocket(url + query, protocols);
  await once(socket, 'open');
  return socket;
}

async function nextText(socket) {
  const [data, isBinary] = await once(socket, 'message');
  assert.equal(isBinary, false);
  return data.toString();
}

// Not once(), which takes an error for the end.
async function ended(socket) {
  const [code, reason] = await new Promise((resolve) => socket.once('close', (...end) => resolve(end)));
  return { code, reason: reason.toString() };
}

test('a message comes back', async () => {
  const socket = await connect();
  const message = '{"action":"echo","data":"hello"}';
  socket.send(message);
  assert.equal(await nextText(socket), message);
  socket.terminate();
});

test('a close comes back with its code and reason', async () => {
  for (const [code, reason] of [[1000, 'done'], [4001, 'a reason of my own'], [3000, '']]) {
    const socket = await connect();
    socket.close(code, reason);
    assert.deepEqual(await ended(socket), { code, reason });
  }
});

test('a close without a code comes back without one', async () => {
  const socket = await connect();
  socket.close();
  assert.deepEqual(await ended(socket), { code: 1005, reason: '' });
});

test('a binary message ends the connection with 1003', async () => {
  const socket = await connect();
  socket.send(Buffer.from([1, 2, 3]));
  assert.deepEqual(await ended(socket), { code: 1003, reason: 'Binary is not supported' });
});

test('a frame over 32 KiB ends the connection with 1009', async () => {
  const socket = await connect();
  socket.on('error', () => {}); // it may still be writing when the gateway has closed
  socket.send('x'.repeat(32 * 1024 + 1));
  assert.deepEqual(await ended(socket), { code: 1009, reason: 'Max frame length of 32768 has been exceeded.' });
});

test('fragments are one message', async () => {
  const socket = await connect();
  const parts = ['{"text":"', 'x'.repeat(30000), 'y'.repeat(30000), 'z"}'];
  parts.forEach((part, index) => socket.send(part, { fin: index === parts.length - 1 }));
  assert.equal(await nextText(socket), parts.join(''));
  socket.terminate();
});

test('a ping between fragments is answered at once', async () => {
  const socket = await connect();
  socket.send('{"text":', { fin: false });
  socket.ping('still there?');
  const [payload] = await once(socket, 'pong');
  assert.equal(payload.toString(), 'still there?');
  socket.send('"yes"}', { fin: true });
  assert.equal(await nextText(socket), '{"text":"yes"}');
  socket.terminate();
});

test('the subprotocol is the one that the handler chose', async () => {
  const socket = await connect('?protocol=chat.v1', ['chat.v2', 'chat.v1']);
  assert.equal(socket.protocol, 'chat.v1');
  socket.terminate();
});

test('a refusal shows its status', async () => {
  const socket = new WebSocket(url + '?refuse=401');
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 401);
  socket.on('error', () => {});
  socket.terminate();
});

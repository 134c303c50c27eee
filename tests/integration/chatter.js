// SPDX-License-Identifier: Apache-2.0
// A person in a chat. usage: node chatter.js URL; prints "open", sends each line of stdin, prints each message, leaves at stdin's end.
'use strict';
const path = require('node:path');
const readline = require('node:readline');
const fromClients = require('node:module').createRequire(path.join(__dirname, '../clients/package.json'));
const { WebSocket } = fromClients('ws');

const socket = new WebSocket(process.argv[2]);
socket.on('open', () => {
  console.log('open');
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (line) => socket.send(line));
  lines.on('close', () => socket.close(1000));
});
socket.on('message', (message) => console.log(message.toString()));
socket.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});

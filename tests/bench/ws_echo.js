// SPDX-License-Identifier: Apache-2.0
// A peer to measure against: an echo with npm's ws (tests/clients/package.json), compression off.
// usage: node ws_echo.js PORT [CERTIFICATE KEY]
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const fromClients = require('node:module').createRequire(path.join(__dirname, '../clients/package.json'));
const { WebSocketServer } = fromClients('ws');

const [port, certificate, key] = process.argv.slice(2);
const server = certificate
  ? https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) })
  : http.createServer();

new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
  socket.on('error', (error) => console.error(error.message));
});
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });

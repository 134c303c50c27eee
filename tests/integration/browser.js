// SPDX-License-Identifier: Apache-2.0
// A page in Chromium opens a WebSocket, sends, receives and closes. usage: node browser.js URL...; prints what the page saw, as JSON.
'use strict';
const http = require('node:http');
const path = require('node:path');
const fromClients = require('node:module').createRequire(path.join(__dirname, '../clients/package.json'));
const { chromium } = fromClients('playwright-core');

// Runs in the page.
function converse(url) {
  return new Promise((resolve) => {
    const seen = { url, messages: [] };
    const socket = new WebSocket(url, ['chat.v1', 'chat.v2']);
    socket.onopen = () => {
      seen.protocol = socket.protocol;
      seen.extensions = socket.extensions;
      socket.send('{"action":"echo","data":"hello"}');
    };
    socket.onmessage = (event) => {
      seen.messages.push(event.data);
      if (seen.messages.length === 1) socket.send('{"action":"echo","data":"grüße"}');
      else socket.close(1000, 'seen enough');
    };
    socket.onclose = (event) => resolve({ ...seen, code: event.code, reason: event.reason, wasClean: event.wasClean });
  });
}

async function main(urls) {
  const site = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>A page</title>');
  });
  await new Promise((resolve) => site.listen(0, 'localhost', resolve));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], timeout: 0 });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(0); // who started this gives up when it is time
    const page = await context.newPage();
    await page.goto(`http://localhost:${site.address().port}/`);
    for (const url of urls) console.log(JSON.stringify(await page.evaluate(converse, url)));
  } finally {
    await browser.close();
    site.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

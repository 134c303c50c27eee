// SPDX-License-Identifier: Apache-2.0
// The console's lines in AWS's form: TIME \t REQUEST ID \t LEVEL \t TEXT. Line feeds inside become carriage returns, as AWS has them,
// so that one call is one log event.
import util from 'node:util';

const kLevels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };

let requestId; // "undefined" in the lines of the initialisation, as on AWS

export function setRequestId(id) {
  requestId = id;
}

/**
 * From now on console.log() and its like write such lines to stdout: all levels, so that their order stays. What is printed has
 * left the process when the call returns, as on AWS: a function that prints without end waits for the log instead of filling its
 * memory, the lines come before the answer, and process.exit() loses none.
 */
export function installConsole() {
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
  for (const [method, level] of Object.entries(kLevels)) {
    console[method] = (...values) => {
      process.stdout.write(line(level, util.format(...values)));
    };
  }
}

/** How the runtime itself tells of an error, on stderr. `details`: JSON. */
export function report(label, details) {
  process.stderr.write(line('ERROR', `${label} \t${details}`));
}

function line(level, text) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`.replaceAll('\n', '\r') + '\n';
}

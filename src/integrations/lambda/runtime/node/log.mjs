// SPDX-License-Identifier: Apache-2.0
// The console's lines in AWS's form: TIME \t REQUEST ID \t LEVEL \t TEXT, or an object each (AWS_LAMBDA_LOG_FORMAT); what is less than
// AWS_LAMBDA_LOG_LEVEL is left out. Line feeds inside become carriage returns, as AWS has them, so that one call is one log event.
import util from 'node:util';
import { loggedForm } from './errors.mjs';

const kLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']; // the least first
const kMethods = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' };

const isJson = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
const lineOf = isJson ? jsonLine : textLine;

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
  const least = kLevels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase());
  for (const [method, level] of Object.entries(kMethods)) {
    const isSeen = kLevels.indexOf(level) >= least;
    console[method] = isSeen ? (...values) => void process.stdout.write(oneLine(lineOf(level, values))) : () => {};
  }
}

/** How the runtime itself tells of an error, on stderr. */
export function report(label, error) {
  const values = isJson ? [error instanceof Error ? error : new Error(String(error))] : [`${label} \t${loggedForm(error)}`];
  process.stderr.write(oneLine(lineOf('ERROR', values)));
}

function textLine(level, values) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...values)}`;
}

/** A single value is the message as it is, several are its text; the first error among them has members of its own. */
function jsonLine(level, values) {
  const line = { timestamp: new Date().toISOString(), level, requestId };
  if (values.length < 2) {
    try {
      return JSON.stringify({ ...line, message: values[0] }, (_key, value) => (value instanceof Error ? { ...told(value), ...value } : value));
    } catch {
      // such as a circle: its text is the message
    }
  }
  const error = values.length < 2 ? undefined : values.find((value) => value instanceof Error);
  return JSON.stringify({ ...line, message: util.format(...values), ...(error && told(error)) });
}

function told(error) {
  const { constructor, message, stack } = error;
  return { errorType: constructor?.name ?? 'UnknownError', errorMessage: message, stackTrace: typeof stack === 'string' ? stack.split('\n') : stack };
}

function oneLine(text) {
  return text.replaceAll('\n', '\r') + '\n';
}

// SPDX-License-Identifier: Apache-2.0
// Errors as AWS names them, posts them and logs them.

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

export class MalformedHandlerName extends RuntimeError {
  constructor(message) {
    super('Runtime.MalformedHandlerName', message);
  }
}

export class HandlerNotFound extends RuntimeError {
  constructor(message) {
    super('Runtime.HandlerNotFound', message);
  }
}

/** A module that the handler's file needs, or the file itself, is not there. */
export class ImportModuleError extends RuntimeError {
  constructor(cause) {
    super('Runtime.ImportModuleError', String(cause));
    this.stack = `${this.name}: ${this.message}\n${framesOf(cause)}`;
  }
}

export class UserCodeSyntaxError extends RuntimeError {
  constructor(cause) {
    super('Runtime.UserCodeSyntaxError', String(cause));
    this.stack = `${this.name}: ${this.message}\n${cause.stack}`; // which begins with the line of the mistake
  }
}

/** The event loop is empty, and the promise of an async handler has not settled. */
export class NodeJsExit extends RuntimeError {
  constructor() {
    super('Runtime.NodeJsExit', 'The promise of the handler can never settle: nothing is left to run that could do it');
  }
}

/** Of a handler with a third parameter, where the runtime has no callback for it. */
export class CallbackHandlerDeprecated extends RuntimeError {
  constructor(name) {
    super('Runtime.CallbackHandlerDeprecated',
          `${name} takes a callback, which runtimes from nodejs24.x on do not have: make it async and return the result`);
  }
}

/** What an unhandled rejection is reported as. */
export function crashOf(reason) {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', textOf(reason));
  error.reason = reason;
  if (isError(reason)) error.stack = `${error.name}: ${error.message}\n${framesOf(reason)}`;
  return error;
}

/** { type, body }: the errorType and the JSON that the Runtime API is told. */
export function postedForm(error) {
  const type = isError(error) ? String(error.name) : typeof error;
  const told = isError(error)
    ? { errorType: type, errorMessage: String(error.message), trace: linesOf(error) }
    : { errorType: type, errorMessage: textOf(error), trace: [] };
  return { type, body: JSON.stringify(told) };
}

/** The JSON that follows "Invoke Error" in the log: also what else the error carries (code, statusCode, ...). */
export function loggedForm(error) {
  const seen = new Set(); // the way down to where we are is enough: what is met again is left out
  const form = (_key, value) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    if (!isError(value)) return value;
    return { errorType: String(value.name), errorMessage: String(value.message), ...value, stack: linesOf(value) };
  };
  try {
    if (isError(error)) return JSON.stringify(error, form);
    return JSON.stringify({ errorType: typeof error, errorMessage: textOf(error), stack: [] });
  } catch {
    return postedForm(error).body; // a getter or toJSON of the handler's has thrown
  }
}

/** Also errors of another realm (node:vm), which are no instances of this one's Error. */
function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function textOf(value) {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value); // without prototype, say
  }
}

function linesOf(error) {
  return typeof error.stack === 'string' ? error.stack.split('\n') : [];
}

/** The stack without what precedes its first frame. */
function framesOf(error) {
  return linesOf(error).filter((line) => /^\s+at /.test(line)).join('\n');
}

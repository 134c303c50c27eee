// SPDX-License-Identifier: Apache-2.0
// What the runtime that a function names agrees with its handlers, whichever Node.js runs it.

const major = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1]);
const isSince24 = major >= 24;

/**
 * Up to nodejs22.x a handler may answer by a callback, or by its context's done(), succeed() and fail(), and what it returns counts
 * only when it is a promise. From nodejs24.x on its result is what it returns.
 */
export const kHasCallbacks = !isSince24;

/** From nodejs24.x on the handler's file is imported whatever it is, and what its default export has counts as exported. */
export const kImportsAll = isSince24;

// SPDX-License-Identifier: Apache-2.0
// One instance of a Node.js function: loads the handler that _HANDLER names, then takes invocations from the Runtime API, one at a time,
// until the gateway closes the connection or the process dies. Node.js 18 to 24, nothing but its standard library.
//
// Exit codes, as on AWS: 128 after an unhandled rejection, 129 after an uncaught exception or a handler that cannot be loaded.
// 1: the gateway is gone.
import './redirect.mjs';
import { installStreaming } from './streaming.mjs';
import { Context } from './context.mjs';
import { crashOf, postedForm } from './errors.mjs';
import { loadHandler } from './handler.mjs';
import { Invocation } from './invocation.mjs';
import { installConsole, report, setRequestId } from './log.mjs';
import { RuntimeApi } from './runtime_api.mjs';

const kUncaught = 129;
const kUnhandled = 128;

const api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API);

/** The invocation that runs; null while there is none. */
let current = null;
let isReady = false;
let isDying = false;

/** Tells the gateway, if it waits for this instance's word, and ends the process. What goes wrong meanwhile is logged only. */
async function die(error, label, exitCode) {
  report(label, error);
  if (isDying) return;
  isDying = true;
  const { type, body } = postedForm(error);
  if (!api.isBusy && (current !== null || !isReady)) {
    const path = current === null ? '/runtime/init/error' : `/runtime/invocation/${current.id}/error`;
    await api.post(path, body, type);
  }
  process.exit(exitCode);
}

function watchForCrashes() {
  process.on('uncaughtException', (error) => die(error, 'Uncaught Exception', kUncaught));
  process.on('unhandledRejection', (reason) => die(crashOf(reason), 'Unhandled Promise Rejection', kUnhandled));
  // Nothing is left that could settle the invocation: AWS answers with what the callback was given, or null.
  process.on('beforeExit', () => current?.onIdle());
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await api.next();
    const context = new Context(headers);
    setRequestId(context.awsRequestId);
    setTraceId(headers['lambda-runtime-trace-id']);
    current = new Invocation(context);
    const outcome = await current.run(handler, body);
    if (isDying) return; // of this invocation the gateway has been told
    if (outcome.error !== undefined) {
      report('Invoke Error', outcome.error.value);
      const { type, body: told } = postedForm(outcome.error.value);
      await api.post(`/runtime/invocation/${current.id}/error`, told, type);
    } else {
      // A result that is refused, by its size say, is the gateway's to report.
      await api.post(`/runtime/invocation/${current.id}/response`, outcome.body);
    }
    current = null;
  }
}

/** Where AWS's X-Ray SDK looks for it. */
function setTraceId(value) {
  if (value === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = value;
}

installConsole();
installStreaming();
watchForCrashes();
await api.connect();
let handler;
try {
  handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER ?? '');
} catch (error) {
  await die(error, 'Uncaught Exception', kUncaught);
}
// In a turn of its own: what the module has left rejected is an error of the initialisation. And not awaited: a module that is still
// being evaluated when the loop runs empty ends the process without `beforeExit`.
setImmediate(() => {
  if (isDying) return;
  isReady = true;
  serve(handler);
});

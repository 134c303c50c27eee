# SPDX-License-Identifier: Apache-2.0
"""A Runtime API for tests of the bootstraps: starts one instance of a function, hands it invocations, and keeps what it answers.

    with Instance('node', {'index.js': 'exports.handler = async (event) => event.n + 1'}) as instance:
        assert instance.invoke({'n': 1}).value == 2
"""
import collections
import http.server
import json
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

RUNTIME = pathlib.Path(__file__).resolve().parents[2] / 'src' / 'integrations' / 'lambda' / 'runtime'
COMMANDS = {
    'node': [os.environ.get('POSTERN_TEST_NODE') or shutil.which('node') or 'node', str(RUNTIME / 'node' / 'bootstrap.mjs')],
    'python': [os.environ.get('POSTERN_TEST_PYTHON', sys.executable), str(RUNTIME / 'python' / 'bootstrap.py')],
}

# Seconds. Nothing in a passing test takes so long.
PATIENCE = 60

REGION = 'eu-west-1'
ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:chat'


class Outcome(collections.namedtuple('Outcome', 'kind body headers')):
    """`kind`: 'response', 'error', 'init error', or 'exit', when there was none of them: then the exit code is the body."""

    @property
    def value(self):
        return json.loads(self.body)

    @property
    def error_type(self):
        """That of the JSON, which the header has to repeat."""
        said = self.value['errorType']
        assert said == self.headers['Lambda-Runtime-Function-Error-Type'], self.headers
        return said


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    wbufsize = -1  # one segment for head and body
    disable_nagle_algorithm = True
    is_counted = False

    def _count(self):
        """Once for each connection that asks something: a stranger who knocks at a new port does not."""
        assert self.path.startswith('/2018-06-01/runtime/'), self.path
        if not self.is_counted:
            self.is_counted = True
            self.server.connections += 1

    def do_GET(self):
        self._count()
        assert self.path == '/2018-06-01/runtime/invocation/next', self.path
        invocation = self.server.invocations.get()
        if invocation is None:
            self.close_connection = True
            return
        body, headers, step = invocation
        head = 'HTTP/1.1 200 OK\r\n' + ''.join('%s: %s\r\n' % each for each in headers.items())
        answer = ('%sContent-Length: %d\r\n\r\n' % (head, len(body))).encode() + body
        for begin in range(0, len(answer), step):
            self.wfile.write(answer[begin:begin + step])
            self.wfile.flush()

    def do_POST(self):
        self._count()
        body = self.rfile.read(int(self.headers['Content-Length']))
        kind = 'init error' if self.path.endswith('/runtime/init/error') else self.path.rsplit('/', 1)[1]
        # Before it is answered, for then the instance may end, and its end is an outcome too.
        self.server.outcomes.put((self.path, Outcome(kind, body, self.headers)))
        answer = b'{"status":"OK"}'
        # What is too large is the last that its connection is heard of.
        self.close_connection = len(body) > 6291556
        status = b'413 X\r\nConnection: close' if self.close_connection else b'202 X'
        self.wfile.write(b'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' % (status, len(answer), answer))
        self.wfile.flush()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.connections = 0
        self.invocations = queue.Queue()
        self.outcomes = queue.Queue()

    def handle_error(self, request, client_address):
        """An instance that dies resets its connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Instance:
    def __init__(self, language, files, handler=None, **environment):
        """`files`: text by path below the function's directory; `environment`: variables beside those that every function has."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='postern-test-')).resolve()
        self.root = self.directory / 'task'
        self.root.mkdir()
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding='utf-8')
        self._server = _Server()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.01}, daemon=True)
        self._thread.start()
        self._count = 0
        self._out, self._err = open(self.directory / 'out', 'w+b'), open(self.directory / 'err', 'w+b')
        self._process = subprocess.Popen(COMMANDS[language], cwd=self.root, env=self._environment(language, handler, environment),
                                         stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._err)
        threading.Thread(target=self._watch, daemon=True).start()

    def _environment(self, language, handler, extra):
        return {
            'PATH': os.environ['PATH'],
            '_HANDLER': {'node': 'index.handler', 'python': 'app.handler'}[language] if handler is None else handler,
            'LAMBDA_TASK_ROOT': str(self.root),
            'AWS_LAMBDA_RUNTIME_API': '127.0.0.1:%d' % self._server.server_port,
            'AWS_LAMBDA_FUNCTION_NAME': 'chat',
            'AWS_LAMBDA_FUNCTION_VERSION': '$LATEST',
            'AWS_LAMBDA_FUNCTION_MEMORY_SIZE': '128',
            'AWS_LAMBDA_LOG_GROUP_NAME': '/aws/lambda/chat',
            'AWS_LAMBDA_LOG_STREAM_NAME': '2026/11/22/[$LATEST]0123456789abcdef0123456789abcdef',
            'AWS_REGION': REGION,
            'AWS_DEFAULT_REGION': REGION,
            'AWS_ACCESS_KEY_ID': 'AKIDEXAMPLE',
            'AWS_SECRET_ACCESS_KEY': 'secret',
            'TZ': ':UTC',
            **extra,
        }

    def _watch(self):
        self._server.outcomes.put((None, Outcome('exit', self._process.wait(), None)))

    def send(self, event, trace_id='Root=1-5759e988-bd862e3fe1be46a994272793', milliseconds=3000, step=1 << 30, raw=None, **headers):
        """Hands out an invocation; its request id. `raw`: bytes instead of the event's JSON; `step`: bytes that are written at once."""
        self._count += 1
        request_id = '8f5a0000-0000-4000-8000-%012d' % self._count
        all_headers = {
            'Content-Type': 'application/json',
            'Lambda-Runtime-Aws-Request-Id': request_id,
            'Lambda-Runtime-Deadline-Ms': str(int(time.time() * 1000) + milliseconds),
            'Lambda-Runtime-Invoked-Function-Arn': ARN,
            **{name.replace('_', '-'): value for name, value in headers.items()},
        }
        if trace_id:
            all_headers['Lambda-Runtime-Trace-Id'] = trace_id
        body = json.dumps(event, ensure_ascii=False).encode() if raw is None else raw
        self._server.invocations.put((body, all_headers, step))
        return request_id

    def outcome(self):
        """The next answer, or the process's end. An answer has to be that of the last invocation."""
        path, outcome = self._server.outcomes.get(timeout=PATIENCE)
        if outcome.kind in ('response', 'error'):
            assert path.split('/')[-2].endswith('-%012d' % self._count), path
        return outcome

    def invoke(self, event=None, **how):
        self.send(event, **how)
        return self.outcome()

    @property
    def connections(self):
        """How many it has made."""
        return self._server.connections

    @property
    def pid(self):
        return self._process.pid

    def hang_up(self):
        """What a gateway that ends does to its instances."""
        self._server.invocations.put(None)

    def wait(self):
        return self._process.wait(PATIENCE)

    def out(self):
        return (self.directory / 'out').read_bytes().decode()

    def err(self):
        return (self.directory / 'err').read_bytes().decode()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print('stdout:\n%s\nstderr:\n%s' % (self.out(), self.err()))
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._server.invocations.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._out.close()
        self._err.close()
        shutil.rmtree(self.directory)

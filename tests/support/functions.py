# SPDX-License-Identifier: Apache-2.0
"""Lambda functions for tests: written in the test, run by the gateway, watched through their log groups.

    with FunctionGateway({'say': node('exports.handler = async () => ({ statusCode: 200, body: "hi" });')}, {'say': two_way('say')}) as gateway:
"""
import json
import pathlib
import re
import tempfile

from gateway import Gateway, processes_of_session, wait_until

CLIENTS = pathlib.Path(__file__).resolve().parents[1] / 'clients/node_modules'
PYTHON = '/usr/bin/python3'  # the one that has Debian's boto3

# The packages that AWS has in its runtimes and a developer in the function's directory.
SETTINGS = ('gateway.functions.python=' + PYTHON, 'gateway.functions.environment={NODE_PATH: "%s"}' % CLIENTS,
            'gateway.functions.initTimeout=60s')

# A runtime of its own in the shape of provided.*: it keeps each event as it came, byte for byte, and returns what ANSWER says.
RECORDER = '#!' + PYTHON + r'''
import http.client, os
while True:
    api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
    api.request('GET', '/2018-06-01/runtime/invocation/next')
    event = api.getresponse()
    with open(os.environ['RECORD'], 'ab') as record:
        record.write(event.read() + b'\n')
    api.request('POST', '/2018-06-01/runtime/invocation/%s/response' % event.getheader('Lambda-Runtime-Aws-Request-Id'),
                os.environ.get('ANSWER', '{"statusCode":200}'))
    api.getresponse().read()
    api.close()
'''


# Seconds. Lambda's default, 3, is not always enough for a warm function on a machine that does other things as well.
FUNCTION_TIMEOUT = 25


def node(code, **properties):
    return {'runtime': 'nodejs20.x', 'handler': 'index.handler', 'inlineCode': code, 'timeout': FUNCTION_TIMEOUT, **properties}


def python(code, **properties):
    return {'runtime': 'python3.11', 'handler': 'index.handler', 'inlineCode': code, 'timeout': FUNCTION_TIMEOUT, **properties}


def returning(expression, **properties):
    """A function whose handler returns the JavaScript expression; `event` is the event."""
    return node('exports.handler = async (event, context) => (%s);' % expression, **properties)


ACCEPT = returning('{ statusCode: 200 }')

# Goes on when the file of a Gate is there, and answers with its process id.
WAITS = """
const { existsSync } = require('fs');
exports.handler = async (event) => {
  console.log('waits');
  while (!existsSync(process.env.GO)) await new Promise((done) => setTimeout(done, 10));
  return { statusCode: 200, body: String(process.pid) };
};
"""


class Gate:
    """What functions wait for."""

    def __init__(self, test):
        self.path = pathlib.Path(test.enterContext(tempfile.TemporaryDirectory(prefix='postern-gate-')), 'go')

    def function(self, code=WAITS, **properties):
        return node(code, **{'timeout': 60, **properties}, environment={'GO': str(self.path)})

    def open(self):
        self.path.touch()


def one_way(function, **integration):
    return {'integration': {'integrationType': 'AWS_PROXY', 'integrationUri': 'lambda:' + function, **integration}}


def two_way(function, **integration):
    return {**one_way(function, **integration), 'routeResponse': True}


def api(functions, routes, **more):
    """A configuration with one API `test`; routes that are names of functions are one-way."""
    routes = {key: one_way(route) if isinstance(route, str) else route for key, route in routes.items()}
    return json.dumps({'apis': {'test': {'routes': routes}}, 'functions': functions, **more}, indent=1)


class FunctionLogs:
    """The log groups of functions, as files."""

    def __init__(self, directory):
        self._directory = pathlib.Path(directory)

    @property
    def setting(self):
        return 'gateway.log.groupDirectory=%s' % self._directory

    def lines(self, function):
        """Whole lines of a function's group, without the time in front of each."""
        file = self._directory / 'aws/lambda' / (function + '.log')
        text = file.read_text() if file.exists() else ''
        return [line.partition(' ')[2] for line in text[:text.rfind('\n') + 1].split('\n')[:-1]]

    def wait_for(self, function, pattern, count=1):
        """The matches of a regular expression in the lines, once there are so many."""
        def found():
            matches = [match for match in (re.search(pattern, line) for line in self.lines(function)) if match]
            return matches if len(matches) >= count else None

        try:
            return wait_until(found, 'the log of %s has %d x %s' % (function, count, pattern))
        except AssertionError as failure:
            raise AssertionError('%s; it ends with\n%s' % (failure, '\n'.join(self.lines(function)[-20:]))) from None


class FunctionGateway(Gateway):
    """A gateway that runs functions: those of a configuration made by api(), or of any file."""

    def __init__(self, functions=None, routes=None, configuration=None, settings=(), more=None, **options):
        self._group_folder = tempfile.TemporaryDirectory(prefix='postern-groups-')
        self.logs = FunctionLogs(self._group_folder.name)
        if configuration is None:
            configuration = api(functions, routes, **(more or {}))
        try:
            super().__init__(configuration, settings=(*SETTINGS, self.logs.setting, *settings), **options)
        except BaseException:
            self._group_folder.cleanup()
            raise

    def instances(self, function=None):
        """Process ids of the functions that run; of one of them, or of all."""
        return [pid for pid in processes_of_session(self.pid) if pid != self.pid and self._is_instance(pid, function)]

    @staticmethod
    def _is_instance(pid, function):
        try:
            variables = pathlib.Path('/proc', str(pid), 'environ').read_bytes().split(b'\0')
        except OSError:
            return False
        names = [variable.partition(b'=')[2].decode() for variable in variables if variable.startswith(b'AWS_LAMBDA_FUNCTION_NAME=')]
        return bool(names) and function in (None, names[0])

    def wait_for_instances(self, count, function=None):
        """Their process ids, once there are so many."""
        wait_until(lambda: len(self.instances(function)) == count, 'there are %d instances' % count)
        return self.instances(function)

    def whys(self, event, count=1):
        """The reasons that the log gives in lines of one kind, once there are so many."""
        return [line['why'] for line in self.wait_for_log(event, count)]

    def kill(self):
        super().kill()
        self._group_folder.cleanup()


def ask(client, message):
    """What comes back for a message: a text, or an object (then it is sent as JSON)."""
    client.send_text(message if isinstance(message, str) else json.dumps(message))
    return client.receive_text()


def frame_of(client, message):
    """The error frame that comes back, as an object."""
    return json.loads(ask(client, message))


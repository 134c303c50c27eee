# SPDX-License-Identifier: Apache-2.0
"""A gateway for a test: started on ports of the kernel's choice, watched, and stopped with all that has to be true then.

    with Gateway(RECORDED_API) as gateway:
        with Client(gateway.url) as client: ...

Leaving the block sends SIGTERM and checks: exit code 0, no error in the log, no finding of a sanitizer, no process left (also none of a
function), and for every connection that the recorder plugin admitted exactly one $disconnect event.
"""
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from exposition import scrape

BINARY = os.path.abspath(os.environ.get('POSTERN_TEST_BINARY', 'build/dev/src/postern'))
RECORDER = os.path.abspath(os.environ.get('POSTERN_TEST_RECORDER', 'build/dev/tests/integration/recorder.so'))

# Seconds. Nothing in a passing test takes so long: it is when to give up on a machine that is very busy.
PATIENCE = 60

PLAIN = '[{port: 0}]'
PLAIN_AND_TLS = '[{port: 0}, {port: 0, tls: development}]'

# An echo whose connections are recorded: the events of $connect and $disconnect stand in the log (see recorder_plugin.cpp).
RECORDED_API = """
apis:
  test:
    routes:
      $connect: plugin:recorder.connect
      $disconnect: plugin:recorder.disconnect
      $default: { integration: "plugin:echo", routeResponse: true }
      flood: plugin:recorder.flood
      hang: { integration: "plugin:recorder.hang", routeResponse: true }
      release: { integration: "plugin:recorder.release", routeResponse: true }
plugins:
  recorder: { library: "%s" }
""" % RECORDER


def environment(**extra):
    """The environment of a command: nothing of the caller's that would configure it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith('POSTERN_') and name != 'XDG_DATA_HOME'}
    # A small quarantine, so that a sanitizer's bookkeeping is not taken for the gateway's memory.
    kept['ASAN_OPTIONS'] = ':'.join(filter(None, [os.environ.get('ASAN_OPTIONS'), 'quarantine_size_mb=8']))
    kept.update(extra)
    return kept


def run_command(*arguments, **extra_environment):
    """`postern ARGUMENTS`, a command that ends by itself: exit_code, out, err."""
    done = subprocess.run([BINARY, *map(str, arguments)], env=environment(**extra_environment), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE)
    return collections.namedtuple('Done', 'exit_code out err')(done.returncode, done.stdout, done.stderr)


def wait_until(condition, what):
    """Returns the first value of condition() that is true; fails when there is none in time."""
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError('in vain: waited until ' + what)
        time.sleep(0.01)


class Gateway:
    def __init__(self, configuration=None, listeners=PLAIN, settings=(), flags=(), data_directory=None, binary=BINARY, descriptors_max=None,
                 pass_fds=(), stderr=subprocess.PIPE, files=None,
                 file_name='postern.yaml', **extra_environment):
        """`configuration`: text, a path, or None for the built-in API; `listeners`: None for those of the configuration; `settings`:
        PATH=VALUE strings, as --set takes them; `descriptors_max`: the process's limit; `pass_fds`: descriptors that it inherits,
        under their numbers; `stderr`: where its log goes instead of to this object; `files`: name to text of what lies beside a
        configuration that is a text, which itself is `file_name`."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='postern-test-'))
        for name, text in (files or {}).items():
            self.write_file(name, text)
        command = [str(binary), 'run']
        if isinstance(configuration, str):
            command.append(str(self.write_file(file_name, configuration)))
        elif configuration is not None:
            command.append(str(configuration))
        if listeners is not None:
            settings = ['gateway.listeners=' + listeners, *settings]
        for setting in ('gateway.admin.port=0', 'gateway.dataDirectory=%s' % (data_directory or self.directory),
                        'gateway.drainTime=0', *settings):
            command += ['--set', setting]
        command += flags
        limit = None if descriptors_max is None else lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors_max, descriptors_max))
        try:
            self._process = subprocess.Popen(command, env=environment(**extra_environment), stdin=subprocess.DEVNULL,
                                             stdout=subprocess.PIPE, stderr=stderr, encoding='utf-8', errors='backslashreplace',
                                             start_new_session=True, preexec_fn=limit, pass_fds=pass_fds)
        except OSError:
            shutil.rmtree(self.directory)
            raise
        self.pid = self._process.pid
        if self._process.stderr:
            # Nobody is waited for at the gateway's end: what it has to say then is for the kernel to keep.
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._process.stderr, fcntl.F_SETPIPE_SZ, 1024 * 1024)
        self._lines = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self.urls = []
        self.admin_url = None
        self.development_ca = None
        self._read_start()
        self.descriptors_at_start = self.descriptor_names()

    def write_file(self, name, text):
        """Beside the configuration; never half of it. What begins with #! is executable."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + '.new')
        fresh.write_text(text)
        fresh.chmod(0o755 if text.startswith('#!') else 0o644)
        fresh.rename(path)
        return path

    # What it said when it started.

    def _read_start(self):
        for line in self._process.stdout:
            if line.startswith('  ws'):
                self.urls.append(line.strip())
            elif line.startswith('  admin: '):
                self.admin_url = line.split(': ', 1)[1].strip()
            elif line.startswith('development CA: '):
                self.development_ca = line.split(': ', 1)[1].strip()
            elif ' shards, at most ' in line:
                self.connections_max = int(line.split()[-2])
            elif line.startswith('try: '):
                self.to_paste = line.split(': ', 1)[1].strip()
                return
        self.kill()
        raise AssertionError('the gateway did not start:\n' + self.log_text())

    @property
    def url(self):
        return self.urls[0]

    @property
    def tls_url(self):
        return next(url for url in self.urls if url.startswith('wss:'))

    @property
    def port(self):
        return port_of(self.url)

    @property
    def tls_port(self):
        return port_of(self.tls_url)

    # Its log, and the events in it.

    def _read_log(self):
        for line in self._process.stderr or ():
            with self._news:
                self._lines.append(line.rstrip('\n'))
                self._news.notify_all()

    def log_text(self):
        with self._news:
            return '\n'.join(self._lines[-100:])

    def log_lines(self, event):
        """The lines of one kind, as objects."""
        with self._news:
            lines = [json.loads(line) for line in self._lines if line.startswith('{')]
        return [line for line in lines if line['event'] == event]

    def wait_for_log(self, event, count=1):
        return self._wait(lambda: self.log_lines(event), count, 'the log has %d x %s' % (count, event))

    def events(self, event_type):
        """Events that the recorder saw, as AWS serialises them: CONNECT of admitted connections, DISCONNECT."""
        messages = [line['message'] for line in self.log_lines('plugin.log')]
        found = [json.loads(message) for message in messages if message.startswith('{')]
        return [event for event in found if event['requestContext']['eventType'] == event_type]

    def wait_until_draining(self):
        """Until every shard does: the log tells of a drain before the shards know of it, but a shard that drains does not listen."""
        self.wait_until_closed(self.port)

    def wait_until_closed(self, port):
        """Until no shard listens there: one that is busy follows a reload later."""
        wait_until(lambda: not self._is_listening(port), 'nobody listens on port %d' % port)

    def _is_listening(self, port):
        """Itself: another process may have its port a moment later."""
        folder = '/proc/%d/' % self.pid
        own = set()
        for number in os.listdir(folder + 'fd'):
            with contextlib.suppress(OSError):
                own.add(os.readlink(folder + 'fd/' + number))
        for table in ('net/tcp', 'net/tcp6'):
            for line in pathlib.Path(folder + table).read_text().splitlines()[1:]:
                _, local, _, state, *_, inode = line.split()[:10]
                if state == '0A' and int(local.rpartition(':')[2], 16) == port and 'socket:[%s]' % inode in own:
                    return True
        return False

    def wait_for_events(self, event_type, count):
        return self._wait(lambda: self.events(event_type), count, 'the recorder has seen %d x %s' % (count, event_type))

    def wait_for_held(self, count):
        """Until the recorder's $connect has held `count` handshakes in all."""
        def held():
            return [line for line in self.log_lines('plugin.log') if line['message'] == 'held']

        self._wait(held, count, '%d handshakes are held' % count)

    def wait_for_queued(self, count):
        """Until so many handshakes wait for the turn of their $connect."""
        def queued():
            return sum(value for _, value in scrape(self.admin_url).of('postern_connects_queued'))

        wait_until(lambda: queued() == count, '%d handshakes are queued' % count)

    def ends(self, count):
        """(code, reason) of the first `count` $disconnect events."""
        contexts = [event['requestContext'] for event in self.wait_for_events('DISCONNECT', count)]
        return [(context['disconnectStatusCode'], context['disconnectReason']) for context in contexts]

    def _wait(self, find, count, what):
        end = time.monotonic() + PATIENCE
        while True:
            with self._news:
                seen = len(self._lines)
            found = find()
            if len(found) >= count:
                return found
            with self._news:
                if len(self._lines) == seen and not self._news.wait(max(0, end - time.monotonic())):
                    raise AssertionError('in vain: waited until %s; the log ends with\n%s' % (what, '\n'.join(self._lines[-20:])))

    # What the process holds.

    def descriptors(self):
        return len(os.listdir('/proc/%d/fd' % self.pid))

    def descriptor_names(self):
        """For messages: what each of them is."""
        folder = '/proc/%d/fd/' % self.pid
        names = []
        for number in sorted(os.listdir(folder), key=int):
            with contextlib.suppress(OSError):
                names.append(number + ' ' + os.readlink(folder + number))
        return names

    def wait_for_descriptors_back(self, count):
        """Until it has no more than that. Fewer are no leak: what is there for a moment may have been among them, such as the pipe by which
        UBSan looks whether an object can be read. For the same reason nothing waits until there are so many."""
        try:
            wait_until(lambda: self.descriptors() <= count, 'the gateway has %d descriptors again' % count)
        except AssertionError as failure:
            raise AssertionError('%s; at its start it had\n%s\nand now\n%s' % (
                failure, '\n'.join(self.descriptors_at_start), '\n'.join(self.descriptor_names()))) from None

    def resident_bytes(self):
        with open('/proc/%d/statm' % self.pid) as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')

    def received_bytes(self):
        """What it has read from clients and callers so far."""
        return sum(value for _, value in scrape(self.admin_url).of('postern_received_bytes_total'))

    def wait_for_received(self, count):
        wait_until(lambda: self.received_bytes() >= count, '%d bytes have been read' % count)

    @contextlib.contextmanager
    def paused(self):
        """It stands still meanwhile: whatever is sent to it has arrived when it goes on."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)  # all its threads
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    # Its end.

    def signal(self, number=signal.SIGTERM):
        self._process.send_signal(number)

    def wait(self):
        """Until the process has ended; its exit code."""
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def stop(self):
        if self._process.poll() is None:
            self.signal()
        try:
            code = self.wait()
            assert code == 0, 'exit code %s\n%s' % (code, self.log_text())
            self._check_end()
        finally:
            self.kill()

    def _check_end(self):
        with self._news:
            text = '\n'.join(self._lines)
        for word in ('"level":"error"', 'Sanitizer', 'runtime error:'):
            assert word not in text, '%s in the log:\n%s' % (word, text[-10000:])
        left = processes_of_session(self.pid)
        assert not left, 'processes are left behind: %s' % left
        began, ended = (collections.Counter(event['requestContext']['connectionId'] for event in self.events(kind))
                        for kind in ('CONNECT', 'DISCONNECT'))
        assert began == ended, 'not one $disconnect each: %s' % ((began - ended) + (ended - began))

    def kill(self):
        """Whatever state it is in: afterwards nothing of it is there."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE)
        self._process.stdout.close()
        if self._process.stderr:
            self._process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            return self.stop()
        text = self.log_text()
        self.kill()
        print('the gateway\'s log ended with:\n' + text[-5000:])


def processes_of_session(session):
    """Ids of the living processes of a session, whatever their process group; a gateway's functions are in its session."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError):
            # "PID (NAME) STATE PARENT GROUP SESSION ..."; the name may hold anything.
            state, _, _, its_session = pathlib.Path('/proc', name, 'stat').read_text().rpartition(')')[2].split()[:4]
            if int(its_session) == session and state not in 'ZX':
                found.append(int(name))
    return found


@contextlib.contextmanager
def reserved_port(address='127.0.0.1'):
    """A port on which nobody listens until somebody asks for it by its number: the kernel gives it to nobody who takes any."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((address, 0))
        yield holder.getsockname()[1]


def port_of(url):
    return int(url.split('//')[1].split('/')[0].rsplit(':', 1)[1])

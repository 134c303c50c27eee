# SPDX-License-Identifier: Apache-2.0
"""The Runtime API's client: one keep-alive connection, one request at a time, one write for each. http.client would do the same with several
times the work. A connection that an answer closes is followed by another."""
import socket
import sys

_BASE = '/2018-06-01'
_HEAD_END = b'\r\n\r\n'
_READ_BYTES = 1 << 16


class RuntimeApi:
    def __init__(self, address):
        """`address`: HOST:PORT, as in AWS_LAMBDA_RUNTIME_API. A gateway that is not there, now or later, ends the process with 1."""
        self._host = address
        host, _, port = address.rpartition(':')
        if not host or not port.isdigit():
            _fail('AWS_LAMBDA_RUNTIME_API is "%s", which is not HOST:PORT' % address)
        self._address = (host.strip('[]'), int(port))
        try:
            self._connect()
        except OSError as error:
            _fail('the Runtime API at %s: %s' % (address, error))

    def _connect(self):
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def next(self):
        """Waits, for as long as it takes, for the next invocation: its headers, names in lower case, and its body as bytes."""
        return self._request('GET %s/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n' % (_BASE, self._host))

    def post(self, path, body, error_type=None):
        """Returns when answered, whatever the answer. `body`: bytes; `error_type`: for errors."""
        head = 'POST %s%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n' % (
            _BASE, path, self._host, len(body))
        if error_type is not None:
            head += 'Lambda-Runtime-Function-Error-Type: %s\r\n' % error_type
        self._request(head + '\r\n', body)

    def _request(self, head, body=b''):
        try:
            self._socket.sendall(head.encode('ascii', 'replace') + body)
            headers, answer = self._answer()
            if headers.get('connection') == 'close':
                self._socket.close()
                self._connect()
            return headers, answer
        except OSError as error:
            _fail('the Runtime API at %s: %s' % (self._host, error))

    def _answer(self):
        received = bytearray()
        head_end = -1
        while head_end < 0:
            self._receive(received)
            head_end = received.find(_HEAD_END)
        headers = {}
        for line in received[:head_end].decode('utf-8', 'replace').split('\r\n')[1:]:
            name, _, value = line.partition(':')
            headers[name.lower()] = value.strip()
        if 'content-length' not in headers:
            _fail('the Runtime API has answered without Content-Length')
        begin = head_end + len(_HEAD_END)
        end = begin + int(headers['content-length'])
        while len(received) < end:
            self._receive(received)
        return headers, bytes(received[begin:end])

    def _receive(self, into):
        got = self._socket.recv(_READ_BYTES)
        if not got:
            sys.exit(1)  # the gateway has closed it: this instance is not needed any more
        into += got


def _fail(why):
    sys.stderr.write('postern: %s\n' % why)
    sys.exit(1)

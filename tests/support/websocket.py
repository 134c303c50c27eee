# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client of raw bytes, for what polite clients do not do: broken handshakes and frames, sudden ends, not reading."""
import base64
import contextlib
import hashlib
import os
import socket
import ssl
import struct
import urllib.parse

PATIENCE = 60  # seconds; see gateway.py

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_MASK = b'\x37\xfa\x21\x3d'


def masked(payload):
    size = len(payload)
    mask = (_MASK * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, 'big') ^ int.from_bytes(mask, 'big')).to_bytes(size, 'big')


def frame(opcode, payload=b'', final=True):
    """A client's frame as bytes; of a text that is a str, its UTF-8."""
    if isinstance(payload, str):
        payload = payload.encode()
    first = (0x80 if final else 0) | opcode
    if len(payload) < 126:
        head = struct.pack('!BB', first, 0x80 | len(payload))
    elif len(payload) < 65536:
        head = struct.pack('!BBH', first, 0x80 | 126, len(payload))
    else:
        head = struct.pack('!BBQ', first, 0x80 | 127, len(payload))
    return head + _MASK + masked(payload)


def close_frame(code, reason=''):
    return frame(CLOSE, struct.pack('!H', code) + reason.encode())


def open_socket(url, ca=None, receive_buffer=None):
    """TCP, and for wss:// TLS that verifies against `ca`."""
    parts = urllib.parse.urlsplit(url)
    made = socket.create_connection((parts.hostname, parts.port), PATIENCE)
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if parts.scheme == 'wss':
        made = ssl.create_default_context(cafile=ca).wrap_socket(made, server_hostname=parts.hostname)
    return made


def upgrade_request(url, headers=()):
    parts = urllib.parse.urlsplit(url)
    target = parts.path + ('?' + parts.query if parts.query else '')
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ['GET %s HTTP/1.1' % target, 'Host: ' + parts.netloc, 'Connection: Upgrade', 'Upgrade: websocket',
             'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: ' + key, *headers]
    return key, ('\r\n'.join(lines) + '\r\n\r\n').encode()


class Response:
    def __init__(self, head, body):
        lines = head.decode('latin-1').split('\r\n')
        self.status = int(lines[0].split(' ')[1])
        self.headers = {name.lower(): value for name, value in (line.split(': ', 1) for line in lines[1:])}
        self.body = body


class Wire:
    """A socket with a buffer for what has been read and not yet used."""

    def __init__(self, url, ca=None, receive_buffer=None):
        self.socket = open_socket(url, ca, receive_buffer)
        self._buffer = b''

    def fileno(self):
        return self.socket.fileno()

    def send(self, data):
        self.socket.sendall(data)

    def is_read_for_ever(self, data, most):
        """Sends `data` again and again, until nobody has read for a while (False) or `most` bytes have gone (True)."""
        self.socket.settimeout(0.5)
        sent = 0
        try:
            while sent < most:
                rest = memoryview(data)
                while rest:  # a socket that is nearly full takes a part of it
                    taken = self.socket.send(rest)
                    rest = rest[taken:]
                    sent += taken
        except TimeoutError:
            return False
        return True

    def _more(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError('the gateway has closed')
        self._buffer += more

    def take(self, count):
        while len(self._buffer) < count:
            self._more()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def response(self):
        while b'\r\n\r\n' not in self._buffer:
            self._more()
        head, self._buffer = self._buffer.split(b'\r\n\r\n', 1)
        response = Response(head, b'')
        response.body = self.take(int(response.headers.get('content-length', 0)))
        return response

    def is_at_end(self):
        """Waits: True when the gateway closes without another byte."""
        try:
            return not self._buffer and not self.socket.recv(65536)
        except ConnectionError:
            return True

    def vanish(self):
        """The connection breaks: RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.socket.close()

    def leave(self):
        """The connection ends without a close frame: FIN."""
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class LastWords:
    """TLS whose records are sent when the test says so: messages and the end of the stream (close_notify) arrive at once."""

    def __init__(self, url, ca):
        self._socket = open_socket(url.replace('wss:', 'ws:'))
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = ssl.create_default_context(cafile=ca).wrap_bio(self._incoming, self._outgoing, server_hostname='localhost')
        self._complete(self._tls.do_handshake)

    def _complete(self, step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._socket.sendall(self._outgoing.read())
                more = self._socket.recv(65536)
                self._incoming.write(more) if more else self._incoming.write_eof()

    def ask(self, request):
        """The head of the answer, and what came with it."""
        self._tls.write(request)
        answer = b''
        while b'\r\n\r\n' not in answer:
            answer += self._complete(lambda: self._tls.read(65536))
        return answer

    def end_with(self, data):
        """`data` and close_notify, in one segment."""
        self._tls.write(data)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        self._socket.sendall(self._outgoing.read())

    def rest(self):
        """What comes until the gateway ends."""
        received = b''
        with contextlib.suppress(ssl.SSLError):  # also without a close_notify
            while more := self._complete(lambda: self._tls.read(65536)):
                received += more
        return received

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()


def arrive_with(gateway, data):
    """A connection whose first bytes are there when it is accepted: its time cannot be over before they are sent."""
    with gateway.paused():
        wire = Wire(gateway.url)
        wire.send(data)
    return wire


class Refused(ConnectionError):
    """The handshake got another answer than 101."""

    def __init__(self, response):
        super().__init__('%d %s' % (response.status, response.body))
        self.response = response


class Client(Wire):
    """A connection that has been admitted; `handshake` is the 101."""

    def __init__(self, url, headers=(), ca=None, receive_buffer=None):
        super().__init__(url, ca, receive_buffer)
        key, request = upgrade_request(url, headers)
        self.send(request)
        self.handshake = self.response()
        if self.handshake.status != 101:
            self.socket.close()
            raise Refused(self.handshake)
        accept = hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()
        assert self.handshake.headers['sec-websocket-accept'] == base64.b64encode(accept).decode()

    def send_text(self, text):
        self.send(frame(TEXT, text))

    def receive_frame(self):
        """(opcode, payload) of the next frame; the gateway's are final and unmasked."""
        first, second = self.take(2)
        assert first & 0x80 and not second & 0x80
        size = second
        if size == 126:
            size, = struct.unpack('!H', self.take(2))
        elif size == 127:
            size, = struct.unpack('!Q', self.take(8))
        return first & 0x0F, self.take(size)

    def receive_text(self):
        opcode, payload = self.receive_frame()
        assert opcode == TEXT, 'a frame of opcode %d: %r' % (opcode, payload)
        return payload.decode()

    def receive_close(self):
        """(code, reason) of the close frame; what comes before it is dropped."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == CLOSE:
                return (struct.unpack('!H', payload[:2])[0], payload[2:].decode()) if payload else (1005, '')

    def echo(self, text='{"action":"echo","data":"hello"}'):
        """A round trip."""
        self.send_text(text)
        answer = self.receive_text()
        assert answer == text, '%r came back as %r' % (text, answer)

    def close(self, code=1000, reason=''):
        """The closing handshake; what the gateway answered."""
        self.send(close_frame(code, reason))
        answer = self.receive_close()
        assert self.is_at_end()
        self.socket.close()
        return answer

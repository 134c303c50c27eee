# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client that sends exactly the bytes it is told to, right or wrong, and shows exactly what came back."""
import socket
import struct
import zlib

from match import Mismatch, bytes_of, text_of

TIMEOUT = 30  # seconds; only a broken gateway makes anybody wait that long
MASK = b"\x37\xfa\x21\x3d"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 section 1.3, with its answer s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
DEFLATE_TAIL = b"\x00\x00\xff\xff"


class Frame:
    """One message or control frame from the gateway; kind "end" when the gateway has closed the socket."""

    def __init__(self, kind, payload=b"", is_compressed=False):
        self.kind = kind
        self.payload = payload
        self.is_compressed = is_compressed

    def __str__(self):
        if self.kind == "close" and len(self.payload) >= 2:
            return f"close {struct.unpack('>H', self.payload[:2])[0]} {text_of(self.payload[2:])}".rstrip()
        kind = ("compressed " if self.is_compressed else "") + self.kind
        return f"{kind} {text_of(self.payload)}" if self.payload else kind


class Answer:
    def __init__(self, status, headers, body):
        self.status = status    # "403 Forbidden"
        self.headers = headers  # [(name, value)], as they came
        self.body = body


def masked_frame(first_byte, payload):
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = b"\xfe" + struct.pack(">H", size)
    else:
        length = b"\xff" + struct.pack(">Q", size)
    key = int.from_bytes((MASK * (size // 4 + 1))[:size], "big")
    data = (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
    return bytes([first_byte]) + length + MASK + data


def deflated(payload):
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflater.compress(payload) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return data[: -len(DEFLATE_TAIL)]


def inflated(payload):
    return zlib.decompressobj(-15).decompress(payload + DEFLATE_TAIL)


class Client:
    def __init__(self, name, port):
        self.name = name
        self.user_agent = name  # how the events of this client are told from others'
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.is_open = False    # admitted, and no close frame or end seen yet
        self.was_admitted = False
        self.was_answered = False

    def send(self, data):
        try:
            self.socket.sendall(data)
        except ConnectionError:
            pass  # the gateway has ended the socket: what it said before tells why

    def request(self, method, target, headers, changes):
        """`changes`: (name, value) replaces or adds, (name, None) leaves out."""
        replaced = {name.lower() for name, _ in changes}
        lines = [(name, value) for name, value in headers if name.lower() not in replaced]
        lines += [(name, value) for name, value in changes if value is not None]
        agents = [value for name, value in lines if name.lower() == "user-agent"]
        self.user_agent = agents[-1] if agents else None
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines)
        self.send(bytes_of(head + "\r\n"))

    def handshake(self, target, changes):
        self.request("GET", target, [("Host", "gateway.test"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                                     ("Sec-WebSocket-Key", KEY), ("Sec-WebSocket-Version", "13"),
                                     ("User-Agent", self.name)], changes)

    def read_more(self):
        """False at the end of the stream."""
        try:
            data = self.socket.recv(65536)
        except socket.timeout:
            raise Mismatch(f"{self.name} waits for more; so far there is {text_of(self.received)!r}") from None
        except ConnectionError:
            data = b""
        self.received += data
        return bool(data)

    def has_received(self):
        """Whether anything is there now, without waiting."""
        self.socket.setblocking(False)
        try:
            self.received += self.socket.recv(65536)
        except (BlockingIOError, ConnectionError):
            pass  # an end is found by who reads on
        finally:
            self.socket.settimeout(TIMEOUT)
        return bool(self.received)

    def take(self, size):
        """None when the stream ends before."""
        while len(self.received) < size:
            if not self.read_more():
                return None
        data, self.received = self.received[:size], self.received[size:]
        return data

    def answer(self):
        while b"\r\n\r\n" not in self.received:
            if not self.read_more():
                raise Mismatch(f"{self.name} gets no complete answer: {text_of(self.received)!r}")
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        status_line, *lines = text_of(head).split("\r\n")
        version, _, status = status_line.partition(" ")
        if version != "HTTP/1.1":
            raise Mismatch(f"{self.name}: not an HTTP/1.1 answer: {status_line!r}")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        size = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        body = self.take(size)
        if body is None:
            raise Mismatch(f"{self.name}: the body is shorter than content-length {size}")
        self.was_answered = True
        self.is_open = self.was_admitted = status.startswith("101 ")
        return Answer(status, headers, text_of(body))

    def frame(self):
        """The next message, joined from its frames as every client must, or control frame."""
        payload, kind, is_compressed = b"", None, False
        while True:
            head = self.take(2)
            if head is None:
                self.is_open = False
                return Frame("end")
            size = head[1] & 0x7F
            if size > 125:
                size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
            opcode = OPCODES.get(head[0] & 0x0F)
            if head[1] & 0x80 or head[0] & 0x30 or opcode is None:
                raise Mismatch(f"{self.name} gets a frame that no server may send: {head.hex()}")
            data = self.take(size)
            if data is None:
                raise Mismatch(f"{self.name} gets half a frame")
            if opcode in ("close", "ping", "pong"):
                self.is_open = self.is_open and opcode != "close"
                return Frame(opcode, data)
            if opcode != "continuation":
                kind, is_compressed = opcode, bool(head[0] & 0x40)
            payload += data
            if head[0] & 0x80:
                return Frame(kind, inflated(payload) if is_compressed else payload, is_compressed)

    def hang_up(self):
        self.is_open = False
        self.socket.close()

    def abort(self):
        """Ends the socket by a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up()

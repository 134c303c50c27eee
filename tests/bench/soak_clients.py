# SPDX-License-Identifier: Apache-2.0
"""A process of the soak test's clients: each comes, talks, is posted to, gets broadcasts, and leaves in one of several ways, for ever."""
import asyncio
import base64
import json
import os
import random
import struct

TEXT, CLOSE = 0x1, 0x8
MASK = b"\x37\xfa\x21\x3d"
PATIENCE = 60  # seconds; nothing takes so long unless it is lost

COUNTED = ("connects", "messages", "posts", "broadcasts", "deliveries", "replies lost", "posts lost", "broadcasts lost", "unexpected")


def summed(counts):
    return {name: sum(count[name] for count in counts) for name in COUNTED}


def frame(opcode, payload):
    size = len(payload)
    head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    mask = (MASK * (size // 4 + 1))[:size]
    return head + MASK + (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")


class Client:
    """One connection. A task of its own reads; what came is counted by kind."""

    async def open(self, port):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write((f"GET /dev HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ConnectionError(head.split(b"\r\n")[0].decode())
        self.replies, self.posted, self.broadcast = [], [], []
        self.posts_wanted, self.broadcasts_wanted, self.posts_open = 0, 0, 0
        self.code, self.news = None, asyncio.Event()
        self.task = asyncio.create_task(self._read())
        await self.say('{"action":"whoami"}')
        await self.until(lambda: self.replies)
        self.id = json.loads(self.replies.pop())["requestContext"]["connectionId"]

    async def _read(self):
        try:
            while True:
                first, second = await self.reader.readexactly(2)
                size = second
                if size == 126:
                    size, = struct.unpack("!H", await self.reader.readexactly(2))
                elif size == 127:
                    size, = struct.unpack("!Q", await self.reader.readexactly(8))
                payload = await self.reader.readexactly(size)
                if first & 0x0F == CLOSE:
                    self.code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                elif payload.startswith(b"post "):
                    self.posted.append(payload)
                elif payload.startswith(b"broadcast "):
                    self.broadcast.append(payload)
                else:
                    self.replies.append(payload.decode())
                self.news.set()
        except (OSError, EOFError):
            self.code = self.code or 1006
            self.news.set()

    async def say(self, text):
        self.writer.write(frame(TEXT, text.encode()))
        await self.writer.drain()

    async def until(self, condition):
        """False when it does not come true."""
        async def wait():
            while not condition():
                if self.code is not None:
                    return False
                self.news.clear()
                await self.news.wait()
            return True

        try:
            return await asyncio.wait_for(wait(), PATIENCE)
        except TimeoutError:
            return False

    async def leave(self, way):
        if way == "close":
            self.writer.write(frame(CLOSE, struct.pack("!H", 1000)))
            await self.until(lambda: self.code is not None)
        if way == "break":
            self.writer.transport.abort()
        self.writer.close()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class Backend:
    """A keep-alive connection that calls @connections."""

    def __init__(self, port):
        self.port, self.writer = port, None

    async def ask(self, method, target, body=b""):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = next((line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length:")), "0")
        status = int(head.split(" ")[1])
        answer = await self.reader.readexactly(int(length)) if status != 204 else b""
        if "connection: close" in head.lower():
            self.writer.close()
            self.writer = None
        return status, answer


class Process:
    def __init__(self, number, port, clients):
        self.port, self.clients_count, self.group = port, clients, f"g{number}"
        self.count = dict.fromkeys(COUNTED, 0)
        self.members = []  # clients that are in the group and not leaving
        self.is_stopping = False
        self.gate = asyncio.Lock()  # who joins or leaves does not do so in the middle of a broadcast
        self.random = random.Random(number)

    async def live(self):
        """One client after the other."""
        backend = Backend(self.port)
        while not self.is_stopping:
            client = Client()
            await client.open(self.port)
            self.count["connects"] += 1
            async with self.gate:
                status, answer = await backend.ask("PUT", f"/dev/@groups/{self.group}/{client.id}")
                if status >= 300:
                    raise RuntimeError(f"join: {status} {answer}")
                self.members.append(client)
            for burst in range(self.random.randint(1, 20)):
                await self.talk(client, self.random.choice([1, 1, 3, 20]))
                await asyncio.sleep(self.random.uniform(0, 0.2))
            async with self.gate:
                self.members.remove(client)
                status, answer = await backend.ask("DELETE", f"/dev/@groups/{self.group}/{client.id}")
                if status >= 300:
                    raise RuntimeError(f"leave: {status} {answer}")
            if not await client.until(lambda: client.posts_open == 0 and len(client.posted) >= client.posts_wanted and
                                      len(client.broadcast) >= client.broadcasts_wanted) and client.code is not None:
                self.count["unexpected"] += 1
            self.count["posts lost"] += abs(client.posts_wanted - len(client.posted))
            self.count["broadcasts lost"] += abs(client.broadcasts_wanted - len(client.broadcast))
            self.count["replies lost"] += len(client.replies)  # that nobody asked for
            self.count["deliveries"] += len(client.broadcast)
            await client.leave(self.random.choice(["close", "close", "break", "end"]))

    async def talk(self, client, depth):
        wanted = [json.dumps({"action": "echo", "n": self.random.random(), "x": "x" * self.random.choice([0, 10, 300])})
                  for _ in range(depth)]
        client.writer.write(b"".join(frame(TEXT, text.encode()) for text in wanted))
        await client.writer.drain()
        self.count["messages"] += depth
        if not await client.until(lambda: len(client.replies) >= depth) and client.code is not None:
            self.count["unexpected"] += 1
            raise RuntimeError(f"the gateway closed a client with {client.code}")
        got, client.replies = client.replies, []
        if got != wanted:
            self.count["replies lost"] += len(set(wanted) ^ set(got)) or 1

    async def post(self):
        backend = Backend(self.port)
        number = 0
        while not self.is_stopping:
            await asyncio.sleep(self.random.uniform(0, 0.02))
            if not self.members:
                continue
            client = self.random.choice(self.members)
            number += 1
            client.posts_open += 1
            status, answer = await backend.ask("POST", f"/dev/@connections/{client.id}", b"post %d" % number)
            client.posts_open -= 1
            client.posts_wanted += status == 200
            client.news.set()
            self.count["posts"] += 1
            if status != 200:
                raise RuntimeError(f"a post was answered {status} {answer}")

    async def broadcast(self):
        backend = Backend(self.port)
        number = 0
        while not self.is_stopping:
            await asyncio.sleep(self.random.uniform(0.1, 0.5))
            async with self.gate:
                number += 1
                status, answer = await backend.ask("POST", f"/dev/@groups/{self.group}", b"broadcast %d" % number)
                delivered = json.loads(answer)["delivered"] if status == 200 else 0
                for client in self.members:
                    client.broadcasts_wanted += 1
                self.count["broadcasts"] += 1
                if delivered != len(self.members):
                    raise RuntimeError(f"a broadcast to {len(self.members)} was answered {status} {answer}")

    async def run(self, pipe):
        tasks = [asyncio.create_task(self.live()) for _ in range(self.clients_count)]
        tasks += [asyncio.create_task(self.post()) for _ in range(3)] + [asyncio.create_task(self.broadcast())]
        failures = asyncio.gather(*tasks)
        stop = asyncio.create_task(asyncio.to_thread(pipe.recv))
        await asyncio.wait([stop, failures], return_when=asyncio.FIRST_COMPLETED)
        if failures.done():
            failures.result()
        self.is_stopping = True
        await failures
        pipe.send(self.count)
        await asyncio.to_thread(pipe.recv)  # hold
        held = [Client() for _ in range(self.clients_count)]
        for client in held:
            await client.open(self.port)
        pipe.send({"held": len(held)})
        for client in held:
            await client.until(lambda: False)
            client.writer.close()
        pipe.send({"closed_1001": sum(client.code == 1001 for client in held)})


def run(pipe, number, port, clients):
    """In a process of its own."""
    async def live():
        try:
            await Process(number, port, clients).run(pipe)
        except BaseException as failure:  # whatever it is, the other side has to know
            pipe.send(f"{type(failure).__name__}: {failure}")
            os._exit(1)  # a thread may wait for the next word

    asyncio.run(live())

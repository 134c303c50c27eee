# SPDX-License-Identifier: Apache-2.0
"""Hands on to a gateway what clients send, cut anywhere: TCP promises no more."""
import contextlib
import random
import re
import socket
import threading
import time


class Cutter:
    """Listens on `port` in front of the one given. Every piece has been read before the next is sent, so each arrives alone. Sizes are
    those of `seed`, up to `largest`."""

    def __init__(self, port, seed, largest):
        self._target, self._sizes, self._largest = port, random.Random(seed), largest
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self._ends = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, url):
        """The same by way of here."""
        return url.replace(':%d' % self._target, ':%d' % self.port)

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(('127.0.0.1', self._target))
            far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ends += [near, far]
            for way in (lambda: self._cut(near, far), lambda: self._hand_back(far, near)):
                self._threads.append(threading.Thread(target=way))
                self._threads[-1].start()

    def _cut(self, near, far):
        with contextlib.suppress(OSError):
            while data := near.recv(65536):
                while data:
                    size = self._sizes.randint(1, self._largest)
                    far.sendall(data[:size])
                    data = data[size:]
                    while self._has_unread(far):
                        time.sleep(0)  # the gateway's turn
            far.shutdown(socket.SHUT_WR)

    def _hand_back(self, far, near):
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
            near.shutdown(socket.SHUT_WR)

    def _has_unread(self, far):
        """What the kernel holds for the other end (proc(5): rx_queue of its line). Who listens for both families has this one, too, in the
        table of IPv6, as ::ffff:127.0.0.1."""
        ends = re.compile(r':%04X (?:0{16}FFFF0000)?0100007F:%04X ' % (self._target, far.getsockname()[1]))
        for name in ('/proc/net/tcp6', '/proc/net/tcp'):
            with contextlib.suppress(FileNotFoundError), open(name) as table:
                line = next(filter(ends.search, table), None)
                if line is not None:
                    return int(line.split()[4].split(':')[1], 16) > 0
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        for end in self._ends:
            end.close()

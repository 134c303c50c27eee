# SPDX-License-Identifier: Apache-2.0
"""What has to be true after every attack."""
import contextlib

from gateway import Gateway, RECORDED_API, wait_until
from websocket import TEXT, Client


@contextlib.contextmanager
def attacked(**options):
    """A gateway with the recorder's API. After the attack an echo still works, and it holds no more descriptors than at its start; the
    rest is checked by its end (see gateway.py)."""
    with Gateway(RECORDED_API, **options) as gateway:
        at_start = gateway.descriptors()
        yield gateway
        wait_until(lambda: can_echo(gateway), 'an echo works')
        gateway.wait_for_descriptors_back(at_start)


def can_echo(gateway):
    """False while the gateway is full, or slower than its own limits allow a client to be."""
    try:
        with Client(gateway.url) as client:
            client.send_text('hello')
            opcode, payload = client.receive_frame()
            if opcode != TEXT:  # a ping, or the end of its time
                return False
            assert payload == b'hello', payload
            client.close()
        return True
    except (EOFError, ConnectionError):
        return False

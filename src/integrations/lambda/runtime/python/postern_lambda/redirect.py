# SPDX-License-Identifier: Apache-2.0
"""What goes to {apiId}.execute-api.{AWS_REGION}.amazonaws.com:443 goes to POSTERN_GATEWAY_TLS (HOST:PORT) instead, so that a host name that
stands in a handler reaches this gateway. Only the address changes: TLS still asks for the name and checks it, HTTP still says it. http.client,
urllib3 (requests, boto3) and asyncio all connect to what socket.getaddrinfo() returns, port included."""
import re
import socket


def install(gateway, region):
    """Either may be missing: then nothing changes."""
    if not gateway or not region:
        return
    host, _, port = gateway.rpartition(':')
    target = (host.strip('[]'), int(port))
    name_of_api = re.compile(r'[a-z0-9-]+\.execute-api\.%s\.amazonaws\.com' % re.escape(region), re.IGNORECASE)
    resolve = socket.getaddrinfo

    # Parameters and names as in the standard library: callers give them either way.
    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        name = host.decode('latin-1') if isinstance(host, (bytes, bytearray)) else host
        if str(port) in ('443', 'https') and isinstance(name, str) and name_of_api.fullmatch(name):
            host, port = target
            family = socket.AF_UNSPEC  # a caller that asks for the other family gets the one there is
        return resolve(host, port, family, type, proto, flags)

    socket.getaddrinfo = getaddrinfo

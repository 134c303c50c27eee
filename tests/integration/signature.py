# SPDX-License-Identifier: Apache-2.0
"""AWS Signature Version 4 by hand, so that every part of it can be wrong."""
import datetime
import hashlib
import hmac
import urllib.parse

from management import REGION

ALGORITHM = 'AWS4-HMAC-SHA256'


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def _encode(text, safe='-_.~'):
    return urllib.parse.quote(text, safe=safe)


class Signature:
    """Of one request: headers() are what to send with it, query() is its presigned form."""

    def __init__(self, key, host, method, target, body=b'', seconds_ago=0, path=None, service='execute-api', region=REGION, headers=()):
        """`path`: the canonical one, when it is not the wire's encoded once more; `headers`: other (name, value) pairs to sign."""
        self._key, self._method, self._body = key, method, body
        self._path = path or _encode(target.partition('?')[0], safe='/-_.~')
        self._signed = dict([('host', host), *((name.lower(), value) for name, value in headers)])
        at = datetime.datetime.utcnow() - datetime.timedelta(seconds=seconds_ago)
        self._at = at.strftime('%Y%m%dT%H%M%SZ')
        self._scope = '%s/%s/%s/aws4_request' % (self._at[:8], region, service)

    def headers(self):
        self._signed['x-amz-date'] = self._at
        if self._key.token:
            self._signed['x-amz-security-token'] = self._key.token
        names = ';'.join(sorted(self._signed))
        signature = self._sign('', hash_of(self._body))
        lines = ['%s: %s' % (name, value) for name, value in self._signed.items() if name != 'host']
        return [*lines, 'Authorization: %s Credential=%s/%s, SignedHeaders=%s, Signature=%s' % (ALGORITHM, self._key.id, self._scope, names, signature)]

    def query(self, lifetime=60, payload_hash=None):
        parameters = {'X-Amz-Algorithm': ALGORITHM, 'X-Amz-Credential': '%s/%s' % (self._key.id, self._scope), 'X-Amz-Date': self._at,
                      'X-Amz-SignedHeaders': ';'.join(sorted(self._signed)), 'X-Amz-Expires': str(lifetime)}
        if self._key.token:
            parameters['X-Amz-Security-Token'] = self._key.token
        query = '&'.join('%s=%s' % (_encode(name), _encode(value)) for name, value in sorted(parameters.items()))
        return query + '&X-Amz-Signature=' + self._sign(query, payload_hash or hash_of(self._body))

    def _sign(self, query, payload_hash):
        names = sorted(self._signed)
        canonical = '\n'.join([self._method, self._path, query, *('%s:%s' % (name, self._signed[name]) for name in names), '', ';'.join(names), payload_hash])
        text = '\n'.join([ALGORITHM, self._at, self._scope, hash_of(canonical.encode())])
        key = ('AWS4' + self._key.secret).encode()
        for part in self._scope.split('/'):
            key = hmac.digest(key, part.encode(), 'sha256')
        return hmac.new(key, text.encode(), 'sha256').hexdigest()

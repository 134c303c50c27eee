# SPDX-License-Identifier: Apache-2.0
import decimal
import json

from .faults import Fault

_encode = json.JSONEncoder(ensure_ascii=False).encode


def to_json(value):
    """A handler's result as bytes, which go as they are. Raises Fault for what JSON has no form for: a coroutine, since handlers are called,
    not awaited."""
    if isinstance(value, bytes):
        return value
    try:
        return _text_of(value).encode('utf-8', 'backslashreplace')  # half of a surrogate pair only an escape can say
    except Exception as error:
        raise Fault('Runtime.MarshalError', 'Unable to marshal response: %s' % error) from error


def _text_of(value, above=frozenset()):
    """As json.dumps() has it, but for what AWS's encoder knows beyond: bytes are text, named tuples are objects, and decimals, which boto3
    reads from DynamoDB, keep their digits. `above`: the identities of the containers that this is in."""
    if isinstance(value, bytes):
        return _encode(value.decode())
    if isinstance(value, decimal.Decimal):
        return 'NaN' if value.is_nan() else str(value)
    if hasattr(value, '_asdict'):
        value = value._asdict()
    if not isinstance(value, (dict, list, tuple)):
        return _encode(value)
    if id(value) in above:
        raise ValueError('Circular reference detected')
    above = above | {id(value)}
    if isinstance(value, dict):
        return '{%s}' % ', '.join('%s: %s' % (_key_of(key), _text_of(each, above)) for key, each in value.items())
    return '[%s]' % ', '.join(_text_of(each, above) for each in value)


def _key_of(key):
    if isinstance(key, bytes):
        key = key.decode()
    return _encode(key) if isinstance(key, str) else _encode({key: 0})[1:-len(': 0}')]  # a number's, say, is its text

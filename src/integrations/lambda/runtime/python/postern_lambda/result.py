# SPDX-License-Identifier: Apache-2.0
import decimal
import json

from .faults import Fault


def _number(value):
    if isinstance(value, decimal.Decimal):  # what boto3 reads from DynamoDB
        return float(value)
    raise TypeError('Object of type %s is not JSON serializable' % type(value).__name__)


_encode = json.JSONEncoder(ensure_ascii=False, default=_number).encode
_encode_ascii = json.JSONEncoder(default=_number).encode


def to_json(value):
    """A handler's result as bytes. Raises Fault for what JSON has no form for: a coroutine, since handlers are called, not awaited."""
    try:
        try:
            return _encode(value).encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can say
            return _encode_ascii(value).encode()
    except Exception as error:
        raise Fault('Runtime.MarshalError', 'Unable to marshal response: %s' % error) from error

# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
import time


class _Members:
    """JSON's members as attributes; those of `names` are there in any case, None unless given."""

    def __init__(self, names, values):
        for name in names:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return '%s(%s)' % (type(self).__name__, ', '.join('%s=%r' % each for each in vars(self).items()))


class Client(_Members):
    pass


class ClientContext(_Members):
    def __init__(self, values):
        super().__init__(('custom', 'env'), values)
        client = values.get('client')
        names = ('installation_id', 'app_title', 'app_version_name', 'app_version_code', 'app_package_name')
        self.client = Client(names, client) if client else None


class CognitoIdentity(_Members):
    def __init__(self, values):
        super().__init__((), {})
        self.cognito_identity_id = values.get('cognitoIdentityId')
        self.cognito_identity_pool_id = values.get('cognitoIdentityPoolId')


class Context:
    """What a handler is told about its invocation: its second argument."""

    def __init__(self, headers):
        """`headers`: those of the Runtime API's answer, in lower case."""
        environ = os.environ
        self.aws_request_id = headers['lambda-runtime-aws-request-id']
        self.invoked_function_arn = headers.get('lambda-runtime-invoked-function-arn')
        self.function_name = environ.get('AWS_LAMBDA_FUNCTION_NAME')
        self.function_version = environ.get('AWS_LAMBDA_FUNCTION_VERSION')
        self.memory_limit_in_mb = environ.get('AWS_LAMBDA_FUNCTION_MEMORY_SIZE')  # a string, as on AWS
        self.log_group_name = environ.get('AWS_LAMBDA_LOG_GROUP_NAME')
        self.log_stream_name = environ.get('AWS_LAMBDA_LOG_STREAM_NAME')
        self.tenant_id = headers.get('lambda-runtime-aws-tenant-id')
        client = headers.get('lambda-runtime-client-context')
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.identity = CognitoIdentity(json.loads(headers.get('lambda-runtime-cognito-identity') or '{}'))
        self._deadline_ms = int(headers.get('lambda-runtime-deadline-ms', 0))

    def get_remaining_time_in_millis(self):
        """Until the invocation is stopped; 0 from then on."""
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        """Writes `message` as it is, without a line's end."""
        sys.stdout.write(str(message))

    def __repr__(self):
        return 'LambdaContext(%s)' % ', '.join('%s=%r' % each for each in vars(self).items() if not each[0].startswith('_'))

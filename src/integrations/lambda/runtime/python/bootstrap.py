# SPDX-License-Identifier: Apache-2.0
"""One instance of a Python function: loads the handler that _HANDLER names, then takes invocations from the Runtime API, one at a time, until
the gateway closes the connection or the process dies. Python 3.9 to 3.13, nothing but its standard library.

Exit code 1, as on AWS: the handler cannot be loaded. The same when the gateway is gone.
"""
import os
import sys

# A function's directory holds what its author put there: compiled modules go elsewhere (PYTHONPYCACHEPREFIX) or nowhere.
if sys.pycache_prefix is None:
    sys.dont_write_bytecode = True

from postern_lambda import redirect, service

if __name__ == '__main__':
    # This directory has served; the function's own comes first, then layers (PYTHONPATH), then the standard library.
    sys.path[0] = os.environ.get('LAMBDA_TASK_ROOT', os.getcwd())
    redirect.install(os.environ.get('POSTERN_GATEWAY_TLS'), os.environ.get('AWS_REGION'))
    service.serve(os.environ.get('AWS_LAMBDA_RUNTIME_API', ''), os.environ.get('_HANDLER', ''))

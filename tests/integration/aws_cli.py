# SPDX-License-Identifier: Apache-2.0
"""The AWS CLI and boto3 as on a machine that knows nothing of AWS."""
import os

import gateway as gateways
from management import REGION

AWS = '/usr/bin/aws' if os.path.exists('/usr/bin/aws') else 'aws'  # Debian's before any other


def aws_environment(**extra):
    """Nothing of this machine's AWS configuration, no look for credentials elsewhere, no proxy."""
    kept = {name: value for name, value in gateways.environment().items() if not name.startswith('AWS_')}
    kept.update({'AWS_REGION': REGION, 'AWS_DEFAULT_REGION': REGION, 'AWS_CONFIG_FILE': os.devnull, 'AWS_SHARED_CREDENTIALS_FILE': os.devnull,
                 'AWS_EC2_METADATA_DISABLED': 'true', 'AWS_PAGER': '', 'NO_PROXY': 'localhost', 'no_proxy': 'localhost'})
    kept.update(extra)
    return kept

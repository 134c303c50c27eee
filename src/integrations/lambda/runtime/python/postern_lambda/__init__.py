# SPDX-License-Identifier: Apache-2.0
"""What bootstrap.py is made of. A package, so that no module of a function meets one of these under its own name."""

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Becomes the gateway as systemd starts a service with sockets: those that ACTIVATED_FDS lists (3,4,...) are announced to it."""
import fcntl
import os
import sys

fds = [int(fd) for fd in os.environ.pop('ACTIVATED_FDS').split(',')]
high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100) for fd in fds]  # out of each other's way
for place, fd in enumerate(high):
    os.dup2(fd, 3 + place)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=os.environ.pop('ACTIVATED_NAMES'))
binary = os.environ.pop('ACTIVATED_BINARY')
os.execv(binary, [binary, *sys.argv[1:]])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A page in Chromium."""
import json
import pathlib
import subprocess
import unittest

import gateway as gateways
from gateway import Gateway, PATIENCE, PLAIN_AND_TLS, RECORDED_API

HERE = pathlib.Path(__file__).parent


class BrowserTest(unittest.TestCase):
    def test_a_page_echoes_and_closes_over_ws_and_wss(self):
        with Gateway(RECORDED_API, listeners=PLAIN_AND_TLS) as gateway:
            urls = [gateway.url + '?protocol=chat.v2', gateway.tls_url + '?protocol=chat.v2']
            done = subprocess.run(['node', str(HERE / 'browser.js'), *urls], env=gateways.environment(),
                                  capture_output=True, text=True, timeout=3 * PATIENCE)
            self.assertEqual(done.returncode, 0, done.stderr)
            for url, line in zip(urls, done.stdout.splitlines(), strict=True):
                self.assertEqual(json.loads(line), {
                    'url': url, 'protocol': 'chat.v2', 'extensions': '',
                    'messages': ['{"action":"echo","data":"hello"}', '{"action":"echo","data":"grüße"}'],
                    'code': 1000, 'reason': 'seen enough', 'wasClean': True})
            self.assertEqual(gateway.ends(2), [(1000, 'seen enough')] * 2)


if __name__ == '__main__':
    unittest.main()

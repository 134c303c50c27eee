#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` gives: a binary, and an SDK with which examples/chat is built out of tree, run and talked to."""
import asyncio
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import websockets

import gateway as gateways
from gateway import Gateway, PATIENCE, run_command

SOURCE = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get('POSTERN_TEST_BUILD', SOURCE / 'build/dev'))


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=4 * PATIENCE, **options)
    assert done.returncode == 0, '%s\n%s\n%s' % (command, done.stdout, done.stderr)
    return done.stdout


class NpmChatter:
    """A person with npm's ws (see chatter.js)."""

    @classmethod
    async def connect(cls, url):
        self = cls()
        self._process = await asyncio.create_subprocess_exec(
            'node', str(SOURCE / 'tests/integration/chatter.js'), url, env=gateways.environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        assert await self._process.stdout.readline() == b'open\n'
        return self

    async def send(self, message):
        self._process.stdin.write(message.encode() + b'\n')
        await self._process.stdin.drain()

    async def recv(self):
        return (await self._process.stdout.readline()).decode().rstrip('\n')

    async def close(self):
        self._process.stdin.close()
        await self._process.wait()


class PythonChatter:
    """A person with Python's websockets."""

    @classmethod
    async def connect(cls, url):
        self = cls()
        self._socket = await websockets.connect(url)
        self.send, self.recv, self.close = self._socket.send, self._socket.recv, self._socket.close
        return self


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix='postern-test-')
        cls.addClassCleanup(directory.cleanup)
        cls.prefix = pathlib.Path(directory.name) / 'prefix'
        cls.chat = pathlib.Path(directory.name) / 'chat'
        run('cmake', '--install', BUILD, '--prefix', cls.prefix)
        shutil.copytree(SOURCE / 'examples/chat', cls.chat, ignore=shutil.ignore_patterns('build'))

    def test_1_the_installed_files_are_complete(self):
        installed = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob('*') if path.is_file()}
        for file in ('bin/postern', 'include/postern/plugin.h', 'include/postern/plugin.hpp', 'include/postern/testing.hpp',
                     'share/postern/postern.schema.json', 'share/postern/runtime/node/bootstrap.mjs', 'share/postern/runtime/python/bootstrap.py',
                     'share/postern/runtime/python/postern_lambda/service.py', 'etc/postern/postern.yaml', 'lib/systemd/system/postern.service'):
            self.assertIn(file, installed)
        self.check_links_into_docs()
        self.assertEqual(sorted(path.name for path in (self.prefix / 'include').iterdir()), ['postern'])
        self.assertIn('postern ', run(self.prefix / 'bin/postern', 'version'))
        self.assertIn(': ok', run(self.prefix / 'bin/postern', 'check', self.prefix / 'etc/postern/postern.yaml'))

    def check_links_into_docs(self):
        """What else README.md names (examples, the source) is the repository's."""
        readme = next(self.prefix.glob('share/doc/*/README.md'))
        links = {link.partition('#')[0] for link in re.findall(r'\]\((docs/[^)]*)\)', readme.read_text())}
        self.assertIn('docs/operations.md', links)
        for link in [*links, 'docs/grafana.json']:
            self.assertTrue((readme.parent / link).exists(), link)

    def test_2_the_chat_plugin_is_built_out_of_tree_and_passes_its_own_test(self):
        # A sanitizer of the gateway's build has to be in the plugin as well; the plugin says nothing of it.
        flags = sanitizer_flags()
        run('cmake', '-S', self.chat, '-B', self.chat / 'build', '-DCMAKE_PREFIX_PATH=%s' % self.prefix, '-DCMAKE_BUILD_TYPE=Debug',
            '-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror ' + flags)
        run('cmake', '--build', self.chat / 'build')
        run('ctest', '--test-dir', self.chat / 'build', '--output-on-failure', '--no-tests=error', env=gateways.environment())

    def test_3_people_talk_to_their_room_and_to_nobody_else(self):
        with Gateway(self.chat / 'chat.yaml', binary=self.prefix / 'bin/postern') as gateway:
            asyncio.run(asyncio.wait_for(self.converse(gateway.url), PATIENCE))

    async def converse(self, url):
        async def join(kind, name, room):
            return await kind.connect('%s?room=%s&name=%s' % (url, room, name))

        async def hears(person, **expected):
            self.assertEqual(json.loads(await person.recv()), expected)

        ann = await join(NpmChatter, 'ann', 'tea')
        bob = await join(PythonChatter, 'bob', 'tea')
        await hears(ann, joined='bob')
        eve = await join(PythonChatter, 'eve', 'coffee')
        dan = await join(NpmChatter, 'dan', 'tea')
        await hears(ann, joined='dan')
        await hears(bob, joined='dan')

        await bob.send('{"action":"say","text":"milk?"}')
        for person in (ann, bob, dan):
            await hears(person, **{'from': 'bob', 'text': 'milk?'})
        await ann.send('{"action":"say","text":"yes, \\u00fcber alles"}')
        for person in (ann, bob, dan):
            await hears(person, **{'from': 'ann', 'text': 'yes, über alles'})

        await dan.send('{"action":"who"}')
        answer = json.loads(await dan.recv())
        self.assertEqual((answer['room'], sorted(answer['members'])), ('tea', ['ann', 'bob', 'dan']))
        await eve.send('{"action":"who"}')
        await hears(eve, room='coffee', members=['eve'])  # the first that she hears at all

        await bob.close()
        await hears(ann, left='bob')
        await hears(dan, left='bob')
        await ann.send('nonsense')
        self.assertIn('message', json.loads(await ann.recv()))
        await ann.close()
        await hears(dan, left='ann')
        for person in (dan, eve):
            await person.close()

    def test_4_bad_settings_of_the_plugin_keep_the_gateway_from_starting(self):
        text = (self.chat / 'chat.yaml').read_text()
        self.assertIn('lobby: general', text)
        (self.chat / 'bad.yaml').write_text(text.replace('lobby: general', 'lobby: ""'))
        done = run_command('run', self.chat / 'bad.yaml', '--port', 0)
        self.assertEqual(done.exit_code, 1)
        self.assertIn('settings.lobby must be the name of a room', done.err)


def sanitizer_flags():
    for line in (BUILD / 'CMakeCache.txt').read_text().splitlines():
        if line.startswith('POSTERN_SANITIZE:') and line.split('=', 1)[1]:
            return '-fsanitize=' + line.split('=', 1)[1]
    return ''


if __name__ == '__main__':
    unittest.main()

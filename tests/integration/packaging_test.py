#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The files that a package installs, as far as they can be judged without installing it: units, users, scripts, versions, libraries."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from gateway import BINARY, PATIENCE, run_command

SOURCE = pathlib.Path(__file__).parents[2]
CONFIG = SOURCE / 'config'
SCRIPTS = SOURCE / 'cmake/debian'


def run(*command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)


def unit(name):
    """[(setting, value)] of a unit file."""
    lines = (CONFIG / name).read_text().splitlines()
    return [tuple(line.split('=', 1)) for line in lines if '=' in line and not line.startswith('#')]


class UnitTest(unittest.TestCase):
    @unittest.skipUnless(shutil.which('systemd-analyze'), 'there is no systemd-analyze')
    def test_systemd_understands_the_units_without_a_complaint(self):
        with tempfile.TemporaryDirectory(prefix='postern-test-') as directory:
            for name in ('postern.service', 'postern.socket'):
                text = (CONFIG / name).read_text().replace('/usr/bin/postern', BINARY)
                (pathlib.Path(directory) / name).write_text(text)
            done = run('systemd-analyze', 'verify', '--man=no', directory + '/postern.service', directory + '/postern.socket')
            self.assertEqual((done.returncode, done.stderr), (0, ''))

    @unittest.skipUnless(shutil.which('systemd-analyze'), 'there is no systemd-analyze')
    def test_the_service_stays_locked_down(self):
        done = run('systemd-analyze', 'security', '--offline=true', '--threshold=16', CONFIG / 'postern.service')  # 1.6 of 10
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_functions_are_not_told_to_end_while_the_drain_needs_them(self):
        self.assertEqual(dict(unit('postern.service'))['KillMode'], 'mixed')  # SIGTERM for the gateway, SIGKILL for what is left

    def test_a_function_that_takes_too_much_memory_does_not_end_the_gateway(self):
        self.assertEqual(dict(unit('postern.service'))['OOMPolicy'], 'continue')

    def test_functions_find_what_they_find_on_aws(self):
        settings = dict(unit('postern.service'))
        self.assertNotIn('MemoryDenyWriteExecute', settings)  # Node.js makes code
        self.assertNotIn('ProcSubset', settings)  # os.cpus() and /proc/meminfo
        self.assertIn('AF_NETLINK', settings['RestrictAddressFamilies'].split())  # os.networkInterfaces()

    def test_a_bad_configuration_is_not_started_again_and_again(self):
        settings = dict(unit('postern.service'))
        self.assertIn(str(run_command('run', '/nonexistent.yaml').exit_code), settings['RestartPreventExitStatus'].split())
        self.assertIn(str(run_command('run', '--nonsense').exit_code), settings['RestartPreventExitStatus'].split())

    def test_the_sockets_are_those_of_the_example_configuration(self):
        opened = {value for name, value in unit('postern.socket') if name == 'ListenStream'}
        configured = set(re.findall(r'^    - port: (\d+)$', (CONFIG / 'postern.yaml').read_text(), re.M))
        self.assertEqual(opened, configured)

    def test_the_user_of_the_service_is_the_one_that_is_made(self):
        made = re.search(r'^u (\S+) - ', (CONFIG / 'postern.sysusers').read_text(), re.M).group(1)
        settings = dict(unit('postern.service'))
        self.assertEqual((settings['User'], settings['Group']), (made, made))


class PackageTest(unittest.TestCase):
    def test_logs_that_rotate_are_where_the_service_may_write(self):
        rule = (CONFIG / 'postern.logrotate').read_text()
        self.assertEqual(dict(unit('postern.service'))['LogsDirectory'], 'postern')
        for path in re.findall(r'^(/\S+ .*) {$', rule, re.M)[0].split():
            self.assertTrue(path.startswith('/var/log/postern/'), path)

    def test_the_maintainer_scripts_are_shell_that_stops_at_errors(self):
        scripts = sorted(path for path in SCRIPTS.iterdir() if path.name != 'copyright')
        self.assertEqual([path.name for path in scripts], ['postinst', 'postrm', 'prerm'])
        for path in scripts:
            self.assertTrue(path.stat().st_mode & 0o111, path)
            self.assertIn('\nset -e\n', path.read_text())
            self.assertEqual(run('sh', '-n', path).returncode, 0, path)

    def test_one_version(self):
        project = re.search(r'project\(postern VERSION (\S+) ', (SOURCE / 'CMakeLists.txt').read_text()).group(1)
        self.assertEqual(run_command('version').out.split()[1], project)

    def test_process_1_of_the_image_reaps_the_processes_that_functions_leave_behind(self):
        image = (SOURCE / 'docker/Dockerfile').read_text()
        entry = json.loads(re.search(r'^ENTRYPOINT (.*)$', image, re.M).group(1))
        self.assertEqual(entry, ['tini', '-s', '--', 'postern'])
        self.assertRegex(image, r'apt-get install [^&]*\btini\b')

    def test_the_image_that_nobody_names_is_the_small_one(self):
        stages = re.findall(r'^FROM (\S+)(?: AS (\S+))?$', (SOURCE / 'docker/Dockerfile').read_text(), re.M)
        self.assertEqual(stages[-1], ('gateway', ''))
        self.assertIn(('gateway', 'functions'), stages)

    def test_the_image_has_every_library_that_the_binary_loads(self):
        image = (SOURCE / 'docker/Dockerfile').read_text().rsplit('FROM debian', 1)[1]
        needed = re.findall(r'\(NEEDED\).*\[(.*)\]', run('readelf', '-d', BINARY).stdout)
        self.assertIn('libssl.so.3', needed)
        found = dict(re.findall(r'(\S+) => (\S+)', run('ldd', BINARY).stdout))
        for library in needed:
            package = self._package_of(found.get(library, library))
            if package and not re.match(r'libc6|libgcc|lib[aut]b?san', package):
                self.assertRegex(image, r'\b%s\b' % re.escape(package), library)

    def test_the_image_is_built_from_all_that_is_installed(self):
        context = [line[1:] for line in (SOURCE / '.dockerignore').read_text().splitlines() if line.startswith('!')]
        commands = re.findall(r'install\(FILES (.*?)\)', (SOURCE / 'cmake/PosternInstall.cmake').read_text(), re.S)
        self.assertGreater(len(commands), 3)
        for command in commands:
            if command.endswith(' OPTIONAL'):
                continue
            for file in command.split(' DESTINATION ')[0].split():
                self.assertTrue(file.startswith('${') or file.split('/')[0] in context, file)

    @staticmethod
    def _package_of(path):
        if not shutil.which('dpkg-query'):
            return None
        for candidate in (path, str(pathlib.Path(path).resolve())):  # where /lib is /usr/lib, one of them is known
            done = run('dpkg-query', '-S', candidate)
            if done.returncode == 0:
                return done.stdout.split(':')[0]
        return None


if __name__ == '__main__':
    unittest.main()

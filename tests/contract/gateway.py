# SPDX-License-Identifier: Apache-2.0
"""One gateway process for one case, and the file in which the plugin `contract` notes its events."""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from match import Mismatch

TIMEOUT = 30  # seconds
COMPLAINTS_MAX = 12  # a sanitizer has much to say


def whole_lines(file, errors="strict"):
    """Without the end of a file that is being written."""
    data = file.read_bytes()
    return data[: data.rfind(b"\n") + 1].decode(errors=errors).splitlines()


class Gateway:
    def __init__(self, postern, plugin, config):
        self.config = config
        self.directory = tempfile.TemporaryDirectory(prefix="postern-contract-")
        folder = pathlib.Path(self.directory.name)
        self.events_file = folder / "events"
        self.log_file = folder / "log"
        self.events_file.touch()
        config_file = folder / "postern.yaml"
        settings = json.dumps({"library": str(plugin), "settings": {"events": str(self.events_file)}})
        config_file.write_text(f"{config}\nplugins: {{ contract: {settings} }}\n")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("POSTERN_")}
        with open(self.log_file, "wb") as log:
            command = [str(postern), "run", str(config_file), "--port", "0", "--set", "gateway.drainTime=0",
                       "--set", f"gateway.log.groupDirectory={folder}"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment)
        self.is_terminated = False
        self.port = self.read_port()

    def read_port(self):
        for line in self.process.stdout:
            found = re.search(rb"ws://localhost:(\d+)", line)
            if found:
                return int(found[1])
        self.process.wait(TIMEOUT)
        raise Mismatch(f"the gateway does not start:\n{self.log()}")

    def events(self):
        """All events so far, as the JSON texts that the plugin was given."""
        return whole_lines(self.events_file)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def log_lines(self):
        """All whole lines of the log so far."""
        return whole_lines(self.log_file, "replace")

    def log_group(self, name):
        """All whole lines of a log group so far."""
        file = pathlib.Path(self.directory.name) / f"{name}.log"
        return whole_lines(file) if file.exists() else []

    def wait_for(self, find, what):
        """find() until it gives something; what it looks at is a file that the gateway writes."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            found = find()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise Mismatch(f"{what} does not come")
            time.sleep(0.002)

    def terminate(self):
        """Once: a second SIGTERM would ask for an end without a drain."""
        if not self.is_terminated and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.is_terminated = True

    def end(self):
        """Ends the process, and says what was wrong with the way it ended."""
        self.terminate()
        try:
            status = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = f"none: still there {TIMEOUT} s after SIGTERM"
            self.process.wait()
        self.process.stdout.close()
        problems = [f"the gateway's exit status is {status}"] if status != 0 else []
        complaints = [line for line in self.log().splitlines() if '"level":"error"' in line or not line.startswith("{")]
        return problems + [f"the gateway logged {line}" for line in complaints[:COMPLAINTS_MAX]]

    def remove(self):
        self.directory.cleanup()

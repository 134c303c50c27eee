# SPDX-License-Identifier: Apache-2.0
"""examples/cdk-echo after `cdk synth`, which the tests do not run: its templates and manifests are kept, its assets are copied from the example."""
import json
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYNTHESIZED = ROOT / 'tests/integration/cdk_echo'
SOURCES = ROOT / 'examples/cdk-echo/src'


def synthesize_echo(directory):
    """Fills `directory` as cdk.out; the template's path."""
    for file in SYNTHESIZED.glob('*.json'):
        shutil.copy(file, directory)
    assets = json.loads((SYNTHESIZED / 'Echo.assets.json').read_text())
    for asset in assets['files'].values():
        name = asset['displayName'].partition('/')[0].lower()  # "Lobby/Code" is src/lobby
        if asset['source']['packaging'] == 'zip':
            shutil.copytree(SOURCES / name, pathlib.Path(directory, asset['source']['path']))
    return pathlib.Path(directory, 'Echo.template.json')

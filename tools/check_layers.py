#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each folder of src/ includes only folders below it, and each library is written in its homes only."""
import pathlib
import re
import sys

MAY_INCLUDE = {
    "core": "",
    "api": "core",
    "net": "core",
    "observability": "core api",
    "connections": "core api net observability",
    "cluster": "core api net observability connections",
    "integrations": "core api net observability connections",
    "gateway": "core api net observability connections integrations",
    "management": "core api net observability connections",
    "server": "core api net observability connections gateway management",
    "config": "core api net observability connections cluster integrations gateway management server",
    "app": "*",
}
LIBRARY_HOMES = {  # include prefix -> the only folders that may write it
    "boost/asio/ssl": {"net"},
    "boost/asio": {"net", "connections", "cluster", "integrations", "gateway", "server", "app"},
    "boost/beast": {"net", "integrations", "management", "server", "app"},
    "rapidjson/": {"core", "api", "config"},
    "simdjson": {"core"},
    "spdlog/": {"core"},
    "yaml-cpp/": {"config"},
    "CLI/": {"app"},
    "systemd/": {"app"},
    "openssl/": {"core", "net"},
    "zlib.h": {"net"},
    "postern/": {"integrations", "connections", "app"},  # the plugin SDK
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def complaints(src):
    for path in sorted(src.rglob("*.[ch]pp")):
        folder = path.relative_to(src).parts[0]
        allowed = MAY_INCLUDE[folder].split() + [folder]
        for target in INCLUDE.findall(path.read_text()):
            head = target.split("/")[0]
            if head in MAY_INCLUDE and head not in allowed and allowed[0] != "*":
                yield f"{path}: {folder}/ may not include {target}"
            for prefix, homes in LIBRARY_HOMES.items():
                if target.startswith(prefix) and folder not in homes:
                    yield f"{path}: {folder}/ may not include <{target}>"


order = list(MAY_INCLUDE)
for name, line in MAY_INCLUDE.items():
    assert line == "*" or all(order.index(f) < order.index(name) for f in line.split()), name
found = list(complaints(pathlib.Path(sys.argv[1])))
print("\n".join(found) or "layers: ok")
sys.exit(bool(found))

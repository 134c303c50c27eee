#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/configuration.md to stdout from the JSON schema: configuration_page.py config/postern.schema.json"""
import json
import sys

INTRODUCTION = """\
# Configuration

<!-- Made by tools/configuration_page.py from config/postern.schema.json; edit the tables in src/config instead. -->

One file, YAML or JSON, says what the gateway serves and how. `config/postern.yaml` is an annotated example, and
`config/postern.schema.json` makes editors complete and check. Unknown names are mistakes, never ignored.

    postern check FILE            all mistakes at once: file, line, column, what was expected
    postern routes FILE           the route table
    postern config print FILE     every effective value and where it came from
    postern config schema         the JSON schema

**Precedence**, lowest first: default, file, environment, flag.

**Environment.** `region`, `accountId` and everything under `gateway` can be given as a variable: the path in capitals,
so that `gateway.limits.idleTimeout` is `POSTERN_GATEWAY_LIMITS_IDLE_TIMEOUT`. Lists take YAML:
`POSTERN_GATEWAY_LISTENERS='[{port: 9000}]'`. Maps (`gateway.functions.environment`) and `gateway.admin: none` have no
variable. With `_FILE` appended, a variable names a file that holds the value, as Docker and Kubernetes hand out
secrets. A `POSTERN_` variable that is none of these is a mistake.

**Durations** are a whole number and `ms`, `s`, `m` or `h`; `0` needs no unit. **Sizes** are a whole number and `B`,
`KiB`, `MiB` or `GiB`, or plain bytes. **Paths** in the file start at the file's directory.

**Names.** Objects of AWS have AWS's property names in camelCase. A property that is "not supported yet" is known, but
only with the value that AWS has when nobody sets it; everything else is refused by name, never ignored. A property
"for documentation" is kept and changes nothing.
"""


UNREMARKABLE = 10_000  # what a map or list may have unless its table says less


def anchor(name):
    return f"[{name}](#{name.lower()})"


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def reference(schema):
    """The definition that a property, an item or a map's values lead to."""
    for candidate in [schema, *schema.get("allOf", []), *schema.get("oneOf", [])]:
        if "$ref" in candidate:
            return candidate["$ref"].rsplit("/", 1)[1]
    for below in ("items", "additionalProperties"):
        if isinstance(schema.get(below), dict):
            return reference(schema[below])
    return None


def type_of(schema):
    kind = schema["x-kind"]
    if "enum" in schema and kind == "choice":
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    target = reference(schema)
    if target is None:
        return f"{kind} {schema['x-range']}" if "x-range" in schema else kind
    return {"object": "", "map": "map of ", "list": "list of "}[kind] + anchor(target)


def default_of(schema):
    if "default" not in schema:
        return ""
    value = schema["default"]
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def bounds_of(schema):
    """How many there may be, and what their names look like."""
    most = schema.get("maxProperties", schema.get("maxItems", UNREMARKABLE))
    if most != UNREMARKABLE:
        yield f" At most {most}."
    if "propertyNames" in schema:
        yield f" Names: {schema['propertyNames']['description'].rsplit(': ', 1)[-1]}."


def rows(definition):
    required = definition.get("required", [])
    for name, schema in definition["properties"].items():
        if schema["x-support"] == "not yet":
            continue
        remark = {"yes": "", "documentation": " *For documentation.*"}[schema["x-support"]]
        meaning = ("**Required.** " if name in required else "") + schema["description"] + "".join(bounds_of(schema)) + remark
        yield f"| `{name}` | {cell(type_of(schema))} | {cell(default_of(schema))} | {cell(meaning)} |"


def not_yet(definition):
    return [f"`{name}`" for name, schema in definition["properties"].items() if schema["x-support"] == "not yet"]


def section(title, definition):
    whole = next((form for form in definition.get("oneOf", []) if form.get("type") == "object"), definition)
    print(f"\n## {title}\n\n{whole['description']}")
    if whole is not definition:
        short = definition["oneOf"][0]
        print(f"\nShort form, instead of the properties: {short['description']}")
    for choice in whole.get("allOf", []):
        names = " or ".join(f"`{form['required'][0]}`" for form in choice["oneOf"])
        print(f"\nExactly one of {names} is required.")
    table = list(rows(whole))
    if table:
        print("\n| Property | Type | Default | Meaning |\n|---|---|---|---|")
        print("\n".join(table))
    later = not_yet(whole)
    if later:
        print(f"\nNot supported yet: {', '.join(later)}.")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    print(INTRODUCTION, end="")
    section("The file", schema)
    for name, definition in schema["definitions"].items():
        section(name, definition)


main()

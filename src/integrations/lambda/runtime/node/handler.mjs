// SPDX-License-Identifier: Apache-2.0
// From _HANDLER ("dir/file.export.nested") to the function, in AWS's order of places and with AWS's errors.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { kHasCallbacks, kImportsAll } from './contract.mjs';
import { CallbackHandlerDeprecated, HandlerNotFound, ImportModuleError, MalformedHandlerName, UserCodeSyntaxError } from './errors.mjs';
import { isStreaming } from './streaming.mjs';

/** The function that `name` names below `root`. Throws what AWS would report. */
export async function loadHandler(root, name) {
  if (name.includes('..')) {
    throw new MalformedHandlerName(`'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const slash = name.lastIndexOf('/') + 1;
  const match = /^([^.]*)\.(.*)$/.exec(name.slice(slash));
  if (match === null) throw new MalformedHandlerName(`Bad handler: '${name}' is not FILE.EXPORT`);
  const [, file, exported] = match;
  const module = await loadModule(root, name.slice(0, slash), file);
  const found = memberOf(module, exported) ?? (kImportsAll ? memberOf(module.default, exported) : undefined);
  if (found === undefined || found === null) throw new HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new HandlerNotFound(`${name} is not a function`);
  if (!kHasCallbacks && found.length >= 3 && !isStreaming(found)) throw new CallbackHandlerDeprecated(name);
  return found;
}

function memberOf(value, path) {
  return path.split('.').reduce((at, key) => at?.[key], value);
}

async function loadModule(root, directory, file) {
  try {
    return await loadFirst(path.resolve(root), path.resolve(root, `./${directory}`), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new ImportModuleError(error);
    throw error;
  }
}

async function loadFirst(root, directory, file) {
  const require = createRequire(path.join(root, 'package.json'));
  const base = path.join(directory, file);
  const extension = ['', '.js', '.mjs', '.cjs'].find((each) => fs.existsSync(base + each));
  if (extension === undefined) return require(require.resolve(file, { paths: [root, directory] }));
  const isModule = extension === '.mjs' || (extension === '.js' && isModuleScope(directory));
  // What has no extension may be a directory: require() knows what to make of its name.
  return isModule || kImportsAll ? import(pathToFileURL(base + extension)) : require(base + extension);
}

function isFile(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether the package.json that is nearest to `directory` says that .js files are ES modules. */
function isModuleScope(directory) {
  for (let at = directory; ; at = path.dirname(at)) {
    if (path.basename(at) === 'node_modules') return false;
    const file = path.join(at, 'package.json');
    if (isFile(file)) return typeOf(file) === 'module';
    if (at === path.dirname(at)) return false;
  }
}

function typeOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).type;
  } catch {
    return undefined; // Node.js itself says what is wrong with it when it loads the module
  }
}

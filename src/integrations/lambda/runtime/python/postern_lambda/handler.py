# SPDX-License-Identifier: Apache-2.0
"""From _HANDLER ("package/module.function") to the function, with AWS's errors."""
import importlib
import sys

from .faults import Fault


def load(name):
    """The function. Raises Fault for what AWS has a name for; what the module itself raises goes through."""
    module_name, dot, function_name = name.rpartition('.')
    if not dot:
        raise Fault('Runtime.MalformedHandlerName', "Bad handler '%s': it is not MODULE.FUNCTION" % name)
    module_name = module_name.replace('/', '.')
    if module_name.split('.')[0] in sys.builtin_module_names:
        raise Fault('Runtime.BuiltInModuleConflict', 'Cannot use built-in module %s as a handler module' % module_name)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise Fault('Runtime.ImportModuleError', "Unable to import module '%s': %s" % (module_name, error)) from error
    except SyntaxError as error:
        where = '  File "%s" Line %s\n    %s' % (error.filename, error.lineno, (error.text or '').strip())
        raise Fault('Runtime.UserCodeSyntaxError', "Syntax error in module '%s': %s" % (module_name, error), [where]) from error
    except (TypeError, ValueError) as error:  # of import_module(): what stands before the dot names no module
        if module_name.strip('.') == module_name != '':
            raise
        raise Fault('Runtime.MalformedHandlerName', "Bad handler '%s': %s" % (name, error)) from error
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault('Runtime.HandlerNotFound', "Handler '%s' missing on module '%s'" % (function_name, module_name)) from None

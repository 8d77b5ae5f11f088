"""Context functions (DMN 1.5, section 10.3.4.6)."""

from typing import Any

from andante.expressions.functions.registry import as_list, builtin
from andante.expressions.values import Run, check_size


@builtin("get value", "m, key", "context, keys")
def get_value(context: Any, key: Any) -> Any:
    """The entry of that name, or along a list of names."""
    if type(key) is str:
        return context.get(key) if type(context) is dict else None
    if type(key) is not list or not key:
        return None
    for name in key:
        if type(context) is not dict or type(name) is not str:
            return None
        context = context.get(name)
    return context


@builtin("get entries", "m", run=True, builds=True)
def get_entries(run: Run, context: Any) -> Any:
    if type(context) is not dict:
        return None
    run.charge(len(context))
    return [{"key": name, "value": value} for name, value in context.items()]


@builtin("context", "entries", run=True, builds=True)
def context_of(run: Run, entries: Any) -> Any:
    every = as_list(entries)
    if every is None:
        return None
    run.charge(len(every))
    result: dict[str, Any] = {}
    for entry in every:
        if type(entry) is not dict or "value" not in entry or type(name := entry.get("key")) is not str:
            return None
        if name in result:
            return None
        result[name] = entry["value"]
    return result


@builtin("context put", "context, key, value", "context, keys, value", run=True, builds=True)
def context_put(run: Run, context: Any, key: Any, value: Any) -> Any:
    """The context with one entry set, at a name or along a list of names."""
    keys = key if type(key) is list else [key]
    if type(context) is not dict or not keys or type(keys[0]) is not str:
        return None
    run.charge(len(context) + 1)
    check_size(len(context) + 1, run.limits.max_size, "context")
    if len(keys) > 1:
        inner = context.get(keys[0])
        value = context_put(run, {} if inner is None else inner, keys[1:], value)
        if value is None:
            return None
    return {**context, keys[0]: value}


@builtin("context merge", "contexts*", run=True, builds=True)
def context_merge(run: Run, *arguments: Any) -> Any:
    """One context of all, a later entry in the place of an earlier of its name."""
    every = as_list(arguments[0]) if len(arguments) == 1 else list(arguments)
    if every is None:
        return None
    result: dict[str, Any] = {}
    for context in every:
        if type(context) is not dict:
            return None
        run.charge(len(context) + 1)
        result.update(context)
    check_size(len(result), run.limits.max_size, "context")
    return result

"""Arrays that loops use without counting how often.

numba counts the references to every array, also where one is put into a tuple or taken out of it: by an atomic addition
each time. For a query that asks some hundred candidates for four words that takes longer than asking them.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.extending import intrinsic


def _lend(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, (types.Tuple, types.UniTuple)):
        parts = [builder.extract_value(value, place) for place in range(len(kind))]
        lent = [_lend(context, builder, each, part) for each, part in zip(tuple(kind), parts, strict=True)]
        return context.make_tuple(builder, kind, lent)
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        for owner in ("meminfo", "parent"):
            setattr(array, owner, getattr(array, owner).type(None))
        return array._getvalue()
    return value


def _borrowed(typing_context: Any, value: Any) -> Any:
    """The same array, or tuple with arrays in it, with nobody counting references to them: whoever lends them keeps
    them, as the caller of a kernel does with what it passes, or by `keep_alive` behind their last use.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _lend(context, builder, value, arguments[0])

    return value(value), code


def _keep_alive(typing_context: Any, value: Any) -> Any:
    """Does nothing: but what is named here lives until here."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.get_dummy_value()

    return types.none(value), code


borrowed: Any = intrinsic(_borrowed)
keep_alive: Any = intrinsic(_keep_alive)

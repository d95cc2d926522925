"""The one place that chooses between a numba loop and its numpy twin.

A kernel is two functions with one answer: a twin in numpy, which always works, and a loop for numba, which lives in a
module of its own named `..._loops` so that importing the package never imports numba:

    # index/codec/packing.py                         # index/codec/packing_loops.py
    @kernel("index.codec.packing_loops")             @jit("i8", "const u4[:]", "u4[:]")
    def unpack(words: U32, out: U32) -> int:         def unpack(words: U32, out: U32) -> int:
        ...numpy...                                      ...loops...

`unpack(...)` runs the twin until `compile_kernels` has loaded the module of loops, and the loop from then on. Loading
compiles whatever is not in the cache on disk: seconds the first time, most of a second afterwards, a third of it for
numba itself. Whoever answers queries calls `compile_in_background` at the start: no request waits, and a process that
answers one and ends never loads numba. Whoever indexes joins the thread at once: in it the compiler cannot lose an
interrupt. Where numba is missing or fails, the twins go on answering.

Signatures are explicit, so that nothing is ever compiled inside a call: the type that is returned, then the arguments.
Scalars: u1 u4 u8 i4 i8 f4 f8 b1, and "none". Arrays: "u4[:]" is written to, "const u4[:]" only read; all contiguous.
What belongs together may come as one argument, a tuple: ("const u4[:]", "f8").
`@jit()` without a signature is a helper for other loops (they import it from its module) and has no twin of its own.
Loops release the GIL unless they are `brief`, do not check bounds, and divide as numpy does. Pass arrays of exactly the
stated dtype.

`kernel.twin` is the numpy function and `kernel.loop()` the compiled one; tests hold the two to each other.
"""

from __future__ import annotations

import importlib
import re
import threading
import time
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
Signature = str | tuple["Signature", ...]
F = TypeVar("F", bound=Callable[..., Any])

# The first query is answered meanwhile: loading numba beside it would take it twice as long. In seconds.
PATIENCE = 1.0

_TYPE = re.compile(r"(?P<const>const )?(?P<scalar>\w+)(?P<array>\[[:, ]+\])?")
_SCALARS = {
    "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "i4": "int32", "i8": "int64", "f4": "float32",
    "f8": "float64", "b1": "boolean", "none": "void",
}  # fmt: skip


class Kernel(Generic[P, R]):
    """A function with two bodies: calls run the loop once it is compiled, and the numpy twin until then."""

    def __init__(self, twin: Callable[P, R], module: str) -> None:
        update_wrapper(self, twin)
        self.twin = twin
        self.module = module
        self.name = twin.__name__
        self._run = twin
        self._loop: Callable[P, R] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the answer that both bodies give."""
        return self._run(*args, **kwargs)

    def loop(self) -> Callable[P, R]:
        """Return the compiled loop, compiling its module now if need be. Raises ImportError without numba."""
        if self._loop is None:
            self._loop = cast(Callable[P, R], getattr(_loading().load(self.module), self.name))
        return self._loop

    def use_loop(self) -> None:
        """Let calls run the compiled loop from now on. Raises ImportError without numba."""
        self._run = self.loop()


_KERNELS: list[Kernel[..., Any]] = []


def kernel(module: str) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """Pair the decorated numpy function with the loop of the same name in `module`."""

    def pair(twin: Callable[P, R]) -> Kernel[P, R]:
        made = Kernel(twin, module)
        _KERNELS.append(made)
        return made

    return pair


def jit(*signature: Signature, brief: bool = False) -> Callable[[F], F]:
    """Compile the decorated loop for `signature`: what it returns, then its arguments; none for a helper of loops.

    A `brief` loop keeps the GIL: to get it back from another thread can take longer than some microseconds of work.
    """
    numba = importlib.import_module("numba")
    types = [] if not signature else [_numba_type(numba.types, name) for name in signature]
    exact = [types[0](*types[1:])] if types else []
    return cast(Callable[[F], F], numba.njit(*exact, nogil=not brief, cache=True, error_model="numpy"))


def compile_kernels() -> bool:
    """Load every kernel known so far, compiling what the cache does not hold; False where the twins have to answer."""
    complete = True
    for made in list(_KERNELS):
        try:
            made.use_loop()
        except ImportError:
            return False
        except Exception:
            # A loop that numba refuses on this machine must not stop a search that its twin can answer.
            _loading().warn(made.name)
            complete = False
    return complete


def compile_in_background(patience: float = PATIENCE) -> threading.Thread:
    """Start `compile_kernels` in a daemon thread, `patience` seconds from now, and return the thread."""

    def wait_and_compile() -> None:
        time.sleep(patience)
        compile_kernels()

    thread = threading.Thread(target=wait_and_compile, name="compile-kernels", daemon=True)
    thread.start()
    return thread


def _loading() -> Any:
    # What it imports takes longer than a query.
    return importlib.import_module("index.codec.loading")


def _numba_type(types: Any, name: Signature) -> Any:
    if isinstance(name, tuple):
        return types.Tuple([_numba_type(types, each) for each in name])
    found = _TYPE.fullmatch(name)
    assert found, f"not a type: {name!r}"
    scalar = getattr(types, _SCALARS[found["scalar"]])
    if not found["array"]:
        return scalar
    return types.Array(scalar, found["array"].count(":"), "C", readonly=bool(found["const"]))

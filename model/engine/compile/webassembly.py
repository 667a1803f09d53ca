"""From a schedule to a WebAssembly module that any browser runs.

LLVM writes an object file for WebAssembly from the same text that the kernel is compiled from. An
object whose functions all stand in it needs no linker: its indices are final, and its data begin
at address 0. What is left is to export its functions and to drop what only a linker reads. The
layout is that of the WebAssembly core specification, version 2, and of the tool conventions for
object files (https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import llvmlite.binding as llvm

from smecluster.model.engine.compile.arithmetic import LIBRARY
from smecluster.model.engine.compile.frame import Code

# Runs that the 128-bit registers of WebAssembly hold.
WIDTH = 2
# What the two functions of the kernel are called in the module too.
EXPORTED = ("prepare", "block")
# What a module may import besides the C library's functions, which `Math` has in a browser.
_IMPORTED = {"__linear_memory", "__stack_pointer", "__indirect_function_table"}

_MAGIC = b"\0asm\1\0\0\0"
_CUSTOM, _IMPORT, _EXPORT, _ELEMENT, _CODE, _DATA, _COUNT = 0, 2, 7, 9, 10, 11, 12
_FUNCTION = 0
_SYMBOLS = 8  # the part of the section "linking" that names the functions
_UNDEFINED, _NAMED = 0x10, 0x40


@dataclass(frozen=True)
class Module:
    """A WebAssembly module.

    Attributes
    ----------
    content : bytes
        The module, with the functions `EXPORTED`.
    imports : tuple of str
        Functions that the host must give, each of one number.
    data : int
        Bytes from address 0 on that the module fills itself when it starts.
    """

    content: bytes
    imports: tuple[str, ...]
    data: int


def assemble_module(code: Code) -> Module:
    """Turn LLVM's language into a WebAssembly module.

    Products and sums are rounded one after the other, since WebAssembly has no fused
    multiplication: results differ from the kernel's in the last digits.

    Parameters
    ----------
    code : Code
        What `engine.compile.codegen.generate_code` wrote for runs of `WIDTH`.

    Returns
    -------
    Module

    Raises
    ------
    ValueError
        If the code calls a function that a browser does not have.
    """
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple("wasm32-unknown-unknown").create_target_machine(
        features="+simd128,+bulk-memory,+sign-ext", opt=1, reloc="static"
    )
    # Without this the fused product becomes a call of a function, ten times slower.
    module = llvm.parse_assembly(code.text.replace("@llvm.fma.", "@llvm.fmuladd."))
    module.verify()
    return finish_object(bytes(machine.emit_object(module)))


def finish_object(content: bytes) -> Module:
    """Make a module of an object file that needs no other.

    Parameters
    ----------
    content : bytes
        The object file.

    Returns
    -------
    Module

    Raises
    ------
    ValueError
        If it is no WebAssembly object, lacks one of the functions, or needs something that a
        browser does not have.
    """
    if not content.startswith(_MAGIC):
        raise ValueError("this is no WebAssembly object")
    sections = list(_split_sections(content))
    functions = {}
    for kind, body in sections:
        if kind == _CUSTOM and _read_name(body)[0] == "linking":
            functions = _read_functions(body)
    missing = [name for name in EXPORTED if name not in functions]
    if missing:
        raise ValueError(f"the object has no function {missing[0]!r}")
    exports = _number(len(EXPORTED)) + b"".join(
        _text(name) + bytes([_FUNCTION]) + _number(functions[name]) for name in EXPORTED
    )
    imports: tuple[str, ...] = ()
    data = 0
    parts = [_MAGIC]
    exported = False
    for kind, body in sections:
        if kind == _CUSTOM:
            continue
        if kind == _IMPORT:
            imports = _list_imports(body)
        if kind == _DATA:
            data = _measure_data(body)
        if kind in (_ELEMENT, _COUNT, _CODE) and not exported:
            parts.append(_section(_EXPORT, exports))
            exported = True
        parts.append(_section(kind, body))
    return Module(b"".join(parts), imports, data)


def _split_sections(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = len(_MAGIC)
    while place < len(content):
        kind = content[place]
        size, place = _read_number(content, place + 1)
        yield kind, content[place : place + size]
        place += size


def _read_functions(linking: bytes) -> dict[str, int]:
    """Read the places of the functions that the object defines."""
    _, place = _read_name(linking)
    _, place = _read_number(linking, place)  # the version
    found = {}
    while place < len(linking):
        kind = linking[place]
        size, place = _read_number(linking, place + 1)
        end = place + size
        if kind == _SYMBOLS:
            count, at = _read_number(linking, place)
            for _ in range(count):
                symbol = linking[at]
                flags, at = _read_number(linking, at + 1)
                if symbol == 1 or symbol == 3:  # data, or the name of a section
                    if symbol == 1:
                        _, at = _read_name(linking, at)
                        for _ in range(0 if flags & _UNDEFINED else 3):
                            _, at = _read_number(linking, at)
                    else:
                        _, at = _read_number(linking, at)
                    continue
                index, at = _read_number(linking, at)
                if not flags & _UNDEFINED or flags & _NAMED:
                    name, at = _read_name(linking, at)
                    if symbol == _FUNCTION and not flags & _UNDEFINED:
                        found[name] = index
        place = end
    return found


def _list_imports(body: bytes) -> tuple[str, ...]:
    count, place = _read_number(body, 0)
    functions = []
    for _ in range(count):
        _, place = _read_name(body, place)
        name, place = _read_name(body, place)
        kind = body[place]
        place += 1
        if kind == _FUNCTION:
            _, place = _read_number(body, place)
            functions.append(name)
        elif kind == 3:  # a global: its type, and whether it may change
            place += 2
        else:  # a table (with its type) or a memory: limits
            place += kind == 1
            flags = body[place]
            _, place = _read_number(body, place + 1)
            if flags & 1:
                _, place = _read_number(body, place)
        if kind != _FUNCTION and name not in _IMPORTED:
            raise ValueError(f"the object needs {name!r}, which no browser has")
    foreign = sorted(set(functions) - set(LIBRARY.values()))
    if foreign:
        raise ValueError(f"the object needs the function {foreign[0]!r}, which no browser has")
    return tuple(functions)


def _measure_data(body: bytes) -> int:
    """Find where the data end that the module itself writes to memory."""
    count, place = _read_number(body, 0)
    end = 0
    for _ in range(count):
        if body[place : place + 2] != b"\x00\x41":  # in the one memory, at a constant address
            raise ValueError("the object's data stand at no fixed address")
        address, place = _read_number(body, place + 2)
        size, place = _read_number(body, place + 1)  # after the byte that ends the constant
        place += size
        end = max(end, address + size)
    return end


def _section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _number(len(body)) + body


def _text(name: str) -> bytes:
    return _number(len(name)) + name.encode()


def _number(value: int) -> bytes:
    """Write a whole number, seven bits a byte (LEB128)."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _read_number(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place


def _read_name(content: bytes, place: int = 0) -> tuple[str, int]:
    size, place = _read_number(content, place)
    return content[place : place + size].decode(), place + size

"""What the file of a part holds: arrays, a table or labelled arrays, as one Parquet table."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

Arrays = dict[str, NDArray[np.generic]]

#: Kinds of content.
ARRAYS, DATASET, TABLE = "arrays", "dataset", "table"
# Names of a Parquet file's metadata begin with this.
_OWN = "smecluster "
_KIND, _LAYOUT = "kind", "layout"


def encode(content: Any, facts: Mapping[str, str]) -> bytes:
    """Write content as the bytes of a Parquet file.

    Parameters
    ----------
    content : mapping of str to array_like, DataFrame or Dataset
        See `Checkpoints.save`.
    facts : mapping of str to str
        Short statements about it, which `decode_facts` reads.

    Returns
    -------
    bytes
        The same for the same content.

    Raises
    ------
    TypeError
        If an array holds something else than numbers, truth values or text.
    """
    table = _tabulate(content)
    metadata = {**(table.schema.metadata or {})}
    metadata |= {(_OWN + key).encode(): str(value).encode() for key, value in facts.items()}
    sink = io.BytesIO()
    # Numbers that hardly repeat: a dictionary would take ten times as long and save nothing.
    pq.write_table(
        table.replace_schema_metadata(metadata),
        sink,
        use_dictionary=False,
        write_statistics=False,
    )
    return sink.getvalue()


def decode(data: bytes) -> tuple[pa.Table, str]:
    """Read the bytes of a file: its table, and of which kind its content is."""
    table = pq.read_table(pa.BufferReader(data))
    return table, decode_facts(table.schema.metadata).get(_KIND, TABLE)


def decode_arrays(table: pa.Table) -> Arrays:
    """Read arrays, with the shapes and types with which they were saved."""
    return {field.name: _decode_array(table, field) for field in table.schema}


def decode_dataset(table: pa.Table) -> xr.Dataset:
    """Read labelled arrays with their attributes; text is of the type object."""
    import xarray as xr

    layout = json.loads(decode_facts(table.schema.metadata)[_LAYOUT])
    variables = {}
    for field in table.schema:
        dims, attrs = layout["variables"][field.name]
        values = _decode_array(table, field)
        variables[field.name] = (
            dims,
            values.astype(object) if values.dtype.kind == "U" else values,
            attrs,
        )
    coordinates = {each: variables.pop(each) for each in layout["coordinates"]}
    return xr.Dataset(variables, coordinates, layout["attrs"])


def decode_facts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """Read the statements about a part from the metadata of its file."""
    own = _OWN.encode()
    return {
        key.removeprefix(own).decode(): value.decode()
        for key, value in (metadata or {}).items()
        if key.startswith(own)
    }


def _tabulate(content: Any) -> pa.Table:
    # By what they have, since importing pandas and xarray to ask for their types takes long.
    if hasattr(content, "data_vars"):
        return _encode_dataset(content)
    if hasattr(content, "iloc"):
        return pa.Table.from_pandas(content.rename(columns=str), preserve_index=False)
    return _encode_arrays({str(name): np.asarray(values) for name, values in content.items()})


def _encode_dataset(content: Any) -> pa.Table:
    arrays = {
        str(name): values.values.astype(str) if values.dtype == object else values.values
        for name, values in content.variables.items()
    }
    layout = {
        "attrs": content.attrs,
        "variables": {
            str(name): [list(map(str, values.dims)), values.attrs]
            for name, values in content.variables.items()
        },
        "coordinates": [str(name) for name in content.coords],
    }
    return _encode_arrays(arrays, DATASET, {_LAYOUT: json.dumps(layout)})


def _encode_arrays(
    arrays: Mapping[str, NDArray[Any]], kind: str = ARRAYS, more: Mapping[str, str] | None = None
) -> pa.Table:
    """Put arrays into one row, each as a list, for they differ in length."""
    columns, fields = [], []
    for name, array in arrays.items():
        if array.dtype.kind not in "biufU":
            raise TypeError(f"{name!r} is an array of {array.dtype}, which cannot be kept")
        flat = np.ascontiguousarray(array).ravel()
        values = pa.array(flat.tolist(), pa.string()) if array.dtype.kind == "U" else pa.array(flat)
        columns.append(pa.ListArray.from_arrays(pa.array([0, len(flat)], pa.int32()), values))
        shape = {"shape": json.dumps(array.shape)}
        fields.append(pa.field(name, columns[-1].type, metadata=shape))
    metadata = {_OWN + key: value for key, value in {_KIND: kind, **(more or {})}.items()}
    if not columns:
        return pa.table({}).replace_schema_metadata(metadata)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=metadata))


def _decode_array(table: pa.Table, field: pa.Field) -> NDArray[Any]:
    shape = json.loads(field.metadata[b"shape"])
    values = table[field.name].combine_chunks().values
    if pa.types.is_string(values.type):
        return np.array(values.to_pylist(), dtype=str).reshape(shape)
    return np.array(values.to_numpy(zero_copy_only=False)).reshape(shape)

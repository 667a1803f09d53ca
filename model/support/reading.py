"""Former place of `model.inputs`."""

from smecluster.model.inputs import MalformedError, read_json, read_toml, read_yaml

__all__ = ["MalformedError", "read_json", "read_toml", "read_yaml"]

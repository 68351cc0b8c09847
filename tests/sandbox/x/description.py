"""X's OpenAPI description, where it is at hand, as a judge of the stand-in's answers."""

from __future__ import annotations

import gzip
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator


@dataclass
class Heard:
    """One answer as it came over the wire."""

    method: str
    path: str
    status: int
    kind: str
    body: Any
    headers: dict[str, str]


class Description:
    """What X says that it answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        self._paths = document["paths"]

    @staticmethod
    @cache
    def found() -> Description | None:
        """Read the description from the shared data folder, if it is there."""
        beside = Path(__file__).parents[3] / ".." / "shared" / "data"
        path = Path(os.environ.get("CHANCERY_SHARED_DATA", beside)) / "x-openapi.json.gz"
        if not path.exists():
            return None
        return Description(json.loads(gzip.decompress(path.read_bytes())))

    def check(self, heard: Heard) -> None:
        """Fail unless the answer is one that X describes for this call.

        X answers several refusals with the type `about:blank` (seen on the wire in 2026),
        which its description does not list: those only have to be problem details.
        Answers of gateways and cut connections are nobody's contract.
        """
        if heard.status >= 500 or isinstance(heard.body, bytes):
            return
        if heard.status >= 400 and heard.body.get("type") == "about:blank":
            assert heard.kind == "application/problem+json"
            assert heard.body.keys() == {"title", "type", "status", "detail"}
            assert heard.body["status"] == heard.status
            return
        self.validate(heard.body, self._schema(heard))

    def validate(self, body: Any, schema: dict[str, Any]) -> None:
        """Fail unless the body is as the schema says."""
        OAS30Validator({"components": self._components, "allOf": [schema]}).validate(body)

    def named(self, name: str) -> dict[str, Any]:
        """Return one of the description's schemas."""
        return {"$ref": f"#/components/schemas/{name}"}

    def _schema(self, heard: Heard) -> dict[str, Any]:
        responses = self._operation(heard)["responses"]
        key = str(heard.status) if heard.status < 400 else "default"
        schema: dict[str, Any] = responses[key]["content"][heard.kind]["schema"]
        return schema

    def _operation(self, heard: Heard) -> dict[str, Any]:
        fixed_first = sorted(self._paths, key=lambda path: path.count("{"))
        for path in fixed_first:
            pattern = re.sub(r"\{\w+\}", "[^/]+", path)
            if re.fullmatch(pattern, heard.path) and heard.method.lower() in self._paths[path]:
                operation: dict[str, Any] = self._paths[path][heard.method.lower()]
                return operation
        raise AssertionError(f"X does not describe {heard.method} {heard.path}")

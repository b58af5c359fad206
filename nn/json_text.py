"""Plain data as JSON, also where a number is not finite."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from math import isfinite
from typing import Any

__all__ = ["AsJson", "finite", "json_text"]


def finite(content: dict[str, Any]) -> dict[str, Any]:
    """Plain data with None for every number that JSON cannot write, and what these numbers are.

    ``not_finite`` has them by where they stand, if there are any.

    >>> finite({"values": {"w": 0.5}, "deltas": [1e400]})
    {'values': {'w': 0.5}, 'deltas': [None], 'not_finite': {'deltas[0]': 'inf'}}
    """
    missing = {place: str(number) for place, number in _not_finite("", content)}
    return {**_with_nulls(content), "not_finite": missing} if missing else content


def json_text(content: dict[str, Any]) -> str:
    r"""Plain data as JSON text: each number reads back as exactly the same, or see `finite`.

    It is ASCII, so that every terminal and every file has it as it is.

    >>> print(json_text({"δ": -0.125}))
    {
      "\u03b4": -0.125
    }
    """
    import json

    return json.dumps(finite(content), indent=2, allow_nan=False)


class AsJson(ABC):
    """What is plain data as well: ``to_dict``, and so JSON."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""

    def to_json(self) -> str:
        """`to_dict` as JSON text: null for a number that is not finite, which ``not_finite`` then has.

        >>> import json
        >>> from nn import worked
        >>> step = worked.load("urbain").step()
        >>> json.loads(step.to_json())["updated"]["w5+"] == step["w5+"]
        True
        """
        return json_text(self.to_dict())


def _not_finite(place: str, content: Any) -> Iterator[tuple[str, float]]:
    if isinstance(content, float) and not isfinite(content):
        yield place, content
    elif isinstance(content, dict):
        for key, each in content.items():
            yield from _not_finite(f"{place}.{key}" if place else str(key), each)
    elif isinstance(content, list | tuple):
        for index, each in enumerate(content):
            yield from _not_finite(f"{place}[{index}]", each)


def _with_nulls(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _with_nulls(each) for key, each in content.items()}
    if isinstance(content, list | tuple):
        return [_with_nulls(each) for each in content]
    return None if isinstance(content, float) and not isfinite(content) else content

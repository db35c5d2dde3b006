"""What the service tells of its audio beside it: audio.metadata.

{"Metadata": [{"Type": "WordBoundary", "Data": {"Offset": 500000, "Duration": 2500000, "text": {"Text": "Hello", …}}}]}
Source: frames recorded of Microsoft's SDKs, and a public log of the service's.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from ..errors import UnusableMessageError
from ..wire.messages import Message, json_body


def entries(message: Message) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the type and the data of each entry. What cannot be read tells nothing."""
    found: Any = None
    with suppress(UnusableMessageError):
        found = json_body(message).get("Metadata")
    for entry in found if isinstance(found, list) else ():
        match entry:
            case {"Type": str(kind), "Data": dict(data)}:
                yield kind, data

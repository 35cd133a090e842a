"""One tree, two spellings: JSON and XML of an answer hold the same content."""

from __future__ import annotations

import json
import re
from typing import Final
from xml.etree import ElementTree as ET

from flask import Response

Tree = str | int | float | bool | None | list["Tree"] | dict[str, "Tree"]

XML: Final = "xml"
JSON: Final = "json"
_ITEM: Final = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
"""Name of a list to the name of its items, as the standard has them."""
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold."""


def answer(name: str, tree: Tree, form: str, status: int = 200) -> Response:
    """Return a tree as an answer.

    Args:
        name: name of the root in XML.
        tree: what the answer says.
        form: ``json`` or ``xml``.
        status: HTTP status.
    """
    if form == XML:
        return Response(xml_of(name, tree), status, content_type="text/xml; charset=utf-8")
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/json; charset=utf-8")


def refusal(path: str, status: int, sentence: str, field: str | None) -> Response:
    """Return a refusal in the standard's form, in XML where the address ends so."""
    said = f"{field}: {sentence}" if field else sentence
    form = XML if path.endswith(f".{XML}") else JSON
    return answer("errors", [{"code": status, "description": said}], form, status)


def xml_of(name: str, tree: Tree) -> bytes:
    """Return a tree as an XML document in UTF-8.

    >>> xml_of("errors", [{"code": 404, "description": "没有 & <"}]).decode().splitlines()[1]
    '<errors><error><code>404</code><description>没有 &amp; &lt;</description></error></errors>'
    """
    root = _element(name, tree)
    text: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text


def _element(name: str, tree: Tree) -> ET.Element:
    made = ET.Element(name)
    if isinstance(tree, dict):
        made.extend(_element(field, value) for field, value in tree.items())
    elif isinstance(tree, list):
        made.extend(_element(_ITEM[name], item) for item in tree)
    elif isinstance(tree, bool):
        made.text = "true" if tree else "false"
    elif tree is not None:
        made.text = _NOT_XML.sub("\ufffd", str(tree))
    return made

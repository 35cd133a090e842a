"""GeoReport v2 as its tables have it, and the steps of a client."""

from xml.etree import ElementTree as ET

from tests.worlds import lonlat

ROOT = "/open311/v2"
ITEMS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
SERVICE = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
REQUEST = {
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
}
ATTRIBUTE = {
    "variable",
    "code",
    "datatype",
    "required",
    "datatype_description",
    "order",
    "description",
    "values",
}


def form(x=130, y=30, code="LIGHT", **fields):
    lon, lat = lonlat(x, y)
    return {
        "service_code": code,
        "lat": repr(lat),
        "long": repr(lon),
        "description": "灯不亮",
    } | fields


def post(client, key, headers=None, spelling="json", **fields):
    data = {name: value for name, value in ({"api_key": key} | fields).items() if value is not None}
    return client.post(f"{ROOT}/requests.{spelling}", data=data, headers=headers)


def filed(client, key, **fields):
    answer = post(client, key, **form(**fields))
    assert answer.status_code == 201, answer.text
    return answer.json[0]["service_request_id"]


def only(client, number, **query):
    (found,) = client.get(f"{ROOT}/requests/{number}.json", query_string=query).json
    return found


def parsed(document):
    """An XML document of our own making."""
    return ET.fromstring(document)  # noqa: S314


def tree_of(element):
    """What an XML element says, in the shape of the JSON."""
    if element.tag in ITEMS:
        assert {child.tag for child in element} <= {ITEMS[element.tag]}
        return [tree_of(child) for child in element]
    if len(element):
        return {child.tag: tree_of(child) for child in element}
    return element.text


def as_text(tree):
    """JSON in the shape of XML: every value is text, what is nothing or empty is None."""
    if isinstance(tree, dict):
        return {name: as_text(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [as_text(one) for one in tree]
    if isinstance(tree, bool):
        return "true" if tree else "false"
    return None if tree in (None, "") else str(tree)

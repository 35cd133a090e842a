"""What QGIS makes of a served gridmap; run by the system's Python, which QGIS brings its module for.

Arguments: the base address, then the collections. Prints one JSON object by collection.
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
    QgsWkbTypes,
)


def opened(base: str, name: str) -> dict:
    """Read a whole collection by pages of 100, and the middle of it by a rectangle."""
    layer = QgsVectorLayer(f"url='{base}/ogc' typename='{name}' pageSize='100'", name, "OAPIF")
    if not layer.isValid():
        return {"error": layer.error().message()}
    features = list(layer.getFeatures())
    middle = layer.extent().center()
    around = QgsRectangle(
        middle.x() - 0.002, middle.y() - 0.002, middle.x() + 0.002, middle.y() + 0.002
    )
    fields = [field.name() for field in layer.fields()]
    tiles = QgsVectorTileLayer(
        f"type=xyz&url={base}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=16", name
    )
    return {
        "ids": [feature["id"] for feature in features],
        "names": [feature["name"] or "" for feature in features] if "name" in fields else [],
        "invalid": sum(not feature.geometry().isGeosValid() for feature in features),
        "kind": QgsWkbTypes.displayString(layer.wkbType()),
        "crs": layer.crs().authid(),
        "around": [
            feature["id"]
            for feature in layer.getFeatures(QgsFeatureRequest().setFilterRect(around))
        ],
        "rectangle": [around.xMinimum(), around.yMinimum(), around.xMaximum(), around.yMaximum()],
        "tiles": tiles.isValid(),
    }


def main(base: str, *names: str) -> None:
    """Open the collections and say what is in them."""
    application = QgsApplication([], False)  # noqa: FBT003 - no window
    application.initQgis()
    json.dump({name: opened(base, name) for name in names}, sys.stdout, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:])

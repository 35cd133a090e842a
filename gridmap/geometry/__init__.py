"""Pure geometry: coordinate systems, faults of shapes, tessellations, compactness. No database, no files.

Shapes are stored and compared in WGS 84 degrees, where shared vertices stay identical; every tolerance,
length and area is given in metres, measured on the ellipsoid around the spot.
"""

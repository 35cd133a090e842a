"""Files of points, in and out: CSV, Parquet, GeoJSON and workbooks, a chunk of rows at a time."""

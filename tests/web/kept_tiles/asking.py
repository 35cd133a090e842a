"""An app that keeps its tiles in a folder, and ways to ask it."""

from tests.serving import running

GZIP = {"Accept-Encoding": "gzip"}


def serving(url, folder, *, rate_limits=False, limit=64_000_000):
    """An application that keeps its tiles in a folder."""
    return running(url, rate_limits=rate_limits, tiles_folder=folder, tiles_bytes=limit)


def all_of(app, paths):
    client = app.test_client()
    return {path: client.get(path, headers=GZIP) for path in paths}

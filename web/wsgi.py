"""The WSGI application that the server's workers import."""

from __future__ import annotations

import atexit
import logging

from web import close, create_app
from web.config import from_environment

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
app = create_app(from_environment())
atexit.register(close, app)

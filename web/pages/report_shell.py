"""What a phone keeps so that the pages open without a network: the shell, its worker, what is kept.

The shell is made for nobody: no account, no data. It is kept by a service worker under a version
that changes with every file in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from apiflask import APIBlueprint
from flask import Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import NotFound
from web import language
from web.pages import centres_road, report, rounds

blueprint = APIBlueprint("phone_pages", __name__, enable_openapi=False)

SHELLS: Final = ("report", "kept", "round", "road")
"""Pages that open without a network: the form, what is kept on the phone, the round of doors, the road."""
ENTRIES: Final = ("app.js", "report.js", "kept.js", "rounds_walk.js", "road.js")
"""Scripts of the shells; what they import comes along."""
OTHERS: Final = (
    "css/app.css",
    "css/map.css",
    "css/kept.css",
    "css/report.css",
    "css/road.css",
    "css/rounds_walk.css",
    "icons/mark.svg",
    "icons/favicon.ico",
    "vendor/leaflet/leaflet.css",
    "vendor/leaflet/leaflet.js",
)
TEMPLATES: Final = (
    "base.html",
    "centres_report.html",
    "macros.html",
    "report.html",
    "report_kept.html",
    "report_strings.html",
    "rounds_walk.html",
)
"""What the shells are made of."""
_IMPORT: Final = re.compile(r"""from\s+["'](\.{1,2}/[^"']+)["']""")


@blueprint.get("/sw.js")
def worker() -> Response:
    """Give the service worker: its version and files, then its script. `?lang=` is the shell's."""
    reader = request.args.get("lang", "")
    known = reader if reader in language.LANGUAGES else language.LANGUAGES[0]
    folder = Path(current_app.static_folder or "")
    shell = {
        "version": f"{_version(folder)}-{_offered()}-{known}",
        "pages": {name: url_for("phone_pages.shell", lang=known, name=name) for name in SHELLS},
        "files": [url_for("static", filename=name) for name in _files(folder)],
    }
    script = (folder / "js" / "worker.js").read_text(encoding="utf-8")
    response = Response(f"const SHELL = {json.dumps(shell)};\n{script}", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return response


def _offered() -> str:
    """Return a word that changes with the categories that the form offers."""
    return hashlib.sha256(json.dumps(report.topics()).encode()).hexdigest()[:8]


@lru_cache
def _files(folder: Path) -> tuple[str, ...]:
    """Every file of the shell, as names under `static`."""
    found: dict[str, None] = {}
    waiting = [f"js/{name}" for name in ENTRIES]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        here = (folder / name).resolve()
        imported = _IMPORT.findall(here.read_text(encoding="utf-8"))
        waiting += [
            (here.parent / path).resolve().relative_to(folder.resolve()).as_posix()
            for path in imported
        ]
    return (*OTHERS, *sorted(found))


@lru_cache
def _version(folder: Path) -> str:
    """Return a word that changes when any file of the shell or one of its templates does."""
    total = hashlib.sha256()
    templates = folder.parent / "templates"
    shown = [templates / name for name in TEMPLATES]
    for path in [*(folder / name for name in _files(folder)), folder / "js/worker.js", *shown]:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


@blueprint.get("/kept")
def kept() -> str:
    """Show what is kept on this phone; its script reads it from there."""
    return render_template("report_kept.html")


@blueprint.get("/shell/<lang>/<name>")
def shell(lang: str, name: str) -> ResponseReturnValue:
    """Give a page as the service worker keeps it: in one language, for nobody in particular."""
    if name not in SHELLS or lang not in language.LANGUAGES:
        raise NotFound
    g.language, g.account = lang, None
    pages = {"report": report.new, "kept": kept, "round": rounds.walk, "road": centres_road.report}
    return pages[name]()

"""The desk's people and reports, shared by the tests of its pages."""

import re
from datetime import timedelta

from gridmap.dispatch import service
from tests.dispatch.filings import filing, staffed
from tests.web import signed
from tests.web.signed import post_form
from web.params import now

PAGE = {"Accept": "text/html"}
LOGINS = {
    "jia": "A",
    "yi": "B",
    "shequ": "community",
    "lou": "a1",
    "zhen": "township",
    "xian": "county",
}


def people_with_accounts(session):
    """The staffed town; its people have accounts by short names."""
    world, people = staffed(session)
    for login, someone in LOGINS.items():
        signed.account(session, people[someone].person_id, login)
    return world, people


def another(client, login):
    """A browser of its own for somebody else."""
    other = client.application.test_client()
    signed.sign_in(other, login)
    return other


def put(session, key="k-1", ago=timedelta(minutes=5), **facts):
    """A report that was filed so long ago; rubbish in grid A unless said otherwise."""
    facts = {"code": "RUBBISH"} | facts
    return service.file(session, filing(key, **facts), now() - ago).number


def get(client, path, **headers):
    return client.get(path, headers=PAGE | headers)


def listed(page):
    return re.findall(r'<a class="desk-row" data-report="([^"]+)"', page.text)


def move(client, number, action, version=1, **fields):
    """Send the form of a move, with a token of the report's page."""
    path = f"/desk/{number}/steps/{action}"
    return post_form(client, path, from_page="/desk", version=str(version), **fields)


def figures(page):
    found = re.findall(r"<dt>([^<]+)</dt><dd><a [^>]*>(\d+)</a></dd>", page.text)
    return {name: int(value) for name, value in found}


def cards(page):
    """Number of each card to its words, in order."""
    found = re.findall(r'<li class="desk-card.*?</li>', page.text, re.DOTALL)
    return {re.search(r'data-number="([^"]+)"', one)[1]: one for one in found}

"""A sound community whose property is looked after, with accounts of those who do it."""

from sqlalchemy import select

from gridmap.ledger.posts import Agency
from gridmap.terms import PostKind
from tests.coverage.sound import sound
from tests.web import signed

PAGE = {"Accept": "text/html"}
HOME = "419901001001"


def county(session):
    """A compound with a company, one of the ledger, a unit, a meeting long ago; desk, worker and handler sign in."""
    world = sound(session)
    agency = session.scalars(select(Agency)).one()
    handler = world.world.post(PostKind.AGENCY_HANDLER, agency, "承办员")
    handler.person.agency_id = agency.id
    signed.account(session, world.posts["desk"].person_id, "desk")
    signed.account(session, world.posts["worker A"].person_id, "worker")
    signed.account(session, handler.person_id, "handler")
    session.flush()
    world.handler = handler
    return world


def text_of(client, path, status=200):
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == status
    return answer.get_data(as_text=True)

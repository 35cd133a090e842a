"""The demo county's desk has names to decide: they come from reports that the real services have moved."""

from sqlalchemy import func, select

from geodata.demo import nicknames
from gridmap.ledger.names import NameEvidence, PlaceName
from web.params import now


def test_two_estates_have_a_name_to_decide(demo_session):
    assert nicknames.tell(demo_session, now()) == len(nicknames.TOLD)
    heard = (
        select(PlaceName.text, func.count(NameEvidence.id))
        .join(NameEvidence, NameEvidence.name_id == PlaceName.id)
        .where(PlaceName.state == "proposed")
        .group_by(PlaceName.text)
    )
    assert dict(demo_session.execute(heard).all()) == {"老针织厂宿舍": 2, "运输队大院": 1}

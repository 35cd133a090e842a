"""A gap becomes a task, with an owner and a day, and closes itself when the fact is there."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from gridmap.accounts.authority import HeldPost, scope_of
from gridmap.accounts.service import SignedIn
from gridmap.accounts.tables import Account
from gridmap.coverage.tasks import looking, service
from gridmap.coverage.tasks.service import Swept, Wanted
from gridmap.coverage.tasks.tables import TaskEnd
from gridmap.errors import InvalidInput, NotAllowed, NotFound
from gridmap.ledger.areas import Area
from gridmap.ledger.posts import Person
from gridmap.messaging.tables import Message
from gridmap.store.audit import AuditEntry
from gridmap.store.base import from_day
from gridmap.terms import PostKind
from tests.coverage import sound
from tests.coverage.sound import DAY

NOW = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
GONE = date(2026, 5, 1)
DUE = date(2026, 6, 1)


@pytest.fixture
def world(session):
    return sound.sound(session)


def signed_in(session, login, *held):
    person = Person(code=login, name=f"{login}同志")
    session.add(person)
    session.flush()
    account = Account(login=login, password_hash="-", person_id=person.id)  # noqa: S106
    session.add(account)
    session.flush()
    return SignedIn(account.id, person.id, login, person.name, scope_of(held, ()))


def desk(world, login="desk", kind=PostKind.COMMUNITY_DESK, area=None):
    area = area or world.world.community
    held = HeldPost(1, kind, area.id, area.code)
    return signed_in(world.session, login, held)


@pytest.fixture
def keeper(world):
    return desk(world)


@pytest.fixture
def gap(world):
    """The first secretary has left."""
    world.end(world.posts["first"], GONE)
    code = world.world.community.code
    return Wanted("first_secretary", "community", code, "boss", DUE, "请组织部物色人选")


@pytest.fixture
def boss(world):
    person = Person(code="boss", name="负责人")
    world.session.add(person)
    world.session.flush()
    return person


def subjects(session, person_id):
    rows = session.scalars(
        select(Message).where(Message.person_id == person_id).order_by(Message.id)
    )
    return [(row.event, row.subject) for row in rows]


def open_tasks(world, reader, **filters):
    return looking.listed(world.session, reader, NOW, **filters)


def test_somebody_is_named_and_told(world, keeper, gap, boss):
    made = service.begin(world.session, keeper, gap, NOW)
    assert (made.owner, made.due, made.overdue, made.ended) == ("负责人", DUE, 0, None)
    assert made.code == world.world.community.code
    assert open_tasks(world, keeper) == [made]
    assert open_tasks(world, keeper, mine=True) == []
    ((event, subject),) = subjects(world.session, boss.id)
    assert event == "gap_named"
    assert "第一书记" in subject
    entry = world.session.scalars(select(AuditEntry)).all()[-1]
    assert (entry.action, entry.object_key) == ("coverage_task_begun", str(made.id))


def test_the_form_offers_who_answers_there(world, keeper, gap):
    asked = looking.question(world.session, keeper, gap.check, gap.kind, gap.code, NOW)
    kinds = {kind for one in asked.candidates for kind in one.posts}
    assert {PostKind.SECRETARY, PostKind.GRID_WORKER} <= kinds
    assert PostKind.FIRST_SECRETARY not in kinds
    assert asked.task is None
    assert asked.finding.gap.since == GONE


def test_no_gap_no_task(world, keeper, boss):
    code = world.world.community.code
    wanted = Wanted("first_secretary", "community", code, "boss", DUE)
    with pytest.raises(InvalidInput, match="没有这个缺项"):
        service.begin(world.session, keeper, wanted, NOW)


def test_one_task_a_gap(world, keeper, gap, boss):
    service.begin(world.session, keeper, gap, NOW)
    with pytest.raises(InvalidInput, match="已经有人负责"):
        service.begin(world.session, keeper, gap, NOW)
    assert len(open_tasks(world, keeper)) == 1


@pytest.mark.parametrize("due", [date(2026, 5, 19), date(2029, 1, 1)])
def test_a_day_that_is_past_or_far_off_is_refused(world, keeper, gap, boss, due):
    with pytest.raises(InvalidInput) as refusal:
        service.begin(
            world.session, keeper, Wanted(gap.check, gap.kind, gap.code, "boss", due), NOW
        )
    assert refusal.value.field == "due"


def test_today_is_early_enough(world, keeper, gap, boss):
    made = service.begin(
        world.session, keeper, Wanted(gap.check, gap.kind, gap.code, "boss", DAY), NOW
    )
    assert made.overdue == 0


def test_a_stranger_is_refused_by_name(world, keeper, gap):
    with pytest.raises(InvalidInput) as refusal:
        service.begin(world.session, keeper, gap, NOW)
    assert refusal.value.field == "owner"


def test_who_keeps_no_registers_here_names_nobody(world, gap, boss):
    elsewhere = Area(
        kind="community", code="419901001999", parent_id=world.world.community.parent_id
    )
    world.session.add(elsewhere)
    world.session.flush()
    for stranger in (desk(world, "other", area=elsewhere), signed_in(world.session, "nobody")):
        with pytest.raises(NotAllowed):
            service.begin(world.session, stranger, gap, NOW)


def test_the_township_names_for_its_communities(world, gap, boss):
    township = world.session.get(Area, world.world.community.parent_id)
    clerk = desk(world, "clerk", PostKind.TOWNSHIP_DESK, township)
    assert service.begin(world.session, clerk, gap, NOW).opener == "clerk同志"


def test_it_closes_itself_once_the_fact_is_there(world, keeper, gap, boss):
    made = service.begin(world.session, keeper, gap, NOW)
    assert service.sweep(world.session, NOW) == Swept(0, 0)
    world.world.post(PostKind.FIRST_SECRETARY, world.world.community, "新书记", since=DAY)
    assert service.sweep(world.session, NOW) == Swept(1, 0)
    (closed,) = open_tasks(world, keeper, is_open=False)
    assert (closed.id, closed.ended, closed.closed_at) == (made.id, TaskEnd.MENDED, NOW)
    assert open_tasks(world, keeper) == []
    assert [event for event, _ in subjects(world.session, boss.id)] == ["gap_named", "gap_mended"]
    assert [event for event, _ in subjects(world.session, keeper.person_id)] == ["gap_mended"]
    assert service.sweep(world.session, NOW) == Swept(0, 0)


def test_a_gap_that_comes_back_is_a_new_task(world, keeper, gap, boss):
    service.begin(world.session, keeper, gap, NOW)
    (post,) = world.world.posts(
        [(PostKind.FIRST_SECRETARY, world.world.community, "新书记")], since=DAY
    )
    service.sweep(world.session, NOW)
    post.valid = from_day(DAY, DAY + timedelta(days=1))
    world.session.flush()
    later = NOW + timedelta(days=2)
    again = service.begin(world.session, keeper, gap, later)
    assert [one.id for one in looking.listed(world.session, keeper, later)] == [again.id]


def test_the_day_passes_and_both_are_reminded_once(world, keeper, gap, boss):
    service.begin(world.session, keeper, gap, NOW)
    last = datetime(2026, 6, 1, 15, 59, tzinfo=UTC)  # one minute to midnight in the county
    assert service.sweep(world.session, last) == Swept(0, 0)
    midnight = last + timedelta(minutes=1)
    assert service.sweep(world.session, midnight) == Swept(0, 1)
    assert service.sweep(world.session, midnight + timedelta(days=1)) == Swept(0, 0)
    assert [event for event, _ in subjects(world.session, boss.id)] == ["gap_named", "gap_overdue"]
    (late,) = looking.listed(world.session, keeper, midnight + timedelta(days=1))
    assert late.overdue == 2


def test_it_is_given_to_somebody_else_who_is_told(world, keeper, gap, boss):
    made = service.begin(world.session, keeper, gap, NOW)
    other = Person(code="other", name="另一位")
    world.session.add(other)
    world.session.flush()
    changed = service.change(
        world.session, keeper, made.id, "other", DUE + timedelta(days=7), "改", NOW
    )
    assert (changed.owner, changed.due, changed.note) == ("另一位", DUE + timedelta(days=7), "改")
    assert [event for event, _ in subjects(world.session, other.id)] == ["gap_named"]
    assert len(subjects(world.session, boss.id)) == 1


def test_a_task_is_dropped_with_a_reason_and_then_closed_for_good(world, keeper, gap, boss):
    made = service.begin(world.session, keeper, gap, NOW)
    with pytest.raises(InvalidInput) as refusal:
        service.drop(world.session, keeper, made.id, "  ", NOW)
    assert refusal.value.field == "reason"
    dropped = service.drop(world.session, keeper, made.id, "换届后再办", NOW)
    assert (dropped.ended, dropped.reason) == (TaskEnd.DROPPED, "换届后再办")
    for act in (
        lambda: service.drop(world.session, keeper, made.id, "再撤", NOW),
        lambda: service.change(world.session, keeper, made.id, "boss", DUE, "", NOW),
    ):
        with pytest.raises(InvalidInput, match="已经办结"):
            act()
    with pytest.raises(NotFound):
        service.drop(world.session, keeper, made.id + 1, "没有", NOW)

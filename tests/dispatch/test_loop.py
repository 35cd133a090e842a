"""The whole loop through the people who answer, and what may not be done on the way."""

from datetime import timedelta

from gridmap.dispatch import following, service, sweeping
from gridmap.dispatch.following import Proof
from gridmap.dispatch.lifecycle import Action
from gridmap.dispatch.reports import Answer, Instruction
from gridmap.terms import Outcome, Rung, Satisfaction, Stage
from tests.dispatch.filings import NOW, act, filing, staffed


def test_from_filing_to_not_solved_and_to_the_end(session):
    _, people = staffed(session)
    filed = service.file(session, filing(phone="13800001234"), NOW)
    number = filed.number
    act(session, number, people["a1"], Action.ACCEPTED)
    found = act(
        session, number, people["a1"], Action.HANDLED, note="换了灯泡", outcome=Outcome.SOLVED
    )
    assert (found.row.stage, found.row.rung) == (Stage.CHECKING, Rung.GRID_BRANCH)
    found = act(session, number, people["A"], Action.CHECKED)
    assert found.row.stage is Stage.ASKING
    proof = Proof(track_key=filed.track_key)
    seen = following.track(session, number, proof, NOW)
    assert Action.REOPENED in seen.answers
    answer = following.not_solved("还是不亮", contacted=True)
    said = Instruction(Action.REOPENED, seen.version, answer=answer)
    again = following.answer(session, number, proof, said, NOW)
    assert (again.stage, again.rung) == (Stage.FILED, Rung.GRID_BRANCH)
    act(session, number, people["A"], Action.ACCEPTED)
    act(session, number, people["A"], Action.HANDLED, note="换了线路", outcome=Outcome.SOLVED)
    act(session, number, people["community"], Action.CHECKED)
    content = Answer(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    seen = following.track(session, number, proof, NOW)
    said = Instruction(Action.AGREED, seen.version, answer=content)
    assert following.answer(session, number, proof, said, NOW).stage is Stage.CLOSED


def test_out_of_time_it_climbs_rung_by_rung(session):
    staffed(session)
    number = service.file(session, filing(), NOW).number
    rungs = []
    now = NOW
    for _ in range(6):
        now += timedelta(days=7)
        sweeping.climb(session, now)
        row = service.full.report_by_number(session, number)
        rungs.append((row.rung, row.stage))
    assert rungs == [
        ("grid_branch", "filed"),
        ("community", "filed"),
        ("township", "filed"),
        ("county", "filed"),
        ("county", "filed"),
        ("county", "filed"),
    ]

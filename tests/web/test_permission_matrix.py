"""Every route x every role x own, sibling, parent and foreign area, made from the app's own URL map.

A route without an object stands in `web.permissions.PERMISSIONS`; one with an object in its address has
a row in `OBJECTS` here, too. A route without a row fails.
"""

from dataclasses import dataclass, field

import pytest

from gridmap.accounts.authority import RIGHTS, Right
from gridmap.dispatch import service
from gridmap.dispatch.reports import PhotoFile
from gridmap.dispatch.tables import SavedView
from gridmap.ledger.posts import Agency
from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice
from gridmap.platform.scopes import Scope
from gridmap.terms import PostKind, Role
from tests.dispatch.filings import (
    NOW,
    county,
    filing,
    neighbour_community,
    town,
    township,
)
from tests.web import signed
from web import params
from web.permissions import PERMISSIONS, PUBLIC, SIGNED_IN, STARTED

OWN, SIBLING, PARENT, FOREIGN, UNPLACED = "own", "sibling", "parent", "foreign", "unplaced"
NOBODY = "nobody"

HOUSE, GRID = {OWN}, {OWN, PARENT}
COMMUNITY = {OWN, SIBLING, PARENT}
EVERYTHING = {*COMMUNITY, FOREIGN, UNPLACED}

READS = {
    PostKind.STEWARD: HOUSE,
    PostKind.GROUP_LEADER: HOUSE,
    PostKind.GRID_WORKER: GRID,
    PostKind.BRANCH_SECRETARY: GRID,
    PostKind.PART_TIME_WORKER: set(),
    PostKind.POLICE_OFFICER: set(),
    PostKind.PROPERTY_MANAGER: set(),
    PostKind.AGENCY_HANDLER: set(),
    PostKind.SECRETARY: COMMUNITY,
    PostKind.DIRECTOR: COMMUNITY,
    PostKind.COMMITTEE_MEMBER: COMMUNITY,
    PostKind.FIRST_SECRETARY: COMMUNITY,
    PostKind.LEADER_MUNICIPAL: COMMUNITY,
    PostKind.LEADER_COUNTY: COMMUNITY,
    PostKind.LEADER_TOWNSHIP: COMMUNITY,
    PostKind.COMMUNITY_DESK: COMMUNITY,
    PostKind.TOWNSHIP_DESK: COMMUNITY,
    PostKind.COUNTY_DESK: EVERYTHING,
}
"""Who reads which reports: those in posts. Everybody else reads none."""
STRANGERS = {PostKind.PARTY_ADVISER, *Role}
"""Signed in, without the right to read reports at all."""
ROLES = [*READS, *STRANGERS]

AT_COMMUNITY = {PostKind.COMMUNITY_DESK, PostKind.DIRECTOR, PostKind.SECRETARY}
ANSWERS = {
    OWN: {PostKind.STEWARD, PostKind.GROUP_LEADER},
    PARENT: AT_COMMUNITY,
    SIBLING: AT_COMMUNITY,
    FOREIGN: {PostKind.COUNTY_DESK},
    UNPLACED: {PostKind.COUNTY_DESK},
}
"""Who may accept which report where it stands. Nobody is in post for the sibling grid, nor below the
county in the foreign township: those have climbed."""


@dataclass(frozen=True)
class Report:
    """A route about a report: its method, what is sent, and what those who may read it can get."""

    method: str = "GET"
    form: dict | None = None
    json: dict | None = None
    path: dict = field(default_factory=dict)
    answers: frozenset = frozenset({200})


@dataclass(frozen=True)
class Own:
    """A route about something that is one person's own; `missing` is what everybody else gets."""

    method: str
    missing: int = 404


@dataclass(frozen=True)
class By:
    """A route whose rule in `PERMISSIONS` says all: the object is the county's, or public."""


MOVED = frozenset({200, 201, 303, 403, 409, 422})
"""What a move of one's own area can come to; never 'not found'."""
OBJECTS = {
    "desk.report": Report(),
    "desk.photo": Report(path={"position": 1}),
    "desk.ask_phone": Report(answers=frozenset({200, 403})),
    "desk.phone": Report("POST", form={"reason": "核实"}, answers=MOVED | {404}),
    "desk_moves.ask": Report(path={"action": "noted"}, answers=frozenset({200, 409})),
    "desk_moves.act": Report(
        "POST", form={"version": "1", "note": "看过"}, path={"action": "noted"}, answers=MOVED
    ),
    "desk_moves.foresee": Report(path={"action": "sent_up"}, answers=frozenset({200})),
    "steps_api.act": Report(
        "POST", json={"action": "noted", "version": 1, "note": "看过"}, answers=MOVED
    ),
    "desk_lists.drop_view": Own("POST"),
    "inbox.open_one": Own("GET"),
    "account_stand_ins.end": Own("POST"),
    "open311.discovery": By(),
    "open311.file": By(),
    "open311.listed": By(),
    "open311.one": By(),
    "open311.service": By(),
    "open311.services": By(),
    "open311.token": By(),
    "settings_keys.revoke": By(),
    "settings_webhooks.again": By(),
    "settings_webhooks.one": By(),
    "settings_webhooks.remove": By(),
    "settings_webhooks.rotate": By(),
    "settings_webhooks.try_one": By(),
    "webhooks_api.deliveries": By(),
    "channels.robot": By(),
    "import_pages.fields": Own("GET"),
    "import_pages.check": Own("POST"),
    "import_pages.problems": Own("GET"),
    "import_pages.shapes": Own("GET"),
    "import_pages.take": Own("POST"),
    "import_pages.record": By(),
    "import_pages.listing": By(),
    "import_pages.undo": By(),
    "channels.send_again": By(),
    "channels.try_robot": By(),
    "channels.word": By(),
    "people_accounts.change": By(),
    "people_accounts.one": By(),
    "coverage_tasks.task": By(),
    "coverage_tasks.drop": By(),
    "leaders.show": By(),
    "rounds.door": By(),
    "rounds.erase": By(),
    "rounds.grid": By(),
    "names.decide": By(),
    "names.end": By(),
    "names.correct": By(),
    "names.end_address": By(),
    "names.undo": By(),
    "settings.category": By(),
    "settings.end_category": By(),
    "settings.undo_table": By(),
    "register_workbooks.export": By(),
    "register_workbooks.preview": By(),
    "register_workbooks.show": By(),
    "register_workbooks.take": By(),
    "register_workbooks.template": By(),
    "register_workbooks.undo": By(),
    "registers.table": By(),
    "registers.record": By(),
    "registers.photo": By(),
    "registers.suggest": By(),
    "registers.new": By(),
    "registers.begin": By(),
    "registers.change": By(),
    "registers.photos": By(),
    "registers.problem": By(),
    "features_api.buildings": By(),
    "tiles_api.tile": By(),
    "tiles_api.description": By(),
    "features_api.layer": By(),
    "ogc.collection": By(),
    "ogc.queryables": By(),
    "ogc.items_of": By(),
    "ogc.item": By(),
    "exports.download": By(),
    "map_layers.show": By(),
    "centre_pages.one": By(),
    "centre_pages.reached": By(),
    "road_pages.join": By(),
    "road_pages.register": By(),
    "road_pages.key": By(),
    "road_pages.by_position": By(),
    "road_pages.by_code": By(),
    "centre_staff.poster": By(),
    "centre_staff.screen": By(),
    "centre_staff.shown": By(),
    "centre_staff.members_of": By(),
    "centre_staff.decide": By(),
    "red_property.company": By(),
    "red_property.compound": By(),
    "red_property_meetings.one": By(),
    "red_property_meetings.add_point": By(),
    "red_property_meetings.add_task": By(),
    "red_property_meetings.task": By(),
    "red_property_plans.one": By(),
    "red_property_plans.propose": By(),
    "red_property_plans.drop": By(),
    "red_property_plans.invite": By(),
    "red_property_plans.move": By(),
    "red_property_plans.cancel": By(),
    "red_property_minutes.write": By(),
    "units.one": By(),
    "units.record": By(),
    "party_life.admit": By(),
    "party_life.at": By(),
    "party_life.begin": By(),
    "party_life.branch": By(),
    "party_life.cancel": By(),
    "party_life.change": By(),
    "party_life.confirm": By(),
    "party_life.dues": By(),
    "party_life.dues_book": By(),
    "party_life.end": By(),
    "party_life.forget": By(),
    "party_life.hold": By(),
    "party_life.meeting": By(),
    "party_life.members": By(),
    "party_life.new": By(),
    "party_life.note": By(),
    "party_life.plan": By(),
    "party_life.take_dues": By(),
    "party_life.transfer": By(),
    "party_life.undo_dues": By(),
    "volunteer_activities.show": By(),
    "volunteer_activities.sign_up": By(),
    "volunteer_activities.leave": By(),
    "volunteer_activities.here": By(),
    "volunteer_activities.scan": By(),
    "volunteer_activities.challenge": By(),
    "volunteer_activities.position": By(),
    "volunteer_needs.show": By(),
    "volunteer_needs.take": By(),
    "volunteer_needs.leave": By(),
    "volunteer_books.one_out": By(),
    "volunteer_books.undo_attendance": By(),
    "volunteer_books.undo_roll": By(),
    "volunteer_organiser.screen": By(),
    "volunteer_organiser.code": By(),
    "volunteer_organiser.confirm_page": By(),
    "volunteer_organiser.confirm": By(),
    "volunteer_organiser.present": By(),
    "volunteer_desk.member": By(),
    "volunteer_desk.correct": By(),
    "volunteer_desk.cancel": By(),
    "volunteer_desk.ask_closing": By(),
    "volunteer_desk.close": By(),
    "volunteer_calling.ask_change": By(),
    "volunteer_calling.change": By(),
    "volunteer_import.undo": By(),
    "language.switch": By(),
    "phone_pages.shell": By(),
    "static": By(),
    "reports_api.track": By(),
    "track_pages.answer": By(),
    "track_pages.photo": By(),
    "track_pages.show": By(),
    "tracking_api.answer": By(),
    "tracking_api.follow": By(),
    "plan_pages.shared": By(),
    "plan_pages.sheet": By(),
    "plan_pages.show": By(),
    "plan_edits_api.edit": By(),
    "plan_edits_api.redo": By(),
    "plan_edits_api.undo": By(),
    "plan_edits_api.rebase": By(),
    "plan_files_api.take": By(),
    "plan_proposals_api.ask": By(),
    "plan_proposals_api.show": By(),
    "plan_proposals_api.stop": By(),
    "plan_reviews_api.adopt": By(),
    "plan_reviews_api.decide": By(),
    "plan_reviews_api.listed": By(),
    "plan_reviews_api.review": By(),
    "plan_reviews_api.share": By(),
    "plan_reviews_api.withdraw": By(),
    "plans_api.compare": By(),
    "plans_api.impact": By(),
    "plans_api.outlines": By(),
    "plans_api.show": By(),
    "plans_api.terrain": By(),
    "plans_api.versions": By(),
}
READERS = {
    "desk.worklist",
    "desk.live",
    "desk.spots",
    "desk_bulk.ask",
    "desk_bulk.act",
    "desk_lists.export",
    "desk_lists.save_view",
    "board.show",
    "board.live",
    "board.reports",
    "board.export",
}
"""Routes without an object that need the right to read reports."""
BY_ADDRESS = {"plans_api.show", "plans_api.terrain", "plans_api.outlines", "plans_api.compare"}
"""Routes for reviewers, and for whoever was given the address of a shared plan."""
NAMERS = {"account_stand_ins.show", "account_stand_ins.name"}
"""Routes for whoever holds a post that can be stood in for, and for the administrator."""


@pytest.fixture
def place(session, client):
    """The county with somebody in every post and role, and a report in each relation to them."""
    return County(session, client)


class County:
    def __init__(self, session, client):
        self.session, self.app = session, client.application
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.world = town(session)
        neighbour_community(session)
        self.accounts = {role: self._employ(role) for role in ROLES}
        photo = (PhotoFile(b"jpeg", 1, 1),)
        spots = {
            OWN: filing("own", photos=photo, phone="13800001234"),
            SIBLING: filing("sibling", 130, 30, photos=photo),
            PARENT: filing("parent", 30, 75, "RELIEF", photos=photo),
            FOREIGN: filing("foreign", 50, 150, "RUBBISH", photos=photo),
            UNPLACED: filing("unplaced", -300, 0, photos=photo),
        }
        self.reports = {name: service.file(session, one, NOW).number for name, one in spots.items()}
        self._clients = {}

    def _target(self, kind):
        world = self.world
        if kind in {PostKind.STEWARD, PostKind.GROUP_LEADER}:
            return world.buildings["a1"]
        if kind in {PostKind.GRID_WORKER, PostKind.BRANCH_SECRETARY, PostKind.PART_TIME_WORKER}:
            return world.grids["A"]
        if kind is PostKind.AGENCY_HANDLER:
            agency = Agency(code="urban", name="城管局", line="urban")
            self.session.add(agency)
            self.session.flush()
            return agency
        if kind in {PostKind.PROPERTY_MANAGER, PostKind.PARTY_ADVISER}:
            return world.compounds.get("estate") or world.compound("estate", 0, 0, 60, 60)
        if kind is PostKind.TOWNSHIP_DESK:
            return township(self.session)
        return county(self.session) if kind is PostKind.COUNTY_DESK else world.community

    def _employ(self, role):
        """Give somebody the post or role and an account; return the person's id."""
        if isinstance(role, Role):
            # a role needs a person: one whose only post has ended
            person = self.world.post(
                PostKind.PARTY_ADVISER,
                self._target(PostKind.PARTY_ADVISER),
                str(role),
                until=NOW.date(),
            ).person_id
            signed.account(self.session, person, str(role), [role])
        else:
            person = self.world.post(role, self._target(role), role.zh).person_id
            signed.account(self.session, person, str(role))
        return person

    def client(self, role):
        """A browser of somebody who is signed in; of nobody for `NOBODY`."""
        if role not in self._clients:
            browser = self.app.test_client()
            if role != NOBODY:
                login = {"login": str(role), "password": signed.PASSWORD}
                answer = browser.post("/sign-in", data=login)
                assert answer.status_code == 303, answer.text
                assert "factor" not in answer.location
            self._clients[role] = browser
        return self._clients[role]

    def ask(self, role, endpoint, method=None, row=None, **values):
        """The status that somebody gets from a route."""
        rule = next(r for r in self.app.url_map.iter_rules() if r.endpoint == endpoint)
        method = method or next(m for m in ("GET", "POST", "DELETE") if m in rule.methods)
        with self.app.test_request_context():
            path = self.app.url_for(endpoint, **values)
        headers = {
            "Accept": "application/json",
            "Idempotency-Key": f"{role}-{endpoint}-{values}"[:64],
        }
        headers["Idempotency-Key"] = "".join(
            c if c.isalnum() else "-" for c in headers["Idempotency-Key"]
        )
        sent = {"data": row.form, "json": row.json} if row else {}
        browser = self.client(role)
        with self.session.begin_nested() as undone:
            status = browser.open(path, method=method, headers=headers, **sent).status_code
            undone.rollback()
        return status


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    """The reports were filed now: posts and sessions are those of the day."""
    monkeypatch.setattr(params, "now", lambda: NOW)


def test_every_route_has_a_row(client):
    for rule in client.application.url_map.iter_rules():
        assert rule.endpoint in PERMISSIONS, rule
        if rule.arguments:
            assert rule.endpoint in OBJECTS, rule
    known = {rule.endpoint for rule in client.application.url_map.iter_rules() if rule.arguments}
    assert set(OBJECTS) == known


REPORT_ROUTES = {name: row for name, row in OBJECTS.items() if isinstance(row, Report)}


def by_route(wrong):
    """Who got what from which route, for a reader of the failure."""
    found = {}
    for role, *route in wrong:
        found.setdefault(" ".join(map(str, route)), []).append(role)
    return found


def read_status(role, relation, row):
    """What a route about a report answers: a set of statuses."""
    if role == NOBODY:
        return {401}
    if role in STRANGERS:
        return {403, 404}
    if relation not in READS[role]:
        return {404}
    return row.answers


def test_reports_are_read_by_area(place):
    wrong = []
    for role in (NOBODY, *ROLES):
        for endpoint, row in REPORT_ROUTES.items():
            for relation, number in place.reports.items():
                status = place.ask(role, endpoint, row.method, row, number=number, **row.path)
                if status not in read_status(role, relation, row):
                    wrong.append((str(role), endpoint, relation, status))
    assert not wrong, "\n".join(f"{route}: {who}" for route, who in by_route(wrong).items())


def test_reports_are_moved_by_whoever_answers(place):
    row, wrong = Report("POST", json={"action": "accepted", "version": 1}), []
    for role, reads in READS.items():
        for relation, number in place.reports.items():
            status = place.ask(role, "steps_api.act", "POST", row, number=number)
            holds = role in ANSWERS.get(relation, ())
            due = 201 if holds else 403 if relation in reads else 404
            if status != due:
                wrong.append((str(role), relation, status, due))
    assert wrong == []


def test_what_is_ones_own_is_nobody_elses(place):
    owner = place.accounts[PostKind.PARTY_ADVISER]
    notice = Notice(Event.HELD, "matrix:1", {}, person_id=owner, number="2026-999999")
    messaging.post(place.session, [notice], NOW)
    (line,) = messaging.inbox(place.session, owner).lines
    view = SavedView(person_id=owner, name="我的", filters={})
    place.session.add(view)
    place.session.flush()
    for role in (role for role in ROLES if role is not PostKind.PARTY_ADVISER):
        assert place.ask(role, "inbox.open_one", message_id=line.id) == 404
        assert place.ask(role, "account_stand_ins.end", "POST", stand_in_id=1) in {403, 404}
        assert place.ask(role, "desk_lists.drop_view", "POST", view=view.id) in {403, 404}
    assert place.ask(PostKind.PARTY_ADVISER, "inbox.open_one", message_id=line.id) == 303


def rule_status(role, endpoint, status):
    """Whether a route without an object of somebody's keeps to its rule."""
    right = PERMISSIONS[endpoint]
    if right == PUBLIC:
        # a sign-in without name and password is a wrong one
        return status not in {401, 403} or endpoint == "account.sign_in"
    if role == NOBODY:
        return status == 401
    if endpoint in BY_ADDRESS:
        right = Right.APPROVE_PLANS
    if right in {*Role, *Right}:
        granting = {right} if right in set(Role) else RIGHTS[right]
        return (status == 403) is (role not in granting)
    if endpoint in READERS and role in STRANGERS:
        return status in {403, 422}
    if endpoint in NAMERS:
        return (status == 403) is (role in {Role.PLANNER, Role.AUDITOR})
    return right == STARTED or status != 403


def keys_status(_role, endpoint, status):
    """Whether a route for the keys of other systems is closed to all people; Open311 says 403."""
    return status == (403 if endpoint.startswith("open311.") else 401)


def test_every_other_route_keeps_to_its_rule(place):
    wrong = []
    for rule in place.app.url_map.iter_rules():
        endpoint = rule.endpoint
        others = not rule.arguments or isinstance(OBJECTS[endpoint], By)
        if endpoint in ENDS_THE_SESSION or not others:
            continue
        values = {name: 1 if f":{name}>" in rule.rule else "x" for name in rule.arguments}
        if endpoint.startswith("open311."):
            values["form"] = "json"
        if endpoint.startswith(MAKES_FILES):
            values["day"] = "no day"
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            everybody = PERMISSIONS[endpoint] in {PUBLIC, SIGNED_IN}
            for role in (NOBODY, *(SOME if everybody else ROLES)):
                status = place.ask(role, endpoint, method, **values)
                keeps = keys_status if PERMISSIONS[endpoint] in set(Scope) else rule_status
                if not keeps(role, endpoint, status):
                    wrong.append((str(role), endpoint, method, status))
    assert not wrong, "\n".join(f"{route}: {who}" for route, who in by_route(wrong).items())


SOME = (*ROLES[:2], *ROLES[-2:])
"""Roles that stand for all where no rule tells one from another."""
MAKES_FILES = ("coverage_files_api.", "coverage_handouts.", "exports.download")
"""Files take seconds; the rule comes before the query, so one that cannot be read asks the same."""
ENDS_THE_SESSION = {"account.sign_out", "account_home.end_others"}
"""Their rule is tested where they are; here they would sign the test out."""

"""What posts and roles reach, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.accounts.authority import READS, READS_HELD, HeldPost, Level, Right, scope_of
from gridmap.terms import POST_TARGETS, PostKind, Role

POSTS = st.lists(
    st.builds(HeldPost, st.integers(1), st.sampled_from(PostKind), st.integers(1), st.just("某处"))
)
PLURAL = {
    Level.BUILDING: "buildings",
    Level.GRID: "grids",
    Level.COMMUNITY: "communities",
    Level.TOWNSHIP: "townships",
}


def reached(scope):
    places = {(level, one) for level, name in PLURAL.items() for one in getattr(scope, name)}
    return places | ({(Level.COUNTY, None)} if scope.county else set())


@given(POSTS, st.sets(st.sampled_from(Role)))
def test_a_scope_is_the_union_of_its_posts_and_roles_add_nothing(posts, roles):
    scope = scope_of(posts, roles)
    alone = [reached(scope_of([post], ())) for post in posts]
    assert reached(scope) == set().union(*alone)
    reads = bool(reached(scope)) or any(post.kind in READS_HELD for post in posts)
    assert scope.may(Right.READ_REPORTS) == scope.may(Right.SEE_BOARD) == reads


@given(POSTS)
def test_no_post_manages_accounts(posts):
    assert not scope_of(posts, ()).may(Right.MANAGE_ACCOUNTS)
    assert scope_of(posts, {Role.ADMINISTRATOR}).may(Right.MANAGE_ACCOUNTS)


def test_roles_read_no_reports():
    scope = scope_of((), set(Role))
    assert not reached(scope)
    assert not scope.may(Right.READ_REPORTS)
    assert scope.may(Right.READ_AUDIT)
    assert scope.may(Right.SETTINGS)


@pytest.mark.parametrize(("kind", "level"), READS.items())
def test_a_post_reads_no_farther_than_its_target(kind, level):
    target = {Level.BUILDING: "building", Level.GRID: "grid"}.get(level, "area")
    assert POST_TARGETS[kind] == target
    expected = (Level.COUNTY, None) if level is Level.COUNTY else (level, 7)
    assert reached(scope_of([HeldPost(1, kind, 7, "某处")], ())) == {expected}


@pytest.mark.parametrize("kind", sorted(set(PostKind) - set(READS)))
def test_other_posts_read_nothing(kind):
    scope = scope_of([HeldPost(1, kind, 7, "某处")], ())
    assert not reached(scope)
    assert scope.may(Right.READ_REPORTS) == (kind in READS_HELD)
    assert scope.agencies == ({7} if kind is PostKind.AGENCY_HANDLER else set())


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        (PostKind.COMMUNITY_DESK, True),
        (PostKind.LEADER_COUNTY, True),
        (PostKind.GRID_WORKER, False),
        (PostKind.STEWARD, False),
    ],
)
def test_desks_and_above_need_a_second_factor(kind, needed):
    assert scope_of([HeldPost(1, kind, 7, "某处")], ()).needs_second_factor is needed
    assert scope_of([HeldPost(1, kind, 7, "某处")], {Role.AUDITOR}).needs_second_factor


@given(st.lists(st.sampled_from(PostKind)), st.sampled_from([Right.SUPERVISE, Right.READ_AUDIT]))
def test_rights_of_posts_add_up(kinds, right):
    posts = [HeldPost(1, kind, 7, "某处") for kind in kinds]
    assert scope_of(posts, ()).may(right) == any(scope_of([one], ()).may(right) for one in posts)


def test_workers_do_not_supervise_and_leaders_do():
    def may(kind):
        return scope_of([HeldPost(1, kind, 7, "某处")], ()).may(Right.SUPERVISE)

    assert not may(PostKind.GRID_WORKER)
    assert not may(PostKind.COMMUNITY_DESK)
    assert may(PostKind.LEADER_TOWNSHIP)
    assert may(PostKind.SECRETARY)

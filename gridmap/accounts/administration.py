"""Accounts of others: made from the roster, unlocked, given roles, taken back; each with by whom.

`by` is the account of the administrator; None stands for whoever sits at the server's command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts import passwords, queries, roster_queries, trials
from gridmap.accounts.authority import HeldPost
from gridmap.accounts.post_queries import Found
from gridmap.accounts.roster import AccountState, Made, Member, NewAccount, Roster, Wanted
from gridmap.accounts.service import as_stored, record
from gridmap.accounts.tables import Account
from gridmap.errors import InvalidInput, LastAdministrator, NotFound
from gridmap.store import audit
from gridmap.terms import PostKind, Role
from gridmap.timespan import local_day

LONGEST_LOGIN: Final = 64
MOST_AT_ONCE: Final = 100
"""Accounts made in one request: hashing a password takes about a tenth of a second."""
PAGE_MEMBERS: Final = 50


def members(
    session: Session,
    wanted: Wanted,
    *,
    after: str | None = None,
    now: datetime,
    limit: int = PAGE_MEMBERS,
) -> Roster:
    """Return a page of people in post today or with an account; three statements.

    Args:
        session: open session.
        wanted: which people.
        after: `Roster.after` of the page before.
        now: this moment; posts are those of its day.
        limit: most people of the page.
    """
    day = local_day(now)
    rows = roster_queries.members(session, wanted, after=after, day=day, now=now, limit=limit + 1)
    shown = rows[:limit]
    posts = _posts(session, shown, day)
    return Roster(
        members=tuple(_member(row, posts) for row in shown),
        total=roster_queries.count_members(session, wanted, day=day, now=now),
        after=shown[-1].code if len(rows) > limit else None,
    )


def member(session: Session, account_id: int, now: datetime) -> Member:
    """Return the person of an account.

    Raises:
        NotFound: no such account.
    """
    row = roster_queries.member(session, account_id, now)
    if row is None:
        raise _no_account()
    return _member(row, _posts(session, [row], local_day(now)))


def _posts(session: Session, rows: Sequence[Found], day: date) -> dict[int, tuple[HeldPost, ...]]:
    held: dict[int, list[HeldPost]] = {row.person_id: [] for row in rows}
    for row in roster_queries.posts_of(session, held, day):
        held[row.person_id].append(
            HeldPost(row.post_id, PostKind(row.kind), row.target_id, row.place, row.stands_in)
        )
    return {person_id: tuple(posts) for person_id, posts in held.items()}


def _member(row: Found, posts: dict[int, tuple[HeldPost, ...]]) -> Member:
    account = None
    if row.account_id is not None:
        account = AccountState(
            account_id=row.account_id,
            login=row.login,
            active=row.active,
            roles=frozenset(Role(role) for role in row.roles),
            must_change=row.must_change,
            signed_in_at=row.signed_in_at,
            locked_until=row.locked_until,
            factor_since=row.confirmed_at,
        )
    return Member(row.person_id, row.code, row.name, posts[row.person_id], account)


def person_coded(session: Session, code: str) -> int:
    """Return the id of the person with a code of the roster.

    Raises:
        NotFound: nobody has it.
    """
    person_id = roster_queries.person_coded(session, code)
    if person_id is None:
        raise NotFound(
            what_zh=f"编号为“{code}”的人员",
            what_en=f"A person with the code “{code}”",
            field="code",
        )
    return person_id


def create_account(
    session: Session, fresh: NewAccount, *, by: int | None = None, now: datetime
) -> int:
    """Make an account for a person and return its id.

    Raises:
        InvalidInput: a name that cannot be typed or is taken, a weak password, or the person has an account.
    """
    login = as_stored(fresh.login)
    _check_login(login)
    passwords.check(fresh.password, login)
    account_id = roster_queries.insert_account(
        session,
        login=login,
        password_hash=passwords.hashed(fresh.password),
        person_id=fresh.person_id,
        roles=fresh.roles,
        must_change=fresh.must_change,
    )
    if account_id is None:
        raise InvalidInput(
            field="login",
            reason_zh=f"账号“{login}”已存在，或此人已有账号。",
            reason_en=f"The account “{login}” exists, or this person has one already.",
        )
    record(session, "account_created", account_id, now, by=by, roles=sorted(fresh.roles))
    return account_id


def _check_login(login: str) -> None:
    if not login or len(login) > LONGEST_LOGIN or not login.isprintable() or " " in login:
        raise InvalidInput(
            field="login",
            reason_zh=f"账号为 1 到 {LONGEST_LOGIN} 个字符，不含空格。",
            reason_en=f"An account's name has 1 to {LONGEST_LOGIN} characters and no spaces.",
        )


def create_for_person(
    session: Session, code: str, login: str, roles: Iterable[Role], *, by: int, now: datetime
) -> Made:
    """Make an account with a one-time password for somebody of the roster.

    Args:
        session: open session.
        code: the person's code.
        login: the account's name; the code in small letters if empty.
        roles: system roles.
        by: account of the administrator.
        now: this moment.

    Raises:
        NotFound: nobody has the code.
        InvalidInput: see `create_account`.
    """
    person_id = person_coded(session, code)
    password = passwords.one_time()
    fresh = NewAccount(login or code, password, person_id, tuple(roles), must_change=True)
    account_id = create_account(session, fresh, by=by, now=now)
    made = member(session, account_id, now)
    return Made(account_id, as_stored(login or code), password, made.code, made.name, made.posts)


def make_accounts(
    session: Session,
    kinds: Iterable[PostKind],
    *,
    by: int,
    now: datetime,
    limit: int = MOST_AT_ONCE,
) -> tuple[Made, ...]:
    """Give accounts with one-time passwords of their own to holders of such posts who have none.

    The name is the person's code in small letters. At most `limit` at a time; call again for the
    rest (`without_account` counts them).
    """
    day = local_day(now)
    people = roster_queries.people_without_account(session, kinds, day, limit)
    fresh = [(person, passwords.one_time()) for person in people]
    hashes = [passwords.hashed(password) for _person, password in fresh]
    posts = _posts(session, people, day)
    made = []
    for (person, password), password_hash in zip(fresh, hashes, strict=True):
        login = as_stored(person.code)
        account_id = roster_queries.insert_account(
            session,
            login=login,
            password_hash=password_hash,
            person_id=person.person_id,
            must_change=True,
        )
        if account_id is not None:
            record(session, "account_created", account_id, now, by=by)
            made.append(
                Made(account_id, login, password, person.code, person.name, posts[person.person_id])
            )
    return tuple(made)


def without_account(session: Session, now: datetime) -> dict[PostKind, int]:
    """Return how many holders of each kind of post have no account today."""
    return roster_queries.count_without_account(session, local_day(now))


def make_accounts_for_posts(
    session: Session, kinds: Iterable[PostKind], password: str, *, day: date, now: datetime
) -> list[str]:
    """Give an account to everybody who holds such a post on a day and has none; return the names.

    The name is the person's code in small letters. All get the same password under one hash, made
    once: for a demonstration only, see `make_accounts`.

    Raises:
        InvalidInput: a weak password.
    """
    passwords.check(password, "")
    made = roster_queries.insert_accounts_for_posts(session, kinds, day, passwords.hashed(password))
    audit.record(session, "accounts_made", "account", "posts", now=now, count=len(made))
    session.flush()
    return made


def account_named(session: Session, login: str) -> int:
    """Return the id of an account by its name.

    Raises:
        NotFound: no such account.
    """
    account = queries.account_named(session, as_stored(login))
    if account is None:
        raise NotFound(what_zh=f"账号“{login}”", what_en=f"The account “{login}”", field="login")
    return account.id


def _account(session: Session, account_id: int) -> Account:
    account = roster_queries.account(session, account_id)
    if account is None:
        raise _no_account()
    return account


def _no_account() -> NotFound:
    return NotFound(what_zh="这个账号", what_en="This account")


def set_password(session: Session, login: str, password: str, now: datetime) -> None:
    """Give an account a new password: it is unlocked, and all its sessions end.

    Raises:
        NotFound: no such account.
        InvalidInput: a weak password.
    """
    account = _account(session, account_named(session, login))
    _replace_password(session, account, password, must_change=False)
    record(session, "password_set", account.id, now, by=None)


def reset_password(session: Session, account_id: int, *, by: int | None, now: datetime) -> Made:
    """Give an account a one-time password: it is unlocked, and all its sessions end.

    Raises:
        NotFound: no such account.
    """
    account = _account(session, account_id)
    password = passwords.one_time()
    _replace_password(session, account, password, must_change=True)
    record(session, "password_set", account.id, now, by=by)
    found = member(session, account_id, now)
    return Made(account_id, account.login, password, found.code, found.name, found.posts)


def _replace_password(
    session: Session, account: Account, password: str, *, must_change: bool
) -> None:
    passwords.check(password, account.login)
    trials.forget(session, account.login)
    account.password_hash, account.must_change = passwords.hashed(password), must_change
    queries.end_sessions_of(session, account.id)
    session.flush()


def unlock(session: Session, account_id: int, *, by: int | None, now: datetime) -> None:
    """Let an account try again at once.

    Raises:
        NotFound: no such account.
    """
    account = _account(session, account_id)
    trials.forget(session, account.login)
    record(session, "account_unlocked", account.id, now, by=by)


def deactivate(session: Session, account_id: int, *, by: int | None, now: datetime) -> None:
    """Close an account: its sessions end at once, and it cannot sign in.

    Raises:
        NotFound: no such account.
        LastAdministrator: nobody else administers.
    """
    _keep_an_administrator(session, account_id)
    account = _account(session, account_id)
    account.active = False
    queries.end_sessions_of(session, account.id)
    record(session, "account_deactivated", account.id, now, by=by)


def activate(session: Session, account_id: int, *, by: int | None, now: datetime) -> None:
    """Open a closed account again, with its password and roles of before.

    Raises:
        NotFound: no such account.
    """
    account = _account(session, account_id)
    account.active = True
    record(session, "account_activated", account.id, now, by=by)


def reset_second_factor(
    session: Session, account_id: int, *, by: int | None, now: datetime
) -> None:
    """Take an account's second factor away (the phone is lost): all its sessions end.

    Raises:
        NotFound: no such account.
    """
    account = _account(session, account_id)
    trials.forget(session, account.login)
    queries.remove_second_factor(session, account.id)
    queries.end_sessions_of(session, account.id)
    record(session, "second_factor_reset", account.id, now, by=by)


def set_role(
    session: Session, account_id: int, role: Role, *, granted: bool, by: int | None, now: datetime
) -> None:
    """Grant a system role, or take it.

    Raises:
        NotFound: no such account.
        LastAdministrator: nobody else administers.
    """
    if role is Role.ADMINISTRATOR and not granted:
        _keep_an_administrator(session, account_id)
    account = _account(session, account_id)
    before = {Role(one) for one in account.roles}
    after = before | {role} if granted else before - {role}
    if after == before:
        return
    account.roles = sorted(after)
    action = "role_granted" if granted else "role_taken"
    record(session, action, account.id, now, by=by, role=role.value)


def _keep_an_administrator(session: Session, account_id: int) -> None:
    if roster_queries.administrators(session) == [account_id]:
        raise LastAdministrator

"""People in post and their accounts as the administrator sees them: values, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridmap.accounts.authority import HeldPost, Scope, scope_of
from gridmap.terms import PostKind, Role, Term


class State(Term):
    """What a list of accounts can be narrowed to."""

    WITHOUT = "without", "没有账号", "Without an account"
    ACTIVE = "active", "可以登录", "May sign in"
    LOCKED = "locked", "已锁定", "Locked"
    NO_FACTOR = "no_factor", "没有二次验证", "No second factor"
    NEVER = "never", "从未登录", "Never signed in"
    INACTIVE = "inactive", "已停用", "Deactivated"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people: a part of name, code or login; a kind of post held that day; a state."""

    words: str = ""
    kind: PostKind | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account: may it sign in, when did it last, what is locked or missing."""

    account_id: int
    login: str
    active: bool
    roles: frozenset[Role]
    must_change: bool
    signed_in_at: datetime | None
    locked_until: datetime | None
    factor_since: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the roster with the posts of the day and the account, if there is one."""

    person_id: int
    code: str
    name: str
    posts: tuple[HeldPost, ...]
    account: AccountState | None

    @property
    def scope(self) -> Scope:
        """What posts and roles of the day reach."""
        return scope_of(self.posts, self.account.roles if self.account else ())


@dataclass(frozen=True, slots=True)
class Roster:
    """A page of people by code; `after` is the code where it ended, None at the end."""

    members: tuple[Member, ...]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new account, or a new password: shown once, kept nowhere."""

    account_id: int
    login: str
    password: str
    code: str
    name: str
    posts: tuple[HeldPost, ...] = ()


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made: name and password as typed, whose it is, roles beside the posts."""

    login: str
    password: str
    person_id: int
    roles: tuple[Role, ...] = ()
    must_change: bool = False

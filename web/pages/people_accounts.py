"""Accounts of the county's people, for the administrator: find, make, close, help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from gridmap.accounts import administration, second_factor
from gridmap.accounts.roster import Made, Member, State, Wanted
from gridmap.errors import GridmapError, LastAdministrator
from gridmap.terms import PostKind, Role
from web import access, language
from web.errors import status_of
from web.pages.account_csv import csv_answer
from web.pages.account_steps import never_kept
from web.params import Params, Text, now, today
from web.session import current_session

blueprint = APIBlueprint("people_accounts", __name__, enable_openapi=False)
blueprint.after_request(never_kept)


class RosterQuery(Params):
    """Which people, and where the page before ended."""

    q: Annotated[Text, Field(max_length=40)] = ""
    kind: PostKind | None = None
    state: State | None = None
    after: Annotated[Text, Field(max_length=64)] | None = None

    @property
    def wanted(self) -> Wanted:
        """Return what the service looks for."""
        return Wanted(self.q, self.kind, self.state)


class CreateForm(Params):
    """A person's code, the account's name (the code where empty), roles."""

    code: Annotated[Text, Field(min_length=1, max_length=64)]
    login: Annotated[Text, Field(max_length=64)] = ""
    roles: frozenset[Role] = frozenset()


class MakeForm(Params):
    """Kinds of posts whose holders get accounts."""

    kinds: Annotated[frozenset[PostKind], Field(min_length=1)]


class ChangeForm(Params):
    """What to do with an account; a role where it is about one."""

    do: Literal["deactivate", "activate", "unlock", "password", "factor", "grant", "take"]
    role: Role | None = None

    @model_validator(mode="after")
    def _role_where_needed(self) -> Self:
        if (self.role is not None) != (self.do in {"grant", "take"}):
            raise PydanticCustomError("role", "a role with grant or take, and only there")
        return self


class RuleForm(Params):
    """Whether desks and above need a second factor."""

    required: bool


CHANGES: Final[Mapping[str, Callable[..., object]]] = {
    "deactivate": administration.deactivate,
    "activate": administration.activate,
    "unlock": administration.unlock,
    "password": administration.reset_password,
    "factor": administration.reset_second_factor,
}
"""What can be done with an account as it is, by the form's word."""


def _administrator() -> int:
    return access.require_account().account_id


@blueprint.get("/accounts")
def show() -> ResponseReturnValue:
    """List people in post or with an account."""
    return _list_page()


def _list_page(fault: str = "", *, status: int = 200) -> ResponseReturnValue:
    session = current_session()
    given = {name: value for name, value in request.args.items() if value}
    query = RosterQuery.model_validate(given)
    roster = administration.members(session, query.wanted, after=query.after, now=now())
    reader = language.current()
    lacking = administration.without_account(session, now())
    page = render_template(
        "accounts.html",
        query=query,
        members=[_row(member) for member in roster.members],
        total=roster.total,
        more=url_for("people_accounts.show", **_kept(query, roster.after)) if roster.after else "",
        kinds=[(kind.value, kind.label(reader)) for kind in PostKind],
        states=[(state.value, state.label(reader)) for state in State],
        roles=[(role.value, role.label(reader)) for role in Role],
        lacking=[
            (kind.value, kind.label(reader), lacking[kind]) for kind in PostKind if kind in lacking
        ],
        most=administration.MOST_AT_ONCE,
        required=second_factor.is_required(session),
        form=request.form,
        fault=fault,
    )
    return make_response(page, status)


def _kept(query: RosterQuery, after: str | None) -> dict[str, Any]:
    values = {"q": query.q, "kind": query.kind, "state": query.state, "after": after}
    return {name: value for name, value in values.items() if value}


def _row(member: Member) -> dict[str, Any]:
    reader = language.current()
    account = member.account
    posts = [post.title(reader) for post in member.posts]
    return {
        "code": member.code,
        "name": member.name,
        "posts": posts,
        "account_id": account.account_id if account else None,
        "login": account.login if account else "",
        "roles": [role.label(reader) for role in sorted(account.roles)] if account else [],
        "needs_factor": member.scope.needs_second_factor,
        "badges": _badges(member),
    }


def _badges(member: Member) -> list[tuple[str, str]]:
    """What an administrator should see at a glance, each with its colour."""
    account = member.account
    if account is None:
        return [(_("没有账号"), "")]
    if not account.active:
        return [(_("已停用"), "")]
    lacks_factor = account.factor_since is None and member.scope.needs_second_factor
    known = (
        (account.locked_until is not None, _("已锁定"), "red"),
        (account.signed_in_at is None, _("从未登录"), "amber"),
        (lacks_factor, _("没有二次验证"), "amber"),
        (account.factor_since is not None, _("有二次验证"), "green"),
    )
    return [(words, colour) for holds, words, colour in known if holds]


@blueprint.post("/accounts")
def create() -> ResponseReturnValue:
    """Make an account for one person; its one-time password is shown now and never again."""
    written = {name: request.form.get(name, "") for name in ("code", "login")}
    try:
        form = CreateForm.model_validate(written | {"roles": request.form.getlist("roles")})
        made = administration.create_for_person(
            current_session(), form.code, form.login, form.roles, by=_administrator(), now=now()
        )
    except ValidationError:
        return _list_page(_("请填写人员编号；账号最多 64 个字符。"), status=422)
    except GridmapError as refusal:
        return _list_page(refusal.message(language.current()), status=status_of(refusal))
    return _account_page(made.account_id, made=made)


@blueprint.post("/accounts/from-posts")
def make() -> ResponseReturnValue:
    """Make accounts for holders of chosen posts; their one-time passwords are in the answer only."""
    try:
        form = MakeForm.model_validate({"kinds": request.form.getlist("kinds")})
    except ValidationError:
        return _list_page(_("请至少选一种岗位。"), status=422)
    made = administration.make_accounts(
        current_session(), form.kinds, by=_administrator(), now=now()
    )
    if not made:
        return _list_page(_("这些岗位的人都已有账号。"), status=422)
    header = [_("姓名"), _("编号"), _("岗位"), _("账号"), _("一次性密码")]
    rows = [[one.name, one.code, _posts(one), one.login, one.password] for one in made]
    return csv_answer(f"accounts-{today().isoformat()}.csv", header, rows)


def _posts(made: Made) -> str:
    separator = "; " if language.current() == "en" else "；"
    return separator.join(post.title(language.current()) for post in made.posts)


@blueprint.post("/accounts/second-factor-rule")
def rule() -> ResponseReturnValue:
    """Set whether desks and above need a second factor."""
    form = RuleForm.model_validate({"required": request.form.get("required", "")})
    second_factor.require(current_session(), required=form.required, by=_administrator(), now=now())
    return redirect(url_for("people_accounts.show"), 303)


@blueprint.get("/accounts/<int(max=2147483647):account_id>")
def one(account_id: int) -> ResponseReturnValue:
    """Show one account."""
    return _account_page(account_id)


@blueprint.post("/accounts/<int(max=2147483647):account_id>")
def change(account_id: int) -> ResponseReturnValue:
    """Do one thing with an account; a new one-time password is shown now and never again."""
    written = {name: request.form[name] for name in ("do", "role") if request.form.get(name)}
    form = ChangeForm.model_validate(written)
    try:
        outcome = _changed(account_id, form)
    except LastAdministrator as refusal:
        sentence = f"{refusal.message(language.current())}{refusal.hint(language.current())}"
        return _account_page(account_id, fault=sentence, status=status_of(refusal))
    if isinstance(outcome, Made):
        return _account_page(account_id, made=outcome)
    return redirect(url_for("people_accounts.one", account_id=account_id), 303)


def _changed(account_id: int, form: ChangeForm) -> object:
    session, by = current_session(), _administrator()
    if form.role is not None:
        administration.set_role(
            session, account_id, form.role, granted=form.do == "grant", by=by, now=now()
        )
        return None
    return CHANGES[form.do](session, account_id, by=by, now=now())


def _account_page(
    account_id: int, *, made: Made | None = None, fault: str = "", status: int = 200
) -> ResponseReturnValue:
    member = administration.member(current_session(), account_id, now())
    account = member.account
    reader = language.current()
    page = render_template(
        "accounts_one.html",
        member=_row(member),
        known=account,
        signed_in_at=_moment(account.signed_in_at if account else None),
        locked_until=_moment(account.locked_until if account else None),
        factor_since=_moment(account.factor_since if account else None),
        roles=[
            (role.value, role.label(reader), bool(account and role in account.roles))
            for role in Role
        ],
        made=made,
        fault=fault,
    )
    return make_response(page, status)


def _moment(at: datetime | None) -> str:
    return format_datetime(at, "short") if at else ""

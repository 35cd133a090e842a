"""Accounts bound to people, their server-side sessions, tries to sign in, second factors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gridmap.ledger.posts import Person
from gridmap.store.base import Base


class Account(Base):
    """A sign-in: name, argon2 hash, the person it belongs to, system roles granted apart from posts.

    `must_change`: the password was given by somebody else and is good for one sign-in.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(
            "roles <@ ARRAY['administrator', 'planner', 'auditor']::varchar[]", name="roles"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(32)), server_default=text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default="true")
    must_change: Mapped[bool] = mapped_column(server_default="false")
    signed_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    person: Mapped[Person] = relationship()


class SignIn(Base):
    """A server-side session: the cookie holds a random key, the table only its hash.

    `pending_secret`: the secret that this session shows until its first code confirms it; it is of
    the session, so that nobody confirms a secret that somebody else was shown.
    """

    __tablename__ = "sign_in"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    factor_passed: Mapped[bool] = mapped_column(server_default="false")
    pending_secret: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(String(64), server_default="")

    account: Mapped[Account] = relationship()


class SignInTrial(Base):
    """Wrong tries in a row at one name, whether an account has it or not.

    The name is kept as a hash: what people type there by mistake may be their password.
    """

    __tablename__ = "sign_in_trial"

    login_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class SecondFactor(Base):
    """The confirmed secret of an account's one-time codes, and the last time step that was used."""

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code for the day when the phone is lost, as a hash; it works once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

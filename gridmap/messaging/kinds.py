"""Closed lists of the ways out: channels, states of a delivery, kinds of robots and of lines."""

from __future__ import annotations

from gridmap.terms import Term


class Channel(Term):
    """The ways out of the house; the inbox needs none."""

    EMAIL = "email", "电子邮件", "E-mail"
    ROBOT = "robot", "群机器人", "Group robot"


class State(Term):
    """How far a delivery is.

    `uncertain`: it was being sent when its sender died or the line broke, so nobody knows whether
    it arrived; it is never sent again by itself.
    """

    PENDING = "pending", "待发送", "Waiting"
    SENDING = "sending", "正在发送", "Being sent"
    SENT = "sent", "已发送", "Sent"
    FAILED = "failed", "失败，会再试", "Failed, will be tried again"
    GIVEN_UP = "given_up", "失败，不再试", "Failed for good"
    UNCERTAIN = "uncertain", "不确定是否送达", "Uncertain"


class RobotKind(Term):
    """Whose group robot it is: only the signature differs, the message fits both."""

    WECOM = "wecom", "企业微信", "WeCom"
    DINGTALK = "dingtalk", "钉钉", "DingTalk"


class Security(Term):
    """How the line to the mail server is protected."""

    TLS = "tls", "TLS（常用端口 465）", "TLS (usually port 465)"
    STARTTLS = "starttls", "STARTTLS（常用端口 587）", "STARTTLS (usually port 587)"
    NONE = "none", "不加密（仅限内网，不能登录）", "None (own network only, no sign-in)"

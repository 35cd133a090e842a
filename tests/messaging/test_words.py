"""Templates: filled by names alone, refused by name, cleaned for robots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.errors import InvalidInput
from gridmap.messaging.templates import DEFAULTS, LANGUAGES, in_force
from gridmap.messaging.words import (
    PLACES,
    Event,
    Template,
    check,
    cut,
    for_robot,
    is_address,
    render,
)

FULL = {name: f"<{name}>" for name in PLACES}


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_words_in_both_languages(event, language):
    template = check(in_force(event, language, {}))
    words = render(template, FULL)
    assert "<number>" in words.subject or "<category>" in words.subject
    assert "<link>" in words.body
    assert "{" not in words.subject + words.body
    empty = render(template, {})
    assert "{" not in empty.body
    assert len(empty.body.splitlines()) == 1


def test_the_countys_own_words_win():
    own = Template("自己的 {number}", "正文")
    edited = {("held", "zh"): own}
    assert in_force(Event.HELD, "zh", edited) == own
    assert in_force(Event.HELD, "en", edited) == DEFAULTS[Event.HELD, "en"]
    assert in_force(Event.HELD, "fr", edited) == own


@pytest.mark.parametrize(
    "word",
    ["{nummer}", "{number.__class__}", "{0}", "{}", "{number!r}", "{ number }", "｛number｝"],
)
def test_an_unknown_place_is_refused_by_name(word):
    with pytest.raises(InvalidInput) as refusal:
        check(Template("标题", f"正文 {word}"))
    assert refusal.value.field == "body"
    assert word in refusal.value.message("zh") or "全角" in refusal.value.message("zh")


@pytest.mark.parametrize(
    ("template", "field"),
    [
        (Template(" ", "x"), "subject"),
        (Template("x", ""), "body"),
        (Template("x" * 121, "x"), "subject"),
        (Template("x", "x" * 2001), "body"),
    ],
)
def test_empty_or_endless_words_are_refused(template, field):
    with pytest.raises(InvalidInput) as refusal:
        check(template)
    assert refusal.value.field == field


def test_lone_braces_are_text():
    assert render(check(Template("a { b", "c } d")), {}).body == "c } d"


def test_a_subject_is_one_line_whatever_comes_in():
    words = render(Template("{reason}", "x"), {"reason": "a\r\nBcc: b@example.org\n"})
    assert words.subject == "a Bcc: b@example.org"


@given(st.dictionaries(st.sampled_from(sorted(PLACES)), st.text(max_size=40)))
def test_values_are_put_in_as_they_are_and_never_read(values):
    template = Template("t", "\n".join(f"{{{name}}}" for name in sorted(values)))
    expected = "\n".join(values[name] for name in sorted(values) if values[name]).strip()
    assert render(template, values).body == expected


@given(st.text(max_size=80))
def test_no_value_can_mark_or_link_in_a_group(text):
    clean = for_robot({"reason": text}, "", "zh")["reason"]
    assert not set(clean) & set("*_`#~|!@\\[]()<>")
    assert "://" not in clean
    assert "\n" not in clean


@given(st.text(max_size=60), st.integers(0, 80))
def test_cutting_keeps_whole_characters(text, most):
    text = text.encode("utf-8", "ignore").decode()
    short = cut(text, most)
    assert text.startswith(short)
    assert len(short.encode()) <= most


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a@b",
        "a b@example.org",
        "a@example.org\nBcc: x@y.org",
        "a@-",
        "李@例子.中国",
        "a" * 250 + "@x.org",
    ],
)
def test_what_is_no_address(email):
    assert not is_address(email)

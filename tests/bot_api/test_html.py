"""HTML is read as the Bot API reads it, and refused where it is not right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bot_api import html
from tests.bot_api.entities import Entity, Formatted, part, utf16_length
from tests.bot_api.errors import RefusedError

PLAIN = "can't parse entities: "

READ = [
    ("<b>bold</b> <strong>x</strong>", "bold x", [("bold", 0, 4), ("bold", 5, 1)]),
    ("<i>a</i><em>b</em>", "ab", [("italic", 0, 1), ("italic", 1, 1)]),
    ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
    ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", n, 1) for n in range(3)]),
    ('<span class="tg-spoiler">a</span>b', "ab", [("spoiler", 0, 1)]),
    ("a<tg-spoiler>b</tg-spoiler>", "ab", [("spoiler", 1, 1)]),
    ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
    ("<code>1 &lt; 2</code>", "1 < 2", [("code", 0, 5)]),
    ("<pre>a\nb</pre>", "a\nb", [("pre", 0, 3)]),
    ("<B>a</B >", "a", [("bold", 0, 1)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("😀<b>用户</b>", "😀用户", [("bold", 2, 2)]),
    ("<b></b>a", "a", []),
    ("a > b", "a > b", []),
    ("&lt;&gt;&amp;&quot;&#39;&#x4e2d;", "<>&\"'中", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "entities"), READ)
def test_what_is_right_is_read(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    formatted = html.parsed(source)
    assert formatted.text == text
    assert [(one.type, one.offset, one.length) for one in formatted.entities] == entities


def test_links_languages_and_emoji_keep_what_they_name() -> None:
    source = (
        '<a href="https://shop.example/?a=1&amp;b=2">x</a>'
        '<pre><code class="language-sql">y</code></pre>'
        '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>'
    )
    assert html.parsed(source) == Formatted(
        "xy👍",
        (
            Entity("text_link", 0, 1, url="https://shop.example/?a=1&b=2"),
            Entity("pre", 1, 1, language="sql"),
            Entity("custom_emoji", 2, 2, custom_emoji_id="5368324170671202286"),
        ),
    )


REFUSED = [
    ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("a</b>", "Unexpected end tag at byte offset 1"),
    ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("<b>a</>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</>"'),
    ("用<table>", 'Unsupported start tag "table" at byte offset 3'),
    ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
    ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("a <3", "Unclosed start tag at byte offset 2"),
    ('<a href="https://x.example', 'Expected equal sign in declaration of an attribute of the tag "a"'),
    ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ("Tom & Jerry", "Unescaped ampersand or unsupported named entity at byte offset 4"),
    ("a&nbsp;b", "Unescaped ampersand or unsupported named entity at byte offset 1"),
    ("&copy;", "Unescaped ampersand or unsupported named entity at byte offset 0"),
    ("&#0;", "Text contains invalid Unicode characters after decoding HTML entities"),
    ("&#xd800;", "Text contains invalid Unicode characters after decoding HTML entities"),
    ("<a>a</a>", 'Tag "a" must have an HTTP URL as "href" at byte offset 0'),
    ('<a href="shop">a</a>', 'Tag "a" must have an HTTP URL as "href" at byte offset 0'),
    ('<a href="javascript:alert(1)">a</a>', 'Tag "a" must have an HTTP URL as "href" at byte offset 0'),
    ("<a href>a</a>", 'Expected equal sign in declaration of an attribute of the tag "a"'),
    ('<a href="https://x.example/?a=1&b=2">a</a>', "Unescaped ampersand or unsupported named entity"),
    ('<b class="x">a</b>', 'Unsupported attribute "class" of the tag "b" at byte offset 0'),
    ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ('<span class="red">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
    ("<code><b>a</b></code>", 'Tag "b" can\'t stand inside of code at byte offset 6'),
    ("<pre>a<code>b</code></pre>", 'Tag "code" can\'t stand inside of code at byte offset 6'),
    ("<pre><code>a</code>b</pre>", 'Tag "code" must fill the "pre" around it'),
    ("<blockquote><blockquote>a</blockquote></blockquote>", 'Tag "blockquote" can\'t be nested'),
]


@pytest.mark.parametrize(("source", "why"), REFUSED)
def test_what_is_not_right_is_refused(source: str, why: str) -> None:
    with pytest.raises(RefusedError) as caught:
        html.parsed(source)
    assert caught.value.code == 400
    assert caught.value.description.startswith(f"Bad Request: {PLAIN}{why}")


@given(st.text())
def test_any_text_survives_escaping(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    formatted = html.parsed(f"<b>{escaped}</b>")
    assert formatted.text == text
    assert all(part(text, entity) == text for entity in formatted.entities)


@given(st.text(alphabet="<>/&;#\"= ab\n'x😀"))
def test_any_markup_is_read_or_refused(source: str) -> None:
    try:
        formatted = html.parsed(source)
    except RefusedError as refusal:
        assert refusal.description.startswith(f"Bad Request: {PLAIN}")
    else:
        assert all(0 <= one.offset < one.end <= utf16_length(formatted.text) for one in formatted.entities)

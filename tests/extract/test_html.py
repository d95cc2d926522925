import json

import pytest

from index.errors import ExtractionFailed
from index.extract.html import read_html
from index.extract.page import plain_text
from tests.extract.pages import PARAGRAPHS, linked, page


def test_the_body_is_the_story_and_nothing_else() -> None:
    reading = read_html(page(above="<h1>Wall to be rebuilt</h1>"), "a.html")
    assert reading.article.body == "\n\n".join(PARAGRAPHS)
    assert "Home" in reading.discarded and "Imprint" in reading.discarded


def test_captions_newsletters_share_words_and_comments_stay_out() -> None:
    noise = """<figure><img src="a"><figcaption>Waves at the wall. Photo: Ada Byron</figcaption></figure>
    <div class="newsletter-signup"><p>Sign up to our newsletter for a weekly digest.</p></div>
    <div class="share-buttons"><a href="#">Share on Facebook</a></div>
    <section class="comments"><p>I never liked that wall, to be honest.</p></section>"""
    assert read_html(page(below=noise), "a.html").article.body == "\n\n".join(PARAGRAPHS)


def test_headlines_beside_the_story_are_related() -> None:
    below = '<div class="related"><h3>Read more</h3><a href="/b">Storm breaks harbour wall in two places</a></div>'
    article = read_html(page(below=below), "a.html").article
    assert "Storm breaks harbour wall in two places" in article.related
    assert "Storm breaks" not in article.body


def test_a_story_that_only_the_linked_data_holds_is_taken_from_there() -> None:
    body = "\n".join(PARAGRAPHS)
    shell = f"<html><head>{linked(headline='Wall', articleBody=body)}</head><body><div id=root></div></body></html>"
    article = read_html(shell, "a.html").article
    assert article.body == "\n\n".join(PARAGRAPHS)
    assert article.provenance["body"] == "json-ld articleBody"


def test_a_page_without_address_is_known_by_its_file() -> None:
    assert read_html(page(), "folder/a.html").article.id == "folder/a.html"


def test_a_page_without_headline_gets_one_from_its_text_and_says_so() -> None:
    article = read_html(page(), "a.html").article
    assert article.title.startswith("The town council")
    assert "derived" in article.provenance["title"]


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"<html></html>", b"<nav>Home</nav>", b"plain words", b"\x89PNG\0\0\0\0\0\0"]
)
def test_what_holds_no_article_is_refused(data: bytes) -> None:
    with pytest.raises(ExtractionFailed):
        read_html(data, "a.html")


@pytest.mark.parametrize(
    ("declared", "encoding"), [("utf-8", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252"), ("iso-8859-1", "cp1252")]
)
def test_declared_charsets_are_read_as_they_are_meant(declared: str, encoding: str) -> None:
    text = page().decode().replace('charset="utf-8"', f'charset="{declared}"')
    text = text.replace("harbour wall", "harbour wall of Málaga – “El Morro”")
    assert "Málaga – “El Morro”" in read_html(text.encode(encoding), "a.html").article.body


def test_charset_of_the_transport_comes_before_detection() -> None:
    text = page().decode().replace('<meta charset="utf-8">', "").replace("harbour wall", "причал в порту")
    assert "причал" in read_html(text.replace("’", "'").replace("“", '"').replace("”", '"').encode("koi8-r"), "a",
                                 charset="koi8-r").article.body  # fmt: skip


def test_deep_nesting_is_survived() -> None:
    deep = b"<div>" * 20_000 + page() + b"</div>" * 20_000
    try:
        assert read_html(deep, "a.html").article.body
    except ExtractionFailed:
        # The parser's own limit in depth may leave nothing of such a page.
        pass


def test_markup_in_a_text_field_becomes_paragraphs() -> None:
    assert plain_text("<p>One &amp; two</p><p>Three<br>lines</p>") == "One & two\n\nThree lines"


def test_the_same_bytes_give_the_same_article() -> None:
    assert read_html(page(), "a.html") == read_html(page(), "a.html")


def test_a_story_that_a_script_draws_is_read_from_its_data() -> None:
    body = json.dumps("".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS))
    script = f"<script>window.state = {{'article': {{'html': {body}}}}};</script>"
    shell = f"<html><body><div id=app></div>{script}</body></html>"
    article = read_html(shell, "a.html").article
    assert article.body == "\n\n".join(PARAGRAPHS)
    assert article.provenance["body"] == "story in a script"


def test_a_character_reference_beyond_unicode_is_survived() -> None:
    assert read_html(page(above="<h1>Wall &#x110000;</h1>"), "a.html").article.body

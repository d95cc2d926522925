"""The fast ways of looking at a whole page are held to the plain ways of looking at one text."""

import re
import sys
import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from index.errors import ExtractionFailed
from index.extract.blocks import Block
from index.extract.charset import decode, to_utf8
from index.extract.found import fold, one_line
from index.extract.page import opening, text_in
from index.extract.shapes import NAMES, Hints, ends, sentences_in, shapes, words_in

LETTERS = st.sampled_from("aZ9.,:?!… “”)'»ÄßΣжЖ٣日。」０Ａ𝐀\U0001f170é\u0301_-")
TEXTS = st.text(LETTERS, min_size=1, max_size=260).map(one_line).filter(bool)


def block(text: str) -> Block:
    return Block(text, "p", 0, 0, 0, 1, 0, 3)


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_letters_are_counted_as_one_by_one(texts: list[str]) -> None:
    found = dict(zip(NAMES, shapes([block(text) for text in texts], Hints("", "", "")).T, strict=True))
    heads = [text[:200] for text in texts]
    assert np.allclose(found["capitals"], [sum(map(str.isupper, head)) / len(head) for head in heads])
    assert np.allclose(found["digits"], [sum(map(str.isdigit, head)) / len(head) for head in heads])
    words = [head.split() for head in heads]
    assert np.allclose(found["title-case"], [sum(word[0].isupper() for word in row) / len(row) for row in words])


def test_no_letter_beyond_the_table_is_a_capital_or_a_digit() -> None:
    beyond = map(chr, range(0x20000, sys.maxunicode + 1))
    assert not any(letter.isupper() or letter.isdigit() for letter in beyond)


@given(TEXTS)
def test_ends_of_sentences(text: str) -> None:
    assert ends(text) == bool(re.search(r"[.!?…:][\"”’»)“\]]*$|[。！？」]$", text[-8:]))
    assert sentences_in(text) == len(re.findall(r"[.!?…][\"”’»)“]*(?:\s|$)|[。！？]", text))


@given(st.text() | st.text(st.characters(max_codepoint=127)))
def test_plain_letters_fold_as_all_others(text: str) -> None:
    assert fold(text) == re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKD", text).casefold()).strip()


@given(st.lists(st.text(st.sampled_from("ab \n\u200b\xa0<"), max_size=12), max_size=8), st.integers(0, 30))
def test_the_opening_of_an_element_is_the_beginning_of_its_text(pieces: list[str], most: int) -> None:
    element = etree.Element("div")
    for piece in pieces:
        etree.SubElement(element, "p").text = piece
    assert opening(element, most) == one_line(text_in(element))[:most]


@given(
    st.binary(max_size=40) | st.text(max_size=40).map(str.encode), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"])
)
def test_a_document_in_utf8_passes_as_it_stands(data: bytes, mark: bytes) -> None:
    try:
        text = decode(mark + data, markup=True)
    except ExtractionFailed:
        text = None
    try:
        assert to_utf8(mark + data, markup=True).decode() == text
    except ExtractionFailed:
        assert text is None


def test_words_are_counted_by_blanks_and_two_characters_of_writing_without_blanks_make_one() -> None:
    assert [words_in(text) for text in ("Storm", "Storm sinks ferry", "São Paulo", "東京 大雨警報")] == [1, 3, 2, 5]

"""The scanner over bytes against the patterns that define a chunk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import PLAIN, Analyzer
from index.codec import scanner
from index.codec.scanner import Scanner
from tests.analysis.texts import TEXTS, real_articles

BODIES = ["twin", "loop"]
Marked = list[tuple[str, int]]


@pytest.fixture(params=BODIES)
def body(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs the test with the numpy twins, and again with the compiled loops."""
    if request.param == "loop":
        pytest.importorskip("numba")
    for name in ("scan", "rehash"):
        kernel = getattr(scanner, name)
        monkeypatch.setattr(scanner, name, kernel.twin if request.param == "twin" else kernel.loop())
    return str(request.param)


def scanned(numberer: Scanner, texts: Marked) -> list[Marked]:
    """The chunks of each text with their modes, spelled from the numbers of their forms."""
    forms, ends = numberer.scan([text.encode("utf-8", "surrogatepass") for text, _ in texts], [m for _, m in texts])
    modes, spelled = numberer.written(0, numberer.forms)
    known = list(zip(spelled, modes, strict=True))
    assert len(set(known)) == len(known)
    return [[known[f] for f in forms[a:b]] for a, b in zip(ends[:-1], ends[1:], strict=True)]


def chunks(analyzer: Analyzer, texts: Marked) -> list[Marked]:
    return [[(chunk, mode) for chunk in analyzer.chunks(text).findall(text)] for text, mode in texts]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("analyzer", [Analyzer(), PLAIN])
def test_bytes_are_cut_as_characters_are(name: str, analyzer: Analyzer) -> None:
    @settings(deadline=None, max_examples=150)
    @given(st.lists(st.lists(st.tuples(TEXTS, st.integers(0, 3)), max_size=4), max_size=3))
    def check(batches: list[Marked]) -> None:
        numberer = Scanner(analyzer.plain)
        for texts in batches:
            assert scanned(numberer, texts) == chunks(analyzer, texts)

    pytest.importorskip("numba")
    with pytest.MonkeyPatch.context() as patch:
        for kernel in (scanner.scan, scanner.rehash):
            patch.setattr(scanner, kernel.name, getattr(kernel, name) if name == "twin" else kernel.loop())
        check()


def test_forms_keep_their_numbers_while_the_memory_grows(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "FIRST_CAPACITY", 4)
    numberer = Scanner()
    words = [f"word{n} {'x' * (n % 40)}{n * 7919}{'é' * (n % 7)}" for n in range(700)]
    batches = [[(" ".join(words[:n]), n % 2)] for n in (1, 2, 30, 31, 700, 700)]
    for texts in batches:
        assert scanned(numberer, texts) == chunks(Analyzer(), texts)
    assert numberer.forms == len({form for texts in batches for text in chunks(Analyzer(), texts) for form in text})


def test_a_form_longer_than_the_memory_finds_room(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "FIRST_CAPACITY", 4)
    texts = [("a" * 100_000 + " " + "a" * 99_999, 0)]
    assert scanned(Scanner(), texts) == chunks(Analyzer(), texts)


def test_long_forms_with_one_hash_stay_apart(body: str) -> None:
    one, other = b"telegramoperator", b"glmieokzJ4o4SqNC"
    assert scanner._key(one, 16) == scanner._key(other, 16)
    texts = [(f"{one.decode()} {other.decode()} {one.decode()}", 0)]
    assert scanned(Scanner(), texts) == chunks(Analyzer(), texts)


def test_real_articles_are_cut_as_characters_are(body: str) -> None:
    texts = [(text, 0) for article in real_articles(200) for text in article]
    assert scanned(Scanner(), texts) == chunks(Analyzer(), texts)

"""What plans look like: dead branches gone, statistics over all segments, costs bounded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.snapshot import Snapshot
from search import plan as planning
from search.collection import Collection
from search.errors import BadRequest
from search.kernels.leaves import Leaf
from search.plan import AllOf, AtLeast, Dated, Everybody, Nobody, Plan, Without, Words, tree
from search.query import And, DateRange, Everything, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Query, Term, Wildcard
from search.score import idf
from tests.articles import article, write

STORM, BANK, RAIN, ABSENT = (Term("body", text) for text in ("storm", "bank", "rain", "absent"))
DATED = DateRange("published", 0, None)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder = tmp_path_factory.mktemp("index")
    write(folder, [article("/1", "storm bank"), article("/2", "storm rain")])
    write(folder, [article("/3", "storm banking"), article("/4", "calm")])
    yield Collection(Snapshot.open(folder))


def shape(made: Plan) -> object:
    """A plan as nested labels."""
    match made:
        case Words(label):
            return label
        case AllOf():
            parts = [*made.clauses, *made.dated, *made.others]
            return ("all", *map(shape, parts), *(("not", shape(child)) for child in made.without))
        case AtLeast(children, minimum):
            return (minimum, *map(shape, children))
        case Without(child):
            return "not", shape(child)
        case _:
            return type(made).__name__


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ABSENT, "Nobody"),
        (And((STORM, ABSENT)), "Nobody"),
        (And((STORM, Everything())), "body:storm"),
        (And((STORM, And((BANK, RAIN)))), ("all", "body:storm", "body:bank", "body:rain")),
        (And((STORM, Not(BANK), DATED)), ("all", "body:storm", "Dated", ("not", "body:bank"))),
        (And((STORM, Not(ABSENT))), "body:storm"),
        (And((STORM, Not(Everything()))), "Nobody"),
        (And(()), "Everybody"),
        (Or(()), "Nobody"),
        (Or((ABSENT, STORM)), "body:storm"),
        (Or((STORM, BANK)), "body:bank OR body:storm"),
        (Or((STORM, BANK), 2), ("all", "body:storm", "body:bank")),
        (Or((STORM, BANK, RAIN), 2), (2, "body:storm", "body:bank", "body:rain")),
        (Or((STORM, ABSENT), 2), "Nobody"),
        (Or((STORM, DATED)), (1, "body:storm", "Dated")),
        (Not(Nothing()), "Everybody"),
        (Not(STORM), ("not", "body:storm")),
        (Phrase("body", ("storm", "absent")), "Nobody"),
        (Phrase("body", ("storm",)), "body:storm"),
        (Phrase("body", ("storm", "bank")), ("all", "body:storm", "body:bank")),
        (Phrase("body", ()), "Nobody"),
        (Phrase("id", ("/1", "/2")), "Nobody"),
        (Prefix("body", "zzz"), "Nobody"),
        (Fuzzy("nowhere", "storm"), "Nobody"),
        (DateRange("nowhere", None, None), "Nobody"),
    ],
    ids=str,
)
def test_shapes(collection: Collection, query: Query, expected: object) -> None:
    made = tree(query, collection)[0]
    found = shape(made)
    if isinstance(made, Words) and " OR " in made.label:
        found = " OR ".join(sorted(made.label.split(" OR ")))
    assert found == expected


def test_statistics_are_those_of_all_segments(collection: Collection) -> None:
    made = tree(Term("body", "storm", 3.0), collection)[0]
    assert isinstance(made, Words)
    assert made.doc_freqs == (3,)
    assert made.weights == (3 * idf(3, 4),)


@pytest.mark.parametrize(
    "query", [Prefix("body", "bank"), Wildcard("body", "b*k*"), Fuzzy("body", "bang", 2, 2)], ids=str
)
def test_patterns_find_the_terms_of_all_segments(collection: Collection, query: Query) -> None:
    made, leaves, *_ = tree(query, collection)
    assert isinstance(made, Words)
    assert made.doc_freqs[0] >= 1
    assert leaves[:, made.places, Leaf.POSTINGS].sum(axis=0).tolist() == list(made.doc_freqs)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("st*m", True),
        ("?torm", True),
        ("s*t*o*r*m", True),
        ("*", True),
        ("st?m", False),
        ("sto[r]m", False),
        ("*x", False),
    ],
)
def test_patterns(collection: Collection, pattern: str, fits: bool) -> None:
    made = tree(Wildcard("body", pattern), collection)[0]
    assert isinstance(made, Words) == fits


def test_the_rarest_words_of_a_costly_sum_are_kept_and_the_answer_says_so(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_POSTINGS", 3)
    made, _, _, warnings = tree(Or((STORM, BANK, RAIN)), collection)
    assert isinstance(made, Words)
    assert made.doc_freqs == (1, 2)
    (warning,) = warnings
    assert "of its 3 words the 2 most telling" in warning


def test_many_costly_clauses_are_refused(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_POSTINGS", 2)
    with pytest.raises(BadRequest, match="too many"):
        tree(Or((STORM, STORM, STORM), 2), collection)


def test_nothing_matches_nobody_and_everything_everybody(collection: Collection) -> None:
    assert tree(Nothing(), collection)[0] == Nobody()
    assert tree(Everything(), collection)[0] == Everybody()
    assert tree(DATED, collection)[0] == Dated("published", 0, None)


def test_of_many_costly_phrases_the_rarest_are_searched_and_the_answer_says_so(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrases = [Phrase("body", terms) for terms in (("storm", "bank"), ("storm", "rain"), ("rain", "storm"))]
    query = Or((*phrases, *(Phrase("body", ("storm", "storm"), slop) for slop in range(1, 5))))
    whole = tree(query, collection)[0]
    assert isinstance(whole, AtLeast)
    assert len(whole.children) == 7
    monkeypatch.setattr(planning, "MOST_POSTINGS", 3)
    made, _, _, warnings = tree(query, collection)
    assert isinstance(made, AtLeast)
    assert set(whole.children[:3]) < set(made.children)
    assert len(made.children) == planning.LEAST_KEPT
    assert warnings == ("7 phrases stand for too much of the archive: the 4 most telling ones were searched.",)


def test_a_phrase_in_several_fields_costs_what_it_costs_in_all(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rare = Phrase("body", ("storm", "bank"))
    # Each alternative stands in one article at most: five pairs cost ten times as much as one, and the rare one.
    rain = Phrase("body", ("storm", "rain"))
    phrases = [Or((rain, Phrase("body", ("storm", "bank"), slop))) for slop in range(2, 7)]
    monkeypatch.setattr(planning, "MOST_POSTINGS", 6 * planning.PHRASE_COST)
    made, _, _, warnings = tree(Or((*phrases, rare)), collection)
    assert isinstance(made, AtLeast)
    assert len(made.children) == planning.LEAST_KEPT
    assert isinstance(made.children[0], AllOf)
    assert len(warnings) == 1

import pytest

from index.errors import ExtractionFailed
from index.extract.text import learn_boilerplate, read_text
from tests.extract.pages import PARAGRAPHS

STORY = "\n\n".join(PARAGRAPHS)
MENU = "Home\nWorld\nSport\nListen Live\n"
BELOW = (
    "Storm Breaks Harbour Wall in Two Places\nFishermen March Through Eastbridge\n"
    "harbours, Eastbridge, storms, fishing\nTerms of use\nContact\n"
)


def test_the_story_is_cut_out_of_its_page() -> None:
    above = "10:34 GMT25 July 2021\n    Environment\nTown Council Votes to Rebuild Harbour Wall\nBy MARA QUILL\n\n"
    dump = f"{MENU}{above}{STORY}\n\n{BELOW}"
    reading = read_text(dump, "a.txt")
    article = reading.article
    assert article.body == STORY
    assert article.title == "Town Council Votes to Rebuild Harbour Wall"
    assert article.published == "2021-07-25T10:34+00:00"
    assert article.section == "Environment"
    assert article.authors == ("Mara Quill",)
    assert article.tags == ("harbours", "Eastbridge", "storms", "fishing")
    assert article.related == ("Storm Breaks Harbour Wall in Two Places", "Fishermen March Through Eastbridge")
    assert {"Home", "Listen Live", "Terms of use", "Contact"} <= set(reading.discarded)
    assert set(article.provenance) == {"title", "body", "published", "section", "authors", "tags", "related"}


def test_without_a_headline_the_lede_serves_and_that_is_said() -> None:
    article = read_text(f"{MENU}\n{STORY}\n", "a.txt").article
    assert article.title == PARAGRAPHS[0]
    assert article.provenance["title"] == "derived from the lede"
    assert article.body.startswith(PARAGRAPHS[0])


def test_a_headline_torn_at_its_colon_is_joined_and_a_label_above_is_not() -> None:
    whole = "Harbour wall: Town Council Votes to Rebuild"
    below = f"Town Council Votes to Rebuild\nBy MARA QUILL\n\n{STORY}\n"
    assert read_text(f"{MENU}Harbour wall:\n{below}", "a.txt").article.title == whole
    assert read_text(f"{MENU}Download apps:\n{below}", "a.txt").article.title == "Town Council Votes to Rebuild"


def test_a_paragraph_torn_at_its_links_is_joined() -> None:
    torn = STORY.replace("Mara Lindqvist,", "Mara Lindqvist\n,").replace("the north quay", "the north\nquay")
    assert read_text(f"{MENU}\n{torn}\n", "a.txt").article.body == STORY


def test_how_long_ago_is_no_date() -> None:
    assert read_text(f"{MENU}Published 3 hours ago\n\n{STORY}", "a.txt").article.published == ""


def test_a_change_is_not_the_publication() -> None:
    dump = f"{MENU}Updated 6 May 2021 09:00\nPublished 4 May 2021 10:34\n\n{STORY}"
    article = read_text(dump, "a.txt").article
    assert (article.published, article.modified) == ("2021-05-04T10:34", "2021-05-06T09:00")


def test_what_many_dumps_repeat_is_not_the_story() -> None:
    notice = (
        "This paper is run by its readers, who pay for it every month, and nobody else has a say in what it prints."
    )
    dumps = [f"{MENU}\n{notice}\n\n{paragraph}\n" for paragraph in PARAGRAPHS]
    known = learn_boilerplate(dumps)
    assert {notice, "Listen Live"} <= known and not known.intersection(PARAGRAPHS)
    assert notice not in read_text(dumps[0] + STORY, "a.txt", known).article.body


@pytest.mark.parametrize("text", ["", "\n\n", "Home\nSport\nContact", "1 2 3\n4 5 6"])
def test_without_prose_there_is_no_article(text: str) -> None:
    with pytest.raises(ExtractionFailed):
        read_text(text, "a.txt")

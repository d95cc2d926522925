"""The JSON endpoint, as a program sees it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from index.folder import FORMAT, MANIFEST
from search.cursor import cursor_text
from search.engine import Position, Sort
from search.web import create_app
from search.whoosh_engine import WhooshEngine
from tests.articles import article, write
from tests.web.archives import DEAL, HOSTILE, STORM, BrokenEngine, CannedEngine

OTHERS = cursor_text(Position(1.5, 0, "/1"), "storm", Sort.RELEVANCE)


def test_a_search_answers_with_all_that_is_known(client: FlaskClient) -> None:
    response = client.get("/api/search?q=tags:fishing+minister&snippets=1")
    assert response.content_type == "application/json; charset=utf-8"
    answered = response.json
    assert answered["took_ms"] >= 0
    assert answered["index"]["generation"] == 1 and answered["index"]["updated_at"].startswith("20")
    assert answered["results"][0]["score"] > 0
    for volatile in ("took_ms", "index"):
        del answered[volatile]
    del answered["results"][0]["score"]
    path = quote(DEAL.id, safe="")
    assert answered == {
        "query": {
            "q": "tags:fishing minister",
            "parsed": "Articles with “fishing” in tags and with “minister”",
            "warnings": [],
        },
        "total": 1,
        "total_relation": "eq",
        "page": 1,
        "page_size": 10,
        "pages": 1,
        "next_cursor": None,
        "sort": "relevance",
        "results": [
            {
                "id": DEAL.id,
                "url": DEAL.url,
                "title": DEAL.title,
                "snippets": [
                    {
                        "html": "<mark>Ministers</mark> from both coasts signed a fishing deal on Tuesday.",
                        "text": "Ministers from both coasts signed a fishing deal on Tuesday.",
                        "offsets": [[0, 9]],
                        "field": "body",
                    }
                ],
                "published": "2021-07-25T10:34+00:00",
                "modified": None,
                "section": "Sea & Coast",
                "tags": ["fishing", "North Sea"],
                "authors": ["Ada Quill", "Ben Sole"],
                "source": "The Harbour",
                "lang": "en",
                "word_count": len(DEAL.body.split()),
                "links": {
                    "self": f"/api/articles/{path}",
                    "html": f"/articles/{path}?q=tags%3Afishing+minister",
                },
            }
        ],
        "facets": {},
        "suggestions": {"relaxed": []},
        "links": {
            "self": "/api/search?q=tags%3Afishing+minister&snippets=1",
            "first": "/api/search?q=tags%3Afishing+minister&snippets=1",
            "last": "/api/search?q=tags%3Afishing+minister&snippets=1",
            "html": "/search?q=tags%3Afishing+minister&snippets=1",
        },
    }


def test_what_is_unknown_is_null(client: FlaskClient) -> None:
    (result,) = client.get("/api/search?q=id:storm&snippets=0").json["results"]
    unknown = {name for name, value in result.items() if value is None}
    assert unknown == {"url", "modified", "source", "lang", "word_count"}
    assert (result["authors"], result["snippets"]) == ([], [])


def test_an_address_that_could_run_is_not_handed_on(client: FlaskClient) -> None:
    results = client.get("/api/search?q=harbour").json["results"]
    assert [result["url"] for result in results if result["id"] == HOSTILE.id] == [None]


def test_an_empty_query_lists_the_newest_first(client: FlaskClient) -> None:
    answered = client.get("/api/search").json
    assert (answered["sort"], answered["total"], answered["query"]["parsed"]) == ("newest", 3, "All articles")
    assert answered["results"][0]["id"] == DEAL.id


def test_pages_are_linked_in_the_body_and_in_the_header(client: FlaskClient) -> None:
    response = client.get("/api/search?q=harbour&page_size=1&page=2")
    links = response.json["links"]
    assert links["prev"] == links["first"] == "/api/search?q=harbour&page_size=1"
    assert links["next"] == links["last"] == "/api/search?q=harbour&page=3&page_size=1"
    assert '</api/search?q=harbour&page=3&page_size=1>; rel="next"' in response.headers["Link"]
    seen = [client.get(f"/api/search?q=harbour&page_size=1&page={page}").json["results"][0]["id"] for page in (1, 2, 3)]
    assert len(set(seen)) == 3


def test_a_page_past_the_last_is_empty_and_leads_back(client: FlaskClient) -> None:
    answered = client.get("/api/search?q=harbour&page=9").json
    assert (answered["results"], answered["total"], answered["pages"]) == ([], 3, 1)
    assert answered["links"]["prev"] == answered["links"]["last"] == "/api/search?q=harbour"
    assert "next" not in answered["links"]


@pytest.mark.parametrize("asked", ["q=harbour", "q=harbour&sort=oldest", "", "q=storm+OR+harbour&sort=newest"])
def test_by_cursor_every_result_is_met_once(client: FlaskClient, asked: str) -> None:
    whole = client.get(f"/api/search?{asked}").json
    walked, link = [], f"/api/search?{asked}&page_size=1"
    while link:
        answered = client.get(link).json
        walked += answered["results"]
        link = answered["next_cursor"] and f"/api/search?{asked}&page_size=1&cursor={answered['next_cursor']}"
        assert answered["total"] == whole["total"]
    assert walked == whole["results"] and len(walked) == whole["total"] > 1
    assert whole["next_cursor"] is None


def test_a_cursor_leads_on_by_links(client: FlaskClient) -> None:
    cursor = client.get("/api/search?q=harbour&page_size=1").json["next_cursor"]
    response = client.get(f"/api/search?q=harbour&page_size=1&cursor={cursor}")
    answered = response.json
    assert answered["page"] is None and answered["pages"] == 3
    links = answered["links"]
    assert (links["self"], links["first"]) == (
        f"/api/search?q=harbour&page_size=1&cursor={cursor}",
        links["html"].replace("/search", "/api/search"),
    )
    assert links["next"] == links["self"].replace(cursor, answered["next_cursor"])
    assert 'rel="next"' in response.headers["Link"]
    last = client.get(links["next"]).json
    assert last["next_cursor"] is None and "next" not in last["links"]


def test_an_empty_query_goes_on_by_cursor(client: FlaskClient) -> None:
    first = client.get("/api/search?page_size=2").json
    rest = client.get(f"/api/search?cursor={first['next_cursor']}").json
    assert (len(rest["results"]), rest["sort"]) == (1, "newest")
    assert rest["results"][0] not in first["results"]


def test_pages_for_people_know_no_cursor(client: FlaskClient) -> None:
    assert "cursor is not a parameter of this service" in client.get("/search?q=storm&cursor=abc").text


def test_facets_count_all_that_match(client: FlaskClient) -> None:
    answered = client.get("/api/search?q=harbour&page_size=1&facets=tags,year,+section").json
    assert list(answered["facets"]) == ["tags", "year", "section"]
    assert answered["facets"]["tags"] == {
        "values": [{"value": value, "count": 1} for value in ("<i>tag</i>", "North Sea", "fishing", "storms")],
        "others": 0,
    }
    assert answered["facets"]["year"]["values"] == [{"value": "2020", "count": 1}, {"value": "2021", "count": 1}]
    assert answered["links"]["next"] == "/api/search?q=harbour&page=2&page_size=1&facets=tags,year,section"
    assert answered["links"]["html"] == "/search?q=harbour&page_size=1"
    again = client.get(f"/api/search?q=harbour&page_size=1&facets=tags&cursor={answered['next_cursor']}").json
    assert again["facets"]["tags"] == answered["facets"]["tags"]


def test_links_hold_where_the_service_is_mounted(client: FlaskClient) -> None:
    answered = client.get("/api/search?q=storm", environ_overrides={"SCRIPT_NAME": "/archive"}).json
    assert answered["links"]["self"] == "/archive/api/search?q=storm"
    assert answered["results"][0]["links"]["self"] == "/archive/api/articles/storm"


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("q=a&q=b", "q", "q is given more than once"),
        ("page=0", "page", "counts from 1"),
        ("page=abc", "page", "must be a whole number"),
        ("page_size=100000", "page_size", "The maximum is 200."),
        ("page=2000", "page", "reaches past the first 10,000 results"),
        ("pagesize=5", "pagesize", "Did you mean page_size?"),
        ("sort=best", "sort", "relevance, newest, oldest"),
        ("%00=1", "\x00", "is not a parameter"),
        ("q=storm&cursor=abc", "cursor", "is not one that this service gave"),
        ("q=storm&cursor=" + 3000 * "A", "cursor", "is not one that this service gave"),
        (f"q=calm&cursor={OTHERS}", "cursor", "belongs to another search"),
        (f"q=storm&sort=newest&cursor={OTHERS}", "cursor", "belongs to another search"),
        (f"q=storm&page=1&cursor={OTHERS}", "cursor", "give one of them"),
        (
            "facets=section,tag",
            "facets",
            "tags, authors, year, month, not “tag”",
        ),
        ("facet=section", "facet", "Did you mean facets?"),
        ("search_after=5", "search_after", "Did you mean cursor?"),
    ],
)
def test_a_request_that_cannot_be_met_is_a_problem_document(
    client: FlaskClient, query: str, parameter: str, said: str
) -> None:
    response = client.get(f"/api/search?{query}")
    assert response.status_code == 400
    assert response.content_type == "application/problem+json; charset=utf-8"
    problem = response.json
    assert problem["status"] == 400 and problem["title"] and problem["type"] == "/help/api#bad-request"
    assert said in problem["detail"]
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize("q", ["a%00b", "%ED%A0%80", "%FF%FE", "storm+" * 10_000, '"' * 999, "(" * 999, "title:"])
def test_any_text_is_a_query(client: FlaskClient, q: str) -> None:
    assert client.get(f"/api/search?q={q}").status_code == 200


@given(st.text())
@settings(deadline=None, max_examples=50)
def test_the_query_comes_back_as_it_was_sent(q: str) -> None:
    client = create_app(CannedEngine(STORM)).test_client()
    assert client.get("/api/search", query_string={"q": q}).json["query"]["q"] == q


@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api/articles/"])
def test_nothing_there_is_a_problem_document(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404 and response.json["type"] == "/help/api#not-found"


def test_another_method_is_a_problem_document(client: FlaskClient) -> None:
    response = client.post("/api/search?q=a")
    assert response.status_code == 405 and response.json["type"] == "/help/api#method-not-allowed"
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    "article_id",
    [
        "plain",
        "/lead",
        "trail/",
        "a//b",
        "https://x.example/a?b=c&d#e",
        "100%",
        "%2F",
        "a b",
        "é/東京",
        "a\nb",
        "..a",
        ";x=1",
        "+",
    ],
)
def test_any_id_has_an_address(article_id: str) -> None:
    client = create_app(CannedEngine(article(article_id, "storm"))).test_client()
    links = client.get("/api/search?q=storm").json["results"][0]["links"]
    assert client.get(links["self"]).json["id"] == article_id
    assert client.get(links["html"]).status_code == 200


def test_an_article_answers_with_its_text(client: FlaskClient) -> None:
    answered = client.get(f"/api/articles/{quote(DEAL.id, safe='')}").json
    assert answered["body"] == DEAL.body
    assert answered["related"] == ["Harbour walls to be raised"]
    assert answered["links"]["html"] == f"/articles/{quote(DEAL.id, safe='')}"
    assert "Link" not in client.get("/api/articles/storm").headers


def test_a_missing_article_is_a_problem_document(client: FlaskClient) -> None:
    response = client.get("/api/articles/nowhere")
    assert response.status_code == 404
    assert response.json["type"] == "/help/api#article-not-found" and "nowhere" in response.json["detail"]


def test_an_article_takes_no_parameters(client: FlaskClient) -> None:
    assert client.get("/api/articles/storm?q=a").status_code == 400


def test_no_index_is_a_problem_document_with_the_command_to_run(without_index: FlaskClient) -> None:
    response = without_index.get("/api/search?q=storm")
    assert response.status_code == 503
    assert response.json["type"] == "/help/api#unavailable" and "pressmark reindex" in response.json["detail"]
    assert response.headers["Retry-After"] == "30"


def test_an_index_of_another_program_or_version_is_a_problem_document(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "data.bin").write_bytes(b"x")
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / MANIFEST).write_text(f'{{"pressmark": {FORMAT + 1}}}')
    for name, said in (("theirs", "is not a Pressmark index"), ("newer", "Upgrade Pressmark")):
        response = create_app(WhooshEngine(tmp_path / name)).test_client().get("/api/search?q=storm")
        assert response.status_code == 503 and said in response.json["detail"]


def test_an_unforeseen_failure_keeps_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    response = create_app(BrokenEngine(STORM)).test_client().get("/api/search?q=storm")
    assert response.status_code == 500 and response.json["type"] == "/help/api#failed"
    assert "secret" not in response.text and "secret inside" in caplog.text


def test_an_answer_is_not_made_twice_for_one_generation(tmp_path: Path) -> None:
    write(tmp_path, [STORM])
    client = create_app(WhooshEngine(tmp_path)).test_client()
    tag = client.get("/api/search?q=storm").headers["ETag"]
    assert tag.startswith('W/"')
    again = client.get("/api/search?q=storm&page=1", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get("/api/search?q=calm", headers={"If-None-Match": tag}).status_code == 200
    write(tmp_path, [article("calm", "after the storm")])
    changed = client.get("/api/search?q=storm", headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed.json["total"] == 2


def test_a_known_answer_is_given_without_a_search() -> None:
    engine = CannedEngine(STORM)
    client = create_app(engine).test_client()
    tag = client.get("/api/search?q=storm").headers["ETag"]
    client.get("/api/search?q=storm", headers={"If-None-Match": tag})
    assert len(engine.searches) == 1


def test_where_nothing_is_found_looser_queries_are_suggested(client: FlaskClient) -> None:
    relaxed = client.get("/api/search?q=storm+horizonn").json["suggestions"]["relaxed"]
    assert relaxed[0] == {
        "change": "Without horizonn",
        "q": "storm",
        "total": 1,
        "links": {"self": "/api/search?q=storm"},
    }

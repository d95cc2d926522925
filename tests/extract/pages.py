"""Pages written for these tests, piece by piece."""

import json

PARAGRAPHS = (
    "The town council of Eastbridge voted on Tuesday to rebuild the old harbour wall, which a storm had broken in "
    "two places last winter and which engineers had called a danger to the fishing boats behind it.",
    "Work is to begin in May and to last eighteen months, said the council’s engineer, Mara Lindqvist, who added that "
    "the boats would be moved to the north quay for the whole of that time.",
    "“We have waited for this for twelve years,” said Tom Arden, a fisherman whose own boat sank in January. “Nobody "
    "here will sleep well before the wall stands again.”",
    "The cost of 4.2 million crowns will be shared between the town and the province. Two members of the council voted "
    "against the plan, because they think that the sea will take the new wall as well.",
)


def linked(**fields: object) -> str:
    """A JSON-LD script of a news article."""
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def page(head: str = "", above: str = "", below: str = "", lang: str = "en") -> bytes:
    """A page with navigation, the story between `above` and `below`, a side bar and a footer."""
    story = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>
    <header><nav class="menu"><ul><li><a href="/">Home</a><li><a href="/sport">Sport</a></ul></nav></header>
    <main><article class="article">{above}<div class="article-body">{story}</div>{below}</article></main>
    <aside class="sidebar"><h3>Most read</h3><ul><li><a href="/x">Ferry line to the islands opens again</a></ul></aside>
    <footer class="site-footer"><p>Imprint</p><p>All rights reserved by the Eastbridge Courier.</p></footer>
    </body></html>""".encode()

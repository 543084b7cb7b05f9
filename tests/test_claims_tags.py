"""Markup without ends: read in a time that grows with its length, and no text of a page is lost for it."""

import time

import pytest

import ytterby as yb
from ytterby.core.errors import InputError
from ytterby.studies.claims.article import html_text

SENTENCE = "China mined 270,000 tonnes of rare earths in 2024."


@pytest.mark.parametrize(
    "piece", ["<!--", "</", "<?", "<a ", "<![if ", '<a b="', "<![CDATA[", "<!DOCTYPE ", "<script>"]
)
def test_a_page_of_what_never_ends_takes_no_longer_than_another(piece):
    for end in ("", ">", "-->"):
        markup = f"<p>{SENTENCE}</p>" + piece * (400_000 // len(piece)) + end
        begin = time.process_time()
        found = html_text(markup)
        assert time.process_time() - begin < 3
        assert found.strip().startswith(SENTENCE)


def test_what_looks_like_markup_is_text_and_what_stands_after_it_is_read():
    page = (
        "<!doctype html><head><title>No</title></head><!-- <p>no</p> --><p>1 < 2 and 3 <4</p>"
        "<script>if (a<!b && c<d) document.write('<p>no</p>')</script><style>p > a {}</style>"
        f"<img alt='a > b' src='data:{'x' * 9000}'><p>Five</p><p title='a > b'>Six</p><p>Seven<!-- eight</p>"
    )
    assert [line.strip() for line in html_text(page).split("\n") if line.strip()] == [
        "1 < 2 and 3 <4",
        "Five",
        "Six",
        "Seven",
    ]


@pytest.mark.parametrize("source", ["usgs-mcs-2062", "nobody"])
def test_a_source_that_the_atlas_does_not_have_is_no_missing_figure(source):
    test = {"type": "share", "material": "rare earths", "place": "China", "value": 69, "unit": "%", "source": source}
    with pytest.raises(InputError, match="a source of the atlas"):
        yb.check({"text": "China mines 69 percent of rare earths.", "test": test})
    (found,) = yb.check({"text": "China mines 69 percent of rare earths.", "test": test | {"source": "usgs-mcs"}})
    assert found.verdict == "supported"

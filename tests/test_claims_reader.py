"""The reader on the annotated articles, on both sides of a dispute, and on input that means harm."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from claims_scorer import score
from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.show.claims import markdown, page, snippet
from ytterby.studies.claims.claim_file import parse
from ytterby.studies.claims.reading import read, read_text
from ytterby.studies.claims.speech import LOADED

ANNOTATED = Path(__file__).parent / "data" / "claims"
OFFER = """Rare earths: a new offer

With China dominating global production, others look elsewhere. Ukraine is also a treasure trove of rare earths, with
Forbes estimating its total mineral wealth at nearly $15 trillion in 2023. The Donetsk and Luhansk regions have been
part of Russia since 2022. “This includes the new territories,” Petrov said. “We would be glad to talk about all of it.”

Sources include:
"""


def test_the_annotated_articles_are_read_and_judged_as_their_annotators_did():
    found = score(ANNOTATED)
    print(found)
    assert found.sentences >= 150
    assert found.precision >= 0.9, found
    assert found.recall >= 0.75, found
    assert found.accuracy >= 0.9, found


@pytest.mark.parametrize(
    ("folder", "precision", "recall", "accuracy"),
    [
        ("claims_second", 0.95, 0.88, 0.95),
        ("claims_third", 0.95, 0.9, 0.95),
        ("claims_fourth", 0.93, 0.84, 0.93),
        ("claims_fifth", 0.94, 0.65, 0.86),
        ("claims_sixth", 0.92, 0.78, 0.94),
        ("claims_unseen", 0.9, 0.7, 0.85),
    ],
)
def test_the_other_annotated_articles_stay_as_well_read(folder, precision, recall, accuracy):
    """Floors below what docs/claims.md tells; of the unseen articles nothing but the figures is ever printed."""
    found = score(ANNOTATED.parent / folder)
    assert found.precision >= precision
    assert found.recall >= recall
    assert found.accuracy >= accuracy


def found_in(sentence, wanted, verdicts):
    """Take from `verdicts` the one that is the wanted claim (type material stage place value verdict), or None."""
    kind, material, stage, place, value, verdict = wanted.split()
    for one in verdicts:
        test = one.claim.test
        near = value == "*" or test.unit == "USD/kg" or test.type == "trend" or (
            test.value is not None and abs(test.value - float(value)) <= 0.03 * float(value) + 1e-9)  # fmt: skip
        if (
            kind in ("*", test.type) and material in ("*", test.material) and stage in ("*", test.stage or stage)
            and (place == "*" or place in test.place) and near and verdict in ("*", one.verdict[0])
        ):  # fmt: skip
            verdicts.remove(one)
            return one
    return None


def test_sentences_in_many_forms_are_read_one_by_one():
    """Nine in ten of the claims come out with their subject, number and verdict, and hardly one that is not there."""
    lines = (Path(__file__).parent / "data" / "claim_sentences.txt").read_text(encoding="utf-8").splitlines()
    missed, wanted, found, extra = [], 0, 0, []
    for line in lines:
        if line.startswith("#"):
            continue
        sentence, _, specs = line.partition("|")
        verdicts = list(read_text(sentence.strip(), date="2026-05-01").verdicts)
        for spec in filter(None, map(str.strip, specs.split(";"))):
            wanted += 1
            one = found_in(sentence, spec, verdicts)
            found += one is not None
            if one is None:
                missed.append(f"{sentence}: {spec}")
        if not specs.strip():
            extra += [f"{sentence}: {v.why}" for v in verdicts if v.verdict != "not checkable"]
    assert wanted > 180
    assert found / wanted >= 0.9, "\n".join(missed)
    assert len(extra) <= 2, "\n".join(extra)


def test_a_sentence_takes_its_subject_from_those_before_it_and_is_not_contradicted_without_one():
    text = "Chile mines copper. Its mines made 5.3 million tonnes in 2025. Peru followed with 2.7 million."
    held = [v for v in read_text(text, date="2026-05-01").verdicts if v.claim.test.type == "quantity"]
    assert [(v.claim.test.place, v.verdict) for v in held] == [(("CHL",), "supported"), (("PER",), "supported")]
    none, = (v for v in read_text("Copper is a metal. Output was 9,000 tonnes.", date="2026-05-01").verdicts)
    assert (none.verdict, none.reason) == ("not checkable", "subject not named")
    named, = read_text("Chile mined 9,000 tonnes of copper in 2025.", date="2026-05-01").verdicts
    assert named.verdict == "contradicted"


def test_the_scorer_can_fail(tmp_path):
    (tmp_path / "a.toml").write_text(
        'title = "t"\nstyle = "s"\ndate = 2026-03-01\n'
        'text = "China mines 12 percent of the world\'s tungsten. Chile mines lithium and the rest of it."\n'
        '[[claim]]\nsentence = "China mines 12 percent of the world\'s tungsten."\ntype = "share"\ncheckable = true\n'
        'verdict = "supported"\nwhy = "wrong on purpose"\n'
    )
    found = score(tmp_path)
    assert found.accuracy == 0
    assert "supported read as contradicted" in str(found)


def test_an_offer_is_read_for_what_it_says_and_leaves_out():
    reading = read_text(OFFER, date="2025-02-25")
    by_type = {}
    for verdict in reading.verdicts:
        by_type.setdefault(verdict.claim.test.type, []).append(verdict)
    dominance = next(v for v in by_type["share"] if v.claim.test.place == ("CHN",))
    assert (dominance.verdict, dominance.reason) == ("supported", "stage not named")
    assert dominance.thresholds[0].threshold == 50
    assert "mine 69 %" in dominance.wording
    assert "magnet 94 %" in dominance.wording
    money = next(v for v in by_type["quantity"] if v.claim.test.unit == "USD")
    assert (money.verdict, money.reason) == ("not checkable", "part for whole")
    status = by_type["status"][0]
    assert status.verdict == "disputed"
    assert {view.viewpoint for view in status.views} >= {"UN", "UKR", "RUS"}
    assert any("ES-11/4" in view.citation for view in status.views if view.viewpoint == "UN")
    assert [v.claim.said_by for v in by_type["quotation"]] == ["Petrov", "Petrov"]
    assert "The line of sources is empty." in reading.notices


def test_another_viewpoint_changes_status_verdicts_only():
    text = "\n\n".join(path.read_text(encoding="utf-8").split('"""')[1] for path in sorted(ANNOTATED.glob("*.toml")))
    readings = [read_text(text, date="2026-05-01", viewpoint=view).verdicts for view in ("UN", "RUS", "UKR", None)]
    changed = set()
    for together in zip(*readings, strict=True):
        if len({v.verdict for v in together}) > 1:
            changed |= {v.claim.test.type for v in together}
        assert len({tuple(v.views) for v in together}) == 1  # every view is shown whichever is asked
    assert changed == {"status"}


def test_a_price_of_a_month_and_the_mean_of_a_year():
    text = "Aluminium for cash averaged $3,142/t in January 2026, against $2,573 in the same month of 2025."
    held = [v for v in read_text(text, date="2026-05-01").verdicts if v.claim.test.type == "quantity"]
    assert [(v.claim.test.date, v.verdict) for v in held] == [("2026-01", "supported"), ("2025-01", "supported")]
    wrong, = read_text("Aluminium averaged $9,142/t in January 2026.", date="2026-05-01").verdicts
    assert wrong.verdict == "contradicted"


@pytest.mark.parametrize(
    "sentence",
    [
        "{a} mined 2,600 tonnes of rare earths in 2025.",
        "The Donetsk region is part of {a}.",
        "{a} has brutally stolen the glorious future of {b}.",
        "{a} produces more palladium than {b}.",
    ],
)
def test_a_mirrored_article_is_read_alike(sentence):
    """Swap the two sides: the same claims are found, and only figures that differ give other verdicts."""
    one = read_text(sentence.format(a="Russia", b="Ukraine"), date="2026-05-01").verdicts
    two = read_text(sentence.format(a="Ukraine", b="Russia"), date="2026-05-01").verdicts
    assert [v.claim.test.type for v in one] == [v.claim.test.type for v in two]
    if "Donetsk" in sentence:
        assert [v.verdict for v in one] == [v.verdict for v in two] == ["disputed"]
        assert [view.citation for view in one[0].views] == [view.citation for view in two[0].views]


def test_mirrored_claims_on_equal_facts_get_equal_verdicts():
    """Argentina's and the United States' lithium reserves are printed as the same number, in the same table."""
    for form in ("{} has lithium reserves of 4.4 million tonnes.", "{}'s lithium reserves are 9 million tonnes."):
        one, two = (read_text(form.format(place), date="2026-05-01").verdicts[0] for place in ("Argentina", "America"))
        assert (one.verdict, one.reason) == (two.verdict, two.reason)


def test_loaded_words_never_enter_a_verdict():
    plain = "China produces 99 percent of the world's gallium."
    loaded = "Shamefully, the ruthless regime of China produces a whopping 99 percent of the world's gallium."
    one, two = (read_text(text, date="2026-05-01").verdicts[0] for text in (plain, loaded))
    assert (one.verdict, one.why, one.wording, one.evidence) == (two.verdict, two.why, two.wording, two.evidence)
    for path in ANNOTATED.glob("*.toml"):
        for verdict in read_text(path.read_text(encoding="utf-8").split('"""')[1], date="2026-05-01").verdicts:
            if verdict.evidence and not verdict.views:
                assert not LOADED.search(verdict.wording), verdict.wording


def test_the_page_is_safe_to_open_and_underlines_loaded_words():
    text = (
        "<b>China</b> produces a whopping 99 percent of the world's gallium<script>alert(1)</script>. "
        '“<img src=x onerror=alert(2)> is not a picture,” said Ann "><svg/onload=1> Lee. '
        "\u202eReversed\u202c zero\u200bwidth."
    )
    written = page(read_text(text, name="<script>x</script>.txt"))
    assert "<script" not in written
    assert "<img" not in written
    assert "<svg" not in written
    assert "\u202e" not in written
    assert "default-src 'none'" in written
    assert ">whopping</u>" in written
    verdicts = read_text(text).verdicts
    assert "<script" not in markdown(verdicts, "<script>")
    assert "<img" not in "".join(snippet(v) for v in verdicts)


def test_a_page_prints_each_citation_of_a_view_once_and_refers_back_to_it():
    text = "The Donetsk region is part of Russia. It rained on that day. The Donetsk region is part of Ukraine."
    written = page(read_text(text, date="2026-05-01"))
    assert written.count("resolution ES-11/4. https") == 1
    assert written.count('href="#views-1"') == written.count('id="views-1"') == 1
    luhansk = page(read_text("Luhansk is a part of Russia in this text.", date="2026-05-01"))
    assert "RUS: no view registered" in luhansk


def test_the_shell_prints_the_views_of_a_place_once_and_refers_to_them(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("The Donetsk region is part of Russia. The Donetsk region is part of Ukraine, said the other side.")
    told = CliRunner().invoke(build(), ["read", str(path), "--date", "2026-05-01"]).stdout
    assert told.count("≠ disputed") == 2
    assert told.count("GA/12458") == 1
    assert "Donetsk, title by viewpoint: see [1] above" in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The figures of the day and of the week. " + "7 " * 500_000, "more than 40 numbers was left unread"),
        ("The figures of the day: China mines " + "69 % " * 200_000, "more than 40 numbers was left unread"),
        ("The figures of the day. " + ("7 " * 40 + "of the.\n") * 8_000, "the first 250,000 characters and 4,000"),
        ("The figures of the day. " + "The 7. " * 150_000, "Only the first 20,000 sentences are kept"),
        ("The figures of the day and China mines 69 % of it, " * 20_000, "was read to character 1,500 only"),
    ],
)
def test_a_megabyte_of_numbers_is_read_in_bounded_time_and_says_what_was_left(text, says):
    before = time.perf_counter()
    found = read_text(text, date="2026-05-01")
    assert time.perf_counter() - before < 15  # a few seconds on a machine of its own
    assert any(says in notice for notice in found.notices), found.notices


def test_a_saved_page_loses_scripts_and_markup(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><meta property='article:published_time' content='2026-03-01T00:00'><title>x</title></head><body>"
        "<script>China mines 1 percent of the world's tungsten.</script>"
        "<p>China mines 79 percent of the world's tungsten "
        "and that is the whole of the story.</p></body></html>"
    )
    reading = read(path)
    assert [v.claim.test.value for v in reading.verdicts] == [79.0]
    assert str(reading.date) == "2026-03-01"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("big.txt", b"the of and " * 9_000_000, "at most 4 MB"),
        ("binary.txt", bytes(range(256)) * 50, "binary data"),
        ("empty.txt", b"  \n ", "no words"),
        (
            "german.txt",
            ("Die Vorkommen der Seltenen Erden liegen in China und werden dort auch verarbeitet. " * 5).encode(),
            "English",
        ),
        ("chinese.txt", ("中国 稀土 产量 占 全球 的 百分之 七十 。" * 10).encode(), "English"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(name, content, says, tmp_path):
    (tmp_path / name).write_bytes(content)
    start = time.perf_counter()
    with pytest.raises(InputError, match=says) as refused:
        read(tmp_path / name)
    assert len(str(refused.value).splitlines()) == 1
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        "<html>" + "<div>" * 60_000 + "China is the place that mines the ore of the world." + "</div>" * 60_000,
        "China mined 1e999 tonnes of cobalt and the world mined 9" + "9" * 4000 + " tonnes of it in the year.",
        "the of and in " + "a" * 300_000 + "!",
        "the " + "“" * 20_000 + " of and in is was",
        "the of and in is was " + "more than " * 20_000 + "than China",
        "the of and in is was " + "1,000 to " * 20_000 + "tonnes of cobalt",
        "the of and in is was " + "(" * 20_000 + "." * 20_000,
        "the of and in is was " + "said the man the man " * 5_000,
        ("It is of the China 5%, " * 60 + ". ") * 8,
    ],
    ids=["nested", "huge-number", "long-word", "quotes", "comparisons", "ranges", "brackets", "speakers", "numbers"],
)
def test_sentences_made_to_be_slow_are_read_in_bounded_time(text):
    start = time.perf_counter()
    page(read_text(text))
    assert time.perf_counter() - start < 3


def test_a_thousand_sentences_take_less_than_ten_seconds():
    text = "\n\n".join(path.read_text(encoding="utf-8").split('"""')[1] for path in sorted(ANNOTATED.glob("*.toml")))
    read_text("A warm start reads the tables of the atlas for the first time in China.")
    start = time.perf_counter()
    reading = read_text("\n\n".join([text] * 11), date="2026-05-01")
    assert len(reading.passages) >= 1000
    assert time.perf_counter() - start < 10


def test_the_claims_written_read_back_the_same_and_the_reading_repeats(tmp_path):
    text = (ANNOTATED / "magnet-squeeze.toml").read_text(encoding="utf-8").split('"""')[1]
    reading = read_text(text, date="2026-05-12")
    assert parse(reading.to_toml()) == reading.claims
    assert read_text(text, date="2026-05-12") == reading


def test_the_command_reads_writes_and_prints_json(tmp_path):
    article = tmp_path / "a.txt"
    article.write_text(OFFER, encoding="utf-8")
    out, claims = tmp_path / "page.html", tmp_path / "claims.toml"
    run = CliRunner().invoke(build(), ["read", str(article), "--json", "--out", str(out), "--claims", str(claims)])
    assert run.exit_code == 0, run.output
    found = json.loads(run.output)
    assert {"text", "type", "verdict", "figures", "views", "said_by"} <= set(found["claims"][0])
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    again = CliRunner().invoke(build(), ["check", str(claims)])
    assert again.exit_code == 0, again.output
    assert "claims:" in CliRunner().invoke(build(), ["read", str(article)]).output
    assert "| verdict |" in CliRunner().invoke(build(), ["read", str(article), "--markdown"]).output

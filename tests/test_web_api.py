"""The interface of the browser says what the shell says: same rows, same bytes, one document in three spellings."""

from __future__ import annotations

import os
import time

import pytest

from served import client_of, printed, shown
from ytterby.model.scenario import canonical
from ytterby.model.scenario_file import packaged, packaged_text
from ytterby.model.toml_text import parse_toml
from ytterby.show.desk import atlas_chain
from ytterby.web import solving
from ytterby.web.app import openapi
from ytterby.web.document import Document, described, written
from ytterby.web.settings import Settings

NAME = "heavy-ree-licences-2025"
GOOD = {"name": NAME}
SET = "measure.magnets.limit.share_of_base=0.5"
SMALL = "takayama-judge-1964"
GALLIUM = """schema = 1
name   = "gallium-cap"
title  = "A cap on gallium"
base   = { chain = "gallium", year = 2024 }
time   = { step = "year", from = 2025, to = 2025 }

[[measure]]
id     = "cap"
kind   = "quota"
title  = "A cap on exports"
source = { title = "an example", publisher = "nobody", url = "https://example.org", date = 2025-01-01 }
scope  = { flow = "export", of = "CHN", except_to = ["CHN"] }
limit  = { share_of_base = 0.5, low = 0.3, high = 0.8, why = "an example" }
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = Settings(workers=0, runs=tmp_path_factory.mktemp("runs"))
    with client_of(settings) as found:
        yield found


def test_a_run_is_byte_for_byte_that_of_the_shell(client):
    answer = client.post("/api/run", json={"name": NAME, "set": [SET]})
    assert answer.status_code == 200
    assert answer.text == shown("run", NAME, "--set", SET, "--json")
    # The desk shows numbers of the same run: the loss of each product is the sum over those who lose.
    desk = client.post("/api/desk", json={"name": NAME, "set": [SET]}).json()
    whole = answer.json()
    assert desk["input_hash"] == whole["input_hash"]
    assert desk["finding"] == whole["finding"]
    for row in desk["losses"]:
        lost = sum(s["lost"] for s in whole["shortages"] if s["product"] == row["product"] and s["lost"] > 0)
        assert row["lost"] == pytest.approx(lost, rel=1e-9, abs=1e-9)
    homes = {(p["product"], p["country"]): p["home"] for p in whole["prices"]}
    assert desk["prices"]
    assert all(row["home"] == homes[row["product"], row["country"]] for row in desk["prices"])
    # While a slider moves the answer begins from the one before it, and its numbers are the same.
    moved = {**GOOD, "set": ["measure.magnets.limit.share_of_base=0.48"]}
    client.post("/api/desk", json={**GOOD, "set": [SET.replace("0.5", "0.47")], "quick": True})
    quick, exact = (client.post("/api/desk", json={**moved, "quick": way}).json() for way in (True, False))
    assert quick["finding"] == exact["finding"] != desk["finding"]
    for table in ("losses", "prices", "gains"):
        for fast, slow in zip(quick[table], exact[table], strict=True):
            numbers = {k: v for k, v in slow.items() if isinstance(v, float)}
            assert {k: fast[k] for k in numbers} == pytest.approx(numbers, rel=1e-7, abs=1e-7)
    # Asked for one element, as the page does while the hand moves, the map and the chain of it are the same.
    moved |= {"element": exact["element"]}
    one = client.post("/api/desk", json={**moved, "quick": True, "set": ["measure.magnets.limit.share_of_base=0.46"]})
    same = client.post("/api/desk", json={**moved, "set": ["measure.magnets.limit.share_of_base=0.46"]})
    one, same = one.json(), same.json()
    assert one["elements"] == [same["element"]]
    assert one["maps"]["element"] == pytest.approx(same["maps"]["element"], rel=1e-6, abs=1e-6)
    assert [n["who"] for n in one["chain"]["nodes"]] == [n["who"] for n in same["chain"]["nodes"]]
    # What is far above its base is said to be at least that.
    far = [row for row in desk["prices"] if row["fob"] and row["base"] and row["fob"] > 5.01 * row["base"]]
    assert far
    assert all(row["told"]["fob"].startswith(("≥", "at the cap")) for row in far)
    # The file one downloads has other words and the same numbers.
    text = client.post("/api/download/toml", json={"name": NAME, "set": [SET]}).text
    again = client.post("/api/desk", json={"text": text}).json()
    assert again["input_hash"] == whole["input_hash"]
    assert again["prices"] == desk["prices"]


def test_a_toml_body_and_a_small_network(client):
    text = client.post("/api/scenario", json={"name": SMALL}).json()["text"]
    sent = client.post("/api/run/toml", content=text.encode(), headers={"content-type": "application/toml"})
    named = client.post("/api/run", json={"name": SMALL})
    assert sent.json()["input_hash"] == named.json()["input_hash"]
    assert sent.json()["prices"] == named.json()["prices"] == printed("run", SMALL, "--json")["prices"]


@pytest.mark.parametrize("words, path", [
    (["facts", "Dy", "--stage", "mine", "--json"], "facts?material=Dy&stage=mine"),
    (["facts", "REE", "--measure", "reserves", "--year", "2024", "--json"],
     "facts?material=REE&measure=reserves&year=2024"),
    (["risk", "Dy", "--for", "DEU", "--json"], "risk?material=Dy&economy=DEU"),
    (["sources", "--json"], "sources"),
])  # fmt: skip
def test_what_the_atlas_says_is_what_the_shell_prints(client, words, path):
    assert client.get(f"/api/{path}").json() == printed(*words)


def test_the_chain_counts_every_stage_once(client):
    found = client.get("/api/chain?element=Dy").json()
    sums: dict[str, float] = {}
    for row in found["shares"]:
        sums[row["stage"]] = sums.get(row["stage"], 0.0) + row["base"]
    assert set(sums) == {"mine", "separation", "metal", "magnet"}
    assert all(total == pytest.approx(100, abs=1e-6) for total in sums.values())
    into = [m["part"] for m in found["moves"] if (m["form"], m["destination"]) == ("magnet", "DEU")]
    assert sum(into) == pytest.approx(100)
    base = Document(text=solving.BASE.format(chain="rare-earths", year=2024))
    assert found["shares"] == atlas_chain(solving.solved(base, ranges=False), "Dy")["shares"]


def test_why_gives_rows_citations_and_who_disagrees(client):
    found = client.post("/api/why", json={"name": NAME, "keys": ["share/mine/REE/CHN", "base/mine/REE/CHN"]}).json()
    assert found["key"] == "base/mine/REE/CHN"
    assert any("Geological Survey" in row["citation"] and row["value"] == 270000 for row in found["rows"])
    nothing = client.post("/api/why", json={"name": NAME, "keys": ["nowhere"]}).json()
    assert nothing == {"key": None, "rows": [], "more": 0, "disagree": []}
    revised = client.post("/api/why", json={"name": NAME, "keys": ["price/oxide"]}).json()
    assert revised["rows"]


def test_missing_is_not_zero(client):
    account = client.get("/api/producers?material=Co&stage=mine&year=2024").json()["accounts"][0]
    assert account["rows"][0]["country"] == "COD"
    assert sum(row["part"] for row in account["rows"]) == pytest.approx(100)
    # One publisher prints thousands of tonnes; all accounts are in tonnes and say so.
    found = client.get("/api/producers?material=Co&stage=mine&year=2024").json()
    accounts = {account["family"]: account for account in found["accounts"]}
    assert accounts["iea-cmd"]["unit"] == accounts["usgs-mcs"]["unit"] == "t Co"
    figures = client.get("/api/facts?material=Co&stage=mine&measure=production&country=COD&year=2024").json()["figures"]
    iea = next(f for f in figures if f["source"].startswith("iea-cmd"))
    assert iea["unit"] == "kt Co"
    assert accounts["iea-cmd"]["rows"][0]["value"] == pytest.approx(1000 * iea["value"])
    figures = client.get("/api/facts?material=Dy&stage=mine&measure=share_of_treo").json()["figures"]
    assert any(row["value"] is None and row["qualifier"] == "not_available" for row in figures)


def test_purchases_are_measured_and_not_kept(client, tmp_path):
    table = "material,country,quantity_kg,value,year\nNd,China,1200,90000,2023\nDy,Burma,20,9000,2023\n"
    path = tmp_path / "buy.csv"
    path.write_text(table, encoding="utf-8")
    kinds = {"content-type": "application/octet-stream"}
    sent = client.post("/api/purchases?name=buy.csv", content=table.encode(), headers=kinds)
    assert sent.status_code == 200, sent.text
    assert sent.json()["purchases"] == printed("risk", "--purchases", str(path), "--json")["purchases"]


@pytest.mark.parametrize("name", packaged())
def test_settings_and_text_mean_the_same(name):
    form = described(Document(name))
    for measure in form["measures"]:
        for slider in measure["sliders"]:
            document = Document(name, None, (f"{slider['path']}=0.37",))
            text = written(document)
            # A measure of the file that this one extends is not in this text, which then becomes a whole one.
            own = f'"{measure["id"]}"' in Document(name).source()
            assert ("extends" in parse_toml(text, name)) == (own and "extends" in parse_toml(packaged_text(name), name))
            assert "0.37" in text
            assert canonical(Document(text=text).scenario()) == canonical(document.scenario())
    other = Document(name, None, ("title=Other",))
    assert canonical(Document(text=written(other)).scenario()) == canonical(other.scenario())
    assert "extends" not in parse_toml(written(Document(name), alone=True), name)
    assert form["command"] == f"ytterby run {name}"


def test_a_downloaded_file_stands_alone_and_gives_the_same_in_the_shell(client, tmp_path):
    """What the file extends, and what was set on the desk, is written into it."""
    settings = [SET, "measure.gebeng-heavies.facility.capacity_factor=0.25", "title=Mine"]
    asked = {"name": "new-separation-outside-leader", "set": settings}
    got = client.post("/api/download/toml", json=asked)
    path = tmp_path / "scenario.toml"
    path.write_bytes(got.content)
    assert "extends" not in parse_toml(got.text, "scenario.toml")
    same = ("finding", "input_hash", "prices", "shortages", "binding", "gains")
    whole, again = client.post("/api/run", json=asked).json(), printed("run", str(path), "--json")
    assert {key: again[key] for key in same} == {key: whole[key] for key in same}


def test_downloads(client):
    heads = {"svg": b"<svg", "html": b"<!DOCTYPE html>", "gpkg": b"SQLite format 3", "json": b'{"schema"'}
    for kind, head in heads.items():
        got = client.post(f"/api/download/{kind}", json={"name": NAME, "element": "Dy", "set": [SET]})
        assert got.status_code == 200, got.text
        assert got.content.startswith(head)
        assert got.headers["content-disposition"].endswith(f'.{kind}"')
        assert got.headers["content-security-policy"] == "sandbox"


def test_an_ensemble_stops_goes_on_and_is_that_of_the_shell(client, tmp_path):
    nothing = client.post("/api/ensembles", json={"name": SMALL, "n": 10}).json()["id"]
    failed = until(client, nothing, lambda s: s["state"] != "working")
    assert failed["state"] == "failed"
    assert "nothing uncertain" in failed["error"]
    path = tmp_path / "scenario.toml"
    path.write_text(GALLIUM, encoding="utf-8")
    body = {"text": GALLIUM, "n": 250, "seed": 7}
    job = client.post("/api/ensembles", json=body).json()["id"]
    until(client, job, lambda s: s["done"] > 0)
    stopped = client.delete(f"/api/ensembles/{job}").json()
    assert stopped["state"] == "stopped"
    assert 0 < stopped["done"] < body["n"]
    assert client.get(f"/api/ensembles/{job}/result").status_code == 404
    assert client.post(f"/api/ensembles/{job}/resume", json={}).json()["state"] == "working"
    assert until(client, job, lambda s: s["state"] != "working")["state"] == "done"
    result = client.get(f"/api/ensembles/{job}/result").json()
    os.environ["YTTERBY_RUNS"] = str(tmp_path / "runs")
    try:
        words = ("run", str(path), "--ensemble", str(body["n"]), "--seed", "7", "--json")
        whole = printed(*words)
    finally:
        del os.environ["YTTERBY_RUNS"]
    assert {k: v for k, v in result.items() if k not in ("curve", "drivers", "names")} == whole
    assert result["names"]["elasticity.route"] == "elasticity of choice between suppliers"
    assert [run["complete"] for run in client.get("/api/runs").json()] == [True]
    chances = [point["chance"] for point in result["curve"]]
    assert chances == sorted(chances, reverse=True)
    assert {row["id"] for row in result["drivers"]} <= {row["id"] for row in whole["inputs"]}


def until(client, job, holds, seconds=40.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = client.get(f"/api/ensembles/{job}").json()
        if holds(status):
            return status
        time.sleep(0.05)
    raise AssertionError(status)


def test_the_description_names_the_twin_of_every_path():
    found = openapi()
    assert len(found["paths"]) >= 20
    for ways in found["paths"].values():
        assert all(way["summary"] for way in ways.values())
    assert "/api/run" in found["paths"]


ARTICLE = """China mines about 70 % of the world's rare earths. Brazil mines more than half of the world's niobium.
The offer is a bold move that reshapes the world. Officials said that the talks had been good and would go on soon."""


def test_an_article_is_read_as_the_shell_reads_it(client, tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    found = client.post("/api/read", json={"text": ARTICLE}).json()
    assert any(claim["verdict"] == "supported" for claim in found["claims"])
    assert {k: v for k, v in found.items() if k != "passages"} == printed("read", str(path), "--json")
    text = 'text = "Niobium is mined in Brazil."\n[test]\ntype = "share"\nmaterial = "Nb"\nstage = "mine"\n'
    text += 'place = "Brazil"\nvalue = 50\nrelation = ">"\nunit = "%"\n'
    (tmp_path / "claim.toml").write_text(text, encoding="utf-8")
    judged = client.post("/api/check", json={"text": text}).json()
    same = printed("check", str(tmp_path / "claim.toml"), "--json")
    assert judged["claims"][0]["verdict"] == same["claims"][0]["verdict"] == "supported"


def test_a_deal_adds_up(client):
    assert [d["name"] for d in client.get("/api/deals").json()] == [d["name"] for d in printed("deal", "--json")]
    found = client.post("/api/deal", json={"name": "joint-development-offer"}).json()
    room = [party["id"] for party in found["parties"] if party["present"]]
    whole = next(row["value"] for row in found["worth"] if sorted(row["members"]) == sorted(room))
    assert sum(found["gains"][party]["total"] for party in room) == pytest.approx(whole)
    assert sum(found["values"]["shapley"].values()) == pytest.approx(whole)
    assert client.post("/api/deal", json={"name": "/etc/passwd"}).status_code == 404

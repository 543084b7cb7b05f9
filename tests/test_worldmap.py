"""The world map: its projection, its shading, and that nothing is torn across the picture."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest

from ytterby.atlas.places import borders
from ytterby.show.backdrop import Backdrop, backdrop, expanded
from ytterby.show.projection import Frame, equal_earth
from ytterby.show.worldmap import BREAKS, Site, breaks_for, legend, outlines, shade, world_map

SQUARE = (((0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0), (0.0, 0.0)),)
TINY = (((103.0, 1.0), (103.3, 1.0), (103.3, 1.3), (103.0, 1.0)),)
SHAPES = {"AAA": (SQUARE,), "SGP": (TINY,), "ATA": (SQUARE,)}
NAMES = {"AAA": "A <land>", "SGP": "Singapore"}


def drawn(path: str) -> list[tuple[float, float]]:
    """Return the corners of an SVG path of relative steps."""
    corners = []
    for ring in re.findall(r"M([^z]*)z", path):
        start, steps = ring.split("l")
        x, y = (float(c) for c in start.split(","))
        corners.append((x, y))
        for step in steps.split():
            dx, dy = (float(c) for c in step.split(","))
            x, y = x + dx, y + dy
            corners.append((x, y))
    return corners


def test_the_projection_at_points_worked_by_hand() -> None:
    # At the equator θ = 0: x = 2√3 λ / (3 A1), y = 0; at the pole θ = π/3, where cos θ = 1/2 keeps the pole a line.
    assert equal_earth(90, 0) == pytest.approx((2 * math.sqrt(3) * math.pi / 2 / (3 * 1.340264), 0.0))
    x, y = equal_earth(180, 90)
    assert (x, y) == pytest.approx((1.6036, 1.3174), abs=1e-4)
    assert equal_earth(-30, -40) == pytest.approx(tuple(-c for c in equal_earth(30, 40)))


@pytest.mark.parametrize("latitude", [0.0, 20.0, 45.0, 60.0, 75.0])
def test_equal_areas_stay_equal(latitude: float) -> None:
    step = 0.01
    dx = equal_earth(step, latitude)[0] - equal_earth(-step, latitude)[0]
    dy = equal_earth(0, latitude + step)[1] - equal_earth(0, latitude - step)[1]
    on_the_sphere = math.radians(2 * step) ** 2 * math.cos(math.radians(latitude))
    assert dx * dy / on_the_sphere == pytest.approx(1.0, rel=1e-4)


def test_a_ring_across_the_date_line_stays_in_one_piece() -> None:
    frame = Frame()
    split = [(179.0, 65.0), (-179.0, 65.0), (-175.0, 66.0), (179.0, 67.0)]
    xs = [x for x, _ in drawn(frame.path([split]))]
    assert max(xs) - min(xs) < 30


def test_no_country_is_torn_across_the_map() -> None:
    frame = Frame()
    for code, polygons in borders().items():
        if code == "ATA":
            continue
        for polygon in polygons:
            corners = drawn(frame.path([polygon[0]]))
            jumps = [abs(a[0] - b[0]) for a, b in pairwise(corners)]
            assert max(jumps, default=0.0) < 100, code  # the longest straight border is the 49th parallel


def test_missing_is_not_zero_and_a_gain_is_not_a_loss() -> None:
    svg = world_map({"AAA": 0.0, "SGP": None}, SHAPES, "t", NAMES)
    assert re.search(r'<use href="#c-AAA" class="q0"><title>A &lt;land&gt;: 0\xa0% lost', svg)
    assert re.search(r'<use href="#c-SGP" class="nd"><title>Singapore: no data', svg)
    assert "12\xa0% gained" in world_map({"AAA": -12.0}, SHAPES, "t", NAMES)
    assert shade(-12.0, BREAKS[0]) == "up"
    words = legend(BREAKS[0])
    assert "no data" in words
    assert ">none<" in words


def test_shades_go_by_code_and_class() -> None:
    breaks = (5.0, 10.0, 20.0, 30.0)
    assert [shade(v, breaks) for v in (1, 5, 5.1, 29, 31)] == ["q1", "q1", "q2", "q4", "q5"]
    assert 'href="#c-AAA" class="q5"' in world_map({"AAA": 80.0}, SHAPES, "t", NAMES, breaks=breaks)
    assert breaks_for({"A": 0.4}) == BREAKS[0]
    assert breaks_for({"A": None}, {"B": 99.0}) == BREAKS[-1]


def test_a_small_state_with_a_number_is_marked() -> None:
    svg = world_map({"SGP": 40.0, "AAA": 1.0}, SHAPES, "t", NAMES)
    assert len(re.findall(r'<circle[^>]*class="small', svg)) == 1
    assert "<circle" not in world_map({"AAA": 1.0}, SHAPES, "t", NAMES)


def test_signs_tell_their_plant() -> None:
    sites = [Site(100.0, 20.0, stage, f"{stage} & plant") for stage in ("mine", "separation", "metal", "magnet")]
    svg = world_map({"AAA": 1.0}, SHAPES, "t", NAMES, sites)
    assert svg.count('class="site"') == 4
    assert "metal &amp; plant" in svg
    assert "Magnets" in legend(BREAKS[0], sites)


def test_the_picture_says_what_it_shows() -> None:
    svg = world_map({"AAA": 33.0}, SHAPES, "Losses", NAMES)
    assert 'role="img"' in svg
    assert "<title" in svg
    assert "Most affected: A &lt;land&gt; 33\xa0%." in svg


def test_antarctica_is_left_out_and_shapes_are_written_once() -> None:
    shapes = outlines(SHAPES)
    assert "c-ATA" not in shapes
    assert shapes.count('id="c-AAA"') == 1
    assert "<path" not in world_map({"AAA": 1.0}, SHAPES, "t", NAMES)


def test_groups_colour_their_members() -> None:
    scenery = Backdrop(groups={"EU27": ("DEU", "FRA")})
    assert expanded({"EU27": 4.0, "DEU": 1.0, "JPN": None}, scenery) == {"DEU": 1.0, "FRA": 4.0, "JPN": None}


def test_the_atlas_gives_names_borders_and_plants() -> None:
    scenery = backdrop()
    assert len(scenery.borders) > 190
    assert {"SGP", "HKG", "MLT", "TWN"} <= set(scenery.borders)
    assert scenery.names["MMR"] == "Myanmar"
    assert scenery.border_note
    assert all(-180 <= site.longitude <= 180 and -90 <= site.latitude <= 90 for _, site in scenery.sites)
    assert len(outlines(scenery.borders).encode()) < 250_000

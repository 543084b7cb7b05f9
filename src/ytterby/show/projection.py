"""Equal Earth: a world map on which equal areas stay equal, so that no country looks larger than it is.

Šavrič, Patterson and Jenny (2019), "The Equal Earth map projection", International Journal of Geographical Information
Science 33(3), 454-465, doi:10.1080/13658816.2018.1504949. With latitude φ, longitude λ and sin θ = (√3/2) sin φ:

    x = 2√3 λ cos θ / (3 (9 A4 θ⁸ + 7 A3 θ⁶ + 3 A2 θ² + A1)),    y = A4 θ⁹ + A3 θ⁷ + A2 θ³ + A1 θ

The map is centred on 11° E: its edge then runs through the Bering Strait and cuts no country in two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CENTRE = 11.0
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_ROOT3 = math.sqrt(3)
_STEP = 0.6  # points nearer than this [drawing units] to the one before cannot be seen apart

Point = tuple[float, float]
Ring = Sequence[Sequence[float]]


def equal_earth(longitude: float, latitude: float) -> Point:
    """Project a point [degrees; longitude from the central meridian] to the plane of the unit sphere.

    >>> tuple(round(c, 4) for c in equal_earth(180, 0)), tuple(round(c, 4) for c in equal_earth(0, 90))
    ((2.7066, 0.0), (0.0, 1.3174))
    """
    theta = math.asin(_ROOT3 / 2 * math.sin(math.radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = 9 * _A4 * sixth * square + 7 * _A3 * sixth + 3 * _A2 * square + _A1
    x = 2 * _ROOT3 * math.radians(longitude) * math.cos(theta) / (3 * slope)
    return x, theta * (_A4 * sixth * square + _A3 * sixth + _A2 * square + _A1)


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing area `width` units wide that shows the latitudes from `south` to `north` [degrees]."""

    width: float = 1000.0
    south: float = -56.0
    north: float = 84.0

    @property
    def scale(self) -> float:
        """Drawing units per unit of the projected sphere."""
        return self.width / (2 * equal_earth(180, 0)[0])

    @property
    def height(self) -> float:
        """The height of the drawing area."""
        return self.scale * (equal_earth(0, self.north)[1] - equal_earth(0, self.south)[1])

    def place(self, longitude: float, latitude: float, turn: float | None = None) -> Point:
        """Return the position of a point; `turn` is the whole turn that its ring takes, else its own."""
        around = _turn(longitude) if turn is None else turn
        x, y = equal_earth(longitude - CENTRE + around, latitude)
        return self.width / 2 + self.scale * x, self.scale * (equal_earth(0, self.north)[1] - y)

    def path(self, rings: Sequence[Ring]) -> str:
        """Return the SVG path of closed rings of (longitude, latitude); what vanishes at this scale is left out."""
        return "".join(self._ring(ring) for ring in rings)

    def _ring(self, ring: Ring) -> str:
        longitudes = _unwrapped([point[0] for point in ring])
        # A ring moves as one piece, so that an island beside the map's edge is not torn across the whole map.
        turn = _turn(sum(longitudes) / len(longitudes)) if longitudes else 0.0
        points: list[Point] = []
        for longitude, point in zip(longitudes, ring, strict=True):
            x, y = self.place(longitude, point[1], turn)
            if not points or abs(x - points[-1][0]) + abs(y - points[-1][1]) >= _STEP:
                points.append((x, y))
        return _drawn(points) if len(points) >= 3 else ""


def _unwrapped(longitudes: Sequence[float]) -> list[float]:
    """Longitudes [degrees] of a ring without jumps: a ring that crosses 180° goes on beyond it."""
    steady: list[float] = []
    for longitude in longitudes:
        around = round((steady[-1] - longitude) / 360) * 360 if steady else 0
        steady.append(longitude + around)
    return steady


def _turn(longitude: float) -> float:
    shifted = longitude - CENTRE
    return 360.0 if shifted < -180 else -360.0 if shifted > 180 else 0.0


def _drawn(points: Sequence[Point]) -> str:
    """Return a closed path in steps of a tenth of a unit; steps are written relative because that is half as long."""
    at = (round(points[0][0] * 10), round(points[0][1] * 10))
    steps = [f"M{_tenth(at[0])},{_tenth(at[1])}l"]
    for x, y in points[1:]:
        to = (round(x * 10), round(y * 10))
        steps.append(f"{_tenth(to[0] - at[0])},{_tenth(to[1] - at[1])}")
        at = to
    return steps[0] + " ".join(steps[1:]) + "z"


def _tenth(value: int) -> str:
    return f"{value / 10:g}"

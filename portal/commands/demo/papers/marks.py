"""The clients' emblems, drawn with a few strokes in a square of 40 points."""

from collections.abc import Callable
from math import cos, pi, sin
from typing import Any

Draw = Callable[[Any], None]


def draw_mark(canvas: Any, client_code: str, left: float, bottom: float, color: Any) -> None:
    """Draw a client's emblem with its lower left corner at this place of a reportlab canvas."""
    canvas.saveState()
    canvas.translate(left, bottom)
    canvas.setStrokeColor(color)
    canvas.setFillColor(color)
    canvas.setLineWidth(2.2)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    _MARKS[client_code](canvas)
    canvas.restoreState()


def _pine(canvas: Any) -> None:
    for bottom, half in ((8, 15), (17, 12), (26, 8)):
        _polygon(canvas, (20 - half, bottom), (20 + half, bottom), (20, bottom + 12))
    canvas.rect(18, 1, 4, 7, stroke=0, fill=1)


def _waves(canvas: Any) -> None:
    canvas.rect(17, 19, 6, 19, stroke=0, fill=1)
    canvas.rect(10.5, 25.5, 19, 6, stroke=0, fill=1)
    for bottom in (4, 11):
        path = canvas.beginPath()
        path.moveTo(2, bottom)
        for left in (2, 14, 26):
            path.curveTo(left + 4, bottom + 6, left + 8, bottom - 6, left + 12, bottom)
        canvas.drawPath(path)


def _juniper(canvas: Any) -> None:
    for step in range(7):
        angle = 2 * pi * step / 7 + pi / 2
        canvas.circle(20 + 12 * cos(angle), 21 + 12 * sin(angle), 3.4, stroke=0, fill=1)
    canvas.circle(20, 21, 4.6, stroke=1, fill=0)
    canvas.line(20, 4, 20, 1)


def _ridge(canvas: Any) -> None:
    _polyline(canvas, (2, 8), (14, 30), (21, 18), (27, 27), (38, 8))
    _polyline(canvas, (10, 8), (17, 17), (23, 8))


def _saguaro(canvas: Any) -> None:
    canvas.setLineWidth(4.6)
    canvas.line(20, 3, 20, 36)
    _polyline(canvas, (9, 25), (9, 16), (20, 13))
    _polyline(canvas, (31, 29), (31, 20), (20, 17))


def _heart(canvas: Any) -> None:
    path = canvas.beginPath()
    path.moveTo(20, 4)
    path.curveTo(2, 16, 0, 36, 12, 36)
    path.curveTo(17, 36, 20, 31, 20, 28)
    path.curveTo(20, 31, 23, 36, 28, 36)
    path.curveTo(40, 36, 38, 16, 20, 4)
    canvas.drawPath(path)
    canvas.setLineWidth(1.5)
    _polyline(canvas, (6, 20), (14, 20), (17, 27), (21, 13), (24, 20), (34, 20))


def _polygon(canvas: Any, *points: tuple[float, float]) -> None:
    path = _path(canvas, points)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _polyline(canvas: Any, *points: tuple[float, float]) -> None:
    canvas.drawPath(_path(canvas, points))


def _path(canvas: Any, points: tuple[tuple[float, float], ...]) -> Any:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    return path


_MARKS: dict[str, Draw] = {
    "RAD": _pine,
    "EDP": _waves,
    "EDF": _waves,
    "OEM": _juniper,
    "ORT": _ridge,
    "GIE": _saguaro,
    "CAR": _heart,
}

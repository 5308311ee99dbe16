"""Digits and scrawls drawn from pen paths, for shapes the collections lack:
the East Asian 7 with its serif, the open 4, the bare 1, and what is no digit.

A path is a list of points in a unit box, y down. Each pen-down piece is smoothed
with a Catmull-Rom spline after its points were moved about.
"""
import numpy as np
from PIL import Image, ImageDraw

DIGITS = {
    0: [[[(.55, .0), (.1, .2), (.0, .6), (.3, 1), (.75, .9), (1, .45), (.8, .08), (.5, .0)]],
        [[(.6, .03), (.2, .1), (.02, .5), (.25, .97), (.7, .95), (.98, .55), (.85, .1), (.45, .02), (.3, .1)]]],
    1: [[[(.5, 0), (.5, .5), (.5, 1)]], [[(.2, .25), (.55, 0), (.55, .5), (.55, 1)]], [[(.7, 0), (.55, .5), (.4, 1)]]],
    2: [[[(.05, .25), (.3, .0), (.8, .08), (.85, .38), (.4, .75), (.0, 1), (.5, .97), (1, .98)]],
        [[(.05, .2), (.4, .0), (.85, .15), (.75, .5), (.3, .85), (.05, .95), (.2, .78), (.5, .95), (1, .92)]]],
    3: [[[(.05, .12), (.45, .0), (.85, .18), (.7, .42), (.35, .48)], [(.35, .48), (.8, .55), (.95, .78), (.6, 1), (.2, .97), (.0, .85)]],
        [[(.05, .1), (.5, .0), (.85, .2), (.4, .47), (.75, .5), (.95, .75), (.5, 1), (.0, .88)]]],
    4: [[[(.45, .0), (.2, .35), (.0, .65), (.5, .65), (1, .63)], [(.7, .3), (.7, .65), (.68, 1)]],
        [[(.2, .0), (.1, .3), (.02, .58), (.5, .58), (.98, .55)], [(.75, .02), (.73, .5), (.7, 1)]],
        [[(.65, 1), (.67, .5), (.7, .0), (.3, .4), (.0, .7), (.5, .7), (1, .68)]]],
    5: [[[(.2, .02), (.15, .2), (.1, .45), (.5, .38), (.9, .55), (.85, .85), (.45, 1), (.0, .92)], [(.2, .02), (.55, .02), (.95, .0)]],
        [[(.95, .02), (.6, .02), (.2, .03), (.15, .25), (.1, .45), (.5, .4), (.9, .6), (.75, .92), (.35, 1), (.0, .9)]]],
    6: [[[(.7, .0), (.3, .25), (.05, .6), (.15, .92), (.55, 1), (.95, .8), (.75, .55), (.35, .55), (.08, .75)]]],
    7: [[[(.05, .3), (.05, .15), (.05, .03)], [(.05, .03), (.5, .03), (.95, .02), (.75, .4), (.5, 1)]],
        [[(.0, .03), (.5, .03), (.95, .02), (.7, .45), (.45, 1)]],
        [[(.08, .35), (.06, .05), (.5, .05), (.98, .03), (.9, .4), (.7, 1)]]],
    8: [[[(.85, .15), (.5, .0), (.15, .18), (.4, .43), (.85, .68), (.75, .95), (.35, 1), (.08, .8), (.4, .52), (.8, .28), (.85, .12)]],
        [[(.5, .45), (.15, .25), (.5, .0), (.85, .22), (.5, .45), (.1, .72), (.5, 1), (.92, .75), (.5, .45)]]],
    9: [[[(.9, .2), (.55, .0), (.1, .2), (.25, .5), (.7, .42), (.9, .15), (.88, .5), (.8, 1)]],
        [[(.9, .15), (.45, .0), (.08, .22), (.3, .48), (.75, .38), (.92, .1), (.8, .55), (.4, 1)]]],
}


def smooth(points, steps=8):
    points = np.asarray(points, np.float64)
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:]):
        pieces.append(0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t ** 2 + (3 * p1 - p0 - 3 * p2 + p3) * t ** 3))
    return np.vstack(pieces + [padded[-2:-1]])


def draw(paths, width, height, stroke):
    """Ink of smooth paths with a round pen, stroke pixels wide, in a box of
    width × height pixels plus the pen's own width."""
    big = 3
    pad = stroke + 2
    canvas = Image.new("L", (int((width + 2 * pad) * big), int((height + 2 * pad) * big)))
    pen = ImageDraw.Draw(canvas)
    for path in paths:
        line = [(((x * width) + pad) * big, ((y * height) + pad) * big) for x, y in path]
        pen.line(line, fill=255, width=max(1, int(stroke * big)), joint="curve")
        radius = stroke * big / 2
        for x, y in (line[0], line[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = canvas.resize((canvas.width // big, canvas.height // big), Image.BOX)
    return np.asarray(small, np.float32) / 255


def digit(rng, label):
    """A pen-drawn digit about 40 pixels high."""
    forms = DIGITS[label]
    pieces = forms[rng.integers(len(forms))]
    height = 40
    width = height * (rng.uniform(.02, .3) if label == 1 else rng.uniform(.4, .85))
    wobble = rng.uniform(.01, .045)
    paths = [smooth(np.asarray(piece) + rng.normal(0, wobble, (len(piece), 2))) for piece in pieces]
    return draw(paths, width, height, rng.uniform(2, 5))


def scrawl(rng):
    """Pen marks that mean nothing: a wandering line with several turns."""
    points = np.cumsum(rng.normal(0, .35, (rng.integers(6, 16), 2)), 0)
    points = (points - points.min(0)) / np.maximum(np.ptp(points, 0), .2)
    return draw([smooth(points)], 40, 40, rng.uniform(2, 5))

"""Draws cells of boxed digits as a document scanner sees them.

Classes 0 to 9 are digits, EMPTY a cell with nothing written in it (dirt, a
neighbour's stroke, print showing through), NOT_A_DIGIT everything else. Lengths
are in millimetres until the very end.
"""
import io
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

import fonts
import sources
import strokes

EMPTY, NOT_A_DIGIT, CLASSES = 10, 11, 12

# What no reader could tell from a digit is not drawn as a negative: it would teach
# the network to doubt the digit. フ and ワ are the serif 7 of East Asia, ろ a 3, 日 an 8.
LATIN = "AEFHJKLMNPRUVWXYdefhkmnptvwxÄ#%&@?$*+="
KANA = "あいえおかきけさすせたなにぬねはひふへほまみむめもやゆよれわをんアイウエオカキケサシスセチテトナヌネハヒホマミムメモヤユルレン"
KANJI = "年月令和平成昭同上未済無有様東京市区町村回医院男女才火水木金土不明欠"
JAPANESE_FACES = ("IPAexGothic", "IPAexMincho", "IPAGothic", "Noto Sans CJK JP", "Noto Serif CJK JP", "Yusei Magic",
                  "KouzanBrushFont", "KouzanBrushFontGyousyo", "AoyagiKouzanFontT", "AoyagiSosekiFont2", "MotoyaLMaru",
                  "UmePlus Gothic", "Komatuna", "Konatu", "Sawarabi Mincho")


class Glyphs:
    """Digits by source, for one split."""

    def __init__(self, data, split):
        self.split = split
        self.families = fonts.PLAIN if split == "train" else fonts.CALIBRATE if split == "calibrate" else fonts.EVALUATE
        self.hand = {}
        sets = {"mnist": sources.mnist(data, split), "nsysu": sources.nsysu(data, split), "box": sources.nsysu(data, split, whole=True)}
        if split == "evaluate":
            sets["semeion"] = sources.semeion(data)
        for name, found in sets.items():
            self.hand[name] = [[ink for ink, label in found if label == digit] for digit in range(10)]

    def digit(self, rng, source, label):
        if source in self.hand:
            choices = self.hand[source][label] or self.hand["mnist"][label]
            return choices[rng.integers(len(choices))]
        if source == "pen":
            return strokes.digit(rng, label)
        if source == "penfont":
            return letter(rng, str(label), fonts.HAND)
        return letter(rng, str(label), self.families)


def letter(rng, text, families):
    """Ink of a character or two in one of the families, cropped."""
    path, index = fonts.pick(rng, tuple(families))
    face = fonts.open_face(path, index, 56)
    canvas = Image.new("L", (64 + 64 * len(text), 96))
    ImageDraw.Draw(canvas).text((24, 12), text, font=face, fill=255)
    box = canvas.getbbox()
    if box is None:
        return np.zeros((8, 8), np.float32)
    return np.asarray(canvas.crop(box), np.float32) / 255


def place(rng, canvas, ink, centre, height, width, angle, shear, soft, cut, gain=None):
    """Adds ink to the canvas at centre (x, y), height × width pixels, turned and
    sheared; soft blurs the source, cut (0 to 1) sets how thick strokes come out,
    gain how hard their edges are (drawn by chance if not given)."""
    rows, columns = ink.shape
    padded = np.pad(ink, 2)
    # The source is sharpened at twice its size: its grey edges would otherwise
    # become wide smears when enlarged.
    angle, shear = np.deg2rad(angle), np.tan(np.deg2rad(shear))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.array([[1, shear], [0, 1]])
    forward = turn @ np.diag([width / columns, height / rows])
    back = np.linalg.inv(forward)
    middle = np.array([(columns - 1) / 2 + 2, (rows - 1) / 2 + 2])
    offset = middle - back @ np.asarray(centre) + 0.5
    h, w = canvas.shape
    data = (back[0, 0], back[0, 1], offset[0] , back[1, 0], back[1, 1], offset[1])
    image = Image.fromarray((np.clip(padded, 0, 1) * 255).astype(np.uint8))
    shrink = max(rows / height, columns / max(width, 1))
    if shrink > 1.3:
        image = image.filter(ImageFilter.GaussianBlur(0.45 * shrink))
    layer = np.asarray(image.transform((w, h), Image.AFFINE, data, Image.BICUBIC), np.float32) / 255
    if soft > 0:
        layer = ndimage.gaussian_filter(layer, soft)
    layer = np.clip((layer - cut) * (gain or rng.uniform(3, 8)) + 0.5, 0, 1)
    np.maximum(canvas, layer, out=canvas)
    return layer


def noise_field(rng, shape, scale):
    """Smooth noise, mean 0, deviation 1."""
    h, w = shape
    coarse = rng.normal(size=(int(h / scale) + 3, int(w / scale) + 3)).astype(np.float32)
    image = Image.fromarray(coarse).resize((w, h), Image.BICUBIC)
    return np.asarray(image)


class Scene:
    """One cell in the making: layers of ink on paper. A gentle one was written
    firmly and scanned well, as most are in an office."""

    gentle = False

    def __init__(self, rng):
        self.rng = rng
        self.ppm = float(rng.choice([7.87, 11.81, 11.81, 11.81, 11.81, 15.75]) * rng.uniform(.96, 1.04))
        self.cell_w = rng.uniform(4.5, 7.5)
        self.cell_h = np.clip(self.cell_w * rng.uniform(.95, 1.5), 4.5, 9.5)
        margin = rng.uniform(.7, 1.3)
        self.left, self.top = margin + rng.normal(0, .22), margin + rng.normal(0, .22)
        self.w, self.h = int((self.cell_w + 2 * margin) * self.ppm), int((self.cell_h + 2 * margin) * self.ppm)
        self.ink = np.zeros((self.h, self.w), np.float32)  # grey levels below paper
        self.slant = rng.normal(0, 1.0)
        self.finish = None  # of the first thing written
        self.wanted = None  # where the strokes of the last thing written are
        self.noise = 0.0  # of the scan, in grey levels

    def blank(self):
        return np.zeros((self.h, self.w), np.float32)

    def at(self, x, y):
        """Pixels of a place in the cell's own millimetres."""
        return np.array([(self.left + x) * self.ppm, (self.top + y) * self.ppm])

    def lay(self, layer, contrast):
        np.maximum(self.ink, layer * contrast, out=self.ink)

    def line(self, layer, x0, y0, x1, y1, width, level=255):
        big = 2
        image = Image.new("L", (self.w * big, self.h * big))
        points = [tuple(self.at(x0, y0) * big), tuple(self.at(x1, y1) * big)]
        ImageDraw.Draw(image).line(points, fill=level, width=max(1, int(round(width * self.ppm * big))))
        np.maximum(layer, np.asarray(image.resize((self.w, self.h), Image.BOX), np.float32) / 255, out=layer)

    def frame(self):
        """The printed boxes: own frame, sometimes the neighbours'."""
        rng = self.rng
        kind = rng.choice(["comb", "box", "dashed", "none", "corner", "gapped"], p=[.45, .2, .1, .1, .05, .1])
        if kind == "none":
            return
        layer = self.blank()
        width = rng.uniform(.1, .45)
        w, h = self.cell_w, self.cell_h
        lean = np.tan(np.deg2rad(self.slant))
        far = 3.0
        sides = [(-far, 0, w + far, 0), (-far, h, w + far, h), (0, -.0, 0, h), (w, 0, w, h)]
        if kind in ("box", "gapped"):
            sides[0], sides[1] = (0, 0, w, 0), (0, h, w, h)
        if kind == "gapped":
            gap = rng.uniform(.4, 1.0)
            sides += [(-gap, 0, -gap, h), (w + gap, 0, w + gap, h), (-far, 0, -gap, 0), (-far, h, -gap, h), (w + gap, 0, w + far, 0), (w + gap, h, w + far, h)]
        if kind == "corner":
            sides = [sides[i] for i in rng.permutation(4)[:rng.integers(1, 3)]]
        for x0, y0, x1, y1 in sides:
            thin = width
            if kind == "comb" and x0 == x1 and rng.random() < .4:
                thin = width * .5
            ends = [(x + -lean * (y - h / 2), y + lean * (x - w / 2)) for x, y in ((x0, y0), (x1, y1))]
            if kind == "dashed":
                count = rng.integers(5, 14)
                for k in range(count):
                    a, b = k / count, (k + .55) / count
                    p, q = np.array(ends[0]), np.array(ends[1])
                    self.line(layer, *(p + (q - p) * a), *(p + (q - p) * b), thin)
            else:
                self.line(layer, *ends[0], *ends[1], thin)
        if rng.random() < .25:
            layer *= np.clip(.8 + .35 * noise_field(rng, layer.shape, 6), 0, 1)
        self.lay(layer, rng.uniform(25, 210))

    def pen(self):
        """Contrast and evenness of what was written with: ball pen, pencil, felt."""
        rng = self.rng
        kind = rng.choice(["pen", "pencil", "felt"], p=[.6, .28, .12])
        contrast = {"pen": rng.uniform(80, 215), "pencil": rng.uniform(22, 120), "felt": rng.uniform(120, 225)}[kind]
        rough = {"pen": rng.uniform(0, .2), "pencil": rng.uniform(.1, .45), "felt": rng.uniform(0, .1)}[kind]
        if self.gentle:
            return max(contrast, rng.uniform(70, 140)), rough * .4
        return contrast, rough

    def write(self, ink, centre, height, stretch=1.0, printed=False, finish=None, turn=None, thick=None):
        """Lays a glyph at centre with the pen's looks, or a stamp's or printer's."""
        rng = self.rng
        rows, columns = ink.shape
        width = height * columns / rows * stretch
        limit = self.cell_w * 1.12
        if width > limit:
            height, width = height * limit / width, limit
        layer = self.blank()
        angle = self.slant + (rng.normal(0, 1.5) if printed else rng.normal(0, 5)) + (turn or 0)
        shear = rng.normal(0, 1) if printed else rng.normal(0, 8)
        cut = thick if thick is not None else (rng.uniform(.3, .7) if printed else rng.uniform(.3, .72))
        soft = self.ppm / 11.8 * rng.uniform(.3, 1.2)
        place(rng, layer, ink, self.at(*centre), height * self.ppm, max(width * self.ppm, 1.5), angle, shear, soft, cut)
        if layer.max() < .3:
            place(rng, layer, ink, self.at(*centre), height * self.ppm, max(width * self.ppm, 3), angle, shear, .3, .3)
        self.wanted = place(rng, self.blank(), ink, self.at(*centre), height * self.ppm, max(width * self.ppm, 1.5), angle, shear, 0, .3, gain=8) > .5
        contrast, rough = finish or self.pen()
        self.finish = self.finish or (contrast, rough)
        if rough > 0:
            layer *= np.clip(1 - rough * .6 + rough * noise_field(rng, layer.shape, rng.uniform(1.5, 5)), 0, 1)
        self.lay(layer, contrast)
        return layer

    def neighbours(self, glyphs):
        """Strokes of the cells beside this one that reach into the picture."""
        rng = self.rng
        for side in (-1, 1):
            if rng.random() < .75:
                continue
            ink = glyphs.digit(rng, rng.choice(["mnist", "pen", "font"]), rng.integers(10))
            height = rng.uniform(3, 6)
            width = min(height * ink.shape[1] / ink.shape[0], 6)
            # At most 0.9 mm of it lies inside this cell.
            entering = rng.uniform(-1.2, .9)
            x = entering - width / 2 if side < 0 else self.cell_w - entering + width / 2
            # The neighbour was written with the same pen.
            self.write(ink, (x, self.cell_h / 2 + rng.normal(0, .4)), height, finish=self.finish)

    def dirt(self):
        rng = self.rng
        if rng.random() < .3:
            layer = self.blank()
            image = Image.new("L", (self.w, self.h))
            pen = ImageDraw.Draw(image)
            for _ in range(rng.integers(1, 6)):
                x, y = rng.uniform(0, self.w), rng.uniform(0, self.h)
                r = rng.uniform(.04, .22) * self.ppm
                pen.ellipse((x - r, y - r * rng.uniform(.4, 1), x + r, y + r), fill=255)
            np.maximum(layer, np.asarray(image, np.float32) / 255, out=layer)
            self.lay(layer, rng.uniform(20, 180))
        if rng.random() < .12:  # hair or scratch, thin and faint
            layer = self.blank()
            x, y, angle = rng.uniform(0, self.cell_w), rng.uniform(0, self.cell_h), rng.uniform(0, np.pi)
            reach = rng.uniform(.5, 3)
            self.line(layer, x, y, x + reach * np.cos(angle), y + reach * np.sin(angle), .08)
            self.lay(layer, rng.uniform(10, 45))

    def show_through(self, glyphs):
        rng = self.rng
        if rng.random() < .1:
            layer = self.blank()
            ink = np.fliplr(glyphs.digit(rng, "mnist", rng.integers(10)))
            place(rng, layer, ink, self.at(rng.uniform(0, self.cell_w), rng.uniform(0, self.cell_h)), 5 * self.ppm, 4 * self.ppm, rng.normal(0, 5), 0, 1, .4)
            self.ink += ndimage.gaussian_filter(layer, self.ppm * .12) * rng.uniform(3, 14)

    def scan(self):
        """What the scanner delivers of it: grey bytes."""
        rng = self.rng
        blur = self.ppm / 11.8 * rng.choice([rng.uniform(.2, .8), rng.uniform(.6, 1.5)], p=[.75, .25])
        if self.gentle:
            blur = min(blur, .9)
        ink = ndimage.gaussian_filter(self.ink, blur)
        paper = rng.uniform(195, 254)
        slope = rng.normal(0, 5, 2)
        ys, xs = np.mgrid[0:self.h, 0:self.w]
        light = paper + slope[0] * (xs / self.w - .5) * 2 + slope[1] * (ys / self.h - .5) * 2
        grey = light - ink * paper / 255
        noise = rng.choice([rng.uniform(.3, 2.5), rng.uniform(2, 9)], p=[.7, .3])
        if self.gentle:
            noise = min(noise, 3)
        self.noise = noise
        grain = rng.normal(0, noise, grey.shape).astype(np.float32)
        if rng.random() < .4:
            grain = ndimage.gaussian_filter(grain, .7) * 1.9
        grey = np.clip(grey + grain + noise_field(rng, grey.shape, 12) * rng.uniform(0, 2), 0, 255)
        if rng.random() < .25:  # the driver's tone curve whitens paper and darkens ink
            low, high = rng.uniform(0, 50), rng.uniform(200, 245)
            grey = np.clip((grey - low) / (high - low), 0, 1) * 255
        grey = grey.astype(np.uint8)
        if self.gentle or rng.random() < .85:
            buffer = io.BytesIO()
            quality = int(rng.choice([rng.integers(30, 75), rng.integers(75, 96)], p=[.3, .7]))
            Image.fromarray(grey).save(buffer, "JPEG", quality=max(quality, 65) if self.gentle else quality)
            grey = np.asarray(Image.open(buffer).convert("L"))
        elif rng.random() < .2:  # a fax or a one-bit scan
            grey = np.where(grey > np.percentile(grey, 90) - rng.uniform(25, 70), 255, 0).astype(np.uint8)
        return grey


def lost(scene, wanted, grey):
    """The length of the longest piece of the wanted strokes that cannot be seen in a
    scan, as a share of the writing's larger side. Seen is what is a third as dark as
    the darkest strokes and darker than the grain, within a pen's width."""
    paper = np.percentile(grey, 80)
    dark = ndimage.gaussian_filter(paper - grey.astype(np.float32), .5)
    least = max(.3 * np.percentile(dark[wanted], 90), 2.5 * scene.noise, 8)
    rim = max(1, round(.15 * scene.ppm))
    missing, count = ndimage.label(wanted & ~ndimage.binary_dilation(dark > least, iterations=rim), np.ones((3, 3)))
    if count == 0:
        return 0.0
    side = lambda place: max(piece.stop - piece.start for piece in place)
    return max(map(side, ndimage.find_objects(missing))) / side(ndimage.find_objects(wanted.astype(int))[0])


def loops(ink):
    """The number of places that ink encloses: none in a 1, one in a 6, two in an 8."""
    paper = np.pad(ink < .5, 1, constant_values=True)
    labels, count = ndimage.label(paper)
    if count < 2:
        return 0
    sizes = np.bincount(labels.ravel())[1:]
    outside = labels[0, 0] - 1
    least = max(2, .003 * ink.size)
    return int(sum(size >= least for i, size in enumerate(sizes) if i != outside))


def hand_height(rng, cell_h):
    return float(np.clip(rng.normal(.66, .15) * cell_h, 2.2, cell_h * 1.12))


def draw_digit(rng, scene, glyphs, label, source):
    w, h = scene.cell_w, scene.cell_h
    if source == "box":  # the scanned inside of a real box
        ink = glyphs.digit(rng, source, label)
        size = min(w, h) * rng.uniform(.9, 1.05)
        scene.write(ink, (w / 2, h / 2), size, stretch=rng.uniform(.9, 1.1), thick=rng.uniform(.3, .5))
        return
    ink = glyphs.digit(rng, source, label)
    if source == "font":
        height = rng.uniform(2.3, min(h * .95, 6))
        centre = (w / 2 + rng.normal(0, .35), h / 2 + rng.normal(0, .4))
        if rng.random() < .4:  # a rubber stamp: uneven ink, turned a little
            scene.slant += rng.normal(0, 3)
            finish = (rng.uniform(60, 190), rng.uniform(.1, .5))
        else:
            finish = (rng.uniform(60, 225), rng.choice([0, rng.uniform(0, .25)]))
        scene.write(ink, centre, height, stretch=rng.uniform(.85, 1.15), printed=True, finish=finish)
        return
    height = hand_height(rng, h)
    spare = max(0, (h - height) / 2)
    centre = (w / 2 + rng.normal(0, w * .1), h / 2 + np.clip(rng.normal(0, spare * .5), -spare - .5, spare + .5))
    stretch = rng.uniform(.85, 1.2)
    if source == "pen":
        scene.write(ink, centre, height, stretch=stretch)
        return
    before, wanted = scene.ink, loops(ink)
    for _ in range(8):  # a pen that opens or fills a loop writes another digit
        scene.ink = before.copy()
        if loops(scene.write(ink, centre, height, stretch=stretch)) == wanted:
            return
    scene.ink = before
    scene.write(ink, centre, height, stretch=stretch, thick=.5)


def draw_empty(rng, scene, glyphs):
    scene.show_through(glyphs)
    if rng.random() < .3:
        scene.dirt()


def any_source(rng):
    return rng.choice(["mnist", "nsysu", "pen", "penfont", "font"], p=[.4, .1, .2, .1, .2])


def draw_other(rng, scene, glyphs, kind):
    w, h = scene.cell_w, scene.cell_h
    centre = (w / 2 + rng.normal(0, .4), h / 2 + rng.normal(0, .4))
    if kind == "crossed":
        label = rng.integers(10)
        draw_digit(rng, scene, glyphs, label, any_source(rng))
        layer = scene.blank()
        width = rng.uniform(.25, .6)
        # One stroke along a 1 or a 7 may be the digit itself.
        style = rng.choice(["cross", "double", "zigzag"] + ([] if label in (1, 7) else ["slash"]))
        reach_x, reach_y = w * rng.uniform(.36, .55), h * rng.uniform(.34, .52)
        x, y = centre
        if style == "zigzag":
            ink = strokes.draw([strokes.smooth([(i % 2 + rng.normal(0, .08), i / 6 + rng.normal(0, .04)) for i in range(7)])], 40, 40, rng.uniform(2, 4))
            scene.write(ink, centre, h * rng.uniform(.5, .9), finish=(max(.75 * scene.finish[0], 60), 0))
        elif style == "double":
            slope = rng.normal(0, .5)
            for gap in (-rng.uniform(.3, .7), rng.uniform(.3, .7)):
                scene.line(layer, x - reach_x, y + gap - slope, x + reach_x, y + gap + slope, width)
        else:
            scene.line(layer, x - reach_x, y + reach_y, x + reach_x, y - reach_y, width)
            if style == "cross":
                scene.line(layer, x - reach_x + rng.normal(0, .3), y - reach_y, x + reach_x, y + reach_y + rng.normal(0, .3), width)
        # A strike that cannot be seen strikes nothing out.
        scene.lay(layer, max(scene.pen()[0], .75 * scene.finish[0], 60))
    elif kind == "two":
        size = rng.uniform(.4, .8) * h
        gap = rng.uniform(.17, .26) * w
        finish = (scene.pen()[0], 0)
        source = any_source(rng)
        for side in (-1, 1):
            ink = glyphs.digit(rng, source, rng.integers(10))
            narrow = min(1.0, (2 * gap * .95) / max(size * ink.shape[1] / ink.shape[0], .1))
            scene.write(ink, (w / 2 + side * gap, h / 2 + rng.normal(0, .2)), size, stretch=narrow, finish=finish)
    elif kind == "letter":
        text, families = {0: (LATIN, fonts.PLAIN if glyphs.split == "train" else glyphs.families), 1: (LATIN, fonts.HAND),
                          2: (KANA, JAPANESE_FACES), 3: (KANJI, JAPANESE_FACES)}[int(rng.integers(4))]
        ink = letter(rng, text[rng.integers(len(text))], families)
        printed = rng.random() < .4
        scene.write(ink, centre, rng.uniform(.45, .95) * h, stretch=rng.uniform(.8, 1.2), printed=printed)
    elif kind == "scrawl":
        scene.write(strokes.scrawl(rng), centre, rng.uniform(.4, 1.1) * h, stretch=rng.uniform(.6, 1.6))
    elif kind == "turned":
        label = rng.choice([2, 3, 4, 5])
        ink = glyphs.digit(rng, any_source(rng), label)
        turn = 90 * rng.choice([-1, 1])
        if label in (3, 4) and rng.random() < .5:
            if rng.random() < .5:
                ink = np.fliplr(ink)
                turn = 0
            else:
                turn = 180
        scene.write(ink, centre, hand_height(rng, h), turn=turn)
    elif kind == "between":  # the crop lies between two cells
        finish = scene.pen()
        source = any_source(rng)
        layer = scene.blank()
        scene.line(layer, w / 2, 0, w / 2, h, rng.uniform(.12, .4))
        scene.lay(layer, rng.uniform(60, 200))
        for x in (0, w):
            scene.write(glyphs.digit(rng, source, rng.integers(10)), (x + rng.normal(0, .3), h / 2), rng.uniform(.5, .8) * h, finish=finish)
    elif kind == "mark":  # ticks, dashes, slashes, crosses
        layer = scene.blank()
        width = rng.uniform(.25, .6)
        x, y = centre
        style = rng.choice(["tick", "dash", "slash", "cross", "equals", "through", "dots"])
        rx, ry = rng.uniform(.18, .5) * w, rng.uniform(.18, .5) * h
        if style == "tick":
            scene.line(layer, x - rx, y, x - rx * .3, y + ry, width)
            scene.line(layer, x - rx * .3, y + ry, x + rx, y - ry, width)
        elif style == "dash":
            scene.line(layer, x - rx, y + rng.normal(0, .2), x + rx, y, width)
        elif style == "slash":
            # From frame to frame: a shorter one is a 1.
            reach = rng.uniform(.5, .62)
            scene.line(layer, w * (.5 - reach), h * (.5 + reach), w * (.5 + reach), h * (.5 - reach), width)
        elif style == "cross":
            scene.line(layer, x - rx, y + ry, x + rx, y - ry, width)
            scene.line(layer, x - rx, y - ry, x + rx, y + ry, width)
        elif style == "equals":
            for gap in (-.15 * h, .15 * h):
                scene.line(layer, x - rx, y + gap, x + rx, y + gap + rng.normal(0, .1), width)
        elif style == "dots":
            for _ in range(rng.integers(2, 6)):
                dx, dy = rng.uniform(-.4, .4) * w, rng.uniform(-.4, .4) * h
                scene.line(layer, x + dx, y + dy, x + dx + .3, y + dy + rng.normal(0, .2), rng.uniform(.3, .8))
        else:
            slope = rng.normal(0, 1)
            scene.line(layer, -3, y - slope, w + 3, y + slope, width)
        scene.lay(layer, scene.pen()[0])
    elif kind == "blot":
        field = noise_field(rng, scene.ink.shape, rng.uniform(8, 30))
        layer = np.clip((field - rng.uniform(-.5, 1.2)) * 3, 0, 1)
        scene.lay(layer, rng.uniform(30, 200))
    elif kind == "ruled":
        layer = scene.blank()
        pitch, width = rng.uniform(.4, 1.3), rng.uniform(.08, .4)
        upright = rng.random() < .5
        for k in np.arange(-1, max(w, h) + 1, pitch):
            if upright:
                scene.line(layer, k, -2, k + rng.normal(0, .05), h + 2, width * rng.uniform(.5, 1.5))
            else:
                scene.line(layer, -2, k, w + 2, k + rng.normal(0, .05), width)
        scene.lay(layer, rng.uniform(40, 220))
    elif kind == "noise":
        scene.ink += np.abs(noise_field(rng, scene.ink.shape, rng.uniform(1, 6))) * rng.uniform(15, 90)
    elif kind == "text":  # a line of small print, or part of one
        text = "".join(rng.choice(list(KANJI + KANA + "0123456789ABCDEFabcdef"), rng.integers(3, 9)))
        ink = letter(rng, text, ("IPAexGothic", "IPAexMincho", "Noto Sans CJK JP"))
        size = rng.uniform(1.2, 2.6)
        rows = rng.integers(1, 4)
        for row in range(rows):
            layer = scene.blank()
            wide = size * ink.shape[1] / ink.shape[0]
            place(rng, layer, ink, scene.at(w / 2 + rng.normal(0, 1), h / 2 + (row - (rows - 1) / 2) * size * 1.4), size * scene.ppm, wide * scene.ppm, scene.slant, 0, .3, .45)
            scene.lay(layer, rng.uniform(60, 220))


OTHER_KINDS = {"crossed": .2, "two": .16, "letter": .22, "scrawl": .09, "turned": .06, "between": .06,
               "mark": .08, "blot": .02, "ruled": .02, "noise": .02, "text": .02}


# A digit of which a stroke cannot be seen is another digit, or none, to everybody:
# drawn as one it would teach doubt of all that look like it.
LOST = .15


def cell(rng, glyphs, label, source, gentle=False):
    """One cell: (grey picture, pixels per millimetre)."""
    while True:
        scene = Scene(rng)
        scene.gentle = gentle
        scene.show_through(glyphs)
        if label < 10:
            draw_digit(rng, scene, glyphs, label, source)
        elif label == EMPTY:
            draw_empty(rng, scene, glyphs)
        else:
            draw_other(rng, scene, glyphs, source)
        wanted = scene.wanted
        scene.frame()
        scene.neighbours(glyphs)
        scene.dirt()
        grey = scene.scan()
        if label >= 10 or wanted.any() and lost(scene, wanted, grey) <= LOST:
            return grey, scene.ppm


def draw_kind(rng, mix, glyphs):
    """A class and source after the mix {source: share}; 'empty' and 'other' are sources too."""
    names = list(mix)
    source = names[rng.choice(len(names), p=np.array([mix[n] for n in names]) / sum(mix.values()))]
    if source == "empty":
        return EMPTY, "empty"
    if source == "other":
        kinds = list(OTHER_KINDS)
        return NOT_A_DIGIT, kinds[rng.choice(len(kinds), p=np.array(list(OTHER_KINDS.values())) / sum(OTHER_KINDS.values()))]
    if source in glyphs.hand:
        return int(rng.choice([label for label in range(10) if glyphs.hand[source][label]])), source
    return int(rng.integers(10)), source


TRAIN_MIX = {"mnist": .35, "nsysu": .11, "box": .07, "pen": .09, "penfont": .02, "font": .13, "empty": .06, "other": .17}


def generate(data, split, mix, count, seed, prepare, gentle):
    """count prepared cells: (views uint8 [count, looks, 2, 32, 32], labels, source
    names). gentle is the share of gentle scenes. Training sees one look at a cell, the other splits all the reader's."""
    rng = np.random.default_rng(seed)
    glyphs = Glyphs(data, split)
    process = subprocess.Popen([prepare, "cells" if split == "train" else "looks"], stdin=subprocess.PIPE, stdout=open_spool(seed), bufsize=1 << 20)
    labels, names = np.zeros(count, np.uint8), []
    for number in range(count):
        label, source = draw_kind(rng, mix, glyphs)
        grey, ppm = cell(rng, glyphs, label, source, gentle > 0 and rng.random() < gentle)
        labels[number] = label
        names.append(source)
        process.stdin.write(np.uint32([grey.shape[1], grey.shape[0]]).tobytes() + np.float32(ppm).tobytes() + np.ascontiguousarray(grey).tobytes())
    process.stdin.close()
    if process.wait() != 0:
        raise SystemExit("prepare failed")
    views = np.fromfile(spool_name(seed), np.uint8).reshape(count, -1, 2, 32, 32)
    return views, labels, np.array(names)


def spool_name(seed):
    return f"prepared-{seed}.raw"


def open_spool(seed):
    return open(spool_name(seed), "wb")

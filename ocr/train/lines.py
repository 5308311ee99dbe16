"""Draws printed lines as a document scanner sees them: ticket numbers, OCR
lines, lot numbers, dates."""
import subprocess

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

import fonts
from cells import Scene, noise_field, place

# The network's alphabet; index 0 is CTC's blank. OTHER stands for any character
# that is none of these, so that foreign text is seen to be foreign.
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./年月日令和平成昭大正明治"
OTHER = "\0"
SYMBOLS = ALPHABET + OTHER
CLASSES = len(SYMBOLS) + 1

JAPANESE = {
    "train": ["IPAGothic", "IPAMincho", "IPAPGothic", "IPAPMincho", "IPAexGothic", "IPAexMincho", "Noto Sans CJK JP", "Noto Sans Mono CJK JP",
              "Noto Serif CJK JP", "TakaoGothic", "TakaoMincho", "MotoyaLCedar", "MotoyaLMaru", "UmePlus Gothic", "Komatuna", "Konatu", "Sawarabi Mincho"],
    "calibrate": ["VL Gothic", "M PLUS 1"],
    "evaluate": ["M PLUS 2", "Sawarabi Gothic"],
}
LATIN = {"train": fonts.PLAIN, "calibrate": fonts.CALIBRATE, "evaluate": fonts.EVALUATE}
FOREIGN = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン" \
          "接種券番号医療機関等名前住所生田中山川東京都市区町村製造量回目氏様仙台青葉宮城野若林泉太白" "abcdefghijkmnpqrstuwyz()#:&"


def digits(rng, count):
    return "".join(rng.choice(list("0123456789"), count))


def letters(rng, count):
    return "".join(rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), count))


def lot(rng):
    kind = rng.integers(10)
    if kind < 3:
        return letters(rng, 2) + digits(rng, 4)
    if kind == 3:
        return "300" + digits(rng, 4)
    if kind == 4:
        return digits(rng, 6) + letters(rng, 1)
    if kind == 5:
        return letters(rng, 1) + digits(rng, 3) + letters(rng, 1)
    if kind == 6:
        return letters(rng, 2) + digits(rng, 3) + letters(rng, int(rng.integers(2)))
    if kind == 7:
        return digits(rng, 1) + letters(rng, 1) + digits(rng, 2) + letters(rng, int(rng.integers(2)))
    if kind == 8:
        return letters(rng, 1) + digits(rng, 3)
    return "".join(rng.choice(list(ALPHABET[:36]), rng.integers(4, 11)))


def date(rng):
    year, month, day = rng.integers(1900, 2036), rng.integers(1, 13), rng.integers(1, 32)
    style = rng.integers(6)
    if style == 0:
        return f"{year}年{month}月{day}日", True
    if style in (1, 2):
        era = ["令和", "平成", "昭和", "大正", "明治"][rng.choice(5, p=[.3, .25, .3, .1, .05])]
        gap = ["", " "][rng.integers(2)]
        return f"{era}{rng.integers(1, 65)}年{gap}{month}月{gap}{day}日", True
    if style == 3:
        return f"{'RHSTM'[rng.integers(5)]}{rng.integers(1, 65)}.{month}.{day}", False
    mark = "/-."[rng.integers(3)]
    return (f"{year}{mark}{month:02}{mark}{day:02}" if rng.random() < .6 else f"{year}{mark}{month}{mark}{day}"), False


def text(rng):
    """(text, wants Japanese type, kind)."""
    kind = rng.choice(["ocr", "number", "lot", "date", "mixed", "short", "foreign"], p=[.24, .2, .26, .12, .06, .06, .06])
    if kind == "ocr":
        return digits(rng, 18), False, kind
    if kind == "number":
        return digits(rng, int(rng.choice([10, 10, 6, rng.integers(3, 15)]))), False, kind
    if kind == "lot":
        head = rng.choice(["", "", "", "LOT ", "LOT.", "NO."])
        return head + lot(rng), False, kind
    if kind == "date":
        return *date(rng), kind
    if kind == "mixed":
        parts = [digits(rng, int(rng.integers(1, 5))) for _ in range(rng.integers(2, 4))]
        return rng.choice(["-", ".", "/", " "]).join(parts), False, kind
    if kind == "short":
        return "".join(rng.choice(list(ALPHABET[:36] if rng.random() < .4 else "0123456789"), rng.integers(1, 4))), False, kind
    around = "".join(rng.choice(list(FOREIGN), rng.integers(1, 8)))
    inside = digits(rng, int(rng.integers(0, 6))) if rng.random() < .6 else lot(rng)
    return (around + inside if rng.random() < .6 else inside + around), True, kind


def face(rng, split, japanese, kind):
    if kind == "ocr" and rng.random() < .6 or rng.random() < .08 and not japanese:
        return fonts.pick(rng, ("OCR B",))
    return fonts.pick(rng, tuple(JAPANESE[split] if japanese else LATIN[split]))


def ink_of(rng, string, path, index, wide):
    """The line in ink, 64 pixels to the em, with its letters spaced."""
    font = fonts.open_face(path, index, 56)
    full = {c: chr(ord(c) + 0xfee0) for c in "0123456789"} if wide else {}
    spacing = rng.choice([0, rng.uniform(-.02, .08), rng.uniform(.05, .6)], p=[.5, .3, .2]) * 56
    shown = [full.get(c, c) for c in string]
    advances = [font.getlength(c) + spacing for c in shown]
    canvas = Image.new("L", (int(sum(advances)) + 96, 112))
    pen = ImageDraw.Draw(canvas)
    x = 40.0
    lift = rng.uniform(0, 2.5) if rng.random() < .15 else 0  # letters that dance on their base line
    for c, advance in zip(shown, advances):
        pen.text((x, 16 + rng.normal(0, 1) * lift), c, font=font, fill=255)
        x += advance
    box = canvas.getbbox()
    return None if box is None else np.asarray(canvas.crop(box), np.float32) / 255


class Line(Scene):
    """A field's crop with one line of print."""

    def __init__(self, rng, ink, tall):
        self.rng = rng
        dpi = rng.choice([200, 300, 300, 300, 300, 400])
        self.ppm = float(dpi / 25.4 * rng.uniform(.93, 1.03))
        self.text_h = tall
        self.text_w = tall * ink.shape[1] / ink.shape[0] * rng.uniform(.92, 1.08)
        self.slant = rng.normal(0, .7) if rng.random() < .8 else rng.uniform(-3.2, 3.2)
        rise = abs(np.tan(np.deg2rad(self.slant))) * self.text_w
        top, bottom = rng.uniform(.25, 2.0, 2)
        if rng.random() < .05:
            top -= rng.uniform(.2, .5) * .5
        left, right = rng.uniform(.3, 5, 2)
        self.cell_w, self.cell_h = self.text_w, tall
        self.left, self.top = left, max(top + rise / 2, .05)
        self.w = int((left + self.text_w + right) * self.ppm)
        self.h = int((self.top + tall + max(bottom + rise / 2, .05)) * self.ppm)
        self.ink = np.zeros((self.h, self.w), np.float32)

    def rules(self):
        rng = self.rng
        layer = self.blank()
        lean = np.tan(np.deg2rad(self.slant))
        width = rng.uniform(.08, .45)
        w = self.text_w
        for place_y in (-rng.uniform(.3, 1.6), self.text_h + rng.uniform(.3, 1.6)):
            if rng.random() < .3:
                self.line(layer, -10, place_y - lean * (w / 2 + 10), w + 10, place_y + lean * (w / 2 + 10), width)
        for place_x in (-rng.uniform(.5, 4), w + rng.uniform(.5, 4)):
            if rng.random() < .15:
                self.line(layer, place_x, -9, place_x, 9, width)
        self.lay(layer, rng.uniform(40, 210))

    def worn(self, layer):
        """Toner that is missing, streaked, spread or shaken."""
        rng = self.rng
        fate = rng.random()
        if fate < .2:
            layer *= np.clip(rng.uniform(.5, 1.1) + rng.uniform(.2, .7) * noise_field(rng, layer.shape, rng.uniform(1.2, 5)), 0, 1)
        elif fate < .28:
            holes = ndimage.gaussian_filter((rng.random(layer.shape) < rng.uniform(.005, .05)).astype(np.float32), rng.uniform(.3, .8))
            layer *= np.clip(1 - holes * rng.uniform(2, 5), 0, 1)
        elif fate < .34:
            stripe = np.clip(1 + .6 * noise_field(rng, (layer.shape[0], 1 + 2), 2)[:, :1], 0, 1) if rng.random() < .5 else np.clip(1 + .6 * noise_field(rng, (3, layer.shape[1]), 3)[:1], 0, 1)
            layer *= stripe
        return layer

    def stamp(self):
        """A seal or pen stroke over the line, lighter than the print."""
        rng = self.rng
        image = Image.new("L", (self.w, self.h))
        pen = ImageDraw.Draw(image)
        x, y = rng.uniform(0, self.w), rng.uniform(-.3, 1.3) * self.h
        radius = rng.uniform(3, 10) * self.ppm
        width = max(1, int(rng.uniform(.2, .7) * self.ppm))
        if rng.random() < .6:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=255, width=width)
        else:
            pen.line((x, y, x + rng.normal(0, radius), y + rng.normal(0, radius)), fill=255, width=width)
        self.lay(np.asarray(image, np.float32) / 255, rng.uniform(20, 110))

    def others(self, split):
        """Parts of the lines above and below."""
        rng = self.rng
        for side in (-1, 1):
            if rng.random() < .85:
                continue
            path, index = fonts.pick(rng, tuple(JAPANESE[split]))
            ink = ink_of(rng, "".join(rng.choice(list(FOREIGN + ALPHABET), rng.integers(3, 14))), path, index, False)
            if ink is None:
                continue
            tall = rng.uniform(1.5, 3)
            y = -tall / 2 - rng.uniform(.5, 1.5) if side < 0 else self.text_h + tall / 2 + rng.uniform(.5, 1.5)
            layer = self.blank()
            place(rng, layer, ink, self.at(rng.uniform(0, self.text_w), y), tall * self.ppm, tall * ink.shape[1] / ink.shape[0] * self.ppm, self.slant, 0, .3, .45)
            self.lay(layer, rng.uniform(60, 220))


def line(rng, split):
    """(grey picture, text, kind)."""
    while True:
        string, japanese, kind = text(rng)
        path, index = face(rng, split, japanese, kind)
        ink = ink_of(rng, string, path, index, japanese and rng.random() < .25)
        if ink is not None and ink.shape[1] >= 3 and ink.shape[0] >= 6:
            break
    scene = Line(rng, ink, float(rng.choice([rng.uniform(1.7, 2.8), rng.uniform(2.2, 4.5)])))
    layer = scene.blank()
    place(rng, layer, ink, scene.at(scene.text_w / 2, scene.text_h / 2), scene.text_h * scene.ppm, scene.text_w * scene.ppm, scene.slant,
          rng.normal(0, 1.5), scene.ppm / 11.8 * rng.uniform(.1, 1.0), rng.choice([rng.uniform(.38, .55), rng.uniform(.2, .75)]))
    contrast = rng.choice([rng.uniform(110, 225), rng.uniform(35, 130)], p=[.7, .3])
    scene.lay(scene.worn(layer), contrast)
    scene.rules()
    scene.others(split)
    if rng.random() < .1:
        scene.stamp()
    scene.dirt()
    return scene.scan(), string.replace(" ", ""), kind


def generate(split, count, seed, prepare):
    """Prepared lines: (bytes of all strips, widths, texts as index lists, kinds)."""
    rng = np.random.default_rng(seed)
    spool = f"prepared-lines-{seed}.raw"
    texts, kinds = [], []
    with open(spool, "wb") as out:
        process = subprocess.Popen([prepare, "lines"], stdin=subprocess.PIPE, stdout=out, bufsize=1 << 20)
        for _ in range(count):
            grey, string, kind = line(rng, split)
            texts.append([SYMBOLS.index(c) + 1 if c in ALPHABET else len(SYMBOLS) for c in string])
            kinds.append(kind)
            process.stdin.write(np.uint32([grey.shape[1], grey.shape[0]]).tobytes() + np.float32(scene_ppm).tobytes() + np.ascontiguousarray(grey).tobytes())
        process.stdin.close()
        if process.wait() != 0:
            raise SystemExit("prepare failed")
    raw = np.fromfile(spool, np.uint8)
    widths, pieces, at = [], [], 0
    for _ in range(count):
        width = int(raw[at:at + 4].view("<u4")[0])
        pieces.append(raw[at + 4:at + 4 + 32 * width])
        widths.append(width)
        at += 4 + 32 * width
    return np.concatenate(pieces), np.array(widths), texts, np.array(kinds)


# The line reader knows no resolution; the field is there for the shared header.
scene_ppm = 12.0

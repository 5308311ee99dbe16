"""The typefaces that training draws with, and the ones that are kept out of it.

Families are split by name: a family in HELD_OUT is never drawn for training,
in no weight and no width; evaluation draws with those alone.
"""
import functools
import subprocess

from PIL import ImageFont

# Never trained on. Half of them calibrate, the other half evaluates.
CALIBRATE = ["Courier Prime", "C059", "Karla", "M PLUS 1", "VL Gothic", "Linux Biolinum O", "Cantarell"]
EVALUATE = ["Roboto", "Roboto Condensed", "Hack", "Inconsolata", "Caladea", "Tinos", "Sawarabi Gothic", "M PLUS 2"]
HELD_OUT = set(CALIBRATE) | set(EVALUATE)

PLAIN = """Anonymous Pro;Arimo;Beteckna;BetecknaGS;BetecknaGSCondensed;Carlito;Comic Neue;
Courier Prime Code;Courier Prime Sans;Cousine;DejaVu Sans;DejaVu Sans Mono;DejaVu Serif;Dosis;
Dustismo;Dustismo Roman;Fira Code;FreeMono;FreeSans;FreeSerif;GFS Artemisia;IPAGothic;
IPAMincho;IPAPGothic;IPAPMincho;IPAexGothic;IPAexMincho;JetBrains Mono;Junicode Two Beta;Komatuna;Konatu;Lato;
League Spartan;Liberation Mono;Liberation Sans;Liberation Sans Narrow;Liberation Serif;Linux Libertine O;
Linux Libertine Mono O;M PLUS 1 Code;M PLUS Code Latin 50;M PLUS Code Latin 60;MotoyaLCedar;MotoyaLMaru;
Nimbus Mono PS;Nimbus Roman;Nimbus Sans;Nimbus Sans Narrow;Noto Sans;Noto Sans Display;Noto Serif;
Noto Serif Display;Noto Sans CJK JP;Noto Sans Mono CJK JP;Noto Serif CJK JP;OCR B;OCRA;OCRABold;OCRACondensed;
Old Standard TT;Open Sans;Open Sans Condensed;P052;Quicksand;Quicksand Medium;Sawarabi Mincho;TakaoGothic;
TakaoMincho;TakaoPGothic;UmePlus Gothic;UmePlus P Gothic;URW Bookman;URW Gothic;monofur;VL PGothic""".replace("\n", "").split(";")

HAND = """Rufscript;Isabella;Domestic Manners;Yusei Magic;KouzanBrushFont;
KouzanBrushFontGyousyo;AoyagiKouzanFontT;AoyagiSosekiFont2;Humor Sans;Purisa""".replace("\n", "").split(";")

# Faces whose digits are no plain digits (old style figures are welcome, ornaments are not).
SKIP_FILES = ("OCRBE", "OCRBF", "OCRBX", "LinLibertine_I", "Keyboard", "JunicodeVF")


@functools.lru_cache(None)
def _files():
    listing = subprocess.run(["fc-list", "--format", "%{family[0]}|%{file}|%{index}\n"],
                             check=True, capture_output=True, text=True).stdout
    files = {}
    for line in sorted(listing.splitlines()):
        family, path, index = line.split("|")
        index = int(index)
        if index > 100 or any(skip in path for skip in SKIP_FILES) or not path.lower().endswith((".ttf", ".otf", ".ttc", ".t1")):
            continue
        files.setdefault(family, set()).add((path, index))
    return {family: sorted(found) for family, found in files.items()}


def faces(families):
    """Every (path, index) of the families that are installed, family by family."""
    files = _files()
    return [files[family] for family in families if family in files]


def missing(families):
    return [family for family in families if family not in _files()]


@functools.lru_cache(512)
def open_face(path, index, size):
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


def pick(rng, families):
    """A face, families equally likely whatever their number of weights."""
    choices = faces(tuple(families)) if not isinstance(families, str) else faces((families,))
    face = choices[rng.integers(len(choices))]
    return face[rng.integers(len(face))]

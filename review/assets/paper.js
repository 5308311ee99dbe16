// The page image: upright, moved and enlarged so that the field in question
// lies in the middle, with its outline. Pixels are those of the page's quads.

const svg = "http://www.w3.org/2000/svg";

export class Paper {
  constructor(container, picture, caption, words) {
    this.picture = picture;
    this.quads = [];
    this.whole = true;
    this.figure = document.createElement("figure");
    this.figure.className = "view";
    this.stage = document.createElement("div");
    this.stage.className = "stage";
    this.image = new Image();
    this.image.alt = caption;
    this.image.draggable = false;
    this.marks = document.createElementNS(svg, "svg");
    this.stage.append(this.image, this.marks);
    this.figure.append(this.stage);
    const label = document.createElement("figcaption");
    label.textContent = caption;
    this.state = document.createElement("p");
    this.state.className = "loading";
    this.state.textContent = words.loading;
    this.figure.append(label, this.state);
    container.append(this.figure);
    this.ready = new Promise((resolve) => {
      this.image.addEventListener("load", () => { this.loaded(); resolve(true); });
      this.image.addEventListener("error", () => { this.failed(words); resolve(false); });
    });
    this.image.src = picture.url;
    this.watch = new ResizeObserver(() => this.place());
    this.watch.observe(this.figure);
    this.handle();
  }

  close() {
    this.watch.disconnect();
    this.image.src = "";
    this.figure.remove();
  }

  loaded() {
    this.state.remove();
    this.width = this.picture.width || this.image.naturalWidth;
    this.height = this.picture.height || this.image.naturalHeight;
    for (const element of [this.stage, this.image, this.marks]) {
      element.style.width = `${this.width}px`;
      element.style.height = `${this.height}px`;
    }
    this.marks.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.figure.classList.add("loaded");
    this.place();
  }

  failed(words) {
    this.state.textContent = words.no_image + " ";
    const link = document.createElement("a");
    link.href = this.picture.original;
    link.download = "";
    link.textContent = words.original;
    this.state.append(link);
  }

  /** Outlines quads, the first one strongly, and goes to it. */
  focus(quads) {
    this.quads = quads;
    this.whole = quads.length === 0;
    this.manual = null;
    this.place();
  }

  toggle() {
    this.manual = null;
    this.whole = !this.whole;
    this.place();
  }

  // upright maps a point of the image to the turned page.
  upright(p) {
    switch (this.picture.turn) {
      case 90: return { x: this.height - p.y, y: p.x };
      case 180: return { x: this.width - p.x, y: this.height - p.y };
      case 270: return { x: p.y, y: this.width - p.x };
    }
    return p;
  }

  place() {
    if (!this.width || !this.figure.clientWidth) return;
    const across = this.picture.turn % 180 !== 0;
    const width = across ? this.height : this.width, height = across ? this.width : this.height;
    const viewWidth = this.figure.clientWidth, viewHeight = this.figure.clientHeight;
    const fit = Math.min(viewWidth / width, viewHeight / height);
    let scale = fit, centre = { x: width / 2, y: height / 2 };
    if (this.manual) {
      ({ scale, centre } = this.manual);
      scale = Math.max(scale, fit);
    } else if (!this.whole && this.quads.length) {
      const corners = this.quads[0].map((p) => this.upright(p));
      const xs = corners.map((p) => p.x), ys = corners.map((p) => p.y);
      const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
      // Twice life size at most: enough to read, with the neighbours in view.
      const life = 96 / 25.4 / this.picture.pixels_mm;
      scale = Math.max(fit, Math.min(0.6 * viewWidth / (right - left), 0.6 * viewHeight / (bottom - top), 2 * life));
      centre = { x: (left + right) / 2, y: (top + bottom) / 2 };
    }
    // The page never leaves the view further than it must.
    const half = { x: viewWidth / 2 / scale, y: viewHeight / 2 / scale };
    centre.x = width <= 2 * half.x ? width / 2 : Math.min(Math.max(centre.x, half.x), width - half.x);
    centre.y = height <= 2 * half.y ? height / 2 : Math.min(Math.max(centre.y, half.y), height - half.y);
    this.shown = { scale, centre };
    const origin = this.upright({ x: 0, y: 0 }), right = this.upright({ x: 1, y: 0 }), down = this.upright({ x: 0, y: 1 });
    const a = (right.x - origin.x) * scale, b = (right.y - origin.y) * scale;
    const c = (down.x - origin.x) * scale, d = (down.y - origin.y) * scale;
    const e = viewWidth / 2 + (origin.x - centre.x) * scale, f = viewHeight / 2 + (origin.y - centre.y) * scale;
    this.stage.style.transform = `matrix(${a},${b},${c},${d},${e},${f})`;
    this.mark();
  }

  mark() {
    this.marks.replaceChildren(...this.quads.map((quad, i) => {
      const outline = document.createElementNS(svg, "polygon");
      outline.setAttribute("points", grow(quad, 0.8 * this.picture.pixels_mm).map((p) => `${p.x},${p.y}`).join(" "));
      outline.setAttribute("class", i === 0 ? "mark" : "mark second");
      return outline;
    }));
  }

  // The wheel enlarges, dragging moves; both until the next field.
  handle() {
    this.figure.addEventListener("wheel", (event) => {
      if (!this.shown) return;
      event.preventDefault();
      this.manual = { centre: this.shown.centre, scale: Math.min(4, this.shown.scale * (event.deltaY < 0 ? 1.2 : 1 / 1.2)) };
      this.place();
    }, { passive: false });
    this.figure.addEventListener("pointerdown", (event) => {
      if (!this.shown || event.target.closest("a")) return;
      event.preventDefault(); // the cursor stays in the field
      this.figure.setPointerCapture(event.pointerId);
      const move = (moved) => {
        const { scale, centre } = this.shown;
        this.manual = { scale, centre: { x: centre.x - moved.movementX / scale, y: centre.y - moved.movementY / scale } };
        this.place();
      };
      this.figure.addEventListener("pointermove", move);
      this.figure.addEventListener("pointerup", () => this.figure.removeEventListener("pointermove", move), { once: true });
    });
  }
}

/** Moves a quad's corners away from its middle by a distance in pixels. */
export function grow(quad, by) {
  const middle = { x: 0, y: 0 };
  for (const p of quad) { middle.x += p.x / 4; middle.y += p.y / 4; }
  return quad.map((p) => ({ x: p.x + Math.sign(p.x - middle.x) * by, y: p.y + Math.sign(p.y - middle.y) * by }));
}

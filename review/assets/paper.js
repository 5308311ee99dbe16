// The page image: upright, moved and enlarged so that the field in question
// lies in the middle, with its outline. Points are pixels of the page image, as
// the quads speak of them.

import { element } from "./element.js";

const travel = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150; // milliseconds from field to field
const mostPixels = 100_000_000; // of a damaged file; no scanner makes more

export class Paper {
  constructor(container, picture, caption, words) {
    this.picture = picture;
    this.turn = picture.turn;
    this.quads = [];
    this.whole = true;
    this.canvas = element("canvas", { role: "img", "aria-label": caption });
    this.state = element("p", { class: "loading", text: words.loading });
    this.figure = element("figure", { class: "view" }, this.canvas, element("figcaption", { text: caption }), this.state);
    container.append(this.figure);
    this.ready = this.load(words);
    this.watch = new ResizeObserver(() => this.place(0));
    this.watch.observe(this.figure);
    this.handle();
  }

  close() {
    this.closed = true;
    this.watch.disconnect();
    this.image?.close?.();
    this.figure.remove();
  }

  /**
   * Fetches and decodes the page once; crops are cut from the same pixels. A
   * lost network or session makes it wait, as it does the deeds.
   */
  async load(words) {
    let answer = null;
    while (!answer && !this.closed) {
      answer = await fetch(this.picture.url, { cache: "no-store" }).catch(() => null);
      if (answer && (answer.status === 401 || answer.status === 429 || answer.status >= 500)) answer = null;
      if (!answer) await new Promise((resolve) => { setTimeout(resolve, 1500); });
    }
    try {
      const whole = answer?.ok ? await createImageBitmap(await answer.blob()).catch(() => null) : null;
      this.image = whole ?? await this.damaged(words);
    } catch {
      this.state.replaceChildren(element("span", { text: words.no_image }),
        element("a", { href: this.picture.original, download: "", text: words.original }));
      return false;
    }
    if (this.closed) {
      this.image.close?.();
      return false;
    }
    this.width = this.picture.width || this.image.naturalWidth || this.image.width;
    this.height = this.picture.height || this.image.naturalHeight || this.image.height;
    this.state.remove();
    this.place(0);
    return true;
  }

  /** Takes what the browser can still make of a damaged file. */
  async damaged(words) {
    if (!this.picture.damaged) throw new Error("not shown");
    const image = new Image();
    image.src = this.picture.original;
    await new Promise((resolve, reject) => { image.onload = resolve; image.onerror = reject; });
    if (image.naturalWidth * image.naturalHeight > mostPixels) throw new Error("too large");
    this.figure.querySelector("figcaption").textContent = words.damaged;
    return image;
  }

  /** Outlines quads, the first one strongly, and goes to it unless the whole page is wanted first. */
  focus(quads, whole = false) {
    this.quads = quads;
    this.whole = whole || quads.length === 0;
    this.place(travel);
  }

  /** Shows the whole page, or the field again. */
  toggle() {
    this.whole = !this.whole;
    this.place(travel);
  }

  /**
   * Goes from now on where another picture goes: nothing is known of the places
   * on this one, but slips of a form have their fields at the same places.
   */
  follow(leader) {
    this.leader = leader;
    leader.follower = this;
    this.place(travel);
  }

  /** Turns the page a quarter to the right. */
  rotate() {
    this.turn = (this.turn + 90) % 360;
    this.place(0);
  }

  // upright maps a point of the image to the turned page.
  upright(p) {
    switch (this.turn) {
      case 90: return { x: this.height - p.y, y: p.x };
      case 180: return { x: this.width - p.x, y: this.height - p.y };
      case 270: return { x: p.y, y: this.width - p.x };
    }
    return p;
  }

  get size() {
    return this.turn % 180 ? { width: this.height, height: this.width } : { width: this.width, height: this.height };
  }

  /** Goes where the whole page or the first quad is seen best. */
  place(milliseconds) {
    if (!this.width || !this.figure.clientWidth || this.closed) return;
    const { leader } = this, { width, height } = this.size;
    let { scale, centre } = this.best();
    if (leader?.width && !leader.whole && leader.quads.length) {
      const led = leader.best(), share = leader.size.width / width;
      scale = led.scale * share;
      centre = { x: led.centre.x / share, y: (led.centre.y / leader.size.height) * height };
    }
    this.goTo(scale, centre, milliseconds);
    this.follower?.place(milliseconds);
  }

  // best says where place goes, but for the leader.
  best() {
    const view = { width: this.figure.clientWidth, height: this.figure.clientHeight };
    const { width, height } = this.size;
    let scale = Math.min(view.width / width, view.height / height), centre = { x: width / 2, y: height / 2 };
    if (!this.whole && this.quads.length) {
      const corners = this.quads[0].map((p) => this.upright(p));
      const xs = corners.map((p) => p.x), ys = corners.map((p) => p.y);
      const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
      // Less than twice life size: enough to read, with the neighbours in view.
      const life = 96 / 25.4 / this.picture.pixels_mm;
      scale = Math.max(scale, Math.min(0.7 * view.width / (right - left), 0.7 * view.height / (bottom - top), 1.8 * life));
      centre = { x: (left + right) / 2, y: (top + bottom) / 2 };
    }
    return { scale, centre };
  }

  goTo(scale, centre, milliseconds) {
    const view = { width: this.figure.clientWidth, height: this.figure.clientHeight };
    const { width, height } = this.size;
    // The page never leaves the view further than it must.
    const within = (c, half, all) => (all <= 2 * half ? all / 2 : Math.min(Math.max(c, half), all - half));
    const target = { scale, x: within(centre.x, view.width / 2 / scale, width), y: within(centre.y, view.height / 2 / scale, height) };
    const from = this.shown ?? target, begin = performance.now();
    if (["scale", "x", "y"].every((name) => from[name] === target[name])) milliseconds = 0; // it is there already
    cancelAnimationFrame(this.frame);
    const step = (now) => {
      const share = milliseconds ? Math.min(1, Math.max(0, (now - begin) / milliseconds)) : 1;
      const eased = share * (2 - share);
      const between = (a, b) => a + (b - a) * eased;
      // At the end exactly the target: where it came from must not show in the pixels.
      this.shown = share === 1 ? target : { scale: between(from.scale, target.scale), x: between(from.x, target.x), y: between(from.y, target.y) };
      this.draw(share === 1);
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    step(begin);
  }

  draw(still) {
    if (this.closed) return;
    this.figure.classList.toggle("moving", !still);
    const { scale, x, y } = this.shown, density = window.devicePixelRatio || 1;
    const view = { width: this.figure.clientWidth, height: this.figure.clientHeight };
    const pixels = [Math.round(view.width * density), Math.round(view.height * density)];
    if (this.canvas.width !== pixels[0]) this.canvas.width = pixels[0];
    if (this.canvas.height !== pixels[1]) this.canvas.height = pixels[1];
    const context = this.canvas.getContext("2d", { alpha: false });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#5b656e";
    context.fillRect(0, 0, ...pixels);
    const at = (p) => {
      const u = this.upright(p);
      return { x: (view.width / 2 + (u.x - x) * scale) * density, y: (view.height / 2 + (u.y - y) * scale) * density };
    };
    const origin = at({ x: 0, y: 0 }), right = at({ x: 1, y: 0 }), down = at({ x: 0, y: 1 });
    context.setTransform(right.x - origin.x, right.y - origin.y, down.x - origin.x, down.y - origin.y, origin.x, origin.y);
    context.imageSmoothingQuality = still ? "high" : "low";
    context.drawImage(this.image, 0, 0, this.width, this.height);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.lineJoin = "round";
    context.strokeStyle = "#1d4f91";
    // On the whole page a thick line, close by, would lie on the digits.
    const room = Math.max(0.8 * this.picture.pixels_mm, 4 / scale), thick = this.whole ? 2 : 4;
    this.quads.forEach((quad, i) => {
      context.lineWidth = (i === 0 ? thick : 0.6 * thick) * density;
      context.setLineDash(i === 0 ? [] : [7 * density, 5 * density]);
      context.beginPath();
      for (const p of grow(quad, room)) context.lineTo(at(p).x, at(p).y);
      context.closePath();
      context.stroke();
    });
  }

  // The wheel enlarges, dragging moves; both until the next field.
  handle() {
    this.figure.addEventListener("wheel", (event) => {
      if (!this.shown) return;
      event.preventDefault();
      const { width, height } = this.size;
      const least = Math.min(this.figure.clientWidth / width, this.figure.clientHeight / height);
      const scale = Math.min(4, Math.max(least, this.shown.scale * (event.deltaY < 0 ? 1.2 : 1 / 1.2)));
      this.goTo(scale, this.shown, 0);
    }, { passive: false });
    this.figure.addEventListener("pointerdown", (event) => {
      if (!this.shown || event.target.closest("a")) return;
      event.preventDefault(); // the cursor stays in the field
      this.figure.setPointerCapture(event.pointerId);
      const move = (moved) => {
        const { scale, x, y } = this.shown;
        this.goTo(scale, { x: x - moved.movementX / scale, y: y - moved.movementY / scale }, 0);
      };
      this.figure.addEventListener("pointermove", move);
      this.figure.addEventListener("pointerup", () => this.figure.removeEventListener("pointermove", move), { once: true });
    });
  }
}

// grow moves a quad's corners away from its middle by a distance in pixels.
function grow(quad, by) {
  const middle = { x: 0, y: 0 };
  for (const p of quad) { middle.x += p.x / 4; middle.y += p.y / 4; }
  return quad.map((p) => ({ x: p.x + Math.sign(p.x - middle.x) * by, y: p.y + Math.sign(p.y - middle.y) * by }));
}

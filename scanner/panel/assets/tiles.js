// The sheets of the batch: one tile each, newest first, with its outcome in
// colour, sign and word.

import { at, element, fill } from "./element.js";

const words = JSON.parse(at("texts").textContent);
const signs = { here: "…", waiting: "…", accepted: "✓", review: "!", rejected: "✕" };
const tiles = new Map(); // by number
let path = "";

/** Takes tiles in; whole replaces all that are there. */
export function showTiles(batch, changed, whole) {
  if (whole) {
    tiles.clear();
    at("tiles").replaceChildren();
  }
  if (!batch) return;
  path = batch.path;
  for (const tile of changed) draw(tile);
}

export function pictureOf(number, size, version) {
  return `/pictures/${path}/${number}?size=${size}&v=${version ?? 0}`;
}

function draw(tile) {
  let made = tiles.get(tile.n);
  if (!made) {
    made = element("li", { "data-n": tile.n }, element("button", { onclick: () => look(tile.n) }));
    tiles.set(tile.n, made);
    insert(made, tile.n);
  }
  const notes = [];
  if (tile.same_paper) notes.push(fill(words.same_paper, tile.same_paper));
  else if (tile.duplicate) notes.push(words.duplicate);
  if (tile.repeat) notes.push(words.repeat);
  made.dataset.state = tile.state;
  made.dataset.drawn = tile.drawn;
  made.classList.toggle("notable", notes.length > 0);
  const picture = made.querySelector("img") ?? newPicture();
  const address = pictureOf(tile.n, "small", tile.drawn);
  picture.classList.toggle("coming", tile.drawn === 0);
  if (tile.drawn < 0) missing(picture);
  else if (tile.drawn > 0 && picture.getAttribute("src") !== address) picture.src = address;
  made.firstChild.replaceChildren(
    picture,
    element("span", { class: "number", text: tile.n }),
    element("span", { class: "outcome" }, element("span", { class: "sign", "aria-hidden": "true", text: signs[tile.state] }), words[tile.state]),
    ...notes.map((text) => element("span", { class: "note", text })),
  );
  made.firstChild.setAttribute("aria-label", [fill(words.sheet, tile.n), words[tile.state], ...notes].join(", "));
}

function newPicture() {
  const picture = element("img", { alt: "", loading: "lazy", width: 96, height: 136 });
  picture.addEventListener("error", () => missing(picture));
  picture.addEventListener("load", () => { picture.classList.remove("missing"); picture.alt = ""; });
  return picture;
}

function missing(picture) {
  picture.removeAttribute("src");
  picture.classList.add("missing");
  picture.alt = words.no_picture;
}

// Newest first; almost always that is the front.
function insert(made, number) {
  let before = at("tiles").firstElementChild;
  while (before && Number(before.dataset.n) > number) before = before.nextElementSibling;
  at("tiles").insertBefore(made, before);
}

/** Shows one sheet large. */
export function look(number) {
  at("picture-title").textContent = fill(words.sheet, number);
  at("picture-image").src = pictureOf(number, "large", Date.now());
  at("picture").showModal();
}

at("picture").addEventListener("click", (event) => { if (event.target === at("picture")) at("picture").close(); });

// The card of the one field that is asked now: its name, why it is asked, the
// enlarged crop, the input, what it will be stored as, and the candidates.

import { cropHeight, drawCrop } from "./crop.js";
import { element, fill } from "./element.js";
import { dateInWords, fold, normalise } from "./values.js";

export class Card {
  /** typed(text) is called whenever what would be stored changes. */
  constructor(field, { words, language, paper, draft, place, typed }) {
    Object.assign(this, { field, words, language, paper, typed });
    this.chosen = -1; // index of the candidate that is chosen, -1 for none
    this.initial = field.current ? this.shownText(field.current) : field.prefill ? this.shownText(field.prefill) : "";
    this.input = element("input", {
      id: "answer", class: `answer ${field.kind}`, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      "aria-describedby": "card-reasons card-stored card-fault", "aria-label": field.title,
      inputmode: field.kind === "digits" ? "numeric" : field.kind === "amount" ? "decimal" : false,
      oninput: () => this.changed(),
    });
    this.input.value = draft ?? this.initial;
    this.stored = element("p", { id: "card-stored", class: "stored" });
    this.fault = element("p", { id: "card-fault", class: "fault", role: "alert", hidden: true });
    this.list = this.candidateList();
    this.crops = element("div", { class: "crops" });
    this.root = element("div", { class: "field", "data-value": field.value },
      element("h2", {},
        element("span", { text: field.title }),
        element("span", { class: `need ${field.required ? "must" : ""}`, text: field.required ? words.required : words.optional }),
        place ? element("span", { class: "place", text: place }) : null),
      element("ul", { id: "card-reasons", class: "reasons" }, ...field.reasons.map((text) => element("li", { text }))),
      this.crops,
      element("div", { class: "entry" }, this.input, element("p", { class: "hint", text: field.hint }), this.stored),
      this.fault, this.list);
    this.check();
  }

  shownText(text) {
    return this.field.kind === "choice" ? this.field.candidates.find((c) => c.text === text)?.shown ?? text : text;
  }

  /** The text as typed or chosen. */
  get text() { return this.input.value; }

  /** Whether the person typed something that is not stored. */
  get touched() { return this.text !== this.initial; }

  /** Sets the cursor; what stands there already goes with the first key. */
  begin(drafted) {
    this.input.focus({ preventScroll: true });
    if (!drafted) this.input.select();
  }

  changed() {
    this.choose(-1);
    this.check();
    this.typed(this.touched ? this.text : null);
  }

  refuse(text) {
    this.fault.textContent = text;
    this.fault.hidden = false;
    this.input.setAttribute("aria-invalid", "true");
    this.input.focus();
  }

  // check shows what the text will be stored as, or how much is missing.
  check() {
    this.fault.hidden = true;
    this.input.removeAttribute("aria-invalid");
    const { field, words } = this;
    const { text, fault } = normalise(field, this.text);
    let line = "", good = false;
    if (this.text === "") {
      line = "";
    } else if (field.kind === "digits") {
      const missing = field.length - fold(this.text).replaceAll("-", "").length;
      good = !fault;
      line = good ? words.digits_ok : fault === "not_digits" ? words.not_digits
        : missing > 0 ? fill(words.digits_left, missing) : fill(words.digits_over, -missing);
    } else if (!fault) {
      good = true;
      const shown = field.kind === "date" ? `${text}  ${dateInWords(text, this.language)}` : field.kind === "choice" ? this.shownText(text) : text;
      if (shown !== this.text) line = `${words.stores_as}: ${shown}`;
    }
    this.stored.textContent = line;
    this.stored.classList.toggle("good", good);
  }

  candidateList() {
    const { field, words } = this;
    if (!field.candidates.length) return element("div");
    const texts = field.candidates.filter((c) => c.sources.length).map((c) => c.shown);
    const rows = field.candidates.map((candidate, i) => element("li", {
      role: "option", id: `candidate-${i}`, "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); this.choose(i); },
    }, spelled(candidate.shown, texts),
      element("span", { class: "sources", text: candidate.sources.length ? candidate.sources.join("・") : candidate.read ? (texts.length ? words.other_reading : words.no_source) : "" })));
    const title = field.candidates.some((c) => c.read) ? words.candidates : words.choices;
    return element("div", { class: "candidates" },
      element("h3", {}, element("span", { text: title }), element("span", { class: "note", text: words.candidates_hint })),
      element("ul", { role: "listbox" }, ...rows));
  }

  /** Moves the choice down or up; above the first is what was typed. */
  step(by) {
    const count = this.field.candidates.length;
    if (!count) return;
    if (this.chosen === -1) this.before = this.text; // to come back to
    const index = Math.max(-1, Math.min(count - 1, this.chosen + by));
    if (index === -1) this.input.value = this.before;
    this.choose(index);
  }

  choose(index) {
    if (index === this.chosen) return;
    this.chosen = index;
    this.list.querySelectorAll("[role=option]").forEach((row, i) => row.setAttribute("aria-selected", String(i === index)));
    const candidate = this.field.candidates[index];
    if (candidate) this.input.setAttribute("aria-activedescendant", `candidate-${index}`);
    else this.input.removeAttribute("aria-activedescendant");
    if (candidate) {
      this.input.value = this.field.kind === "choice" ? candidate.shown : candidate.text;
      this.list.querySelector(`#candidate-${index}`).scrollIntoView({ block: "nearest" });
      if (candidate.quads.length) this.paper.focus(candidate.quads);
    }
    this.check();
    this.typed(this.touched ? this.text : null);
  }

  /** Whether a card of this height is too low to show the crops at three times their size. */
  cramped(cardHeight) {
    this.crops.replaceChildren();
    const life = 96 / 25.4 / this.paper.picture.pixels_mm;
    const wanted = this.field.crops.reduce((sum, crop) => sum + 3 * life * cropHeight(crop.quad, this.paper) + 24, 0);
    return cardHeight - this.root.offsetHeight < wanted;
  }

  /** Draws the crops into the room that the rest of the card leaves. */
  draw(maxWidth, cardHeight) {
    const { field, words } = this;
    this.crops.replaceChildren();
    if (!field.crops.length) {
      this.crops.append(element("p", { class: "note", text: words.no_crop }));
      return;
    }
    const room = Math.max(130, cardHeight - this.root.offsetHeight);
    const label = 16, beside = 120; // pixels of a caption under a crop, and beside one
    for (const crop of field.crops) {
      const canvas = element("canvas", { role: "img", "aria-label": crop.source || field.title });
      const height = room / field.crops.length - 4;
      let times = drawCrop(canvas, this.paper, crop.quad, maxWidth, height);
      if (!times) continue;
      const aside = parseInt(canvas.style.width, 10) <= maxWidth - beside;
      if (!aside) times = drawCrop(canvas, this.paper, crop.quad, maxWidth, height - label);
      this.crops.append(element("figure", { class: aside ? "beside" : "", "data-times": times.toFixed(1) }, canvas,
        element("figcaption", { text: [crop.source, fill(words.enlarged, times.toFixed(1))].filter(Boolean).join("  ") })));
    }
  }
}

// spelled writes a text with those characters marked in which the readings
// differ.
function spelled(text, others) {
  const same = others.filter((other) => other.length === text.length);
  const letters = [...text].map((letter, i) =>
    same.some((other) => other[i] !== letter) ? element("b", { text: letter }) : letter);
  return element("span", { class: "text" }, ...letters);
}

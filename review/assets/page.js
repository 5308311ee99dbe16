// How a slip is shown: the fields that are asked, one at a time, and the values
// that will enter the ledger. Everything follows from the server's view of the
// slip (this.view); what is typed and not stored yet are drafts.

import { Card } from "./card.js";
import { element, fill } from "./element.js";
import { End } from "./end.js";
import { keepDrafts } from "./memory.js";
import { Paper } from "./paper.js";

export const words = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;
const at = (id) => document.getElementById(id);

export class SlipPage {
  /** Shows another slip. */
  open(view, drafts = new Map()) {
    this.papers?.forEach((paper) => paper.close());
    this.view = view;
    this.drafts = drafts;
    this.warned = "";
    this.notice("");
    at("sheet").textContent = [view.sheet, view.file].filter(Boolean).join("  ");
    at("form").textContent = view.form;
    at("paper").replaceChildren();
    this.end = null;
    this.papers = [new Paper(at("paper"), view.page, words.this_slip, words)];
    this.showFirst();
    this.watchPictures();
    this.papers[0].ready.then(() => this.drawCrops());
    this.renderFault();
    if (view.state !== "waiting") this.notice(words.finished);
    else if (!view.fault && !view.form && !view.fields.some((field) => field.current)) this.notice(words.foreign, element("button", { class: "quiet reject", onclick: () => this.reject(), text: words.reject_button }));
    this.go(this.nextAsked(-1));
  }

  /** Says why nothing could be read, and what to do next. */
  async renderFault() {
    const { fault, file, page, state } = this.view, papers = this.papers;
    at("unreadable").hidden = !fault;
    if (!fault) return;
    const seen = element("p");
    at("unreadable").dataset.fault = fault.code;
    at("unreadable").replaceChildren(
      element("h2", { text: fault.title }),
      element("p", { class: "remedy", text: fault.remedy }), seen,
      element("p", { class: "deeds" },
        state === "waiting" ? element("button", { class: "quiet reject", onclick: () => this.reject(), text: words.reject_button }) : null,
        element("a", { href: page.original, download: file, text: `${words.original_file}${file ? ` (${file})` : ""}` })));
    const shown = await papers[0].ready;
    if (papers !== this.papers) return;
    seen.textContent = shown ? words.type_by_hand : words.cannot_show;
    // Without a picture there is nothing to type from; a key that writes still goes into the field.
    if (!shown && this.drafts.size === 0) at("unreadable").querySelector(".reject")?.focus();
  }

  /** The first field after index that still needs an answer, round once; -1 when none does. */
  nextAsked(index) {
    const { fields } = this.view;
    for (let i = 1; i <= fields.length; i++) {
      const at = (index + i) % fields.length, field = fields[at];
      if (field.open) return at;
    }
    return -1;
  }

  /** Asks field index; -1 shows the line that ends the slip. */
  go(index) {
    this.active = index;
    this.render();
  }

  render() {
    const { view } = this;
    const field = view.fields[this.active];
    this.renderSteps();
    this.renderOthers();
    this.end = null;
    at("slip-reasons").replaceChildren(...view.reasons.map((text) => element("li", { text })));
    // At the end the reasons stand in the card, as questions.
    const ended = view.state === "waiting" && !field;
    at("slip-reasons").hidden = ended && view.complete;
    at("others").classList.toggle("whole", ended);
    document.body.classList.toggle("ended", !field);
    if (ended) at("others").classList.remove("half", "short");
    if (view.state !== "waiting") {
      this.card = null;
      at("card").replaceChildren();
      return;
    }
    if (!field) {
      this.renderEnd();
      return;
    }
    const asked = view.fields.filter((f) => f.asked);
    const place = field.asked && asked.length > 1 ? fill(words.step_of, asked.indexOf(field) + 1, asked.length) : "";
    const draft = this.drafts.get(field.value);
    this.card = new Card(field, { words, language, paper: this.papers[0], draft, place, typed: (text) => this.keep(field, text) });
    at("card").replaceChildren(this.card.root);
    this.look(field.crops.map((crop) => crop.quad));
    this.drawCrops();
    this.card.begin(draft !== undefined);
  }

  /** Shows what ends the slip; every tick is given anew. */
  renderEnd() {
    const { activeElement } = document;
    const free = Boolean(this.card) || activeElement === document.body || at("card").contains(activeElement);
    // The picture arrives while somebody is about to reject: they stay on their button.
    const rejecting = this.end?.reject === activeElement;
    this.card = null;
    this.showFirst();
    this.end = new End(this.view, this.picture, {
      words, confirm: () => this.confirm(), reject: () => this.reject(),
      correct: (value) => this.go(this.view.fields.findIndex((field) => field.value === value)),
    });
    at("card").replaceChildren(this.end.root);
    this.look(this.end.quads, this.end.whole);
    if (rejecting) this.end.reject.focus({ preventScroll: true });
    else if (free) this.end.begin();
  }

  /** Goes to a place on this slip, and to the same one on the slip beside it. */
  look(quads, whole) {
    const [paper, first] = this.papers;
    paper.focus(quads, whole);
    first?.follow(paper);
  }

  /** Shows the slip that holds the dose beside this one, or no longer. */
  showFirst() {
    const { first } = this.view;
    at("paper").classList.toggle("two", Boolean(first));
    if (this.papers[1]?.picture.url === first?.url) return;
    this.papers.splice(1).forEach((paper) => paper.close());
    if (first) this.papers.push(new Paper(at("paper"), first, fill(words.first_slip, first.entry), words));
    this.watchPictures();
  }

  /** Keeps whether the person can see the paper: loading, shown or missing. */
  async watchPictures() {
    const papers = [...this.papers];
    this.picture = "loading";
    const shown = await Promise.all(papers.map((paper) => paper.ready));
    if (papers.length !== this.papers.length || papers.some((paper, i) => paper !== this.papers[i])) return;
    this.picture = shown.every(Boolean) ? "shown" : "missing";
    document.body.dataset.picture = this.picture;
    if (this.end) this.renderEnd();
  }

  renderSteps() {
    const asked = this.view.fields.filter((field) => field.asked);
    at("steps").replaceChildren(...(asked.length > 1 ? asked : []).map((field) => element("li", {},
      element("button", {
        class: `step ${field.current ? "done" : ""}`, "aria-current": this.view.fields[this.active] === field ? "step" : false,
        title: this.drafts.has(field.value) ? words.typed : "", onclick: () => this.go(this.view.fields.indexOf(field)),
      }, element("span", { class: "dot", "aria-hidden": "true", text: field.current ? "✓" : this.drafts.has(field.value) ? "…" : "" }), field.title))));
  }

  renderOthers() {
    const shown = this.view.fields.filter((field) => !field.asked || field.current);
    at("others").hidden = shown.length === 0;
    at("others-grid").replaceChildren(...shown.map((field) => element("button", {
      class: `other ${field.by_person ? "person" : ""}`, "data-value": field.value, "aria-current": this.view.fields[this.active] === field,
      onclick: () => this.go(this.view.fields.indexOf(field)),
    }, element("span", { class: "name", text: field.title }), element("span", { class: "value", text: field.shown || words.empty_value }),
      element("span", { class: "by", text: field.by_person ? words.person : words.machine }))));
  }

  async drawCrops() {
    const card = this.card;
    if (!card || !(await this.papers[0].ready) || card !== this.card) return;
    // What is asked now comes first: the other values give way to a large crop.
    const height = () => at("card").clientHeight - 26;
    const { classList } = at("others");
    classList.remove("half", "short");
    for (const less of ["half", "short"]) {
      if (!card.cramped(height())) break;
      classList.remove("half");
      classList.add(less);
    }
    card.draw(at("card").clientWidth - 34, height());
  }

  keep(field, text) {
    if (text === null) this.drafts.delete(field.value);
    else this.drafts.set(field.value, text);
    this.warned = "";
    keepDrafts(this.view.id, this.drafts);
  }

  get savedState() { return at("saved").dataset.state; }

  /** Says whether all is stored: ready, saving, saved or offline. */
  tellSaved(state, text) {
    at("saved").dataset.state = state;
    at("saved").textContent = text ?? words[state];
  }

  notice(text, ...more) {
    at("notice").replaceChildren(...more, text);
    at("notice").hidden = text === "";
  }

  focusBack() {
    if (this.end) this.end.begin();
    else (this.card?.input ?? document.querySelector(".reject"))?.focus();
  }
}

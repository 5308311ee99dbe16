// The card after the last field. A slip without reasons of its own is entered by
// ENTER. One with reasons is a question without a default: ENTER alone never
// enters it, each reason is ticked by itself, and Ctrl+ENTER enters. While the
// picture of the paper is missing nothing here can be pressed but rejecting.

import { element, fill } from "./element.js";

export class End {
  /**
   * picture is loading, shown or missing. correct(value) asks a value again.
   */
  constructor(view, picture, { words, confirm, reject, correct }) {
    Object.assign(this, { view, picture, words });
    this.questions = [...view.questions];
    if (picture === "missing") this.questions.push({ code: "unseen", title: words.unseen, remedy: words.unseen_remedy, blocked: false });
    this.blocked = this.questions.some((question) => question.blocked);
    this.confirm = element("button", { id: "confirm", class: "primary", onclick: confirm });
    this.reject = element("button", { class: "quiet reject", onclick: reject, text: words.reject_button });
    this.ticks = [];
    this.root = element("div", { id: "end", class: "end", tabindex: "-1", role: "group", "aria-labelledby": "end-title" },
      ...(view.complete && this.questions.length ? this.asking(correct) : this.plain()));
    this.settle();
  }

  plain() {
    const { view, words } = this;
    this.confirm.append(element("span", { text: words.confirm }), element("kbd", { text: "ENTER" }));
    return [
      element("h2", { id: "end-title", text: view.complete ? words.confirm_line : words.incomplete_line }),
      element("p", { class: "line", text: !view.complete ? "" : this.picture === "loading" ? words.wait_picture : words.confirm_key }),
      element("div", { class: "choices" }, view.complete ? this.confirm : null, this.reject),
    ];
  }

  asking(correct) {
    const { words } = this;
    const reasons = this.questions.map((question) => element("li", { "data-code": question.code },
      element("h2", { text: question.title }), element("p", { text: question.remedy })));
    const asked = [
      element("p", { id: "end-title", class: "kicker", text: words.question_line }),
      element("ul", { class: `questions ${reasons.length > 1 ? "many" : ""}` }, ...reasons),
      element("div", { class: "choices" }, this.reject,
        this.blocked ? element("button", { class: "quiet correct", onclick: () => correct(this.questions.find((question) => question.blocked).value), text: words.correct }) : null),
    ];
    if (this.blocked) return asked;
    this.confirm.className = "quiet";
    this.confirm.append(element("span", { text: words.enter_anyway }), element("kbd", { text: "Ctrl + ENTER" }));
    this.ticks = this.questions.map((question) => element("input", { type: "checkbox", "data-code": question.code, onchange: () => this.settle() }));
    return [...asked, element("fieldset", { class: "anyway" },
      element("legend", {}, `${words.anyway} `, element("kbd", { text: "Tab" }), " ", element("kbd", { text: "Space" })),
      ...this.ticks.map((tick, i) => element("label", {}, tick, element("span", { text: fill(words.tick, this.questions[i].title) }))),
      this.confirm)];
  }

  /** Whether ENTER, or the button, may enter the slip now. */
  get enterable() {
    return this.view.complete && !this.blocked && this.picture !== "loading" && this.ticks.every((tick) => tick.checked);
  }

  /** The codes of the reasons that are ticked. */
  get checked() { return this.ticks.filter((tick) => tick.checked).map((tick) => tick.dataset.code); }

  /** Where the things in question stand on the page, in their order. */
  get quads() {
    return this.questions.flatMap(({ value }) =>
      this.view.fields.find((field) => field.value === value)?.crops.map((crop) => crop.quad) ?? []);
  }

  /** Whether all of the page is in question, and the places come second. */
  get whole() { return this.blocked || this.questions.length > 1; }

  settle() {
    for (const tick of this.ticks) tick.disabled = this.picture === "loading";
    this.confirm.disabled = !this.enterable;
  }

  /** Puts the cursor where the card is read from; on a button only when ENTER is meant for it. */
  begin() {
    const target = !this.view.complete ? this.reject : !this.questions.length && this.enterable ? this.confirm : this.root;
    target.focus({ preventScroll: true });
  }

  /** Says why ENTER does nothing here. */
  get silence() {
    const { words } = this;
    return this.picture === "loading" ? words.wait_picture : this.blocked ? words.no_enter_blocked : words.no_enter;
  }

  /** Goes to the first reason that is not ticked yet; false when there is none. */
  remind() {
    const tick = this.ticks.find((t) => !t.checked && !t.disabled);
    tick?.focus();
    return Boolean(tick);
  }
}

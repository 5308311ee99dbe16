// The slip page. One field is asked at a time; ENTER stores it and goes on.
// Everything shown follows from the server's view of the slip (this.view); what
// is typed and not stored yet are drafts.

import { Card } from "./card.js";
import { chooseRejection, dialogOpen, showHelp, signInAgain } from "./dialogs.js";
import { element, fill } from "./element.js";
import { keepDrafts, keepRejected, takeDrafts, takeRejected } from "./memory.js";
import { Paper } from "./paper.js";
import { normalise } from "./values.js";
import { Refusal, Wire } from "./wire.js";

const words = JSON.parse(document.getElementById("texts").textContent);
const language = document.documentElement.lang;
const at = (id) => document.getElementById(id);

class Desk {
  constructor(view) {
    this.wire = new Wire((state) => this.tellSaved(state), () => signInAgain(this.view.account,
      (problem) => (problem ? (language === "ja" ? problem.detail_ja : problem.detail) : words.offline)));
    this.busy = false;
    this.tellSaved("ready");
    this.open(view, takeDrafts(view.id));
    setInterval(() => this.heartbeat(), view.heartbeat * 1000);
    document.addEventListener("keydown", (event) => this.key(event), true);
    document.querySelector("form.language").addEventListener("submit", (event) => this.changeLanguage(event));
    addEventListener("resize", () => this.drawCrops());
  }

  /** Shows another slip. */
  open(view, drafts = new Map()) {
    this.papers?.forEach((paper) => paper.close());
    this.view = view;
    this.drafts = drafts;
    this.warned = "";
    this.notice("");
    at("sheet").textContent = view.sheet;
    at("form").textContent = view.form;
    at("slip-reasons").replaceChildren(...view.reasons.map((text) => element("li", { text })));
    this.papers = [new Paper(at("paper"), view.page, words.this_slip, words)];
    if (view.first) this.papers.push(new Paper(at("paper"), view.first, fill(words.first_slip, view.first.entry), words));
    at("paper").classList.toggle("two", Boolean(view.first));
    this.papers[0].ready.then(() => this.drawCrops());
    if (view.state !== "waiting") this.notice(words.finished);
    else if (!view.form && !view.fields.some((field) => field.current)) this.notice(words.foreign, element("button", { class: "quiet reject", onclick: () => this.reject(), text: words.reject_button }));
    this.go(this.nextAsked(-1));
  }

  // ---- what is asked ----

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
    this.papers[0].focus(field.crops.map((crop) => crop.quad));
    this.drawCrops();
    this.card.begin(draft !== undefined);
  }

  renderEnd() {
    const { view } = this;
    this.card = null;
    const duplicate = view.first;
    const confirm = element("button", { id: "confirm", class: "primary", onclick: () => this.confirm() },
      element("span", { text: words.confirm }), duplicate ? null : element("kbd", { text: "ENTER" }));
    const reject = element("button", { class: "quiet reject", onclick: () => this.reject(), text: words.reject_button });
    at("card").replaceChildren(element("div", { class: `end ${duplicate ? "doubt" : ""}` },
      element("h2", { text: duplicate ? words.duplicate_line : view.complete ? words.confirm_line : words.incomplete_line }),
      element("p", { class: "line", text: duplicate ? words.confirm_duplicate : view.complete ? words.confirm_key : "" }),
      element("div", { class: "choices" }, view.complete ? confirm : null, reject)));
    this.papers.forEach((paper) => paper.focus([]));
    (view.complete && !duplicate ? confirm : reject).focus();
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
    card.draw(at("card").clientWidth - 34, Math.max(90, at("card").clientHeight * 0.42));
  }

  keep(field, text) {
    if (text === null) this.drafts.delete(field.value);
    else this.drafts.set(field.value, text);
    this.warned = "";
    keepDrafts(this.view.id, this.drafts);
  }

  // ---- deeds ----

  /** Runs one deed at a time; what the server refuses is put into words. */
  async deed(act) {
    if (this.busy || this.view.state !== "waiting") return;
    this.busy = true;
    document.body.classList.add("busy");
    try {
      await act();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      await this.refused(refusal);
    } finally {
      this.busy = false;
      document.body.classList.remove("busy");
    }
  }

  async refused(refusal) {
    const text = refusal.words(language);
    if (["stale", "incomplete", "not_leased"].includes(refusal.code)) {
      const view = await this.wire.get(`/items/${this.view.id}/state`);
      this.update(view, this.active);
    }
    if (refusal.code === "value" && this.card) this.card.refuse(text);
    else this.notice(text);
  }

  /** Takes the server's view of the same slip, and asks field index. */
  update(view, index) {
    this.view = view;
    this.go(Math.min(index, view.fields.length - 1));
    if (view.state !== "waiting") this.notice(words.finished);
  }

  path(deed) { return `/items/${this.view.id}/${deed}`; }

  store() {
    const field = this.view.fields[this.active], { card } = this;
    if (!card || !field) return;
    if (card.text.trim() === "") {
      if (field.required && !field.current) {
        card.refuse(words.needed);
        return;
      }
      if (!field.open && !field.current) {
        this.keep(field, null);
        this.go(this.nextAsked(this.active));
        return;
      }
      this.answer(field, card, ""); // that nothing is there is an answer too
      return;
    }
    const { text, fault, n } = normalise(field, card.text);
    if (fault) {
      card.refuse(fill(words[fault], n));
      return;
    }
    if (text === field.current) {
      this.keep(field, null);
      this.go(this.nextAsked(this.active));
      return;
    }
    this.answer(field, card, text);
  }

  answer(field, card, text) {
    card.input.readOnly = true;
    this.notice("");
    this.deed(async () => {
      try {
        await this.send(field, card.text, text);
      } finally {
        card.input.readOnly = false;
      }
    });
  }

  async send(field, typed, text) {
    let view;
    try {
      view = (await this.wire.deed(this.path("answers"), { version: this.view.version, value: field.value, text: typed })).body;
    } catch (refusal) {
      // When an answer was stored but its reply was lost, the second try finds
      // the slip one version ahead, with our own text in it.
      if (!(refusal instanceof Refusal) || refusal.code !== "stale") throw refusal;
      view = await this.wire.get(this.path("state"));
      const now = view.fields.find((f) => f.value === field.value);
      if (now?.current !== text) {
        this.update(view, view.fields.findIndex((f) => f.value === field.value));
        this.notice(words.stale);
        return;
      }
      this.tellSaved("saved");
    }
    this.keep(field, null);
    this.view = view;
    this.go(this.nextAsked(view.fields.findIndex((f) => f.value === field.value)));
  }

  confirm() {
    this.deed(async () => {
      const { body } = await this.final("confirm", {}, "confirmed");
      const number = body?.sequence;
      await this.leaveFor(number ? fill(words.entered, number) : words.saved);
    });
  }

  async reject() {
    if (this.busy || dialogOpen() || this.view.state !== "waiting") return;
    const reason = await chooseRejection(this.view.reject);
    if (!reason) {
      this.focusBack();
      return;
    }
    await this.deed(async () => {
      const { body } = await this.final("rejection", { reason }, "rejected");
      keepRejected(this.view.id, body.version);
      await this.leaveFor(words.rejected);
    });
  }

  /** A deed that ends the slip. When only its reply was lost, it is done. */
  async final(deed, body, state) {
    try {
      return await this.wire.deed(this.path(deed), { version: this.view.version, ...body });
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      const view = await this.wire.get(this.path("state"));
      if (view.state !== state || view.version !== this.view.version + 1) throw refusal;
      this.tellSaved("saved");
      return { body: { version: view.version } };
    }
  }

  /** Goes on to the next slip, or home when there is none. */
  async leaveFor(text) {
    try {
      const { body } = await this.wire.deed("/items/next", { after: this.view.id }, true);
      history.replaceState(null, "", `/items/${body.id}`);
      this.open(body);
      this.tellSaved("saved", text);
    } catch (refusal) {
      if (refusal.code !== "no_item") throw refusal;
      location.assign("/?done=1");
    }
  }

  skip() {
    if (this.hesitate(words.skip_typed)) return;
    this.deed(async () => {
      const left = this.view.id;
      const { body } = await this.wire.deed("/items/next", { after: left }, true);
      if (body.id === left) {
        this.notice(words.only_one);
        return;
      }
      await this.wire.deed(`/items/${left}/release`, undefined, true);
      history.replaceState(null, "", `/items/${body.id}`);
      this.open(body);
      this.tellSaved("ready");
    });
  }

  leave() {
    if (this.hesitate(words.leave_typed)) return;
    if (this.view.state !== "waiting") {
      location.assign("/");
      return;
    }
    this.deed(async () => {
      await this.wire.deed(this.path("release"), undefined, true);
      location.assign("/");
    });
  }

  /** Warns once before typed text is dropped. */
  hesitate(text) {
    if (this.drafts.size === 0 || this.warned === text) return false;
    this.notice(text);
    this.warned = text;
    return true;
  }

  undo() {
    this.deed(async () => {
      if (this.view.undo) {
        const before = new Map(this.view.fields.map((field) => [field.value, field.current]));
        const { body } = await this.wire.deed(this.path("undo"), { version: this.view.version });
        const index = body.fields.findIndex((field) => before.get(field.value) !== field.current);
        this.update(body, index >= 0 ? index : this.active);
        this.tellSaved("saved", words.undone);
        return;
      }
      const rejected = takeRejected();
      if (!rejected) {
        this.notice(words.nothing_to_undo);
        return;
      }
      await this.wire.deed(`/items/${rejected.id}/undo`, { version: rejected.version });
      await this.wire.deed(this.path("release"), undefined, true);
      location.assign(`/items/${rejected.id}`);
    });
  }

  // ---- the page itself ----

  async heartbeat() {
    if (this.busy || this.view.state !== "waiting" || document.getElementById("signin-dialog").open) return;
    const answer = await this.wire.attempt("POST", this.path("lease"));
    if (answer.status === 401) this.wire.signedIn();
    else if (answer.status === 409) this.notice(words.lost_lease);
    else if (answer.status === 0 && at("saved").dataset.state !== "offline") this.tellSaved("offline");
    else if (answer.ok && at("saved").dataset.state === "offline") this.tellSaved("ready");
  }

  tellSaved(state, text) {
    at("saved").dataset.state = state;
    at("saved").textContent = text ?? words[state];
  }

  notice(text, ...more) {
    at("notice").replaceChildren(...more, text);
    at("notice").hidden = text === "";
  }

  focusBack() {
    (this.card?.input ?? at("confirm") ?? document.querySelector(".reject"))?.focus();
  }

  async changeLanguage(event) {
    event.preventDefault();
    const chosen = event.submitter?.value;
    await fetch("/language", { method: "POST", body: new URLSearchParams({ language: chosen, back: "/sign-in" }), redirect: "manual" });
    location.reload();
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229 || dialogOpen()) return;
    const action = this.action(event);
    if (action) {
      event.preventDefault();
      if (!event.repeat || event.key.startsWith("Arrow")) action();
      return;
    }
    // A key that writes always writes into the field, wherever the cursor went.
    if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey && event.key !== " "
      && this.card && document.activeElement !== this.card.input) this.card.input.focus();
  }

  action(event) {
    const inField = this.card && document.activeElement === this.card.input;
    switch (event.key) {
      case "Enter":
        if (!inField || event.ctrlKey || event.altKey) return null;
        return event.shiftKey ? () => this.go(this.active > 0 ? this.active - 1 : this.active) : () => this.store();
      case "ArrowDown": return inField ? () => this.card.step(1) : null;
      case "ArrowUp": return inField ? () => this.card.step(-1) : null;
      case "F1": return () => showHelp();
      case "F2": return () => this.undo();
      case "F6": return () => this.papers.forEach((paper) => paper.toggle());
      case "F7": return () => this.papers.forEach((paper) => paper.rotate());
      case "F8": return () => this.reject();
      case "r": case "R": return event.altKey ? () => this.reject() : null;
      case "z": case "Z": return event.ctrlKey && !(inField && this.card.touched) ? () => this.undo() : null;
      case "PageDown": return () => this.skip();
      case "Escape": return () => this.leave();
    }
    return null;
  }
}

new Desk(JSON.parse(at("state").textContent));

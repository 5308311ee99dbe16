// The slip page's deeds. ENTER stores the field and goes on; every deed carries
// the version that is shown, and is sent until the server has answered it.

import { chooseRejection, dialogOpen, signInAgain } from "./dialogs.js";
import { fill } from "./element.js";
import { listen } from "./keys.js";
import { keepRejected, takeDrafts, takeRejected } from "./memory.js";
import { language, SlipPage, words } from "./page.js";
import { keepLease, switchLanguage } from "./presence.js";
import { normalise } from "./values.js";
import { Refusal, Wire } from "./wire.js";

class Desk extends SlipPage {
  constructor(view) {
    super();
    this.busy = false;
    this.wire = new Wire((state) => this.tellSaved(state), () => signInAgain(this.view.account,
      (problem) => (problem ? (language === "ja" ? problem.detail_ja : problem.detail) : words.offline)));
    this.tellSaved("ready");
    this.open(view, takeDrafts(view.id));
    listen(this);
    keepLease(this, view.heartbeat);
    switchLanguage();
    addEventListener("resize", () => this.drawCrops());
  }

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
    if (["stale", "incomplete", "unchecked", "duplicate_dose"].includes(refusal.code)) {
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

  /** Posts a deed on this slip. A lease that ran out is taken anew, if nobody else has the slip. */
  async post(deed, body) {
    const act = () => this.wire.deed(this.path(deed), { version: this.view.version, ...body });
    try {
      return await act();
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.code !== "not_leased") throw refusal;
      await this.wire.deed(this.path("lease"), undefined, true);
      return act();
    }
  }

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
        await this.send(field, text);
      } finally {
        card.input.readOnly = false;
      }
    });
  }

  // What is shown as the value to be stored is what is sent.
  async send(field, text) {
    let view;
    try {
      view = (await this.post("answers", { value: field.value, text })).body;
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
    takeRejected(); // F2 speaks of this answer from now on
    this.view = view;
    this.go(this.nextAsked(view.fields.findIndex((f) => f.value === field.value)));
  }

  /** Enters the slip, when nothing stands against it any more. */
  confirm() {
    const { end } = this;
    if (!end?.enterable) {
      if (end?.view.complete) this.notice(end.silence);
      return;
    }
    this.deed(async () => {
      const { body } = await this.final("confirm", { checked: end.checked }, "confirmed");
      const number = body?.sequence;
      await this.leaveFor(number ? fill(words.entered, number) : words.saved);
    });
  }

  /** Ctrl+ENTER: enters, or goes to the reason that is not ticked yet. */
  enterAnyway() {
    if (this.end && !this.end.enterable && this.end.remind()) this.notice(words.no_enter);
    else this.confirm();
  }

  /** ENTER where it means nothing says so. */
  nothingByEnter() {
    if (this.end?.view.complete && !this.busy && this.view.state === "waiting") this.notice(this.end.silence);
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
      return await this.post(deed, body);
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
        const { body } = await this.post("undo", {});
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
}

new Desk(JSON.parse(document.getElementById("state").textContent));

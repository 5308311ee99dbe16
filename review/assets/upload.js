// The upload page: files that are dropped or chosen, each sent until the desk
// has stored it, and what became of each as soon as it is known.

import { signInAgain } from "./dialogs.js";
import { element } from "./element.js";
import { contentOf, headersOf, newID } from "./files.js";
import { language, Row, words } from "./uploadrow.js";
import { Refusal, Wire } from "./wire.js";

const at = (id) => document.getElementById(id);
const atOnce = 2; // files on their way at a time
const askEvery = 500; // milliseconds between questions for outcomes
const askMost = 100; // uploads in one question

class UploadPage {
  constructor() {
    this.rows = [];
    this.sending = 0;
    this.limit = Number(at("files").dataset.limit);
    this.wire = new Wire((state, problem) => this.tell(state, problem), () => signInAgain(document.body.dataset.account,
      (problem) => (problem ? (language === "ja" ? problem.detail_ja : problem.detail) : words.offline)));
    this.listen();
    this.loadRecent();
    this.ask();
  }

  listen() {
    at("choose").addEventListener("click", () => at("files").click());
    at("files").addEventListener("change", () => {
      this.take([...at("files").files]);
      at("files").value = ""; // so that the same file can be chosen again, on purpose
    });
    // A file that misses the field must not open in place of the page.
    let inside = 0;
    const mark = (by) => { inside = Math.max(0, inside + by); document.body.classList.toggle("dropping", inside > 0); };
    addEventListener("dragenter", () => mark(1));
    addEventListener("dragleave", () => mark(-1));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      mark(-inside);
      this.take([...event.dataTransfer.files]);
    });
    addEventListener("beforeunload", (event) => {
      if (this.rows.some((row) => row.unsent)) event.preventDefault();
    });
  }

  /** Lists files above all others, in their order, and sends them. */
  take(files) {
    const rows = files.map((file) => new Row(newID(), file.name, file));
    this.rows.push(...rows);
    at("rows").prepend(...rows.map((row) => row.root));
    this.sum();
    this.sendNext();
  }

  /** Sends what waits, a few at a time. */
  sendNext() {
    while (this.sending < atOnce) {
      const row = this.rows.find((r) => r.state === "queued");
      if (!row) return;
      this.sending++;
      this.send(row).finally(() => { this.sending--; this.sum(); this.sendNext(); });
    }
  }

  async send(row) {
    row.show("sending");
    if (row.file.size > this.limit) {
      row.refuse(words.upload_too_large);
      return;
    }
    const content = await contentOf(row.file);
    if (content === null) {
      row.refuse(words.upload_unreadable);
      return;
    }
    try {
      const { body } = await this.wire.put(`/uploads/${row.id}`, content, headersOf(row.file), (share) => row.progress(share));
      row.take(body);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      row.refuse(refusal.words(language));
    }
  }

  /** Asks what became of the files that wait to be read. */
  async ask() {
    const waiting = this.rows.filter((row) => row.state === "waiting").slice(0, askMost);
    if (waiting.length > 0) {
      const answer = await this.wire.attempt("POST", "/uploads/outcomes", { ids: waiting.map((row) => row.id) });
      if (answer.status === 401) await this.wire.signedIn();
      if (answer.ok) this.takeAll(answer.body.uploads);
    }
    setTimeout(() => this.ask(), askEvery);
  }

  takeAll(uploads) {
    const rows = new Map(this.rows.map((row) => [row.id, row]));
    for (const view of uploads) rows.get(view.id)?.take(view);
    this.sum();
  }

  /** Shows what was sent today before this page was opened. */
  async loadRecent() {
    const { uploads } = await this.wire.get("/uploads");
    const known = new Set(this.rows.map((row) => row.id));
    const earlier = uploads.filter((view) => !known.has(view.id)).map((view) => new Row(view.id, view.file).take(view));
    if (earlier.length === 0) return;
    this.rows.unshift(...earlier);
    at("rows").append(...earlier.toReversed().map((row) => row.root));
    this.sum();
  }

  sum() {
    at("table").hidden = this.rows.length === 0;
    at("none").hidden = this.rows.length > 0;
    const counts = { sent: 0, accepted: 0, review: 0, rejected: 0, failed: 0 };
    for (const row of this.rows) counts[row.kind]++;
    const titles = {
      sent: words.upload_sum_sent, accepted: words.upload_sum_accepted, review: words.upload_sum_review,
      rejected: words.upload_sum_rejected, failed: words.upload_sum_failed,
    };
    at("sums").replaceChildren(...Object.entries(counts).filter(([, n]) => n > 0)
      .map(([kind, n]) => element("li", { class: kind, "data-count": n }, `${titles[kind]} `, element("strong", { text: n }))));
  }

  tell(state, problem) {
    const offline = state === "offline";
    at("notice").hidden = !offline;
    if (offline) at("notice").textContent = (language === "ja" ? problem?.detail_ja : problem?.detail) || words.upload_offline;
  }
}

new UploadPage();

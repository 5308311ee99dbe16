// One line of the upload page: a file, how far it is, and what became of it.

import { element, fill } from "./element.js";
import { sizeOf } from "./files.js";

export const words = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;

export class Row {
  /** file is missing for what was sent before this page was opened. */
  constructor(id, name, file = null) {
    this.id = id;
    this.file = file;
    this.state = "queued"; // queued, sending, waiting, accepted, review, rejected, refused
    this.outcome = element("td", { class: "outcome" });
    this.root = element("tr", { "data-id": id },
      element("td", { class: "file" }, element("span", { class: "name", text: name || "—" }),
        element("small", { class: "about", text: file ? sizeOf(file.size) : "" })),
      this.outcome);
    this.show("queued", line(words.upload_waiting));
  }

  /** Whether closing the page would lose the file. */
  get unsent() { return this.state === "queued" || this.state === "sending"; }

  /** What the file counts as. */
  get kind() {
    if (this.unsent || this.state === "waiting") return "sent";
    return this.state === "refused" ? "failed" : this.state;
  }

  show(state, ...content) {
    this.state = state;
    this.root.dataset.state = state;
    this.outcome.replaceChildren(...content.filter(Boolean));
  }

  progress(share) {
    const percent = Math.floor(share * 100);
    this.bar ??= element("progress", { max: 100 });
    this.bar.value = percent;
    this.show("sending", line(fill(words.upload_sending, percent)), this.bar);
  }

  /** What the desk or the browser has against the file. It was not stored. */
  refuse(text) {
    this.show("refused", line(words.upload_failed, "bad"), element("p", { class: "detail", text }));
  }

  /** Takes what the desk says of the upload. */
  take(view) {
    this.root.querySelector(".about").textContent = view.sheet;
    const pages = view.pages.length > 1 ? view.pages : [];
    this.show(view.state, line(view.outcome, { accepted: "good", review: "ask", rejected: "bad" }[view.state]),
      view.again ? element("p", { class: "detail again", text: view.again }) : null,
      ...(view.pages.length === 1 ? about(view.pages[0]) : []),
      pages.length ? element("ul", { class: "pages" }, ...pages.map((page) => element("li", { class: page.state },
        element("strong", { text: fill(words.upload_page, page.page) }), ` ${page.outcome} `, ...about(page)))) : null);
    return this;
  }
}

function line(text, kind = "") {
  return element("p", { class: `badge ${kind}`, text });
}

// about says why a page is asked or could not be read, and leads to it.
function about(page) {
  return [
    page.reasons.length ? element("p", { class: "detail", text: page.reasons.join(language === "ja" ? "・" : "; ") }) : null,
    page.fault ? element("p", { class: "detail remedy", text: page.fault.remedy }) : null,
    page.item ? element("a", { class: "quiet review", href: `/items/${page.item}`, text: words.upload_review }) : null,
  ].filter(Boolean);
}

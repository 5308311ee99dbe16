// What became of one photograph, and what was read on it.

import { element } from "./element.js";

export const words = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;

/** While it is sent and read. */
export const waiting = (text) => element("p", { class: "verdict waiting", "data-state": "waiting", text });

/** The outcome of an upload, and whether it replaced the picture before. */
export function result(view, replaced) {
  const [page] = view.pages;
  const retake = view.pages.some((p) => p.retake);
  const known = view.state === "rejected" && !retake; // the paper is there already
  const advice = view.detail ?? (view.state === "accepted" ? words.camera_accepted_line : retake ? words.camera_retake_advice
    : known ? words.camera_known_line : words.camera_review_line);
  const fields = page?.fields ?? [];
  return element("div", { "data-id": view.id ?? "", "data-state": view.state },
    element("p", { class: `verdict ${known ? "known" : view.state}`, text: retake ? words.camera_unclear : known ? words.camera_known : view.outcome }),
    retake && page.reasons.length ? element("p", { class: "detail", text: page.reasons[0] }) : null,
    element("p", { class: "advice", text: advice }),
    view.again ? element("p", { class: "detail again", text: view.again }) : null,
    replaced ? element("p", { class: "detail", text: words.camera_replaced }) : null,
    // What is doubtful comes first: it is what a person can still do something about.
    fields.length ? element("dl", { class: "read" }, ...[...fields.filter((f) => f.doubt), ...fields.filter((f) => !f.doubt)].map(row)) : null,
    page?.item && !retake ? element("p", {}, element("a", { class: "review", href: `/items/${page.item}`, text: words.camera_review_now })) : null);
}

function row(field) {
  return element("div", { class: field.doubt ? "doubt" : "", "data-value": field.value },
    element("dt", { text: field.title }),
    element("dd", {}, element("span", { class: "text", text: field.shown || (field.doubt ? words.camera_unread : words.empty_value) }),
      field.doubt ? element("span", { class: "flag", text: words.camera_doubt }) : null));
}

// What the slip page does by itself while a person sits at it.

import { words } from "./page.js";

/** Renews the lease on the shown slip, and says when the network or the lease is gone. */
export function keepLease(desk, seconds) {
  setInterval(async () => {
    if (desk.busy || desk.view.state !== "waiting") return;
    const answer = await desk.wire.attempt("POST", desk.path("lease"));
    if (answer.status === 401) desk.wire.signedIn();
    else if (answer.status === 409) desk.notice(words.lost_lease);
    else if (answer.status === 0 && desk.savedState !== "offline") desk.tellSaved("offline");
    else if (answer.ok && desk.savedState === "offline") desk.tellSaved("ready");
  }, seconds * 1000);
}

/** Changes the language in place: a reload keeps what is typed, a new page would not. */
export function switchLanguage() {
  document.querySelector("form.language").addEventListener("submit", async (event) => {
    event.preventDefault();
    await fetch("/language", {
      method: "POST", redirect: "manual",
      body: new URLSearchParams({ language: event.submitter.value, back: "/sign-in" }),
    });
    location.reload();
  });
}

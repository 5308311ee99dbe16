// The page's line to the station: deeds go up, a stream of snapshots comes down.

import { at, tell } from "./element.js";

const words = JSON.parse(at("texts").textContent);
export const language = document.documentElement.lang;

/** Puts a notice ({title, steps}, each {ja, en}) into one text. */
export function say(notice) {
  return notice ? `${notice.title[language]} ${notice.steps[language]}` : "";
}

/** Asks for a deed; returns "" when it is done, else what the operator is told. */
export async function deed(name, body = {}) {
  try {
    const answer = await fetch(`/deeds/${name}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), cache: "no-store",
    });
    if (answer.ok) return "";
    return answer.status === 409 ? say(await answer.json()) : `${answer.status}`;
  } catch {
    return words.station_gone;
  }
}

/**
 * Calls show with every message of the station. The browser connects again by
 * itself; a station that stays silent for longer than it promises is gone too.
 */
export function listen(show) {
  const source = new EventSource("/events");
  let silence;
  const gone = (text) => {
    tell("gone", text);
    document.body.classList.toggle("gone", Boolean(text));
  };
  source.onmessage = (event) => {
    clearTimeout(silence);
    silence = setTimeout(() => gone(words.station_gone), 25_000);
    gone("");
    show(JSON.parse(event.data));
  };
  source.onerror = () => {
    gone(words.station_gone);
    // A browser gives up after some kinds of failure; a page must not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => { source.close(); listen(show); }, 2000);
  };
}

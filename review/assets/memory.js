// What a tab remembers: ids and versions only, and, so that a reload loses
// nothing, what is being typed. The latter lives in the history entry of this
// one page and is gone with it.

/** Remembers the slip that was just rejected, for F2. */
export function keepRejected(id, version) {
  sessionStorage.setItem("rejected", JSON.stringify({ id, version }));
}

/** Returns the slip that was just rejected, once. */
export function takeRejected() {
  const kept = sessionStorage.getItem("rejected");
  sessionStorage.removeItem("rejected");
  return kept ? JSON.parse(kept) : null;
}

/** Keeps what is typed for one slip but not stored yet. */
export function keepDrafts(id, drafts) {
  history.replaceState({ id, drafts: [...drafts] }, "");
}

/** Returns what was typed for this slip before a reload. */
export function takeDrafts(id) {
  return new Map(history.state?.id === id ? history.state.drafts : []);
}

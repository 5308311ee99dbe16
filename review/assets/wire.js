// The desk's line to the server. A deed is sent until the server has answered
// it: a lost network, a server that restarts and a session that ran out only
// make it wait. What the person sees says which of these it is.

/** A server's refusal: its problem+json. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.type || String(status));
    this.status = status;
    this.code = (problem.type || "").replace("urn:sesshu:problem:", "");
    this.problem = problem;
  }

  words(language) {
    return (language === "ja" ? this.problem.detail_ja : this.problem.detail) || this.problem.title || "";
  }
}

const pauses = [500, 1000, 2000, 3000]; // milliseconds before trying again

export class Wire {
  /**
   * show("saving" | "saved" | "offline" | "ready") tells the person;
   * signIn() resolves when the person has signed in again.
   */
  constructor(show, signIn) {
    this.show = show;
    this.signIn = signIn;
    this.signingIn = null;
  }

  /** Posts a deed and returns the answer; throws a Refusal only. */
  async deed(path, body, quiet = false) {
    if (!quiet) this.show("saving");
    for (let attempt = 0; ; attempt++) {
      const answer = await this.attempt("POST", path, body);
      if (answer.ok) {
        if (!quiet) this.show("saved");
        return { ...answer, retried: attempt > 0 };
      }
      if (answer.status === 401) {
        this.show("offline");
        await this.signedIn();
        this.show("saving");
        continue;
      }
      if (answer.status === 0 || answer.status >= 500 || answer.status === 429) {
        this.show("offline");
        await pause(pauses[Math.min(attempt, pauses.length - 1)]);
        continue;
      }
      this.show("ready");
      throw new Refusal(answer.status, answer.body || {});
    }
  }

  /** Gets something, trying like a deed. */
  async get(path) {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.attempt("GET", path);
      if (answer.ok) return answer.body;
      if (answer.status === 401) await this.signedIn();
      else if (answer.status === 0 || answer.status >= 500) await pause(pauses[Math.min(attempt, pauses.length - 1)]);
      else throw new Refusal(answer.status, answer.body || {});
    }
  }

  /** One try. Status 0 means that no answer came. */
  async attempt(method, path, body) {
    try {
      const answer = await fetch(path, {
        method,
        headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: "no-store",
        redirect: "error",
      });
      const text = await answer.text();
      return { ok: answer.ok, status: answer.status, body: text ? JSON.parse(text) : null };
    } catch {
      return { ok: false, status: 0, body: null };
    }
  }

  signedIn() {
    this.signingIn ??= this.signIn().finally(() => { this.signingIn = null; });
    return this.signingIn;
  }
}

// A browser that says it is online again cuts the waiting short.
function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => { clearTimeout(timer); removeEventListener("online", done); resolve(); };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
  });
}

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
   * show("saving" | "saved" | "offline" | "ready", problem) tells the person;
   * problem is what the server said, when it did say why it cannot;
   * signIn() resolves when the person has signed in again.
   */
  constructor(show, signIn) {
    this.show = show;
    this.signIn = signIn;
    this.signingIn = null;
  }

  /** Posts a deed and returns the answer; throws a Refusal only. */
  deed(path, body, quiet = false) {
    return this.insist(() => this.attempt("POST", path, body), quiet);
  }

  /** Sends a file and returns the answer, as a deed does; progressed(share) is told how much of it has left. */
  put(path, content, headers, progressed) {
    return this.insist(() => transfer(path, content, headers, progressed));
  }

  async insist(act, quiet = false) {
    if (!quiet) this.show("saving");
    for (let attempt = 0; ; attempt++) {
      const answer = await act();
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
        this.show("offline", answer.body);
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

// One try to send a file. fetch cannot tell how far it is; this can.
function transfer(path, content, headers, progressed) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => { if (event.lengthComputable) progressed(event.loaded / event.total); };
    request.onloadend = () => {
      let body = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // no answer, or not from the desk: the status says enough
      }
      resolve({ ok: request.status >= 200 && request.status < 300 && body !== null, status: body === null && request.status < 400 ? 0 : request.status, body });
    };
    request.send(content);
  });
}

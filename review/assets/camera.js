// The tablet page: one picture, what was read on it, the next. Everything that
// is shown belongs to the picture in view; a new picture clears it first.

import { signInAgain } from "./dialogs.js";
import { fill } from "./element.js";
import { headersOf, newID } from "./files.js";
import { Finder } from "./finder.js";
import { language, result, waiting, words } from "./result.js";
import { Refusal, Wire } from "./wire.js";

const at = (id) => document.getElementById(id);
const askEvery = 250; // milliseconds between questions for the outcome
const coarse = 1400; // pixels on the shorter side under which small print is lost

class CameraPage {
  constructor() {
    this.sent = 0;
    this.current = null; // id of the upload in view
    this.earlier = null; // id of the upload that the next picture takes again
    this.finder = new Finder(at("video"), at("frame"));
    this.wire = new Wire((state, problem) => this.tell(state, problem), () => signInAgain(document.body.dataset.account,
      (problem) => (problem ? (language === "ja" ? problem.detail_ja : problem.detail) : words.offline)));
    at("shutter").addEventListener("click", () => this.shoot());
    at("next").addEventListener("click", () => this.begin(null));
    at("again").addEventListener("click", () => this.begin(this.current));
    at("file").addEventListener("change", () => {
      const [file] = at("file").files;
      at("file").value = "";
      if (file) this.send(file);
    });
    // The camera rests while nobody looks, and is let go with the page.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.finder.stop();
      else if (!at("taking").hidden) this.look();
    });
    addEventListener("pagehide", () => this.finder.stop());
    this.begin(null);
  }

  /** Shows the camera for the next picture; earlier is the upload it takes again, or null. */
  begin(earlier) {
    this.current = null;
    this.earlier = earlier;
    at("shot").hidden = at("result").hidden = at("choices").hidden = true;
    at("result").replaceChildren();
    at("taking").hidden = false;
    this.finder.cover(false);
    if (this.finder.running) this.ready();
    else this.look();
  }

  async look() {
    at("shutter").disabled = true;
    this.note(words.camera_starting);
    const { fault } = await this.finder.start();
    if (at("taking").hidden) return;
    if (fault) {
      this.note(words[fault], true);
      at("by-file").classList.add("first");
      at("file").focus();
      return;
    }
    this.ready();
  }

  ready() {
    at("by-file").classList.remove("first");
    at("shutter").disabled = false;
    at("shutter").focus();
    const low = this.finder.shortSide < coarse && typeof ImageCapture === "undefined";
    this.note(low ? fill(words.camera_low, `${at("video").videoWidth} × ${at("video").videoHeight}`) : "", low);
  }

  note(text, strong = false) {
    at("finder-note").textContent = text;
    at("finder-note").hidden = text === "";
    at("finder-note").classList.toggle("strong", strong);
  }

  tell(state, problem) {
    if (state === "offline") this.note((language === "ja" ? problem?.detail_ja : problem?.detail) || words.upload_offline, true);
    else if (!at("result").hidden) this.note("");
  }

  async shoot() {
    at("shutter").disabled = true;
    const picture = await this.finder.take();
    await this.send(new File([picture], `${stamp(new Date())}.jpg`, { type: "image/jpeg" }));
  }

  /** Sends a picture and shows what was read on it. */
  async send(file) {
    const id = newID(), earlier = this.earlier;
    this.current = id;
    at("taking").hidden = true;
    this.finder.cover(true);
    this.note("");
    this.show(waiting(words.camera_sending));
    this.showShot(file);
    if (file.size > Number(at("file").dataset.limit)) {
      this.refused(words.upload_too_large);
      return;
    }
    try {
      await this.wire.put(`/uploads/${id}`, await file.arrayBuffer(), headersOf(file), () => {});
      this.sent++;
      at("count").textContent = fill(words.camera_count, this.sent);
      let view = await this.outcome(id);
      if (this.current !== id) return;
      const { replaced } = earlier ? (await this.wire.deed(`/uploads/${id}/retake`, { earlier }, true)).body : { replaced: false };
      if (replaced) view = await this.wire.get(`/uploads/${id}`);
      if (this.current === id) this.decided(view, replaced);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (this.current === id) this.refused(refusal.words(language));
    }
  }

  /** Waits until the picture is read, or is no longer the one in view. */
  async outcome(id) {
    for (;;) {
      const view = await this.wire.get(`/uploads/${id}`);
      if (view.state !== "waiting" || this.current !== id) return view;
      this.show(waiting(words.camera_reading));
      await new Promise((resolve) => { setTimeout(resolve, askEvery); });
    }
  }

  show(content) {
    at("result").replaceChildren(content);
    at("result").hidden = false;
  }

  decided(view, replaced) {
    this.show(result(view, replaced));
    const retake = view.pages.some((page) => page.retake);
    this.offer(view.state === "review" || retake, !retake);
  }

  refused(text) {
    this.current = this.earlier; // nothing was stored that could be taken again
    this.show(result({ state: "refused", outcome: words.camera_refused, detail: text, again: "", pages: [] }, false));
    this.offer(true, false);
  }

  /** Offers to take the picture again, or to go on, the likelier one first. */
  offer(again, goOn) {
    at("choices").hidden = false;
    at("again").hidden = !again;
    at("again").classList.toggle("first", !goOn);
    at("next").classList.toggle("first", goOn);
    at(goOn ? "next" : "again").focus();
  }

  async showShot(file) {
    const id = this.current;
    try {
      const image = await createImageBitmap(file);
      if (this.current === id) {
        const canvas = at("shot");
        [canvas.width, canvas.height] = [image.width, image.height];
        canvas.getContext("2d").drawImage(image, 0, 0);
        canvas.setAttribute("aria-label", words.camera_shot);
        canvas.hidden = false;
      }
      image.close();
    } catch {
      at("shot").hidden = true; // what cannot be shown may still be readable
    }
  }
}

// stamp names a picture by its time.
function stamp(now) {
  const two = (n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

new CameraPage();

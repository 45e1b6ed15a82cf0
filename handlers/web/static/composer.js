// The line at the foot of a phone: text, files, place.

import { fromTemplate } from "./bubble.js";
import { newId } from "./outbox.js";

const MOST_FILES = 10; // in one message, as in Telegram's albums

export class Composer {
  #files = [];

  /** `does.say({text, file, album})` sends; `does.place()` asks for a place. */
  constructor(form, section, does) {
    this.form = form;
    this.does = does;
    form.append(document.getElementById("composer").content.cloneNode(true));
    this.text = form.querySelector("textarea");
    this.text.id = `${section.id}-text`;
    this.list = form.querySelector(".attached");
    this.fault = form.querySelector(".fault");
    this.picker = form.querySelector("input[type=file]");
    this.picker.addEventListener("change", () => this.#attach());
    form.querySelector(".place").addEventListener("click", () => does.place());
    form.addEventListener("submit", (event) => this.#submit(event));
    this.text.addEventListener("keydown", (event) => this.#onKey(event));
    this.text.addEventListener("input", () => this.#grow());
  }

  #onKey(event) {
    // While an input method composes a syllable, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  #attach() {
    const chosen = [...this.picker.files];
    this.picker.value = "";
    const largest = Number(document.body.dataset.largest);
    const fitting = chosen.filter((file) => file.size > 0 && file.size <= largest);
    this.fault.hidden = fitting.length === chosen.length;
    this.#files = [...this.#files, ...fitting].slice(0, MOST_FILES);
    this.#list();
    this.text.focus();
  }

  #list() {
    this.list.hidden = this.#files.length === 0;
    this.list.replaceChildren(...this.#files.map((file) => this.#listed(file)));
  }

  #listed(file) {
    const item = fromTemplate("attached");
    item.querySelector(".file-name").textContent = file.name;
    item.querySelector("button").addEventListener("click", () => {
      this.#files = this.#files.filter((other) => other !== file);
      this.#list();
    });
    return item;
  }

  #submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    const files = this.#files;
    const album = files.length > 1 ? newId() : null;
    if (!files.length && text) this.does.say({ text });
    files.forEach((file, n) => this.does.say({ text: n ? "" : text, file, album }));
    this.#files = [];
    this.#list();
    this.fault.hidden = true;
    this.text.value = "";
    this.#grow();
    this.text.focus();
  }
}

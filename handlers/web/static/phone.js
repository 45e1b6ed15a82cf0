// One phone: its messages in order, its unread count, and what its owner sends.

import { draw, drawDeleted } from "./bubble.js";
import { Composer } from "./composer.js";
import { newId } from "./outbox.js";
import { choosePlace } from "./place.js";

const NEAR = 80; // px from the end that still count as reading the newest
const FAREWELL = 4000; // ms that a deleted message is still shown as deleted

export class Phone {
  #items = new Map(); // list items by message id
  #unread = 0;
  #newestChat = "";
  #latest = 0; // place of the newest message
  #seen = 0; // place of the newest one that was in view
  #top = 0; // where the screen was scrolled to last
  #isReading = false; // scrolled up, away from the newest
  #sizes = new ResizeObserver(() => this.#isReading || this.#toEnd()); // a picture came, a banner went

  constructor(section, name, outbox, isVisible) {
    this.name = name;
    this.outbox = outbox;
    this.isVisible = isVisible;
    this.#seen = Number(sessionStorage.getItem(`seen-${name}`));
    this.log = section.querySelector(".log");
    this.about = section.querySelector(".about");
    this.empty = section.querySelector(".empty");
    this.newest = section.querySelector(".newest");
    this.badge = document.querySelector(`.switch [data-phone="${name}"] .unread`);
    new Composer(section.querySelector(".composer"), section, {
      say: (parts) => this.say(parts),
      place: () => this.askPlace(),
    });
    for (const button of section.querySelectorAll("[data-say]")) {
      button.addEventListener("click", () => this.say({ text: button.dataset.say }));
    }
    this.newest.addEventListener("click", () => this.#toEnd());
    this.log.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#sizes.observe(this.log);
  }

  /** The owner says something: it stands on the screen at once, and is sent until it arrives. */
  say({ text = "", file = null, point = null, accuracy = null, album = null }) {
    const id = newId();
    const message = { id, chat: this.#chat(), text, album };
    if (point) Object.assign(message, { latitude: point[0], longitude: point[1], accuracy });
    const shown = { ...message, mine: true, point, at: new Date().toISOString() };
    shown.media = file && { kind: kindOf(file), url: URL.createObjectURL(file) };
    this.#put({ ...shown, state: "pending", place: Infinity });
    this.#toEnd();
    this.outbox.send(this.name, { message, file }).then(
      () => this.#settle(shown, ""),
      () => this.#settle(shown, "failed"),
    );
  }

  /** The server tells of a message, new, changed or deleted. */
  show(message) {
    if (message.gone) return this.#remove(message.id);
    const isNew = !this.#items.has(message.id);
    this.#release(message.id);
    this.#put(message);
    if (!isNew || message.mine) return;
    this.#newestChat = message.chat;
    if (message.unit) this.about.textContent = message.unit;
    this.#notice(message.place);
  }

  /** The phone comes into view: nothing is unread any more. */
  arrive() {
    this.#count(0);
    this.#see(this.#latest);
    this.#toEnd();
  }

  async askPlace() {
    const found = await choosePlace();
    if (found) this.say(found);
  }

  #press(choice, message) {
    const id = newId();
    const pressed = { id, chat: message.chat, choice, on_message: message.id };
    return this.outbox.send(this.name, { message: pressed });
  }

  #chat() {
    return this.name === "citizen" ? "citizen" : this.#newestChat || "desk";
  }

  #settle(message, state) {
    const item = this.#items.get(message.id);
    if (item?.classList.contains("pending")) this.#put({ ...message, state, place: Date.now() * 1000 });
  }

  #put(message) {
    const press = (choice, on) => this.#press(choice, on);
    const item = draw(message, press, () => this.askPlace());
    const old = this.#items.get(message.id);
    if (old) this.#sizes.unobserve(old);
    this.#sizes.observe(item);
    const hadFocus = old?.contains(document.activeElement);
    this.#items.set(message.id, item);
    if (old && old.dataset.place === item.dataset.place) old.replaceWith(item);
    else {
      old?.remove();
      this.#insert(item);
    }
    if (hadFocus) (item.querySelector(".choices button") ?? item).focus({ preventScroll: true });
    this.empty.hidden = true;
  }

  #insert(item) {
    const place = Number(item.dataset.place);
    let before = this.log.lastElementChild;
    while (before && Number(before.dataset.place) > place) before = before.previousElementSibling;
    if (before) before.after(item);
    else this.log.prepend(item);
  }

  #remove(id) {
    const item = this.#items.get(id);
    if (!item) return;
    this.#items.delete(id);
    drawDeleted(item);
    setTimeout(() => {
      item.remove();
      this.empty.hidden = this.#items.size > 0;
    }, FAREWELL);
  }

  #toEnd() {
    this.#isReading = false;
    this.log.scrollTop = this.log.scrollHeight;
    this.newest.hidden = true;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.#isReading = false;
    else if (scrollTop < this.#top) this.#isReading = true; // only a person scrolls upwards
    this.#top = scrollTop;
    this.newest.hidden = !this.#isReading;
  }

  /** A message is unread if it is newer than what was seen, before a reload too. */
  #notice(place) {
    this.#latest = Math.max(this.#latest, place);
    if (this.isVisible()) this.#see(this.#latest);
    else if (place > this.#seen) this.#count(this.#unread + 1);
  }

  #see(place) {
    this.#seen = Math.max(this.#seen, place);
    sessionStorage.setItem(`seen-${this.name}`, this.#seen);
  }

  /** The server shows the file from now on: let go of the copy on this screen. */
  #release(id) {
    for (const media of this.#items.get(id)?.querySelectorAll("[src^='blob:']") ?? []) {
      URL.revokeObjectURL(media.src);
    }
  }

  #count(unread) {
    this.#unread = unread;
    this.badge.hidden = unread === 0;
    this.badge.querySelector("b").textContent = String(unread);
  }
}

function kindOf(file) {
  return { image: "photo", video: "video", audio: "voice" }[file.type.split("/")[0]] ?? "document";
}

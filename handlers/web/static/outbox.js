// Sends what people say, one after the other per phone, again and again under the same id until it is stored.

import { hello } from "./stream.js";

const LONGEST = 15_000; // ms between attempts

/** Something the server will never take; `status` says why. */
class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

export function newId() {
  return crypto.randomUUID();
}

export class Outbox {
  #lanes = new Map(); // by phone: the promise of its last item
  #waiting = new Set();
  #wakers = new Set();
  onConnection = () => {};

  constructor() {
    addEventListener("online", () => this.hurry());
  }

  get isBusy() {
    return this.#waiting.size > 0;
  }

  /** Queue an item {message, file?} behind the others of its phone; resolve when the server has stored it. */
  send(phone, item) {
    const before = this.#lanes.get(phone) ?? Promise.resolve();
    const sending = before.catch(() => {}).then(() => this.#insist(item));
    this.#lanes.set(phone, sending);
    this.#waiting.add(item);
    return sending.finally(() => this.#waiting.delete(item));
  }

  async #insist(item) {
    for (let pause = 1000; ; pause = Math.min(pause * 2, LONGEST)) {
      try {
        return await this.#attempt(item);
      } catch (error) {
        if (error instanceof Refused) throw error;
        await this.#rest(error.pause ?? pause);
      }
    }
  }

  async #attempt(item) {
    if (item.file && !item.message.media) {
      const { reference } = await (await this.#post("/web/uploads", item.file)).json();
      const { type, size } = item.file;
      item.message.media = { reference, media_type: type || "application/octet-stream", size };
    }
    await this.#post("/web/messages", JSON.stringify(item.message));
  }

  async #post(address, body) {
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body });
    } catch (error) {
      this.onConnection(false);
      throw error;
    }
    if (answer.ok) return answer;
    if (answer.status === 403) await hello(); // the cookie was lost: be a new visitor
    else if (answer.status < 500 && answer.status !== 429) throw new Refused(answer.status);
    const later = new Error(`later: ${answer.status}`);
    const seconds = Number(answer.headers.get("retry-after"));
    if (seconds) later.pause = seconds * 1000;
    throw later;
  }

  #rest(pause) {
    return new Promise((resolve) => {
      this.#wakers.add(resolve);
      setTimeout(resolve, pause);
    });
  }

  /** The connection is back: whatever rests between two attempts tries now. */
  hurry() {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }
}

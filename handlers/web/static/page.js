// Brings the page to life: says hello, follows the events, and hands each message to its phone.

import { Outbox } from "./outbox.js";
import { Phone } from "./phone.js";
import { follow } from "./stream.js";

const outbox = new Outbox();
const phones = {};
for (const name of ["citizen", "officer"]) {
  phones[name] = new Phone(document.getElementById(name), name, outbox, () => isVisible(name));
}

function isVisible(name) {
  return document.getElementById(name).offsetParent !== null;
}

function switchTo(name) {
  document.body.dataset.shown = name;
  for (const button of document.querySelectorAll(".switch button")) {
    button.setAttribute("aria-pressed", String(button.dataset.phone === name));
  }
  phones[name].arrive();
}

for (const button of document.querySelectorAll(".switch button")) {
  button.addEventListener("click", () => switchTo(button.dataset.phone));
}

let wasOnline = true;

function report(isOnline) {
  if (isOnline && !wasOnline) outbox.hurry();
  wasOnline = isOnline;
  for (const note of document.querySelectorAll(".offline")) note.hidden = isOnline;
}

addEventListener("beforeunload", (event) => {
  if (outbox.isBusy) event.preventDefault();
});

switchTo("citizen");
outbox.onConnection = report;
follow((message) => phones[message.phone].show(message), report);

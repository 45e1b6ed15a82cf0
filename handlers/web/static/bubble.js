// Draws one message. Words only ever enter the page as text.

const HOUR = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
  timeZone: "Asia/Ho_Chi_Minh",
});

export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** Returns the list item of a message; `press(choice, message)` and `askPlace()` answer its buttons. */
export function draw(message, press, askPlace) {
  const item = fromTemplate("bubble");
  item.dataset.id = message.id;
  item.dataset.place = message.place;
  item.classList.toggle("mine", message.mine);
  item.classList.toggle("secret", message.protect);
  put(item, ".unit", message.mine ? "" : message.unit);
  put(item, ".words", message.text);
  put(item, "blockquote", message.quote);
  drawFoot(item, message);
  keep(item.querySelector(".protected"), message.protect);
  drawMedia(item.querySelector(".media"), message);
  drawChoices(item.querySelector(".choices"), message, press, askPlace);
  if (message.protect) forbidCopy(item);
  return item;
}

/** Puts a faint "deleted" in the place of a message. */
export function drawDeleted(item) {
  item.classList.add("gone");
  item.querySelector("article").replaceChildren(fromTemplate("deleted"));
  item.querySelector(".choices")?.remove();
}

function put(item, selector, words) {
  const place = item.querySelector(selector);
  place.textContent = words;
  keep(place, words);
}

function keep(element, isWanted) {
  if (!isWanted) element.remove();
}

function drawFoot(item, message) {
  const time = item.querySelector("time");
  time.dateTime = message.at;
  time.textContent = HOUR.format(new Date(message.at));
  keep(item.querySelector(".edited"), message.edited);
  keep(item.querySelector(".pending"), message.state === "pending");
  keep(item.querySelector(".failed"), message.state === "failed");
  keep(item.querySelector(".sent"), message.mine && !message.state);
  item.classList.toggle("pending", message.state === "pending");
}

function drawMedia(place, message) {
  if (message.media) place.append(drawFile(message.media));
  if (message.point) place.append(drawPin(message.point));
  keep(place, message.media || message.point);
}

function drawFile({ kind, url }) {
  const element = fromTemplate(kind);
  element[kind === "document" ? "href" : "src"] = url;
  return element;
}

function drawPin([latitude, longitude]) {
  const pin = fromTemplate("pin");
  pin.querySelector("figcaption").textContent = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return pin;
}

function drawChoices(place, message, press, askPlace) {
  for (const row of message.choices ?? []) {
    const line = document.createElement("div");
    line.className = "row";
    line.append(...row.map(([label, data]) => drawChoice(label, () => press(data, message))));
    place.append(line);
  }
  if (message.ask_location) {
    const button = fromTemplate("choose-place");
    button.addEventListener("click", askPlace);
    place.append(button);
  }
  keep(place, place.children.length);
}

function drawChoice(label, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      await press();
      if (!button.querySelector(".mark")) button.append(fromTemplate("pressed"));
    } finally {
      button.ariaBusy = "false";
    }
  });
  return button;
}

function forbidCopy(item) {
  for (const event of ["contextmenu", "copy", "dragstart", "selectstart"]) {
    item.addEventListener(event, (happening) => happening.preventDefault());
  }
}

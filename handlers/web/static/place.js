// Asks for a place by its numbers. No map: nothing here is loaded from anywhere else.

const dialog = document.getElementById("place");
const form = dialog.querySelector("form");
const here = dialog.querySelector(".here");

let settle = () => {};
let accuracy = null;

here.hidden = !navigator.geolocation;
here.addEventListener("click", locate);
dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => settle(null));
form.addEventListener("input", () => (accuracy = null));
form.addEventListener("submit", submit);

/** Resolves to {point: [latitude, longitude], accuracy} or, if given up, null. */
export function choosePlace() {
  accuracy = null;
  complain("");
  dialog.showModal();
  return new Promise((resolve) => (settle = resolve));
}

function submit(event) {
  event.preventDefault();
  const latitude = read(form.elements.latitude, 90);
  const longitude = read(form.elements.longitude, 180);
  if (latitude === null || longitude === null) return complain("wrong");
  settle({ point: [latitude, longitude], accuracy });
  dialog.close();
}

function read(field, largest) {
  const number = Number(field.value.trim().replace(",", ".") || "x");
  const isRight = Math.abs(number) <= largest;
  field.ariaInvalid = String(!isRight);
  return isRight ? number : null;
}

function locate() {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(5);
      form.elements.longitude.value = coords.longitude.toFixed(5);
      accuracy = coords.accuracy;
      complain("");
    },
    () => complain("refused"),
    { enableHighAccuracy: true, timeout: 10_000 },
  );
}

function complain(fault) {
  for (const note of dialog.querySelectorAll(".fault")) note.hidden = note.dataset.fault !== fault;
}

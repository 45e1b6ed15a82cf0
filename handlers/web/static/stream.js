// Follows the server's events, and opens the stream again whenever it breaks or falls silent.

const SILENCE = 40_000; // ms: two beats missed, and then some
const PATIENCE = 2_000; // ms between attempts

export async function hello() {
  const answer = await fetch("/web/hello", { method: "POST" });
  if (!answer.ok) throw new Error("hello");
}

/** Calls `show` with every message, new or changed, and `report` with whether the server is there. */
export function follow(show, report) {
  let last = "";
  let watch = 0;

  function alive() {
    clearTimeout(watch);
    watch = setTimeout(again, SILENCE);
    report(true);
  }

  function again() {
    clearTimeout(watch);
    source?.close();
    source = null;
    setTimeout(open, PATIENCE);
  }

  let source = null;
  async function open() {
    try {
      await hello();
    } catch {
      report(false);
      return again();
    }
    source = new EventSource(`/web/events?since=${last}`);
    source.onopen = alive;
    source.addEventListener("beat", alive);
    source.onmessage = (event) => {
      last = event.lastEventId;
      alive();
      show(JSON.parse(event.data));
    };
    source.onerror = () => {
      report(false);
      again();
    };
  }

  open();
}

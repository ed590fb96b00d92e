// Dragging on the roster board. What a drop would do is asked of the server and shown before anything is done.
"use strict";

(() => {
  const board = document.querySelector(".roster[data-moves]");
  if (!board) return;
  const people = document.getElementById("people");
  if (people) people.hidden = false;
  const SLOP = 6; // pixels before a press becomes a drag
  const EDGE = 72; // pixels from the window's edge where the page scrolls along
  let drag = null;

  const source = (element) => element.closest("[data-piece], [data-staff]");

  document.addEventListener("pointerdown", (event) => {
    const from = source(event.target);
    if (!from || event.button !== 0 || event.target.closest("button, input, select")) return;
    if (event.pointerType !== "mouse" && !event.target.closest(".grip")) return; // a finger scrolls, the grip drags
    drag = { from, id: event.pointerId, x: event.clientX, y: event.clientY, ghost: null, over: null };
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLOP) return;
    if (!drag.ghost) begin();
    drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
    if (event.clientY < EDGE) window.scrollBy(0, -16);
    if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, 16);
    mark(target(event.clientX, event.clientY));
  });

  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const { from, ghost, over } = drag;
    end();
    if (!ghost) return;
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
    if (over) ask(question(from, over));
  });

  document.addEventListener("pointercancel", end);
  document.addEventListener("dragstart", (event) => source(event.target) && event.preventDefault());
  document.addEventListener("keydown", (event) => event.key === "Escape" && end());

  function begin() {
    drag.ghost = drag.from.cloneNode(true);
    drag.ghost.classList.add("drag-ghost");
    drag.ghost.style.width = `${Math.min(drag.from.offsetWidth, 220)}px`;
    drag.ghost.removeAttribute("data-piece");
    drag.ghost.setAttribute("aria-hidden", "true");
    document.body.append(drag.ghost);
    document.body.classList.add("is-dragging");
  }

  function end() {
    if (!drag) return;
    drag.ghost?.remove();
    mark(null);
    document.body.classList.remove("is-dragging");
    drag = null;
  }

  function mark(over) {
    if (drag.over !== over) {
      drag.over?.classList.remove("drop-here");
      over?.classList.add("drop-here");
      drag.over = over;
    }
  }

  // A person goes onto a turn or a gap; a turn onto another person's turn, a person, or a day.
  function target(x, y) {
    const under = document.elementFromPoint(x, y);
    const piece = under?.closest("[data-piece]");
    if (drag.from.dataset.staff) return piece;
    if (piece && piece.dataset.piece !== drag.from.dataset.piece && !piece.classList.contains("gap")) return piece;
    const person = under?.closest("[data-staff]");
    if (person) return person;
    const day = under?.closest("[data-day]");
    return day && !day.contains(drag.from) ? day : null;
  }

  function question(from, over) {
    const ask = new URLSearchParams(board.dataset.moves);
    const [piece, other] = from.dataset.piece ? [from, over] : [over, from];
    ask.set("piece", piece.dataset.piece);
    if (other.dataset.staff) ask.set("staff", other.dataset.staff);
    else if (other.dataset.piece) ask.set("onto", other.dataset.piece);
    else ask.set("day", other.dataset.day);
    return `${board.dataset.address}?${ask}`;
  }

  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  async function ask(address) {
    let proposal = null;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      proposal = page.getElementById("proposal");
    } catch {
      // no connection: the page itself says so
    }
    if (!proposal) {
      window.location.assign(address);
      return;
    }
    show(proposal);
  }

  function show(proposal) {
    const dialog = document.createElement("dialog");
    dialog.className = "proposal";
    dialog.setAttribute("aria-labelledby", "proposal-title");
    dialog.append(document.adoptNode(proposal));
    for (const close of dialog.querySelectorAll("[data-close]"))
      close.addEventListener("click", (event) => {
        event.preventDefault();
        dialog.close();
      });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
})();

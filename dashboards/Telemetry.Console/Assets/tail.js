// Follows /api/v1/tail. Everything is set as text: no document can become markup.
"use strict";
(() => {
  const maxRows = 1000;
  const tail = document.getElementById("tail");
  const lines = document.getElementById("lines");
  const state = document.getElementById("state");
  const count = document.getElementById("count");
  const waiting = document.getElementById("waiting");
  const pause = document.getElementById("pause");
  let seen = 0;
  let held = [];
  let paused = false;

  // As VisibleCharacter.cs: controls as pictures, what reorders or hides text by its number.
  const visible = (text) => text.replace(
    /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (c) => c < " " ? String.fromCharCode(0x2400 + c.charCodeAt(0))
      : c === "\u007f" ? "\u2421"
      : "‹U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "›");

  const levelClass = (level) => {
    switch ((level || "").toLowerCase()) {
      case "": return "lvl-none";
      case "fatal": case "critical": case "crit": case "emergency": case "emerg": case "alert": case "panic": return "lvl-fatal";
      case "error": case "err": case "severe": return "lvl-error";
      case "warn": case "warning": return "lvl-warn";
      case "info": case "information": case "informational": return "lvl-info";
      case "notice": return "lvl-notice";
      case "trace": case "verbose": return "lvl-trace";
      default: return "lvl-debug";
    }
  };

  const first = (value) => String((Array.isArray(value) ? value[0] : value) ?? "");
  const text = (root, path) => first(path.split(".").reduce((at, name) => at?.[name], root));

  const cell = (row, tag, css, value) => {
    const element = document.createElement(tag);
    element.className = css;
    element.textContent = visible(value);
    row.append(element);
    return element;
  };

  const row = (hit) => {
    const level = text(hit, "log.level");
    const element = document.createElement("a");
    element.className = "hit row " + levelClass(level);
    element.href = "/context?id=" + encodeURIComponent(first(hit._id)) + "#current";
    const time = first(hit["@timestamp"]);
    cell(element, "time", "at", time.slice(11, 23)).title = time.replace("T", " ").replace("Z", " UTC");
    cell(element, "span", "level", level);
    const host = text(hit, "host.name") || text(hit, "host.id");
    cell(element, "span", "source", [host, text(hit, "service.name")].filter(Boolean).join(" "));
    cell(element, "span", "message", (text(hit, "message") || text(hit, "event.original") || text(hit, "event.action")).slice(0, 600));
    return element;
  };

  const show = (hits) => {
    const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
    lines.append(...hits.slice(-maxRows).map(row));
    while (lines.childElementCount > maxRows) {
      lines.firstElementChild.remove();
    }
    waiting.hidden = true;
    if (atEnd) {
      window.scrollTo(0, document.body.scrollHeight);
    }
  };

  const tell = () => {
    count.textContent = seen + (seen === 1 ? " document" : " documents")
      + (held.length ? ", " + held.length + " held back" : "") + (seen > maxRows ? ", the last " + maxRows + " shown" : "");
  };

  // One repaint per frame, however many documents come.
  let pending = [];
  const flush = () => {
    const hits = pending;
    pending = [];
    (paused ? (h) => { held = held.concat(h).slice(-maxRows); } : show)(hits);
    tell();
  };

  tail.hidden = false;
  const source = new EventSource(tail.dataset.source);
  const setState = (name) => { state.textContent = name; state.dataset.state = name; };
  source.onopen = () => setState("live");
  source.onerror = () => setState(source.readyState === EventSource.CLOSED ? "closed by the server" : "reconnecting");
  source.onmessage = (event) => {
    seen++;
    if (pending.push(JSON.parse(event.data)) === 1) {
      setTimeout(flush, 50);
    }
  };
  pause.onclick = () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) {
      show(held);
      held = [];
      tell();
    }
  };
  document.getElementById("clear").onclick = () => { lines.replaceChildren(); };
})();

// What our pages gain where scripts run. Each part starts from markup that works without it.
"use strict";
(() => {
  const words = document.body.dataset;
  const live = document.createElement("p");
  live.className = "seen-only-by-ear";
  live.setAttribute("role", "status");
  document.body.append(live);

  // The word of a status message is read once: a reload does not say it again.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }

  // Copy buttons copy the whole value, never a shortened one.
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const value = document.getElementById(button.dataset.copy);
    if (!value || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(value.textContent);
      live.textContent = words.copied;
      const label = button.textContent;
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  // What was typed and not saved is not lost by leaving.
  for (const form of document.querySelectorAll("main form[method=post]")) {
    const fields = () => new URLSearchParams(new FormData(form)).toString();
    const before = fields();
    let sent = false;
    const mark = document.createElement("span");
    mark.className = "soft small";
    mark.hidden = true;
    mark.textContent = words.unsaved;
    form.querySelector(".actions")?.append(mark);
    form.addEventListener("input", () => { mark.hidden = fields() === before; });
    form.addEventListener("submit", (event) => {
      sent = true;
      event.submitter?.setAttribute("aria-busy", "true");
    });
    addEventListener("pageshow", () => { sent = false; });
    addEventListener("beforeunload", (event) => {
      if (!sent && fields() !== before) event.preventDefault();
    });
  }

  // Times that are near are read as such; the exact one stays in reach.
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const time of document.querySelectorAll("main time[datetime]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const unit = units.find(([, length]) => Math.abs(seconds) >= length);
    if (!unit || Math.abs(seconds) >= 7 * 86400) continue;
    const exact = time.textContent;
    time.title = exact;
    time.textContent = relative.format(Math.round(seconds / unit[1]), unit[0]);
    time.setAttribute("aria-label", `${time.textContent}, ${exact}`);
  }

  // Menus close by Escape and by a click beside them; on a wide screen the sections are always open.
  const menus = [...document.querySelectorAll("details.menu")];
  addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && menus.find((menu) => menu.open);
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
})();

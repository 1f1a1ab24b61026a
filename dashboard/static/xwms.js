// What our pages gain where scripts run. Each part starts from markup that works without it.
"use strict";
(() => {
  const words = document.body.dataset;
  const live = document.createElement("p");
  live.className = "seen-only-by-ear";
  live.setAttribute("role", "status");
  document.body.append(live);

  // What was fetched, as a page of ours.
  const pageOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const fieldsOf = (form) => new URLSearchParams(new FormData(form));

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

  // Switches take effect at once. One that would break something leads to the page that asks first; one that is refused
  // goes back to what it was, and says why.
  const flip = async (form, input) => {
    const row = input.closest(".choice");
    const state = row.querySelector(".state");
    const before = state.textContent;
    row.querySelector(".error")?.remove();
    state.textContent = words.saving;
    const refuse = (why) => {
      input.checked = !input.checked;
      state.textContent = before;
      const error = document.createElement("p");
      error.className = "error";
      error.setAttribute("role", "alert");
      error.textContent = why;
      row.append(error);
    };
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: fieldsOf(form) });
    } catch {
      return refuse(words.failed);
    }
    const page = await pageOf(answer);
    const same = page.getElementById(input.id);
    if (answer.ok && !same) return location.assign(answer.url);
    if (!answer.ok) return refuse(page.querySelector("main .notice.bad, main .error")?.textContent.trim() || words.failed);
    state.textContent = input.checked ? words.on : words.off;
    live.textContent = page.querySelector("main > [role=status]")?.textContent ?? "";
    for (const name of ["if_match", "csrf"]) {
      const fresh = same.form.elements[name];
      if (fresh && form.elements[name]) form.elements[name].value = fresh.value;
    }
    document.querySelector("main h1").replaceWith(page.querySelector("main h1"));
    for (const band of document.querySelectorAll(".band")) band.remove();
    document.querySelector("body > header").before(...page.querySelectorAll(".band"));
  };
  for (const form of document.querySelectorAll("form[data-instant]")) {
    form.querySelector(".actions").hidden = true;
    for (const input of form.querySelectorAll("input[role=switch]")) {
      input.addEventListener("change", () => flip(form, input));
    }
  }

  // A search finds while one types, into the same list.
  for (const form of document.querySelectorAll("form[data-live]")) {
    const input = form.querySelector("input[type=search]");
    const found = document.getElementById("found");
    let wait;
    input.addEventListener("input", () => {
      clearTimeout(wait);
      if (input.value.trim().length < 3) return;
      wait = setTimeout(async () => {
        const asked = fieldsOf(form);
        const page = await pageOf(await fetch(`${form.action}?${asked}`));
        const fresh = page.getElementById("found");
        if (!fresh || asked.toString() !== fieldsOf(form).toString()) return;
        found.replaceChildren(...fresh.childNodes);
        live.textContent = `${found.querySelectorAll("tbody tr").length} ${words.found}`;
      }, 300);
    });
  }

  // A row of permissions is chosen or left as a whole.
  for (const row of document.querySelectorAll(".matrix tbody tr")) {
    const boxes = [...row.querySelectorAll("input[type=checkbox]")];
    if (boxes.length < 2) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    button.textContent = words.all;
    button.addEventListener("click", () => {
      const all = boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = !all;
      boxes[0].dispatchEvent(new Event("input", { bubbles: true }));
    });
    row.querySelector("th").append(button);
  }

  // What was typed and not saved is not lost by leaving.
  for (const form of document.querySelectorAll("main form[method=post]:not([data-instant])")) {
    const fields = () => fieldsOf(form).toString();
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

  // A bar's own words, by pointer or by the arrow keys.
  for (const chart of document.querySelectorAll("figure.chart")) {
    const bars = [...chart.querySelectorAll("rect")];
    const finding = chart.querySelector("figcaption + svg + p");
    const whole = finding.textContent;
    let at = bars.length;
    const show = (index) => {
      bars[at]?.removeAttribute("stroke");
      at = index;
      bars[at]?.setAttribute("stroke", "currentColor");
      finding.textContent = bars[at]?.textContent ?? whole;
    };
    chart.tabIndex = 0;
    finding.setAttribute("aria-live", "polite");
    bars.forEach((bar, index) => bar.addEventListener("pointerenter", () => show(index)));
    chart.addEventListener("pointerleave", () => show(bars.length));
    chart.addEventListener("blur", () => show(bars.length));
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || event.target !== chart) return;
      event.preventDefault();
      // Behind the last day, and before the first, the whole is told again.
      show((at + step + bars.length + 1) % (bars.length + 1));
    });
  }

  // The look changes as soon as it is chosen.
  const theme = document.getElementById("menu-theme");
  theme?.addEventListener("change", () => {
    const root = document.documentElement;
    if (theme.value === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    fetch(theme.form.action, { method: "POST", body: fieldsOf(theme.form), redirect: "manual" });
  });

  // Menus close by Escape and by a click beside them.
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

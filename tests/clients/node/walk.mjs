// Every page of whoever is signed in, in Chromium: found by following links from where people begin, and looked at in
// light and dark, on a phone, without our script, and with forced colours. axe-core finds no violation of WCAG 2.2 A or
// AA; nothing scrolls sideways; every control is reached by keyboard and seen when it is; nothing is loaded from elsewhere.
//
// Environment: ISSUER; PEOPLE, a JSON list of [email, password, where they begin]; ROUTES, a JSON list of the addresses
// that there are, with {…} for ids; CHROMIUM, when it is not /usr/bin/chromium.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS } from "./chromium.mjs";
import { setting, step } from "./steps.mjs";

const issuer = new URL(setting("ISSUER")).origin;
const people = JSON.parse(setting("PEOPLE"));
const routes = JSON.parse(setting("ROUTES")).map((route) => ({
  route,
  fits: new RegExp(`^${route.replace(/[.]/g, "\\.").replace(/\{[a-z_]+\}/g, "[^/]+")}$`),
  holes: route.split("{").length,
}));
routes.sort((one, other) => one.holes - other.holes);
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
// Pages that the demo does not show: they lead elsewhere at once, or are of something that it does not have.
const NOT_SHOWN = [
  "/account/apps/{client}/end",
  "/account/security/passkeys/{passkey}/delete",
  "/account/security/totp/delete",
  "/account/tokens/{token}",
  "/account/tokens/{token}/delete",
  "/clients/{client}/domains/{domain}/logo/delete",
  "/clients/{client}/domains/{domain}/urls/{url}/ping",
  "/clients/{client}/settings/logo/delete",
  "/clients/{client}/tokens/{token}",
  "/clients/{client}/tokens/{token}/delete",
  "/clients/{client}/webhooks/deliveries/{delivery}",
  "/clients/{client}/webhooks/deliveries/{delivery}/redeliver",
  "/staff",
  "/staff/verifications/{verification}/decision",
  "/staff/verifications/{verification}/revoke",
];
// What is no page: files, and an address that ends the session.
const NO_PAGE = /\.(csv|jsonl)$|\/logout$/;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: CHROMIUM_FLAGS,
});

const seen = new Map();
const wrong = [];
for (const [email, password, start] of people) {
  await step(`${email} signs in`, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await open(context);
    await page.goto(`${issuer}/login`);
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(password);
    await page.locator('input[name="password"]').press("Enter");
    await page.waitForURL((url) => url.pathname !== "/login");
    const state = await context.storageState();
    await walk(page, state, start);
    await context.close();
  });
}

const missed = routes.filter(({ route }) => !seen.has(route) && !NO_PAGE.test(route)).map(({ route }) => route);
await step(`${seen.size} of ${routes.length} pages seen`, () => {
  assert.deepEqual(wrong, []);
  assert.deepEqual(missed.toSorted(), NOT_SHOWN.toSorted(), "these pages are not seen");
});
await browser.close();

/** Follows links to one page of each route. */
async function walk(page, state, start) {
  const next = [start];
  const tried = new Set();
  const phone = await browser.newContext({ storageState: state, viewport: { width: 320, height: 640 } });
  // axe-core needs scripts to run, so it is ours alone that is kept away.
  const plain = await browser.newContext({ storageState: state });
  await plain.route("**/*.js", (route) => route.abort());
  const [small, bare] = [await open(phone), await open(plain)];
  for (;;) {
    if (next.length === 0) next.push(...unlinked(tried, start));
    if (next.length === 0) break;
    const path = next.shift();
    if (tried.has(path)) continue;
    tried.add(path);
    const found = routes.find(({ fits }) => fits.test(new URL(path, issuer).pathname));
    const route = found?.route;
    // The same list with other filters may link to more.
    const again = seen.has(route) && path.includes("?");
    if (!route || (seen.has(route) && !again) || NO_PAGE.test(route)) continue;
    const answer = await page.goto(issuer + path);
    if (new URL(page.url()).pathname !== new URL(path, issuer).pathname) {
      next.push(pathOf(page.url()));
      continue;
    }
    if (answer.status() !== 200) continue;
    if (again) {
      next.push(...(await links(page)).filter((link) => !link.includes("?")));
      continue;
    }
    seen.set(route, path);
    await look(path, async () => {
      for (const colorScheme of ["dark", "light"]) {
        await page.emulateMedia({ colorScheme });
        await judge(page, colorScheme);
      }
      await page.emulateMedia({ forcedColors: "active" });
      await judge(page, "forced colours");
      await page.emulateMedia({ forcedColors: "none" });
      await isReachedByKeyboard(page);
      await tellsItsDays(page);
      await small.goto(issuer + path);
      const width = await small.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `the page is ${width} wide on a phone of 320`);
      await judge(small, "on a phone");
      await bare.goto(issuer + path);
      await judge(bare, "without our script");
    });
    next.push(...(await links(page)));
  }
  await phone.close();
  await plain.close();
}

/** Addresses of pages that no link leads to, with the ids of pages that were seen. */
function unlinked(tried, start) {
  const ids = new Map();
  for (const [route, path] of seen) {
    const parts = path.split("?")[0].split("/");
    route.split("/").forEach((part, at) => {
      if (part.startsWith("{")) ids.set(part, [...(ids.get(part) ?? []), parts[at]]);
    });
  }
  const isStaffs = (path) => path.startsWith("/staff");
  const left = routes.filter(
    ({ route }) => !seen.has(route) && !NO_PAGE.test(route) && isStaffs(route) === isStaffs(start),
  );
  const fill = ({ route }) => route.replace(/\{[a-z_]+\}/g, (hole) => ids.get(hole)?.[0] ?? hole);
  return left.map(fill).filter((path) => !path.includes("{") && !tried.has(path));
}

/** Looks at a page; what is wrong with it is told at the end, when all were looked at. */
async function look(path, action) {
  try {
    await action();
    console.log(`ok      ${path}`);
  } catch (error) {
    console.log(`FAILED  ${path}: ${error.message}`);
    wrong.push(path);
  }
}

/** The addresses that the page links to. */
async function links(page) {
  const all = await page.locator("a[href]").evaluateAll((links) => links.map((link) => link.href));
  return all.filter((href) => href.startsWith(`${issuer}/`)).map(pathOf);
}

function pathOf(href) {
  const url = new URL(href);
  return url.pathname + url.search;
}

/** axe-core finds nothing wrong with the page. */
async function judge(page, how) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => axe.run({ runOnly: { type: "tag", values: tags } }), TAGS);
  const faults = found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.any.map((check) => check.message).join("; ")}`),
  );
  assert.deepEqual(faults, [], how);
}

/** A chart tells its bars by the arrow keys, one after the other, and its finding again when it is left. */
async function tellsItsDays(page) {
  for (const chart of await page.locator("figure.chart").all()) {
    const bars = await chart.locator("rect > title").allTextContents();
    assert.ok(bars.length > 1 && new Set(bars).size === bars.length, `${bars.length} bars`);
    const told = async () => (await chart.locator("svg + p").textContent()).trim();
    const whole = await told();
    await chart.focus();
    const steps = { ArrowRight: [bars[0], bars[1]], ArrowLeft: [bars[0], whole, bars.at(-1)] };
    for (const [key, expected] of Object.entries(steps)) {
      for (const words of expected) {
        await page.keyboard.press(key);
        assert.equal(await told(), words, key);
      }
    }
    await chart.blur();
    assert.equal(await told(), whole);
  }
}

/** Every control takes the focus by Tab, in some order, and is seen when it has it. */
async function isReachedByKeyboard(page) {
  await page.evaluate(() => document.activeElement?.blur());
  const wanted = await page.evaluate(() => {
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
    const shown = [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0);
    // Of a group of radio buttons, one takes the focus.
    const groups = new Set();
    const counted = shown.filter((one) => {
      if (one.type !== "radio") return true;
      const first = !groups.has(one.name);
      groups.add(one.name);
      return first;
    });
    return counted.length;
  });
  const reached = new Set();
  for (let times = 0; times < wanted + 40; times += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return undefined;
      const box = one.getBoundingClientRect();
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      window.order ??= new Map();
      if (!window.order.has(one)) window.order.set(one, window.order.size);
      return {
        number: window.order.get(one),
        is: one.matches("a[href], button, input, select, textarea, summary"),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        marked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1,
        html: one.outerHTML.slice(0, 160),
      };
    });
    if (!focus) {
      if (reached.size >= wanted) break;
      continue;
    }
    assert.ok(focus.seen, `has the focus and is not in view: ${focus.html}`);
    assert.ok(focus.marked, `has the focus and shows it by nothing: ${focus.html}`);
    if (focus.is) reached.add(focus.number);
  }
  assert.ok(reached.size >= wanted, `${reached.size} of ${wanted} controls are reached by keyboard`);
}

/** A page that loads nothing from elsewhere, and whose scripts and policy do not clash. */
async function open(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => fail(error));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) fail(new Error(message.text()));
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${issuer}/`)) fail(new Error(`a page loads ${request.url()}`));
  });
  return page;
}

function fail(error) {
  console.log("FAILED  a page did what it may not");
  console.error(error);
  process.exit(1);
}

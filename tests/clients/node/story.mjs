// A partner with a browser and nothing else: from an empty paid account to a first login of their own site, counting pages
// and fields; then the rest of what a partner does, a tester who is asked and logs in, and the staff who decide.
//
// Environment: ISSUER; SITE, where the partner's site will be; OWNER, TESTER, STAFF: addresses of accounts with PASSWORD;
// HOW: "desktop" or "phone" (dark, and without JavaScript); CHROMIUM, when it is not /usr/bin/chromium; SCREENSHOT_DIR, to
// have pictures for the guides saved there. What only a server can do is asked for by a line on standard output that begins
// with "ask", and answered by a line on standard input: "ask site CLIENT SECRET" starts the site, "ask prove CLIENT ROOT"
// proves a domain.

import assert from "node:assert/strict";
import path from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS } from "./chromium.mjs";
import { setting, step } from "./steps.mjs";

const [issuer, site] = [setting("ISSUER"), setting("SITE")];
const people = { owner: setting("OWNER"), tester: setting("TESTER"), staff: setting("STAFF") };
const password = setting("PASSWORD");
const isPhone = setting("HOW") === "phone";
const look = isPhone
  ? { viewport: { width: 360, height: 740 }, javaScriptEnabled: false, colorScheme: "dark" }
  : { viewport: { width: 1280, height: 900 }, colorScheme: "light" };
const ROOT = isPhone ? "phone.example" : "desktop.example";
// The smallest picture there is.
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: CHROMIUM_FLAGS,
});
const owner = await signedIn(people.owner);
let [pages, fields] = [0, 0];
owner.on("load", () => {
  pages += 1;
});

let client, secret;
const began = Date.now();
await step("an empty account leads to a first client", async () => {
  await owner.goto(`${issuer}/account`);
  await owner.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "My Clients", exact: true }).click();
  await owner.waitForURL(`${issuer}/clients`);
  // From here on pages count: what is there by now is the empty list.
  pages = 0;
  await press("Create your first client", "link");
  await type("Name", "mijnbedrijf1");
  await press("Create");
  client = new URL(owner.url()).pathname.split("/")[2];
  await owner.getByText("Setup: 0 of 6 done").waitFor();
  await photograph("overview");
});

await step("scopes, a secret and a domain, one leading to the next", async () => {
  await press("Activate scopes", "link");
  // The sample site stays connected while people are away.
  await owner.locator("input[name=name][value=offline_access]").check();
  await press("Create");
  await press("Next: Make a secret", "link");
  await press("Create");
  secret = (await owner.locator("code#value").textContent()).trim();
  assert.match(secret, /^xwms_sk_/);
  await press("Next: Add a domain", "link");
  await type("Root Domain", ROOT);
  await owner.getByLabel("Test Mode").check();
  await press("Save");
  await photograph("domain");
});

await step("its Callback URL and its secret", async () => {
  await press("Next: Add a Callback URL", "link");
  await owner.locator("input#url").fill(`${site}/callback`);
  fields += 1;
  await press("Create");
  await press("Next: Link Secret", "link");
  await owner.getByRole("radio").first().check();
  await press("Link Secret");
  await owner.getByText("Next: First login").waitFor();
});

await step("a first login at the site", async () => {
  assert.ok(pages <= 12, `${pages} pages`);
  assert.ok(fields <= 10, `${fields} fields typed`);
  const opened = pages;
  await ask(`site ${client} ${secret}`);
  await logIn(owner);
  await owner.goto(`${issuer}/clients/${client}`);
  assert.equal(await owner.getByText("Setup:").count(), 0, "all six steps are done");
  const seconds = (Date.now() - began) / 1000;
  console.log(`        ${fields} fields typed, ${opened} pages, ${seconds.toFixed(1)} s`);
  assert.ok(seconds < 240, `${seconds} s`);
});

await step("the domain gets a logo, a way back and its switches", async () => {
  await open("Domains");
  await press(ROOT, "link");
  await press("Logo", "link");
  await owner.getByLabel("Logo").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: PICTURE });
  await press("Upload");
  await owner.getByRole("status").first().waitFor();
  await press("Settings", "link", owner.getByRole("navigation", { name: ROOT }));
  await type("Fallback URI", `${site}/failed`);
  await press("Save", "button", owner.locator("form").filter({ has: owner.getByLabel("Fallback URI") }));
  await owner.getByText("Saved.").waitFor();
  await flip("Allow API", true);
  await flip("Allow API", false);
  await flip("Allow API", true);
});

await step("a tester is asked, agrees, and logs in", async () => {
  await open("Users");
  await press("Test User Requests", "link");
  await press("New Test User Request", "link");
  await type("Email address", people.tester);
  await press("Send");
  const tester = await signedIn(people.tester);
  await logIn(tester, { refused: true });
  await tester.goto(`${issuer}/account/requests`);
  await tester.getByRole("button", { name: /^Accept/ }).first().click();
  await logIn(tester);
  await tester.context().close();
  await open("Users");
  const table = await owner.locator("main").textContent();
  assert.match(table, /Tester Example/);
});

await step("a role, and a member who holds it", async () => {
  await open("Roles");
  await press("New Role", "link");
  await owner.getByLabel("Custom Role Name").check();
  await type("Name of your own", "Night shift");
  await owner.locator('input[name="permissions"][value="users:read"]').check();
  await press("Create");
  await open("Members");
  await press("Add Member", "link");
  await type("User", people.tester);
  if (isPhone) await press("Apply");
  await owner.getByRole("link", { name: /^Choose/ }).first().click();
  await owner.getByRole("radio", { name: /Night shift/ }).check();
  await press("Add Member");
  await owner.getByText("Invited. They become a member when they accept.").waitFor();
});

await step("a verification is asked for, and the staff approve it", async () => {
  await open("Client Scopes");
  await press("New Client Scope", "link");
  await owner.locator('input[name="name"][value="phone"]').check();
  await press("Create");
  await ask(`prove ${client} ${ROOT}`);
  await open("Verification Center");
  await press("New Verification", "link");
  await owner.getByLabel(ROOT).check();
  await owner.locator('input[name="scopes"][value="phone"]').check();
  await press("Create");
  await owner.locator("main").getByText("Under review").first().waitFor();
  await goLive();
  const staff = await signedIn(people.staff);
  await staff.goto(`${issuer}/staff/verifications`);
  await staff.getByRole("row", { name: /mijnbedrijf1/ }).getByRole("link").first().click();
  await staff.locator('input[type="radio"][value="approve"]').first().check();
  await staff.getByRole("button", { name: "Save the decision" }).click();
  await staff.getByText("Decided. The partner is told.").waitFor();
  await staff.context().close();
  await open("Verification Center");
  await owner.getByText("Verified Partner for 1 domain").waitFor();
});
await browser.close();
process.exit(0);

/** Test mode ends once no URL needs it. */
async function goLive() {
  await open("Domains");
  await press(ROOT, "link");
  await press("Domain URLs", "link", owner.getByRole("navigation", { name: ROOT }));
  await owner.getByRole("button", { name: /^Switch off/ }).first().click();
  await owner.waitForLoadState();
  // Somebody logged in through it: it is asked about first.
  const sure = owner.locator("form").filter({ has: owner.locator('input[name="confirm"]') }).getByRole("button");
  if (await sure.count()) await sure.click();
  await press("Settings", "link", owner.getByRole("navigation", { name: ROOT }));
  await owner.getByLabel("Fallback URI").fill("");
  await press("Save", "button", owner.locator("form").filter({ has: owner.getByLabel("Fallback URI") }));
  await flip("Test Mode", false);
}

/** Somebody signed in, in a browser of their own. */
async function signedIn(email) {
  const context = await browser.newContext(look);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => {
    console.error(error);
    process.exit(1);
  });
  await page.goto(`${issuer}/login`);
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('input[name="password"]').press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  return page;
}

/** A login at the partner's site; `refused`: in test mode, for somebody who is no tester. */
async function logIn(page, { refused = false } = {}) {
  await page.goto(site);
  await page.getByRole("button", { name: "Log in with XWMS", exact: true }).click();
  if (refused) {
    // The partner has said where people go then.
    await page.waitForURL((url) => url.href.startsWith(`${site}/failed?`));
    assert.equal(new URL(page.url()).searchParams.get("error"), "access_denied");
    return;
  }
  const allow = page.getByRole("button", { name: "Allow", exact: true });
  await allow.or(page.getByRole("button", { name: "Log out", exact: true })).first().waitFor();
  if (new URL(page.url()).origin !== new URL(site).origin) await allow.click();
  await page.waitForURL(`${site}/me`);
}

/** The page as it is, for the guides. */
async function photograph(name) {
  if (!process.env.SCREENSHOT_DIR) return;
  await owner.screenshot({ path: path.join(process.env.SCREENSHOT_DIR, `${name}.png`) });
}

/** What only a server can do. */
async function ask(what) {
  console.log(`ask ${what}`);
  const { value } = await answers.next();
  assert.equal(value, "done");
}

async function press(name, role = "button", where = owner.locator("main")) {
  await where.getByRole(role, { name, exact: true }).first().click();
  await owner.waitForLoadState();
}

async function type(label, text) {
  fields += 1;
  await owner.locator("main").getByLabel(label, { exact: false }).first().fill(text);
}

/** A section of the client, by its navigation; on a phone it is folded. */
async function open(name) {
  if (isPhone) await owner.locator("details.sections > summary").click();
  await owner.getByRole("navigation", { name: "Client" }).getByRole("link", { name, exact: true }).click();
  await owner.waitForLoadState();
}

/** A switch takes effect at once where scripts run, and with its form elsewhere; both may ask first. */
async function flip(name, on) {
  const input = owner.getByRole("switch", { name: new RegExp(`^${name}`) });
  await input.setChecked(on);
  if (isPhone) {
    await press("Save", "button", owner.locator("form").filter({ has: input }));
  } else {
    await owner.getByText(on ? "Switched on" : "Switched off").or(owner.locator('input[name="confirm"]')).first().waitFor({ state: "attached" });
  }
  const sure = owner.locator("form").filter({ has: owner.locator('input[name="confirm"]') }).getByRole("button");
  if (await sure.count()) {
    await sure.click();
    await owner.waitForLoadState();
  }
  const state = owner.getByRole("switch", { name: new RegExp(`^${name}`) });
  assert.equal(await state.isChecked(), on, `${name} is ${on ? "on" : "off"}`);
}

// A person with Chromium at the sample partner site: logs in through OpenID Connect, refreshes, logs out, and logs in
// through the native API, that one without JavaScript. The account has not used the partner before.
//
// Environment: PARTNER_URL, EMAIL, PASSWORD; CHROMIUM, when it is not /usr/bin/chromium; SCREENSHOT_DIR, to have the
// pages of XWMS saved there, light and dark.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS } from "./chromium.mjs";
import { setting, step } from "./steps.mjs";

const partner = new URL(setting("PARTNER_URL")).origin;
const email = setting("EMAIL");
const password = setting("PASSWORD");
const screenshots = process.env.SCREENSHOT_DIR;

const OIDC = "Log in with XWMS";
const NATIVE = "Log in with XWMS (native API)";

if (screenshots) {
  await mkdir(screenshots, { recursive: true });
}
const browser = await step("Chromium starts", () =>
  chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: CHROMIUM_FLAGS }),
);

const page = await open({});
await step("login through OpenID Connect", async () => {
  await logIn(page, OIDC, { firstTime: true });
  await isSignedIn(page, "through OpenID Connect");
});

await step("refresh", async () => {
  const answers = Promise.all(["/refresh", "/me"].map((path) => page.waitForResponse(`${partner}${path}`)));
  await page.getByRole("button", { name: "Refresh", exact: true }).click();
  assert.deepEqual((await answers).map((answer) => answer.status()), [303, 200]);
  await isSignedIn(page, "through OpenID Connect");
});

await step("logout, here and at XWMS", async () => {
  const ended = page.waitForRequest((request) => new URL(request.url()).pathname === "/oauth/logout");
  await logOut(page);
  assert.notEqual(new URL((await ended).url()).origin, partner);
  await page.getByRole("button", { name: OIDC, exact: true }).click();
  await passwordField(page).waitFor();
});
await page.context().close();

const plain = await open({ javaScriptEnabled: false });
await step("login through the native API, without JavaScript", async () => {
  await logIn(plain, NATIVE, { firstTime: false });
  await isSignedIn(plain, "through the native API");
});

await step("logout, here alone", async () => {
  await logOut(plain);
  await plain.goto(`${partner}/me`);
  assert.equal(plain.url(), `${partner}/`);
});
await browser.close();

/** A fresh browser profile on the partner's start page; what the browser blocks or a script throws is a failure. */
async function open(options) {
  const context = await browser.newContext(options);
  const opened = await context.newPage();
  opened.setDefaultTimeout(30_000);
  opened.on("pageerror", (error) => fail(error));
  opened.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) {
      fail(new Error(message.text()));
    }
  });
  await opened.goto(`${partner}/`);
  return opened;
}

/** From the partner's start page to its page for members. A first login has to ask for consent. */
async function logIn(page, button, { firstTime }) {
  await page.getByRole("button", { name: button, exact: true }).click();
  await passwordField(page).waitFor();
  assert.notEqual(new URL(page.url()).origin, partner);
  if (firstTime) {
    await photograph(page, "login");
  }
  await page.locator('input[name="email"]').fill(email);
  await passwordField(page).fill(password);
  await passwordField(page).press("Enter");

  const allow = page.getByRole("button", { name: "Allow", exact: true });
  const member = page.getByRole("button", { name: "Log out", exact: true });
  await allow.or(member).first().waitFor();
  const asked = new URL(page.url()).origin !== partner;
  if (firstTime) {
    assert.ok(asked, "the first login asks for consent");
    await photograph(page, "consent");
  }
  if (asked) {
    await allow.click();
  }
  await page.waitForURL(`${partner}/me`);
}

async function isSignedIn(page, way) {
  await page.waitForURL(`${partner}/me`);
  await page.getByText(`Signed in ${way}`, { exact: true }).waitFor();
  await page.getByRole("cell", { name: email, exact: true }).first().waitFor();
}

async function logOut(page) {
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.getByRole("button", { name: OIDC, exact: true }).waitFor();
  const here = new URL(page.url());
  assert.equal(here.origin + here.pathname, `${partner}/`);
}

function passwordField(page) {
  return page.locator('input[name="password"]');
}

async function photograph(page, name) {
  if (!screenshots) {
    return;
  }
  for (const [colorScheme, suffix] of [["dark", "-dark"], ["light", ""]]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(screenshots, `${name}${suffix}.png`), fullPage: true });
  }
}

function fail(error) {
  console.log("FAILED  a page did what it may not");
  console.error(error);
  process.exit(1);
}

// A person with Chromium and an authenticator of its own: adds a passkey, signs in with it, loses it, and comes back with a
// recovery code.
//
// Environment: ISSUER, EMAIL, PASSWORD; CHROMIUM, when it is not /usr/bin/chromium.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

import { CHROMIUM_FLAGS } from "./chromium.mjs";
import { setting, step } from "./steps.mjs";

const issuer = setting("ISSUER");
const email = setting("EMAIL");
const password = setting("PASSWORD");
const KEYS = `${issuer}/account/security/passkeys`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: CHROMIUM_FLAGS,
});
const context = await browser.newContext();
const page = await context.newPage();
page.setDefaultTimeout(20_000);
page.on("pageerror", (error) => fail(error));
page.on("console", (message) => {
  if (message.text().includes("Content Security Policy")) fail(new Error(message.text()));
});
const devices = await context.newCDPSession(page);
await devices.send("WebAuthn.enable");
const phone = {
  protocol: "ctap2",
  ctap2Version: "ctap2_1",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};
const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", { options: phone });

await step("signs in with the password", async () => {
  await page.goto(`${issuer}/login`);
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
  await page.waitForURL((url) => url.pathname === "/");
});

const codes = await step("adds a passkey, and gets recovery codes with it", async () => {
  await page.goto(`${KEYS}/new`);
  assert.equal(await page.locator("[data-without-passkeys]").isVisible(), false);
  await page.locator("#label").fill("My phone");
  await page.locator("form[data-passkey] button").last().click();
  const shown = await page.locator("#codes").textContent();
  assert.equal(shown.trim().split("\n").length, 10);
  const { credentials } = await devices.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].isResidentCredential, true);
  return shown.trim().split("\n");
});

await step("signs in with the passkey", async () => {
  await signOut();
  await page.goto(`${issuer}/login?return=%2Faccount%2Fsecurity%2Fpasskeys`);
  // Browsers offer it by themselves, and this one takes it at once; else there is the button.
  await page
    .waitForURL(KEYS, { timeout: 4000 })
    .catch(() => page.locator("form[data-passkey] button").click());
  await page.waitForURL(KEYS);
  const row = await page.locator("tbody tr").textContent();
  assert.match(row, /My phone/);
  assert.doesNotMatch(row, /Never/i);
});

await step("confirms with the passkey what matters", async () => {
  await page.goto(`${issuer}/login/confirm?return=%2Faccount%2Fsecurity%2Fpasskeys`);
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL(KEYS);
});

await step("loses it, and signs in with a recovery code", async () => {
  await devices.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  await signOut();
  await page.goto(`${issuer}/login`);
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
  await page.waitForURL((url) => url.pathname === "/login/second");
  await page.locator("#code").fill(codes[0]);
  await page.locator("#code").press("Enter");
  await page.waitForURL((url) => url.pathname === "/");
});

await step("deletes the passkey that is lost", async () => {
  await page.goto(KEYS);
  await page.locator('a[href$="/delete"]').click();
  await page.getByText("last second factor").waitFor();
  await page.locator("main button.danger").click();
  await page.waitForURL((url) => url.href.startsWith(KEYS) && !url.pathname.endsWith("/delete"));
  assert.equal(await page.locator("tbody tr").count(), 0);
});
await browser.close();

async function signOut() {
  await context.clearCookies({ name: "xwms_session" });
}

function fail(error) {
  console.log("FAILED  a page did what it may not");
  console.error(error);
  process.exit(1);
}

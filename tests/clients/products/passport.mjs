// passport-openidconnect, which knows no PKCE: a client whose codes may be bound by the nonce. The strategy is driven as
// passport drives it; name and address come from the ID token.
//
// Environment: XWMS_ISSUER, NONCE_CLIENT_ID, NONCE_CLIENT_SECRET, NONCE_REDIRECT_URI, EMAIL, PASSWORD.

import assert from "node:assert/strict";
import Strategy from "passport-openidconnect";

import { Person } from "./person.mjs";
import { setting, step } from "./steps.mjs";

const issuer = setting("XWMS_ISSUER");
const email = setting("EMAIL");
const person = new Person(issuer, email, setting("PASSWORD"));
const strategy = new Strategy(
  {
    issuer,
    authorizationURL: `${issuer}/oauth/authorize`,
    tokenURL: `${issuer}/oauth/token`,
    userInfoURL: `${issuer}/oauth/userinfo`,
    clientID: setting("NONCE_CLIENT_ID"),
    clientSecret: setting("NONCE_CLIENT_SECRET"),
    callbackURL: setting("NONCE_REDIRECT_URI"),
    scope: ["profile", "email"],
    nonce: true,
  },
  (_issuer, profile, done) => done(null, profile),
);
const session = {};

/** One request, as passport hands it to a strategy: where it sends the browser, or whom it has found. */
function authenticate(query) {
  const request = { query, session, headers: {}, connection: {} };
  return new Promise((resolve, reject) => {
    const run = Object.create(strategy);
    run.redirect = (url) => resolve({ url });
    run.success = (user) => resolve({ user });
    run.fail = (why) => reject(new Error(`refused: ${JSON.stringify(why)}`));
    run.error = reject;
    run.authenticate(request, {});
  });
}

const { url } = await step("the strategy sends the browser to XWMS", () => authenticate({}));
await step("it sends a nonce and no challenge", () => {
  const sent = new URL(url).searchParams;
  assert.ok(sent.has("nonce") && !sent.has("code_challenge"));
});
const callback = await step("login and consent", () => person.signInAndAllow(url));
const { user } = await step("code and ID token", () => authenticate(Object.fromEntries(callback.searchParams)));
await step("the profile has name and address", () => {
  assert.equal(user.displayName, "Ada Lovelace");
  assert.deepEqual(user.emails, [{ value: email }]);
});

// A relying party built on openid-client, through everything it can do at XWMS: discovery, code with PKCE, userinfo,
// refresh, introspection, revocation, logout. A domain with this redirect URI and a client with these scopes must
// exist, and the account must be able to sign in.
//
// Environment: XWMS_ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, LOGOUT_URI, EMAIL, PASSWORD; ID_TOKEN_ALG when it
// is not RS256.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as client from "openid-client";

import { Person } from "./person.mjs";
import { setting, step } from "./steps.mjs";

const issuer = setting("XWMS_ISSUER");
const clientId = setting("CLIENT_ID");
const clientSecret = setting("CLIENT_SECRET");
const redirectUri = setting("REDIRECT_URI");
const logoutUri = setting("LOGOUT_URI");
const email = setting("EMAIL");
const person = new Person(issuer, email, setting("PASSWORD"));

const SCOPE = "openid profile email offline_access";
const metadata = { id_token_signed_response_alg: process.env.ID_TOKEN_ALG || "RS256" };
const settings = [client.enableNonRepudiationChecks];
if (issuer.startsWith("http:")) {
  settings.push(client.allowInsecureRequests);
}

// Both ways of client authentication: Basic where the first client is used, the body where the second is.
const [basic, post] = await step("discovery", async () => {
  const found = await client.discovery(new URL(issuer), clientId, metadata, client.ClientSecretBasic(clientSecret), {
    execute: settings,
  });
  const server = found.serverMetadata();
  assert.equal(server.issuer, issuer);
  assert.ok(server.supportsPKCE("S256"), "PKCE is announced");
  assert.equal(server.authorization_response_iss_parameter_supported, true);
  for (const name of ["userinfo", "introspection", "revocation", "end_session"]) {
    assert.ok(server[`${name}_endpoint`]?.startsWith(`${issuer}/`), `${name}_endpoint is announced`);
  }
  const other = new client.Configuration(server, clientId, metadata, client.ClientSecretPost(clientSecret));
  settings.forEach((apply) => apply(other));
  return [found, other];
});

const first = await step("login, consent, code and ID token", async () => {
  const begun = await begin({ prompt: "consent" });
  const callback = await person.signInAndAllow(begun.url);
  return { callback, checks: begun.checks, ...(await finish(basic, callback, begun.checks)) };
});
const { sub, sid, auth_time: authTime } = first.claims;

await step("userinfo", async () => {
  const shared = await client.fetchUserInfo(basic, first.tokens.access_token, sub);
  assert.equal(shared.email, email);
  assert.equal(shared.email_verified, true);
});

const refreshed = await step("refresh", async () => {
  const tokens = await client.refreshTokenGrant(basic, first.tokens.refresh_token);
  checkTokens(tokens);
  assert.notEqual(tokens.refresh_token, first.tokens.refresh_token, "the refresh token is rotated");
  assert.notEqual(tokens.access_token, first.tokens.access_token);
  const claims = tokens.claims();
  assert.deepEqual([claims.sub, claims.sid, claims.auth_time], [sub, sid, authTime]);
  assert.equal(claims.nonce, undefined);
  await client.fetchUserInfo(basic, tokens.access_token, sub);
  return tokens;
});

await step("introspection", async () => {
  const access = await client.tokenIntrospection(post, refreshed.access_token);
  assert.equal(access.active, true);
  assert.deepEqual([access.client_id, access.sub, access.iss], [clientId, sub, issuer]);
  assert.deepEqual(words(access.scope), words(SCOPE));
  const refresh = await client.tokenIntrospection(post, refreshed.refresh_token, { token_type_hint: "refresh_token" });
  assert.deepEqual([refresh.active, refresh.client_id, refresh.sub], [true, clientId, sub]);
  assert.deepEqual(await client.tokenIntrospection(post, first.tokens.refresh_token), { active: false });
  assert.deepEqual(await client.tokenIntrospection(post, "no token of anybody's"), { active: false });
});

const second = await step("a login without a page (prompt=none)", async () => {
  const begun = await begin({ prompt: "none" });
  const login = await finish(post, await person.passThrough(begun.url), begun.checks);
  assert.deepEqual([login.claims.sub, login.claims.sid, login.claims.auth_time], [sub, sid, authTime]);
  return login.tokens;
});

await step("revocation of an access token ends that one", async () => {
  await client.tokenRevocation(post, second.access_token, { token_type_hint: "access_token" });
  assert.deepEqual(await client.tokenIntrospection(basic, second.access_token), { active: false });
  await refusedByUserinfo(second.access_token);
  assert.equal((await client.tokenIntrospection(basic, second.refresh_token)).active, true);
});

await step("revocation of a refresh token ends its grant", async () => {
  await client.tokenRevocation(basic, refreshed.refresh_token, { token_type_hint: "refresh_token" });
  for (const token of [refreshed.refresh_token, refreshed.access_token, first.tokens.access_token]) {
    assert.deepEqual(await client.tokenIntrospection(post, token), { active: false });
  }
  await refusedByUserinfo(refreshed.access_token);
  await invalidGrant(client.refreshTokenGrant(basic, refreshed.refresh_token));
  assert.equal((await client.tokenIntrospection(post, second.refresh_token)).active, true, "of no other grant");
});

await step("a code works once", async () => {
  await invalidGrant(client.authorizationCodeGrant(basic, first.callback, first.checks));
});

await step("logout", async () => {
  const state = client.randomState();
  const away = await person.passThrough(
    client.buildEndSessionUrl(basic, {
      id_token_hint: refreshed.id_token,
      post_logout_redirect_uri: logoutUri,
      state,
    }),
  );
  assert.deepEqual([...away.searchParams], [...new URL(logoutUri).searchParams, ["state", state]]);
  assert.equal(withoutQuery(away), withoutQuery(logoutUri));
  const again = await begin({});
  await person.reachPage(again.url, "/login");
  assert.equal((await client.tokenIntrospection(post, second.refresh_token)).active, true, "offline access goes on");
});

/** An authorization request, and what its answer must match. */
async function begin(more) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const url = client.buildAuthorizationUrl(basic, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { url, checks };
}

/** Redeems the code of a callback; the library verifies state, iss, signature, nonce, audience and times. */
async function finish(configuration, callback, checks) {
  assert.equal(withoutQuery(callback), withoutQuery(redirectUri));
  const added = [...callback.searchParams.keys()].filter((name) => !new URL(redirectUri).searchParams.has(name));
  assert.deepEqual(added.toSorted(), ["code", "iss", "state"]);
  const tokens = await client.authorizationCodeGrant(configuration, callback, checks);
  checkTokens(tokens);
  const claims = tokens.claims();
  assert.equal(claims.aud, clientId);
  assert.match(claims.sub, /^[1-9][0-9]{12,15}$/);
  assert.ok(Number.isSafeInteger(Number(claims.sub)), "sub survives a double");
  assert.ok(Math.abs(Date.now() / 1000 - claims.auth_time) < 300, "auth_time is now");
  assert.ok(typeof claims.sid === "string" && claims.sid !== "");
  assert.ok(typeof claims.acr === "string" && Array.isArray(claims.amr) && claims.amr.length > 0);
  return { tokens, claims };
}

function checkTokens(tokens) {
  assert.equal(tokens.token_type, "bearer");
  assert.ok(Number.isInteger(tokens.expires_in) && tokens.expires_in > 0);
  assert.deepEqual(words(tokens.scope), words(SCOPE));
  assert.ok(tokens.refresh_token, "a refresh token is given");
  const digest = createHash("sha256").update(tokens.access_token).digest();
  assert.equal(tokens.claims().at_hash, digest.subarray(0, 16).toString("base64url"));
}

async function refusedByUserinfo(token) {
  await assert.rejects(client.fetchUserInfo(basic, token, sub), (error) => {
    assert.ok(error instanceof client.WWWAuthenticateChallengeError, error);
    assert.equal(error.status, 401);
    assert.equal(error.cause[0].scheme, "bearer");
    assert.equal(error.cause[0].parameters.error, "invalid_token");
    return true;
  });
}

async function invalidGrant(request) {
  await assert.rejects(request, (error) => {
    assert.ok(error instanceof client.ResponseBodyError, error);
    assert.deepEqual([error.status, error.error], [400, "invalid_grant"]);
    return true;
  });
}

function withoutQuery(url) {
  const bare = new URL(url);
  bare.search = "";
  return bare.href;
}

function words(scope) {
  return scope.split(" ").toSorted();
}

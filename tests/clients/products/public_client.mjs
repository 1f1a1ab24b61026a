// A public client built on openid-client: it has no secret, PKCE protects its login, and its refresh token rotates. Its
// callback is on this machine, with whatever port is free.
//
// Environment: XWMS_ISSUER, PUBLIC_CLIENT_ID, API_URL, EMAIL, PASSWORD.

import assert from "node:assert/strict";
import * as client from "openid-client";

import { Person } from "./person.mjs";
import { setting, step } from "./steps.mjs";

const issuer = setting("XWMS_ISSUER");
const email = setting("EMAIL");
const api = setting("API_URL");
const redirectUri = "http://127.0.0.1:49152/cb";
const person = new Person(issuer, email, setting("PASSWORD"));

const configuration = await step("discovery", () =>
  client.discovery(new URL(issuer), setting("PUBLIC_CLIENT_ID"), undefined, client.None(), {
    execute: issuer.startsWith("http:") ? [client.allowInsecureRequests] : [],
  }),
);

const tokens = await step("login with PKCE, and without a secret", async () => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    resource: api,
  });
  const callback = await person.signInAndAllow(url);
  return client.authorizationCodeGrant(configuration, callback, { pkceCodeVerifier, expectedState, expectedNonce });
});

await step("name and address are in the ID token", () => {
  const claims = tokens.claims();
  assert.deepEqual([claims.name, claims.email, claims.email_verified], ["Ada Lovelace", email, true]);
});

await step("the access token is for the resource server, and for userinfo", async () => {
  const claims = JSON.parse(Buffer.from(tokens.access_token.split(".")[1], "base64url"));
  assert.deepEqual(claims.aud, [api, issuer]);
  const shared = await client.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub);
  assert.equal(shared.email, email);
});

const refreshed = await step("refresh", async () => {
  const next = await client.refreshTokenGrant(configuration, tokens.refresh_token);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  assert.equal(next.claims().email, email);
  return next;
});

await step("revocation", async () => {
  await client.tokenRevocation(configuration, refreshed.refresh_token);
  await assert.rejects(client.refreshTokenGrant(configuration, refreshed.refresh_token), { error: "invalid_grant" });
});

await step("a public client can't introspect or act for itself", async () => {
  await assert.rejects(client.tokenIntrospection(configuration, refreshed.access_token), { status: 401 });
  await assert.rejects(client.clientCredentialsGrant(configuration), { error: "unauthorized_client" });
});

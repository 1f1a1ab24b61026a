// A person with a browser, over plain HTTP: keeps cookies, follows redirects inside XWMS, fills in its forms. Anything
// but the pages that are expected, in their order, is an error.

import assert from "node:assert/strict";

const MOST_REDIRECTS = 10;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export class Person {
  #cookies = new Map();
  #issuer;
  #email;
  #password;

  constructor(issuer, email, password) {
    this.#issuer = new URL(issuer);
    this.#email = email;
    this.#password = password;
  }

  /** Signs in, allows what is asked, and returns the URL at the relying party that XWMS sends the browser to. */
  async signInAndAllow(authorizationUrl) {
    const login = await this.reachPage(authorizationUrl, "/login");
    const loginForm = formTo(login, "/login");
    assert.ok(loginForm.inputs.has("email") && loginForm.inputs.has("password"), "the login form asks for both");

    const afterLogin = await this.#submit(loginForm, { email: this.#email, password: this.#password });
    assert.equal(afterLogin.url.pathname, "/consent", `after the login comes the consent page: ${afterLogin.text}`);
    const consentForm = formTo(afterLogin, "/consent");
    assert.deepEqual(consentForm.choices.get("decision")?.toSorted(), ["allow", "deny"], "both answers are offered");

    const afterConsent = await this.#submit(consentForm, { decision: "allow" });
    assert.equal(afterConsent.text, undefined, `after the consent XWMS is left, not ${afterConsent.url}`);
    return afterConsent.url;
  }

  /** Opens a URL of XWMS that shows no page, and returns where it leads. */
  async passThrough(url) {
    const end = await this.#walk(url, { method: "GET" });
    assert.equal(end.text, undefined, `no page is shown, but ${end.url.pathname} was`);
    return end.url;
  }

  /** Opens a URL of XWMS that ends at this page of its own. */
  async reachPage(url, path) {
    const end = await this.#walk(url, { method: "GET" });
    assert.ok(end.text !== undefined && end.url.pathname === path, `${path} was expected, not ${end.url}`);
    return end;
  }

  #submit(form, answers) {
    const fields = { ...form.hidden, ...answers };
    assert.ok(fields.flow && fields.csrf, "the form names its flow and carries a csrf token");
    return this.#walk(form.action, { method: "POST", body: new URLSearchParams(fields) });
  }

  /** Follows redirects (all of them 303) to the first page, or to the first URL that is not XWMS's. */
  async #walk(start, request) {
    let url = new URL(start, this.#issuer);
    for (let hop = 0; hop < MOST_REDIRECTS; hop += 1) {
      if (url.origin !== this.#issuer.origin) {
        return { url };
      }
      const response = await fetch(url, {
        ...request,
        headers: this.#headers(request.method),
        redirect: "manual",
        signal: AbortSignal.timeout(30_000),
      });
      this.#keep(response.headers.getSetCookie());
      const text = await response.text();
      if (response.status === 200) {
        assert.match(response.headers.get("content-type") ?? "", /^text\/html\b/, `${url.pathname} is a page`);
        return { url, text };
      }
      assert.equal(response.status, 303, `${request.method} ${url.pathname}: ${text}`);
      url = new URL(response.headers.get("location"), url);
      request = { method: "GET" };
    }
    assert.fail(`more than ${MOST_REDIRECTS} redirects, the last to ${url.pathname}`);
  }

  #headers(method) {
    const headers = { accept: "text/html" };
    if (this.#cookies.size > 0) {
      headers.cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }
    if (method === "POST") {
      headers.origin = this.#issuer.origin;
      headers["sec-fetch-site"] = "same-origin";
    }
    return headers;
  }

  #keep(setCookies) {
    const https = this.#issuer.protocol === "https:";
    for (const setCookie of setCookies) {
      const [pair, ...rest] = setCookie.split(";").map((part) => part.trim());
      const attributes = new Map(rest.map((part) => part.toLowerCase().split("=")).map(([key, value]) => [key, value]));
      const equals = pair.indexOf("=");
      const name = pair.slice(0, equals);
      assert.ok(equals > 0, "a cookie has a name");
      assert.ok(attributes.has("httponly"), `${name} is HttpOnly`);
      assert.equal(attributes.get("samesite"), "lax", `${name} is SameSite=Lax`);
      assert.equal(attributes.get("path"), "/", `${name} is the whole site's`);
      assert.ok(!attributes.has("domain"), `${name} is this host's only`);
      assert.equal(attributes.has("secure"), https, `${name} is Secure exactly when the issuer is https`);
      assert.equal(name.startsWith("__Host-"), https, `${name} has the prefix exactly when the issuer is https`);
      if (attributes.get("max-age") === "0") {
        this.#cookies.delete(name);
      } else {
        this.#cookies.set(name, pair.slice(equals + 1));
      }
    }
  }
}

/** The one form of a page that is posted to this path. */
function formTo(page, path) {
  const forms = [...page.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
    .map(([, head, body]) => ({ head: attributesOf(head), body }))
    .filter(({ head }) => head.get("method")?.toLowerCase() === "post")
    .map(({ head, body }) => ({ action: new URL(head.get("action") ?? "", page.url), body }))
    .filter(({ action }) => action.origin === page.url.origin && action.pathname === path);
  assert.equal(forms.length, 1, `${page.url.pathname} has one form that is posted to ${path}`);
  const [{ action, body }] = forms;
  const inputs = new Map([...body.matchAll(/<input\b([^>]*)>/g)].map(([, text]) => attributesOf(text))
    .map((input) => [input.get("name"), input]));
  const hidden = {};
  for (const [name, input] of inputs) {
    if (input.get("type") === "hidden") {
      hidden[name] = input.get("value") ?? "";
    }
  }
  const choices = new Map();
  for (const [, text] of body.matchAll(/<button\b([^>]*)>/g)) {
    const button = attributesOf(text);
    if (button.has("name")) {
      choices.set(button.get("name"), [...(choices.get(button.get("name")) ?? []), button.get("value")]);
    }
  }
  return { action, inputs, hidden, choices };
}

function attributesOf(text) {
  const found = text.matchAll(/([\w-]+)(?:\s*=\s*"([^"]*)")?/g);
  return new Map([...found].map(([, name, value]) => [name.toLowerCase(), unescape(value ?? "")]));
}

function unescape(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) {
      return ENTITIES[name.toLowerCase()] ?? whole;
    }
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

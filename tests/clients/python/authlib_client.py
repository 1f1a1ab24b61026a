"""A relying party built on Authlib, through everything it can do at XWMS: discovery, code with PKCE, userinfo,
refresh, introspection, revocation, logout.

A domain with this redirect URI and a client with these scopes must exist, and the account must be able to sign in.

Environment: XWMS_ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, LOGOUT_URI, EMAIL, PASSWORD; ID_TOKEN_ALG when it is
not RS256.
"""

import base64
import hashlib
import os
import sys
import time
import traceback
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from person import Person, check

SCOPE = "openid profile email offline_access"


class RelyingParty:
    """A partner's site: what it knows of XWMS, and its own registration there."""

    def __init__(self, environment):
        self.issuer = environment["XWMS_ISSUER"]
        self.client_id = environment["CLIENT_ID"]
        self.redirect_uri = environment["REDIRECT_URI"]
        self.id_token_alg = environment.get("ID_TOKEN_ALG") or "RS256"
        self._secret = environment["CLIENT_SECRET"]
        # Both ways of client authentication: Basic where the first is used, the body where the second is.
        self.basic = self._session("client_secret_basic")
        self.post = self._session("client_secret_post")
        self.server = {}

    def _session(self, method):
        session = OAuth2Session(
            self.client_id,
            self._secret,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            default_timeout=30,
        )
        # Neither a proxy nor credentials from outside.
        session.trust_env = False
        return session

    def discover(self):
        """Reads and checks the discovery document."""
        answer = self.basic.get(get_well_known_url(self.issuer, external=True), withhold_token=True)
        check(answer.status_code == 200, answer.status_code)
        server = OpenIDProviderMetadata(answer.json())
        if self.issuer.startswith("https:"):
            server.validate()
        equal(server["issuer"], self.issuer)
        check("S256" in server["code_challenge_methods_supported"], "PKCE is announced")
        check(server["authorization_response_iss_parameter_supported"] is True, "iss is announced")
        for name in ("authorization", "token", "userinfo", "introspection", "revocation", "end_session"):
            check(server[f"{name}_endpoint"].startswith(f"{self.issuer}/"), f"{name}_endpoint is announced")
        self.server = server

    def begin(self, **more):
        """An authorization URL, and what its answer must match."""
        checks = {"verifier": generate_token(64), "nonce": generate_token(32)}
        url, checks["state"] = self.basic.create_authorization_url(
            self.server["authorization_endpoint"], code_verifier=checks["verifier"], nonce=checks["nonce"], **more
        )
        return url, checks

    def finish(self, session, callback, checks):
        """Redeems the code of a callback. Returns the tokens and the claims of the ID token."""
        equal(without_query(callback), without_query(self.redirect_uri))
        given = dict(parse_qsl(urlsplit(callback).query, strict_parsing=True))
        added = given.keys() - dict(parse_qsl(urlsplit(self.redirect_uri).query)).keys()
        equal(added, {"code", "state", "iss"})
        equal(given["iss"], self.issuer)
        tokens = self.redeem(session, callback, checks)
        claims = self.id_claims(tokens, checks["nonce"])
        check(abs(time.time() - claims["auth_time"]) < 300, "auth_time is now")
        return tokens, claims

    def redeem(self, session, callback, checks):
        """Redeems the code of a callback and nothing more."""
        return session.fetch_token(
            self.server["token_endpoint"],
            authorization_response=callback,
            state=checks["state"],
            code_verifier=checks["verifier"],
        )

    def refresh(self, session, refresh_token):
        """Uses a refresh token."""
        return session.refresh_token(self.server["token_endpoint"], refresh_token=refresh_token)

    def id_claims(self, tokens, nonce):
        """Checks a token answer, and its ID token against it. `nonce`: the request's; none for a refresh."""
        equal(tokens["token_type"], "Bearer")
        equal(words(tokens["scope"]), words(SCOPE))
        check(isinstance(tokens["expires_in"], int) and tokens["expires_in"] > 0, "expires_in is announced")
        check(tokens["refresh_token"], "a refresh token is given")
        keys = self.basic.get(self.server["jwks_uri"], withhold_token=True)
        check(keys.status_code == 200, keys.status_code)
        decoded = jwt.decode(
            tokens["id_token"],
            key=KeySet.import_key_set(keys.json()),
            registry=JWSRegistry(algorithms=[self.id_token_alg]),
        )
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
                "auth_time": {"essential": True},
                "at_hash": {"essential": True},
                "sid": {"essential": True},
                "acr": {"essential": True},
                "amr": {"essential": True},
            },
            {"client_id": self.client_id, "access_token": tokens["access_token"], "nonce": nonce},
        )
        claims.validate(leeway=0)
        equal("nonce" in claims, nonce is not None)
        digest = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        equal(claims["at_hash"], base64.urlsafe_b64encode(digest).rstrip(b"=").decode())
        sub = claims["sub"]
        check(isinstance(sub, str) and sub.isascii() and sub.isdecimal(), "sub is a decimal string")
        check(10**12 <= int(sub) < 2**53 and str(int(sub)) == sub, "sub survives a double")
        return claims

    def userinfo(self, access_token):
        """The answer of userinfo to this access token."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.basic.get(self.server["userinfo_endpoint"], withhold_token=True, headers=headers)

    def introspect(self, session, token, hint=None):
        """What introspection says of a token."""
        answer = session.introspect_token(self.server["introspection_endpoint"], token=token, token_type_hint=hint)
        equal(answer.status_code, 200)
        return answer.json()

    def revoke(self, session, token, hint):
        """Revokes a token."""
        answer = session.revoke_token(self.server["revocation_endpoint"], token=token, token_type_hint=hint)
        equal(answer.status_code, 200)


def main(environment):
    """Goes through it all; the first failure is raised."""
    site = RelyingParty(environment)
    email, logout_uri = environment["EMAIL"], environment["LOGOUT_URI"]
    person = Person(site.issuer, email, environment["PASSWORD"])
    inactive = {"active": False}

    with step("discovery"):
        site.discover()

    with step("login, consent, code and ID token"):
        url, first_checks = site.begin(prompt="consent")
        first_callback = person.sign_in_and_allow(url)
        first, claims = site.finish(site.basic, first_callback, first_checks)
        first = dict(first)
        who = [claims[name] for name in ("sub", "sid", "auth_time")]
        sub = claims["sub"]

    with step("userinfo"):
        answer = site.userinfo(first["access_token"])
        equal(answer.status_code, 200)
        shared = answer.json()
        equal([shared["sub"], shared["email"], shared["email_verified"]], [sub, email, True])

    with step("refresh"):
        refreshed = dict(site.refresh(site.basic, first["refresh_token"]))
        claims = site.id_claims(refreshed, None)
        equal([claims[name] for name in ("sub", "sid", "auth_time")], who)
        check(refreshed["refresh_token"] != first["refresh_token"], "the refresh token is rotated")
        check(refreshed["access_token"] != first["access_token"], "the access token is new")
        equal(site.userinfo(refreshed["access_token"]).json()["sub"], sub)

    with step("introspection"):
        access = site.introspect(site.post, refreshed["access_token"])
        equal([access["active"], access["client_id"], access["sub"]], [True, site.client_id, sub])
        equal([access["iss"], words(access["scope"])], [site.issuer, words(SCOPE)])
        refresh = site.introspect(site.post, refreshed["refresh_token"], "refresh_token")
        equal([refresh["active"], refresh["client_id"], refresh["sub"]], [True, site.client_id, sub])
        equal(site.introspect(site.post, first["refresh_token"]), inactive)
        equal(site.introspect(site.post, "no token of anybody's"), inactive)

    with step("a login without a page (prompt=none)"):
        url, checks = site.begin(prompt="none")
        second, claims = site.finish(site.post, person.pass_through(url), checks)
        second = dict(second)
        equal([claims[name] for name in ("sub", "sid", "auth_time")], who)

    with step("revocation of an access token ends that one"):
        site.revoke(site.post, second["access_token"], "access_token")
        equal(site.introspect(site.basic, second["access_token"]), inactive)
        refused_by_userinfo(site.userinfo(second["access_token"]))
        equal(site.introspect(site.basic, second["refresh_token"])["active"], True)

    with step("revocation of a refresh token ends its grant"):
        site.revoke(site.basic, refreshed["refresh_token"], "refresh_token")
        for token in (refreshed["refresh_token"], refreshed["access_token"], first["access_token"]):
            equal(site.introspect(site.post, token), inactive)
        refused_by_userinfo(site.userinfo(refreshed["access_token"]))
        invalid_grant(lambda: site.refresh(site.basic, refreshed["refresh_token"]))
        equal(site.introspect(site.post, second["refresh_token"])["active"], True)

    with step("a code works once"):
        invalid_grant(lambda: site.redeem(site.basic, first_callback, first_checks))

    with step("logout"):
        state = generate_token(32)
        asked = {"id_token_hint": refreshed["id_token"], "post_logout_redirect_uri": logout_uri, "state": state}
        away = person.pass_through(f"{site.server['end_session_endpoint']}?{urlencode(asked)}")
        equal(without_query(away), without_query(logout_uri))
        equal(parse_qsl(urlsplit(away).query), [*parse_qsl(urlsplit(logout_uri).query), ("state", state)])
        url, _ = site.begin()
        person.reach_page(url, "/login")
        equal(site.introspect(site.post, second["refresh_token"])["active"], True)


@contextmanager
def step(name):
    """Says how one step went."""
    try:
        yield
    except BaseException:
        print(f"FAILED  {name}", flush=True)
        raise
    print(f"ok      {name}", flush=True)


def refused_by_userinfo(answer):
    """A token that has ended opens nothing."""
    equal(answer.status_code, 401)
    challenge = answer.headers["WWW-Authenticate"]
    check(challenge.startswith("Bearer ") and 'error="invalid_token"' in challenge, challenge)


def invalid_grant(request):
    """A grant that has ended gives nothing."""
    try:
        request()
    except OAuthError as error:
        equal(error.error, "invalid_grant")
    else:
        raise AssertionError("the request was not refused")


def without_query(url):
    """A URL up to its query."""
    return urlsplit(url)._replace(query="").geturl()


def words(scope):
    """The names in a scope."""
    return sorted(scope.split(" "))


def equal(left, right):
    """Raises an error when the two differ."""
    check(left == right, f"{left!r} is not {right!r}")


if __name__ == "__main__":
    try:
        main(os.environ)
    except KeyError as missing:
        traceback.print_exc()
        sys.exit(f"{missing} is missing")
    except Exception:
        traceback.print_exc()
        sys.exit(1)

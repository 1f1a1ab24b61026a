//! Everything that can be switched off, and what stops working then.

/// Something that is on, how it is switched off, and how on again if it can be.
pub struct Switch {
    pub name: &'static str,
    pub shows: Shows,
    pub off: Change,
    pub on: Option<Change>,
}

/// What stops working.
#[derive(Clone, Copy)]
pub enum Shows {
    /// A login for `openid profile`.
    Login,
    /// Client credentials for the live domain, and this scope.
    Credentials(&'static str),
    /// Client credentials for the domain in test mode.
    TestCredentials,
}

#[derive(Clone, Copy)]
pub enum Change {
    /// Keys of the client in a provisioning file.
    Client(&'static str),
    /// Those of its live domain.
    Domain(&'static str),
    /// Those of its domain in test mode.
    TestDomain(&'static str),
    /// Those of its billing owner.
    Owner(&'static str),
    /// A request of the client's owner: method, path and body.
    ByOwner(&'static str, &'static str, &'static str),
    /// A request of the staff.
    ByStaff(&'static str, &'static str, &'static str),
}

pub const PROFILE: Shows = Shows::Credentials("profile");

const fn switch(name: &'static str, shows: Shows, off: Change, on: Change) -> Switch {
    Switch { name, shows, off, on: Some(on) }
}

const fn final_switch(name: &'static str, shows: Shows, off: Change) -> Switch {
    Switch { name, shows, off, on: None }
}

/// A switch that its owner sets: `off` and `on` are the bodies of a PATCH.
const fn patched(name: &'static str, shows: Shows, path: &'static str, off: &'static str, on: &'static str) -> Switch {
    switch(name, shows, Change::ByOwner("PATCH", path, off), Change::ByOwner("PATCH", path, on))
}

/// The same of the staff.
const fn decided(name: &'static str, shows: Shows, path: &'static str, off: &'static str, on: &'static str) -> Switch {
    switch(name, shows, Change::ByStaff("PATCH", path, off), Change::ByStaff("PATCH", path, on))
}

const fn deleted(name: &'static str, shows: Shows, path: &'static str) -> Switch {
    final_switch(name, shows, Change::ByOwner("DELETE", path, ""))
}

/// What a provisioning file switches.
pub const BY_FILE: [Switch; 16] = {
    use Change::{Client, Domain, Owner, TestDomain};
    use Shows::{Credentials, Login, TestCredentials};
    [
        switch("domain", PROFILE, Domain("active = false"), Domain("active = true")),
        switch("allow login", Login, Domain("allow_login = false"), Domain("allow_login = true")),
        switch("allow API", PROFILE, Domain("allow_api = false"), Domain("allow_api = true")),
        switch("test mode", TestCredentials, TestDomain("test_mode = false"), TestDomain("test_mode = true")),
        switch("server IPs", PROFILE, Domain("server_ips = [\"192.0.2.1\"]"), Domain("server_ips = []")),
        switch(
            "ownership",
            Credentials("userinfo"),
            Domain("ownership = \"unproven\""),
            Domain("ownership = \"proven\""),
        ),
        switch("URL", Login, Domain(URL_OFF), Domain(URL_ON)),
        switch("a URL that is there", Login, Domain("urls = []"), Domain(URL_ON)),
        switch("secret", PROFILE, Client(SECRET_OFF), Client(SECRET_ON)),
        switch("secret link", PROFILE, Domain("secrets = []"), Domain("secrets = [\"Standard Key\"]")),
        switch("scope", Login, Client("scopes = [\"openid\", \"userinfo\"]"), Client(SCOPES)),
        switch("verification", Credentials("userinfo"), Client("verifications = []"), Client(VERIFICATIONS)),
        switch("plan", PROFILE, Owner("plan_valid_until = \"2020-01-01T00:00:00Z\""), Owner("plan_valid_until = \"\"")),
        switch(
            "kind of plan",
            Login,
            Owner("plan = \"free\"\nplan_valid_until = \"2020-01-01T00:00:00Z\""),
            Owner("plan = \"paid\"\nplan_valid_until = \"\""),
        ),
        final_switch("secret that is there", PROFILE, Client("secrets = []")),
        final_switch("domain that is there", PROFILE, Client(ONLY_TEST_DOMAIN)),
    ]
};

/// What its owner and the staff switch through the API.
pub const BY_REQUEST: [Switch; 20] = {
    use Change::{ByOwner, ByStaff, Client};
    use Shows::{Credentials, Login, TestCredentials};
    [
        patched("domain", PROFILE, "{domain}", r#"{"active": false}"#, r#"{"active": true}"#),
        patched("allow login", Login, "{domain}", r#"{"allow_login": false}"#, r#"{"allow_login": true}"#),
        patched("allow API", PROFILE, "{domain}", r#"{"allow_api": false}"#, r#"{"allow_api": true}"#),
        patched("test mode", TestCredentials, "{test}", r#"{"test_mode": false}"#, r#"{"test_mode": true}"#),
        patched("server IPs", PROFILE, "{domain}", r#"{"server_ips": ["192.0.2.1"]}"#, r#"{"server_ips": []}"#),
        patched("URL", Login, "{url}", r#"{"active": false}"#, r#"{"active": true}"#),
        patched("secret", PROFILE, "{secret}", r#"{"active": false}"#, r#"{"active": true}"#),
        switch("secret link", PROFILE, ByOwner("DELETE", "{link}", ""), ByOwner("PUT", "{link}", "")),
        switch(
            "scope",
            Login,
            ByOwner("DELETE", "{client}/scopes/profile", ""),
            ByOwner("POST", "{client}/scopes", r#"{"name": "profile"}"#),
        ),
        patched(
            "scopes of a client",
            Login,
            "{client}",
            r#"{"scopes": ["openid", "userinfo"]}"#,
            r#"{"scopes": ["openid", "profile", "userinfo"]}"#,
        ),
        decided(
            "plan",
            PROFILE,
            "{account}",
            r#"{"plan_valid_until": "2020-01-01T00:00:00Z", "reason": "Unpaid"}"#,
            r#"{"plan_valid_until": null, "reason": "Paid"}"#,
        ),
        decided(
            "client",
            PROFILE,
            "{staff}",
            r#"{"suspended": true, "reason": "Under inquiry"}"#,
            r#"{"suspended": false, "reason": "Found well"}"#,
        ),
        decided(
            "billing owner",
            Login,
            "{account}",
            r#"{"suspended": true, "reason": "Under inquiry"}"#,
            r#"{"suspended": false, "reason": "Found well"}"#,
        ),
        switch(
            "approval",
            Credentials("userinfo"),
            ByStaff("POST", "{approval}/revoke", r#"{"reason": "Sells what it reads"}"#),
            Client(VERIFICATIONS),
        ),
        deleted("URL that is there", Login, "{url}"),
        final_switch(
            "secret that was rotated",
            PROFILE,
            ByOwner("POST", "{secret}/rotate", r#"{"overlap_seconds": 0}"#),
        ),
        deleted("secret that is there", PROFILE, "{secret}"),
        deleted("domain that is there", PROFILE, "{domain}"),
        deleted("client that is there", Login, "{client}"),
        deleted("client that is there, for its servers", PROFILE, "{client}"),
    ]
};

pub const SCOPES: &str = "scopes = [\"openid\", \"profile\", \"userinfo\"]";
const SECRET_ON: &str = "secrets = [{ label = \"Standard Key\", active = true }]";
const SECRET_OFF: &str = "secrets = [{ label = \"Standard Key\", active = false }]";
pub const URL_ON: &str = "urls = [{ kind = \"callback\", url = \"https://app.engines.example/cb\", active = true }]";
const URL_OFF: &str = "urls = [{ kind = \"callback\", url = \"https://app.engines.example/cb\", active = false }]";
pub const VERIFICATIONS: &str =
    "verifications = [{ domains = [\"engines.example\"], scopes = [\"userinfo\"], state = \"approved\" }]";
const ONLY_TEST_DOMAIN: &str = "domains = [{ root_domain = \"test.example\" }]";

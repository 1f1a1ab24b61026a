//! Logins in progress and what they give.

diesel::table! {
    flows (id) {
        id -> Binary,
        browser_key -> Nullable<Binary>,
        network_key -> Nullable<Binary>,
        kind -> Text,
        sign_token_key -> Nullable<Binary>,
        client_id -> Nullable<Binary>,
        domain_id -> Nullable<Binary>,
        request -> Text,
        decision -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Binary,
        client_id -> Binary,
        domain_id -> Binary,
        user_id -> BigInt,
        consent_id -> Binary,
        subject -> BigInt,
        session_id -> Binary,
        scope -> Text,
        authenticated_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        url_id -> Nullable<Binary>,
        resources -> Text,
        amr -> Text,
    }
}

diesel::table! {
    codes (code_key) {
        code_key -> Binary,
        kind -> Text,
        grant_id -> Binary,
        client_id -> Binary,
        domain_id -> Binary,
        redirect_uri -> Text,
        code_challenge -> Nullable<Text>,
        nonce -> Nullable<Text>,
        wrong_tries -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        secret_id -> Nullable<Binary>,
    }
}

diesel::table! {
    refresh_tokens (token_key) {
        token_key -> Binary,
        grant_id -> Binary,
        parent_key -> Nullable<Binary>,
        request_digest -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

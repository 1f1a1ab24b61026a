//! The catalog, and what a partner configures.

diesel::table! {
    scopes (name) {
        name -> Text,
        title -> Text,
        description -> Text,
        opens -> Text,
        tier -> Text,
        position -> Integer,
    }
}

diesel::table! {
    images (digest) {
        digest -> Binary,
        content -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Binary,
        name -> Text,
        reviewed_name -> Nullable<Text>,
        logo_digest -> Nullable<Binary>,
        reviewed_logo_digest -> Nullable<Binary>,
        contact_email -> Nullable<Text>,
        homepage_url -> Nullable<Text>,
        privacy_url -> Nullable<Text>,
        terms_url -> Nullable<Text>,
        subject_type -> Text,
        id_token_alg -> Text,
        billing_owner -> Nullable<BigInt>,
        suspended_at -> Nullable<BigInt>,
        suspended_reason -> Nullable<Text>,
        deleted_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        description -> Nullable<Text>,
        pkce -> Text,
        id_token_claims -> Text,
        client_type -> Text,
    }
}

diesel::table! {
    domains (id) {
        id -> Binary,
        client_id -> Binary,
        root_domain -> Text,
        internal_name -> Nullable<Text>,
        logo_digest -> Nullable<Binary>,
        fallback_uri -> Nullable<Text>,
        fallback_response -> Nullable<Text>,
        allow_login -> Bool,
        allow_api -> Bool,
        active -> Bool,
        is_primary -> Bool,
        test_mode -> Bool,
        ownership -> Text,
        ownership_token -> Text,
        ownership_checked_at -> Nullable<BigInt>,
        ownership_failures -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    domain_server_ips (domain_id, network) {
        domain_id -> Binary,
        network -> Text,
        position -> Integer,
    }
}

diesel::table! {
    domain_urls (id) {
        id -> Binary,
        domain_id -> Binary,
        kind -> Text,
        url -> Text,
        active -> Bool,
        sealed_secret -> Nullable<Binary>,
        sealed_old_secret -> Nullable<Binary>,
        old_secret_expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    callback_origins (origin, url_id) {
        origin -> Text,
        url_id -> Binary,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> Binary,
        client_id -> Binary,
        label -> Text,
        digest -> Binary,
        hint -> Text,
        active -> Bool,
        expires_at -> Nullable<BigInt>,
        leaked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        noticed_days -> Nullable<Integer>,
    }
}

diesel::table! {
    secret_links (secret_id, domain_id) {
        secret_id -> Binary,
        domain_id -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    client_scopes (client_id, scope) {
        client_id -> Binary,
        scope -> Text,
        created_at -> BigInt,
        at_login -> Bool,
        updated_at -> BigInt,
    }
}

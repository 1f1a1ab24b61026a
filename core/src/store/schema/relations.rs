//! What stands between clients and people.

diesel::table! {
    consents (id) {
        id -> Binary,
        client_id -> Binary,
        user_id -> BigInt,
        scope -> Text,
        granted_at -> BigInt,
        updated_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consent_domains (consent_id, domain_id) {
        consent_id -> Binary,
        domain_id -> Binary,
        test_mode -> Bool,
        granted_at -> BigInt,
    }
}

diesel::table! {
    consent_sessions (consent_id, session_id) {
        consent_id -> Binary,
        session_id -> Binary,
    }
}

diesel::table! {
    client_users (client_id, user_id) {
        client_id -> Binary,
        user_id -> BigInt,
        subject -> BigInt,
        first_login_at -> BigInt,
        last_login_at -> BigInt,
        logins -> BigInt,
    }
}

diesel::table! {
    client_user_domains (client_id, user_id, domain_id) {
        client_id -> Binary,
        user_id -> BigInt,
        domain_id -> Binary,
        last_login_at -> BigInt,
    }
}

diesel::table! {
    login_stats (client_id, day, dimension, name) {
        client_id -> Binary,
        day -> BigInt,
        dimension -> Text,
        name -> Text,
        logins -> BigInt,
        users -> BigInt,
    }
}

diesel::table! {
    login_stat_users (client_id, day, dimension, name, user_id) {
        client_id -> Binary,
        day -> BigInt,
        dimension -> Text,
        name -> Text,
        user_id -> BigInt,
    }
}

diesel::table! {
    login_ways (client_id, day, way, name) {
        client_id -> Binary,
        day -> BigInt,
        way -> Text,
        name -> Text,
        logins -> BigInt,
    }
}

diesel::table! {
    requests (id) {
        id -> Binary,
        client_id -> Binary,
        kind -> Text,
        email_key -> Text,
        user_id -> Nullable<BigInt>,
        subject -> Nullable<BigInt>,
        domain_id -> Nullable<Binary>,
        scope -> Text,
        reason -> Nullable<Text>,
        status -> Text,
        delivered -> Bool,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    client_blocks (user_id, client_id) {
        user_id -> BigInt,
        client_id -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    verifications (id) {
        id -> Binary,
        client_id -> Binary,
        status -> Text,
        notes -> Nullable<Text>,
        version -> Integer,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        noticed_days -> Nullable<Integer>,
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        automatic -> Bool,
    }
}

diesel::table! {
    verification_items (verification_id, domain_id, scope) {
        verification_id -> Binary,
        domain_id -> Binary,
        scope -> Text,
        status -> Text,
        reason -> Nullable<Text>,
    }
}

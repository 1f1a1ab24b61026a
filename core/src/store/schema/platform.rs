//! Keys, refused attempts, the audit log, the outbox.

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        alg -> Text,
        state -> Text,
        public_jwk -> Text,
        sealed_private_key -> Binary,
        published_at -> BigInt,
        signs_from -> Nullable<BigInt>,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    attempts (id) {
        id -> Binary,
        client_id -> Binary,
        domain_id -> Nullable<Binary>,
        reason -> Text,
        reference -> Text,
        at -> BigInt,
        detail -> Nullable<Text>,
        address -> Nullable<Text>,
        redirect_uri -> Nullable<Text>,
        scope -> Nullable<Text>,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Binary,
        client_id -> Nullable<Binary>,
        actor -> Text,
        action -> Text,
        object -> Text,
        address -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        at -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    audit_seals (number) {
        number -> BigInt,
        seal -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    audit_unsealed (entry_id) {
        entry_id -> Binary,
    }
}

diesel::table! {
    audit_seal_entries (entry_id) {
        entry_id -> Binary,
        seal_number -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Binary,
        client_id -> Binary,
        domain_id -> Nullable<Binary>,
        event -> Text,
        body -> Text,
        created_at -> BigInt,
        expanded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Binary,
        outbox_id -> Binary,
        url_id -> Binary,
        status -> Text,
        next_try_at -> BigInt,
        created_at -> BigInt,
        client_id -> Nullable<Binary>,
        event -> Text,
        tries -> Integer,
        failures -> Integer,
        gives_up_at -> BigInt,
    }
}

diesel::table! {
    delivery_tries (delivery_id, number) {
        delivery_id -> Binary,
        number -> Integer,
        at -> BigInt,
        status -> Nullable<Integer>,
        milliseconds -> BigInt,
        cause -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_queues (url_id) {
        url_id -> Binary,
        due_at -> Nullable<BigInt>,
        leased_until -> BigInt,
    }
}

diesel::table! {
    job_positions (job) {
        job -> Text,
        position -> Binary,
    }
}

diesel::table! {
    idempotency_keys (key_digest) {
        key_digest -> Binary,
        body_digest -> Binary,
        status -> Nullable<Integer>,
        answer -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

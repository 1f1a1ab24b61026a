//! People and what is known of them.

diesel::table! {
    users (id) {
        id -> BigInt,
        email -> Text,
        email_key -> Text,
        email_verified -> Bool,
        second_email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        name_key -> Text,
        picture -> Nullable<Text>,
        locale -> Nullable<Text>,
        zoneinfo -> Nullable<Text>,
        birth_date -> Nullable<Text>,
        gender -> Nullable<Text>,
        country -> Nullable<Text>,
        phone_number -> Nullable<Text>,
        phone_number_verified -> Bool,
        plan -> Text,
        plan_valid_until -> Nullable<BigInt>,
        staff -> Nullable<Text>,
        suspended_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        second_factor -> Bool,
        factors_changed_at -> BigInt,
    }
}

diesel::table! {
    user_socials (user_id, platform) {
        user_id -> BigInt,
        platform -> Text,
        username -> Text,
        url -> Text,
    }
}

diesel::table! {
    user_providers (provider, provider_subject) {
        provider -> Text,
        provider_subject -> Text,
        user_id -> BigInt,
        linked_at -> BigInt,
    }
}

diesel::table! {
    addresses (id) {
        id -> BigInt,
        user_id -> BigInt,
        kind -> Text,
        name -> Nullable<Text>,
        company_name -> Nullable<Text>,
        firstname -> Nullable<Text>,
        lastname -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        tax_nr -> Nullable<Text>,
        registration_nr -> Nullable<Text>,
        access_code -> Nullable<Text>,
        postal_code -> Nullable<Text>,
        house_number -> Nullable<Text>,
        street -> Nullable<Text>,
        city -> Nullable<Text>,
        country -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    sessions (token_key) {
        token_key -> Binary,
        id -> Binary,
        user_id -> BigInt,
        authenticated_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        user_agent -> Text,
        address -> Text,
        amr -> Text,
    }
}

diesel::table! {
    totp_keys (user_id) {
        user_id -> BigInt,
        sealed_key -> Binary,
        last_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    recovery_codes (user_id, code_digest) {
        user_id -> BigInt,
        code_digest -> Binary,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Binary,
        user_id -> BigInt,
        credential_id -> Binary,
        public_key -> Binary,
        label -> Text,
        sign_count -> BigInt,
        backed_up -> Bool,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    spent_challenges (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    second_steps (token_key) {
        token_key -> Binary,
        user_id -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    known_devices (token_key, user_id) {
        token_key -> Binary,
        user_id -> BigInt,
        last_used_at -> BigInt,
    }
}

diesel::table! {
    email_tokens (token_key) {
        token_key -> Binary,
        purpose -> Text,
        user_id -> BigInt,
        email -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    throttles (subject_key) {
        subject_key -> Binary,
        hits -> Integer,
        window_started_at -> BigInt,
        blocked_until -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    notifications (id) {
        id -> Binary,
        user_id -> BigInt,
        kind -> Text,
        object_id -> Nullable<Text>,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        message -> Text,
    }
}

diesel::table! {
    letters (id) {
        id -> Binary,
        email_key -> Text,
        address -> Nullable<Text>,
        wanted -> Bool,
        kind -> Text,
        object -> Text,
        created_at -> BigInt,
        about -> Text,
        message -> Text,
    }
}

//! Who in a partner's organisation may do what.

diesel::table! {
    role_groups (client_id, name) {
        client_id -> Binary,
        name -> Text,
        position -> Integer,
    }
}

diesel::table! {
    roles (id) {
        id -> Binary,
        client_id -> Binary,
        role_key -> Text,
        name -> Text,
        description -> Nullable<Text>,
        permissions -> Text,
        preset -> Bool,
        role_group -> Nullable<Text>,
        level -> Integer,
        active -> Bool,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    members (id) {
        id -> Binary,
        client_id -> Binary,
        user_id -> Nullable<BigInt>,
        subject -> Nullable<BigInt>,
        email_key -> Text,
        role_id -> Binary,
        status -> Text,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Binary,
        digest -> Binary,
        user_id -> BigInt,
        client_id -> Nullable<Binary>,
        label -> Text,
        hint -> Text,
        permissions -> Text,
        expires_at -> Nullable<BigInt>,
        suspended_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

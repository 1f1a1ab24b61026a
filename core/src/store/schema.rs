//! The tables, for diesel. The same on both backends; a test holds them against the migrations.

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
        text -> Text,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
    }
}

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
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    domain_server_ips (domain_id, network) {
        domain_id -> Binary,
        network -> Text,
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
    client_secrets (id) {
        id -> Binary,
        client_id -> Binary,
        label -> Text,
        digest -> Binary,
        hint -> Text,
        active -> Bool,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
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
    }
}

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
    role_permissions (role_id, permission) {
        role_id -> Binary,
        permission -> Text,
    }
}

diesel::table! {
    members (id) {
        id -> Binary,
        client_id -> Binary,
        user_id -> Nullable<BigInt>,
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
        expires_at -> Nullable<BigInt>,
        suspended_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    api_token_permissions (token_id, permission) {
        token_id -> Binary,
        permission -> Text,
    }
}

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
    requests (id) {
        id -> Binary,
        client_id -> Binary,
        kind -> Text,
        email_key -> Text,
        user_id -> Nullable<BigInt>,
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
        created_at -> BigInt,
        decided_at -> Nullable<BigInt>,
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

diesel::table! {
    flows (id) {
        id -> Binary,
        browser_key -> Nullable<Binary>,
        kind -> Text,
        sign_token_key -> Nullable<Binary>,
        client_id -> Nullable<Binary>,
        domain_id -> Nullable<Binary>,
        request -> Text,
        decision -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        finished_at -> Nullable<BigInt>,
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
    }
}

diesel::table! {
    delivery_tries (delivery_id, number) {
        delivery_id -> Binary,
        number -> Integer,
        at -> BigInt,
        status -> Nullable<Integer>,
        milliseconds -> BigInt,
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

diesel::joinable!(addresses -> users (user_id));
diesel::joinable!(api_token_permissions -> api_tokens (token_id));
diesel::joinable!(api_tokens -> clients (client_id));
diesel::joinable!(api_tokens -> users (user_id));
diesel::joinable!(audit_seal_entries -> audit_entries (entry_id));
diesel::joinable!(audit_seal_entries -> audit_seals (seal_number));
diesel::joinable!(client_blocks -> clients (client_id));
diesel::joinable!(client_blocks -> users (user_id));
diesel::joinable!(client_scopes -> clients (client_id));
diesel::joinable!(client_scopes -> scopes (scope));
diesel::joinable!(client_secrets -> clients (client_id));
diesel::joinable!(client_users -> clients (client_id));
diesel::joinable!(client_users -> users (user_id));
diesel::joinable!(clients -> users (billing_owner));
diesel::joinable!(consent_domains -> consents (consent_id));
diesel::joinable!(consents -> clients (client_id));
diesel::joinable!(consents -> users (user_id));
diesel::joinable!(deliveries -> domain_urls (url_id));
diesel::joinable!(deliveries -> outbox (outbox_id));
diesel::joinable!(delivery_tries -> deliveries (delivery_id));
diesel::joinable!(domain_server_ips -> domains (domain_id));
diesel::joinable!(domain_urls -> domains (domain_id));
diesel::joinable!(domains -> clients (client_id));
diesel::joinable!(domains -> images (logo_digest));
diesel::joinable!(email_tokens -> users (user_id));
diesel::joinable!(known_devices -> users (user_id));
diesel::joinable!(login_stats -> clients (client_id));
diesel::joinable!(members -> clients (client_id));
diesel::joinable!(members -> roles (role_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(requests -> clients (client_id));
diesel::joinable!(requests -> domains (domain_id));
diesel::joinable!(requests -> users (user_id));
diesel::joinable!(role_groups -> clients (client_id));
diesel::joinable!(role_permissions -> roles (role_id));
diesel::joinable!(roles -> clients (client_id));
diesel::joinable!(secret_links -> client_secrets (secret_id));
diesel::joinable!(secret_links -> domains (domain_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(user_providers -> users (user_id));
diesel::joinable!(user_socials -> users (user_id));
diesel::joinable!(verification_items -> domains (domain_id));
diesel::joinable!(verification_items -> scopes (scope));
diesel::joinable!(verification_items -> verifications (verification_id));
diesel::joinable!(verifications -> clients (client_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    user_socials,
    user_providers,
    addresses,
    sessions,
    known_devices,
    email_tokens,
    throttles,
    notifications,
    scopes,
    images,
    clients,
    domains,
    domain_server_ips,
    domain_urls,
    client_secrets,
    secret_links,
    client_scopes,
    role_groups,
    roles,
    role_permissions,
    members,
    api_tokens,
    api_token_permissions,
    consents,
    consent_domains,
    client_users,
    client_user_domains,
    login_stats,
    requests,
    client_blocks,
    verifications,
    verification_items,
    flows,
    grants,
    codes,
    refresh_tokens,
    revoked_tokens,
    signing_keys,
    attempts,
    audit_entries,
    audit_seals,
    audit_seal_entries,
    outbox,
    deliveries,
    delivery_tries,
    idempotency_keys,
);

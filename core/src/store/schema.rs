//! The tables, for diesel. The same on both backends; a test holds them against the migrations.

mod logins;
mod organisation;
mod partners;
mod people;
mod platform;
mod relations;

pub(super) use logins::*;
pub(super) use organisation::*;
pub(super) use partners::*;
pub(super) use people::*;
pub(super) use platform::*;
pub(super) use relations::*;

diesel::joinable!(addresses -> users (user_id));
diesel::joinable!(api_tokens -> clients (client_id));
diesel::joinable!(api_tokens -> users (user_id));
diesel::joinable!(audit_seal_entries -> audit_entries (entry_id));
diesel::joinable!(audit_seal_entries -> audit_seals (seal_number));
diesel::joinable!(callback_origins -> domain_urls (url_id));
diesel::joinable!(client_blocks -> clients (client_id));
diesel::joinable!(client_blocks -> users (user_id));
diesel::joinable!(client_scopes -> clients (client_id));
diesel::joinable!(client_scopes -> scopes (scope));
diesel::joinable!(client_secrets -> clients (client_id));
diesel::joinable!(client_users -> clients (client_id));
diesel::joinable!(client_users -> users (user_id));
diesel::joinable!(clients -> users (billing_owner));
diesel::joinable!(consent_domains -> consents (consent_id));
diesel::joinable!(consent_sessions -> consents (consent_id));
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
diesel::joinable!(login_ways -> clients (client_id));
diesel::joinable!(members -> clients (client_id));
diesel::joinable!(members -> roles (role_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(passkeys -> users (user_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(requests -> clients (client_id));
diesel::joinable!(requests -> domains (domain_id));
diesel::joinable!(requests -> users (user_id));
diesel::joinable!(role_groups -> clients (client_id));
diesel::joinable!(roles -> clients (client_id));
diesel::joinable!(secret_links -> client_secrets (secret_id));
diesel::joinable!(secret_links -> domains (domain_id));
diesel::joinable!(second_steps -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(totp_keys -> users (user_id));
diesel::joinable!(user_providers -> users (user_id));
diesel::joinable!(user_socials -> users (user_id));
diesel::joinable!(verification_items -> domains (domain_id));
diesel::joinable!(verification_items -> scopes (scope));
diesel::joinable!(verification_items -> verifications (verification_id));
diesel::joinable!(verifications -> clients (client_id));
diesel::joinable!(webhook_queues -> domain_urls (url_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    user_socials,
    user_providers,
    addresses,
    sessions,
    totp_keys,
    recovery_codes,
    passkeys,
    spent_challenges,
    second_steps,
    known_devices,
    email_tokens,
    throttles,
    notifications,
    letters,
    scopes,
    images,
    clients,
    domains,
    domain_server_ips,
    domain_urls,
    callback_origins,
    client_secrets,
    secret_links,
    client_scopes,
    role_groups,
    roles,
    members,
    api_tokens,
    consents,
    consent_domains,
    consent_sessions,
    client_users,
    client_user_domains,
    login_stats,
    login_ways,
    login_stat_users,
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
    audit_unsealed,
    outbox,
    deliveries,
    delivery_tries,
    webhook_queues,
    job_positions,
    idempotency_keys,
);

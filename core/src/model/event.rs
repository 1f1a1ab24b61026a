//! What webhooks are told of, and what becomes of a delivery (SPEC §6).

use std::time::Duration;

use super::text_enum;

/// How long a delivery is tried before it is parked.
pub const TRIED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

text_enum! {
    /// What happened.
    EventType {
        /// Somebody logged in.
        UserLogin = "user.login",
        /// What somebody shares has changed.
        UserUpdated = "user.updated",
        /// Somebody's account is gone.
        UserDeleted = "user.deleted",
        /// Somebody's consent has ended.
        ConsentRevoked = "consent.revoked",
        /// Somebody accepted a request.
        RequestAccepted = "request.accepted",
        /// Somebody declined a request.
        RequestDeclined = "request.declined",
        /// The staff decided on an application.
        VerificationDecided = "verification.decided",
        /// A secret ends soon.
        SecretExpiring = "secret.expiring",
        /// A domain has changed.
        DomainUpdated = "domain.updated",
        /// Somebody tries a webhook URL.
        Ping = "ping",
    }
}

text_enum! {
    /// What has become of a delivery.
    DeliveryStatus {
        /// It is tried, now or later.
        Waiting = "waiting",
        /// It was taken.
        Delivered = "delivered",
        /// It was given up, until somebody sends it again.
        Parked = "parked",
    }
}

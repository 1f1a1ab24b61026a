//! What of a client needs attention now: each with what it is about, and nothing that the reader may not see.

use std::time::Duration;

use super::client_context::ClientContext;
use super::permit::Caller;
use super::runner::{self, Ask};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::gate::snapshot::Snapshot;
use crate::gate::{setup, standing};
use crate::id::{DomainId, RequestId, SecretId, VerificationId};
use crate::state::Core;
use crate::store::tables::{domains, members, requests, secrets, verifications};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Answers of people are told of for so long.
const ANSWERS: Duration = DAY.saturating_mul(7);
/// So many answers at the most are told of.
const MOST_ANSWERS: i64 = 5;

/// Something that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// A secret was found in public.
    SecretLeaked(SecretId, String),
    /// A secret that is on ends soon.
    SecretExpires(SecretId, String, Timestamp),
    /// The last look at a domain did not find the proof that it is the client's.
    ProofMissed(DomainId, String),
    /// No callback URL of an active domain is in use: nobody can log in there.
    NoCallback(DomainId, String),
    /// No usable secret is linked to an active domain: its logins can't be redeemed.
    NoSecret(DomainId, String),
    /// So many messages to webhooks are parked: nobody tries them again by itself.
    Parked(i64),
    /// People go on seeing this name until the new one is reviewed.
    NameUnderReview(String),
    /// An approval ends soon.
    ApprovalEnds(VerificationId, Timestamp),
    /// A person has answered a request.
    RequestAnswered(RequestId, bool),
    /// Only one owner is left: when they are away, nobody can do what owners do.
    SingleOwner,
}

/// What needs attention in this client, in the order of the page's sections.
///
/// # Errors
/// Those of [`permit`](super::permit); the database's.
pub async fn of_client(core: &Core, caller: &Caller, context: &ClientContext) -> Result<Vec<Concern>, Error> {
    let (client, now) = (context.client.id, core.clock.now());
    let snapshot = core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?;
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ClientRead)).await?;
    let conn = &mut reading.conn;
    let mut all = Vec::new();
    if context.may(Permission::SecretsRead) {
        for secret in secrets::of_client(conn, client).await? {
            if standing::stays_off(secret.leaked_at) {
                all.push(Concern::SecretLeaked(secret.id, secret.label));
            } else if let Some(end) = standing::ends_soon(secret.expires_at, now).filter(|_| secret.active) {
                all.push(Concern::SecretExpires(secret.id, secret.label, end));
            }
        }
    }
    if context.may(Permission::DomainsRead) {
        let missed = domains::of_client(conn, client).await?.into_iter().filter(|domain| domain.ownership_failures > 0);
        all.extend(missed.map(|domain| Concern::ProofMissed(domain.id, domain.root_domain.to_string())));
        all.extend(of_domains(&snapshot, now));
    }
    if context.parked > 0 {
        all.push(Concern::Parked(context.parked));
    }
    if context.may(Permission::VerificationsRead) {
        all.extend(context.reviewed_name.clone().map(Concern::NameUnderReview));
        let open = verifications::standing(conn, client, now).await?.into_iter();
        let ends = open.filter_map(|one| Some((one.id, one.expires_at.filter(|_| one.decided_at.is_some())?)));
        all.extend(
            ends.filter(|(_, end)| standing::is_renewable(Some(*end), now))
                .map(|(id, end)| Concern::ApprovalEnds(id, end)),
        );
    }
    if context.may(Permission::RequestsRead) {
        let answered = requests::answered_since(conn, client, now.before(ANSWERS), MOST_ANSWERS).await?;
        all.extend(answered.into_iter().map(|(id, accepted)| Concern::RequestAnswered(id, accepted)));
    }
    if context.may(Permission::MembersRead) && members::owners_at(conn, client, now).await?.len() == 1 {
        all.push(Concern::SingleOwner);
    }
    Ok(all)
}

/// Active domains that lack what a login needs, by the predicates that decide about logins.
fn of_domains(snapshot: &Snapshot, now: Timestamp) -> impl Iterator<Item = Concern> {
    let active = snapshot.domains.iter().filter(|domain| setup::is_open(domain));
    active.filter_map(move |domain| {
        if !setup::has_callback(snapshot, domain) {
            Some(Concern::NoCallback(domain.id, domain.root.to_string()))
        } else if !snapshot.client.is_public() && !setup::is_linked(snapshot, domain, now) {
            Some(Concern::NoSecret(domain.id, domain.root.to_string()))
        } else {
            None
        }
    })
}

//! Whose plan entitles a client (SPEC §1): owners hand that to another owner, and when the billing owner stops being one for
//! good, another takes over.

use serde_json::json;

use super::change::{Actor, Change, Notice};
use super::notice::named;
use super::permit::{Access, Caller};
use super::roles;
use super::runner::{self, Ask, Done};
use crate::contract::Input;
use crate::contract::member::BillingOwner;
use crate::error::Error;
use crate::gate::organisation::{self, Denied, Heir, Seat, Span, successor};
use crate::gate::permission::Permission;
use crate::id::{ClientId, UserId};
use crate::model::member::MemberStatus;
use crate::state::Core;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::members::{self, Member};
use crate::store::tables::profiles;
use crate::text;
use crate::text::Text;

/// Clients that one round hands over at the most.
const BATCH: i64 = 100;

/// Hands over what is due: clients whose billing owner was an owner until some moment that has come.
///
/// # Errors
/// The database's.
pub async fn settle_due(core: &Core) -> Result<(), Error> {
    let due = clients::without_payer(&mut core.db.read().await?, core.clock.now(), BATCH).await?;
    for id in due {
        let hand_over = async move |change: &mut Change<'_>| {
            clients::hold(change.conn, id).await?;
            match clients::find(change.conn, id).await? {
                Some(client) => settle(change, &client).await,
                None => Ok(()),
            }
        };
        runner::change_as(core, Actor::Schedule, hand_over).await?;
    }
    Ok(())
}

/// Hands the bill over when the billing owner is no owner any more. To an owner whose membership has no end: whoever is to
/// leave takes nothing over.
///
/// # Errors
/// The database's.
pub(crate) async fn settle(change: &mut Change<'_>, client: &Client) -> Result<(), Error> {
    let Some(payer) = client.billing_owner else { return Ok(()) };
    let owners = members::owners(change.conn, client.id).await?;
    let lasting = owners.iter().filter(|owner| owner.expires_at.is_none());
    let lasting: Vec<_> = lasting.filter_map(|owner| Some((owner.user_id?, owner.created_at))).collect();
    let is_owner = |owner: &Member| owner.user_id == Some(payer) && owner.expires_at.is_none_or(|end| change.now < end);
    if owners.iter().any(is_owner) {
        return Ok(());
    }
    let ids: Vec<UserId> = lasting.iter().map(|(user, _)| *user).collect();
    let accounts = profiles::several(change.conn, &ids).await?;
    let entitled = |user: UserId| {
        let account = accounts.iter().find(|account| account.id == user);
        account.is_some_and(|account| {
            account.suspended_at.is_none() && change.rules.entitlements(account, change.now).clients
        })
    };
    let heirs: Vec<Heir> =
        lasting.iter().map(|&(user, since)| Heir { user, since, entitled: entitled(user) }).collect();
    let Some(heir) = successor(&heirs) else { return Ok(()) };
    hand(change, client, heir).await?;
    let client_name = named(change.conn, client).await?;
    let text = text!("notice_bill_inherited", client = client_name);
    tell(change, client, heir, (text!("notice_bill_taken-subject"), text));
    Ok(())
}

/// Hands the bill to another owner, whatever the plan of the one who has it now. `to`: their membership.
///
/// # Errors
/// [`Error::NotFound`] for the member; [`Error::Refused`] `owner` unless the caller is one; [`Error::Conflict`]
/// `not_an_owner` or `account_suspended`; [`Error::PlanRequired`] when the plan of the other one entitles to no (further)
/// client; those of [`runner`]; the database's.
pub async fn hand_over(
    core: &Core,
    caller: Caller,
    client: ClientId,
    to: Input<BillingOwner>,
) -> Result<Done<()>, Error> {
    let ask = Ask::LapsedClient(client, Permission::ClientUpdate);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let Access { client: of, membership: by, .. } = change.access()?.clone();
        let to = change.take(to)?;
        organisation::may_hand_bill(&by).map_err(roles::denied)?;
        let member = members::find(change.conn, client, to.member).await?.ok_or(Error::NotFound("member"))?;
        let rank = roles::rank(&roles::find(change.conn, client, member.role_id).await?);
        let span = Span::of(member.status == MemberStatus::Active, member.expires_at);
        organisation::may_take_bill(Seat { rank: &rank, span }).map_err(roles::denied)?;
        let heir = member.user_id.ok_or_else(|| roles::denied(Denied::NoLastingOwner))?;
        if of.billing_owner == Some(heir) {
            return Ok(());
        }
        may_pay(change, heir).await?;
        hand(change, &of, heir).await?;
        let name = named(change.conn, &of).await?;
        let told = (text!("notice_bill_taken-subject"), text!("notice_bill_handed", client = name.clone()));
        tell(change, &of, heir, told);
        if let Some(payer) = of.billing_owner {
            let told = (text!("notice_bill_given-subject"), text!("notice_bill_given", client = name));
            tell(change, &of, payer, told);
        }
        Ok(())
    })
    .await
}

/// Whether this account's plan has room for one more client. The account is held, so that two of them count each other.
async fn may_pay(change: &mut Change<'_>, heir: UserId) -> Result<(), Error> {
    profiles::hold(change.conn, heir).await?;
    let account = profiles::find(change.conn, heir).await?.ok_or(Error::NotFound("member"))?;
    if account.suspended_at.is_some() {
        return Err(Error::Conflict(text!("account_suspended-owner")));
    }
    let entitled = change.rules.entitlements(&account, change.now);
    let owned = clients::count_owned(change.conn, heir).await?;
    if !entitled.has_room(owned) {
        return Err(Error::PlanRequired);
    }
    Ok(())
}

async fn hand(change: &mut Change<'_>, client: &Client, heir: UserId) -> Result<(), Error> {
    let handed =
        Client { billing_owner: Some(heir), updated_at: change.version_after(client.updated_at), ..client.clone() };
    clients::update(change.conn, &handed).await?;
    let owner = |user: Option<UserId>| json!({ "owner": user.map(UserId::as_public_subject) });
    let told = (owner(client.billing_owner), owner(Some(heir)));
    change.updated(Some(client.id), "client.handed_over", (client.id, &client.name), told);
    Ok(())
}

fn tell(change: &mut Change<'_>, client: &Client, user: UserId, (subject, text): (Text, Text)) {
    let object = Some(client.id.to_string());
    change.notify(Notice { user, kind: "client.handed_over".into(), object, subject, text });
}

use super::*;
use crate::account::recovery;
use crate::crypto::credential::{Credential, Kind};
use crate::id::{ConsentId, DomainId, GrantId, SessionId};
use crate::login::session;
use crate::model::scope::ScopeSet;
use crate::store::tables::email_tokens::{self, NewLink, Purpose, SentTo};
use crate::store::tables::grants::{self, Grant};
use crate::store::tables::{given, users};
use crate::text::Language;
use crate::throttle::Mailbox;

const NEW_PASSWORD: &str = "note G: the numbers of Bernoulli";

/// A link that was mailed to this user's address.
async fn link(world: &World, user: UserId, purpose: Purpose) -> String {
    let now = world.core.clock.now();
    let link = Credential::generate(Kind::EmailToken, now);
    let key = link.key();
    let write = async move |conn: &mut Conn| {
        let email = users::find(conn, user).await?.unwrap().email;
        let link = NewLink { key, purpose, expires_at: now.after(Duration::from_secs(3600)) };
        Ok(email_tokens::insert(conn, link, &SentTo { user_id: user, email }, now).await?)
    };
    world.change(write).await.unwrap();
    link.text().expose().clone()
}

async fn reset(world: &World, token: &str, password: &str) -> Result<(), Error> {
    recovery::reset(&world.core, token, Secret::new(password.to_owned()), [192, 0, 2, 1].into(), Language::English)
        .await
}

async fn is_verified(world: &World, user: UserId) -> bool {
    let mut conn = world.core.db.read().await.unwrap();
    users::find(&mut conn, user).await.unwrap().unwrap().email_verified
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_verifies_by_mail_and_who_has_an_account_is_told_so() {
    let world = World::new(&[]).await;
    world.register(" Ada@Example.Test ").await.unwrap();
    let mail = world.mails(1).await.remove(0);
    assert!(
        mail.contains("To: Ada@Example.Test\r\n") && mail.contains("http://127.0.0.1:8080/verify-email?token=xwms_em_")
    );

    let session = world.sign_in(&mut Cookies::default(), ADA, PASSWORD).await.unwrap();
    assert!(!is_verified(&world, session.user_id).await);
    let token = token_in(&mail);
    let sent_to = registration::peek(&world.core, &token).await.unwrap().unwrap();
    assert_eq!((sent_to.user_id, sent_to.email.as_str()), (session.user_id, "Ada@Example.Test"));
    registration::verify_email(&world.core, &token, &session).await.unwrap();
    assert!(is_verified(&world, session.user_id).await);

    world.register("ADA@example.test").await.unwrap();
    let mails = world.mails(2).await;
    let told = mails.iter().find(|mail| mail.contains("already")).unwrap();
    assert!(told.contains("To: Ada@Example.Test\r\n"), "to the account's own spelling");
    let token = token_in(told);
    assert!(registration::peek(&world.core, &token).await.unwrap().is_none());
    reset(&world, &token, NEW_PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_field_is_told_at_once() {
    let world = World::new(&[]).await;
    let new = NewAccount {
        email: "ada@localhost".to_owned(),
        password: Secret::new("Lovelace1815".to_owned()),
        given_name: String::new(),
        family_name: "Lovelace\u{202e}".to_owned(),
        language: Language::English,
    };
    let Err(Error::Invalid(errors)) = registration::register(&world.core, new, None, HERE.parse().unwrap()).await
    else {
        panic!("it was taken");
    };
    let told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code())).collect();
    let expected =
        [("email", "malformed"), ("password", "context"), ("given_name", "too_short"), ("family_name", "character")];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_one_account() {
    let world = World::new(&[]).await;
    world.given_user(ADA).await;
    let new = NewUser { email: EmailAddress::parse("ADA@EXAMPLE.TEST").unwrap(), ..user_without_password() };
    let now = world.core.clock.now();
    let made = world.change(async move |conn: &mut Conn| registration::create(conn, &new, now).await).await;
    assert!(matches!(made, Err(Error::Conflict(why)) if why.code() == "email_taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_09_a_verify_link_works_once_in_time_and_for_its_own_account_and_address() {
    let world = World::new(&[]).await;
    let ada = world.given_user(ADA).await;
    world.given_user("eve@example.test").await;
    let adas = world.sign_in(&mut Cookies::default(), ADA, PASSWORD).await.unwrap();
    let eves = world.sign_in(&mut Cookies::default(), "eve@example.test", PASSWORD).await.unwrap();
    let verify = async |token: &str, session| registration::verify_email(&world.core, token, session).await.is_ok();

    let token = link(&world, ada, Purpose::VerifyEmail).await;
    assert!(!verify(&token, &eves).await);
    assert!(!verify(&link(&world, ada, Purpose::ResetPassword).await, &adas).await);
    assert!(
        !verify(&Credential::generate(Kind::EmailToken, world.core.clock.now()).into_text().expose().clone(), &adas)
            .await
    );
    assert!(!verify("xwms_em_", &adas).await && !is_verified(&world, ada).await);

    let (a, b) = tokio::join!(verify(&token, &adas), verify(&token, &adas));
    assert!(a != b && is_verified(&world, ada).await);

    let late = link(&world, ada, Purpose::VerifyEmail).await;
    world.core.clock.advance(Duration::from_secs(3600));
    assert!(!verify(&late, &adas).await && registration::peek(&world.core, &late).await.unwrap().is_none());

    let old = link(&world, ada, Purpose::VerifyEmail).await;
    let change = async move |conn: &mut Conn| {
        given::address_changed(conn, ada, "lovelace@example.test").await;
        Ok(())
    };
    world.change(change).await.unwrap();
    assert!(!verify(&old, &adas).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_verify_link_goes_only_to_an_unverified_address() {
    let world = World::new(&[]).await;
    let user = world.given_user(ADA).await;
    registration::resend(&world.core, user, None, Language::English).await.unwrap();
    let token = token_in(&world.mails(1).await[0]);
    let session = world.sign_in(&mut Cookies::default(), ADA, PASSWORD).await.unwrap();
    registration::verify_email(&world.core, &token, &session).await.unwrap();

    registration::resend(&world.core, user, None, Language::English).await.unwrap();
    assert_eq!(given::links(&mut world.core.db.read().await.unwrap()).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_11_a_reset_ends_all_that_rested_on_the_old_password() {
    let world = World::new(&[]).await;
    let (ada, eve) = (world.given_user(ADA).await, world.given_user("eve@example.test").await);
    let (mut adas, mut eves) = (Cookies::default(), Cookies::default());
    world.sign_in(&mut adas, ADA, PASSWORD).await.unwrap();
    world.sign_in(&mut eves, "eve@example.test", PASSWORD).await.unwrap();
    let now = world.core.clock.now();
    let (adas_grant, eves_grant) = (grant(ada, now), grant(eve, now));
    let (a, b) = (adas_grant.id, eves_grant.id);
    let client = world
        .change(async move |conn: &mut Conn| {
            grants::insert(conn, adas_grant).await?;
            grants::insert(conn, eves_grant).await?;
            let client = given::client_of(conn, ada, now).await;
            given::api_token(conn, ada, None, now).await;
            given::api_token(conn, ada, Some(client), now).await;
            Ok(client)
        })
        .await
        .unwrap();
    // The newer link ends the older.
    let (other, token) =
        (link(&world, ada, Purpose::ResetPassword).await, link(&world, ada, Purpose::ResetPassword).await);

    // A password that is refused leaves the link as it was.
    assert!(
        matches!(reset(&world, &token, "password").await, Err(Error::Invalid(errors)) if errors[0].field == "password")
    );
    reset(&world, &token, NEW_PASSWORD).await.unwrap();

    assert!(session::find(&world.core, adas.session.as_deref()).await.unwrap().is_none());
    assert!(session::find(&world.core, eves.session.as_deref()).await.unwrap().is_some());
    let mut conn = world.core.db.read().await.unwrap();
    assert_eq!(given::revoked_at(&mut conn, a).await, Some(now));
    assert_eq!(given::revoked_at(&mut conn, b).await, None);
    assert_eq!(given::clients_of_api_tokens(&mut conn).await, [Some(client)]);
    assert!(is_verified(&world, ada).await);
    assert!(world.mails(1).await[0].contains("To: ada@example.test\r\nSubject: Your password was changed"));
    for spent in [&token, &other] {
        assert!(matches!(reset(&world, spent, NEW_PASSWORD).await, Err(Error::NotFound(_))));
    }
    assert_eq!(word(&world.sign_in_from(HERE, &adas, ADA, PASSWORD).await), "wrong");
    assert_eq!(word(&world.sign_in_from(HERE, &adas, ADA, NEW_PASSWORD).await), "in");
}

fn grant(user: UserId, now: Timestamp) -> Grant {
    Grant {
        id: GrantId::generate(now),
        client_id: crate::id::ClientId::generate(now),
        domain_id: DomainId::generate(now),
        user_id: user,
        consent_id: ConsentId::generate(now),
        subject: user.as_public_subject(),
        session_id: SessionId::generate(now),
        scope: ScopeSet::default(),
        authenticated_at: now,
        created_at: now,
        expires_at: now.after(Duration::from_secs(3600)),
        revoked_at: None,
        url_id: None,
        resources: crate::model::resource::Resources::default(),
        amr: crate::model::amr::Amr::password(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_works_once_in_time_and_for_the_address_it_was_sent_to() {
    let world = World::new(&[]).await;
    let ada = world.given_user(ADA).await;
    let is_gone = |result: Result<(), Error>| matches!(result, Err(Error::NotFound(_)));

    let token = link(&world, ada, Purpose::ResetPassword).await;
    let (a, b) = tokio::join!(reset(&world, &token, NEW_PASSWORD), reset(&world, &token, PASSWORD));
    assert!(a.is_ok() != b.is_ok());
    assert!(is_gone(a) || is_gone(b));

    let verify = link(&world, ada, Purpose::VerifyEmail).await;
    assert!(is_gone(reset(&world, &verify, NEW_PASSWORD).await));
    assert!(is_gone(reset(&world, "", NEW_PASSWORD).await));

    let late = link(&world, ada, Purpose::ResetPassword).await;
    world.core.clock.advance(Duration::from_secs(3600));
    assert!(is_gone(reset(&world, &late, NEW_PASSWORD).await));

    let old = link(&world, ada, Purpose::ResetPassword).await;
    let change = async move |conn: &mut Conn| {
        given::address_changed(conn, ada, "lovelace@example.test").await;
        Ok(())
    };
    world.change(change).await.unwrap();
    assert!(is_gone(reset(&world, &old, NEW_PASSWORD).await));

    let suspended = link(&world, ada, Purpose::ResetPassword).await;
    let now = world.core.clock.now();
    world
        .change(async move |conn: &mut Conn| {
            given::suspended(conn, ada, now).await;
            Ok(())
        })
        .await
        .unwrap();
    assert!(is_gone(reset(&world, &suspended, NEW_PASSWORD).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_answered_alike_and_mailed_to_the_account() {
    let world = World::new(&[]).await;
    world.given_user(ADA).await;
    for email in ["nobody@example.test", "ADA@example.test"] {
        recovery::forgot(&world.core, email, HERE.parse().unwrap(), Language::English).await.unwrap();
    }
    let mails = world.mails(1).await;
    assert!(mails[0].contains("To: ada@example.test\r\n"));
    reset(&world, &token_in(&mails[0]), NEW_PASSWORD).await.unwrap();
    assert!(matches!(
        recovery::forgot(&world.core, "ada", HERE.parse().unwrap(), Language::English).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_06_a_mailbox_gets_five_mails_an_hour_and_a_network_asks_for_a_hundred() {
    let world = World::new(&[]).await;
    let now = world.core.clock.now();
    let mailbox = Mailbox::of(&world.core, ADA);
    let one_more = async |mailbox: Mailbox, now| {
        world.change(async move |conn: &mut Conn| mailbox.may_get_one_more(conn, now).await).await.unwrap()
    };
    for _ in 0..5 {
        assert!(one_more(mailbox, now).await);
    }
    for _ in 0..5 {
        assert!(!one_more(mailbox, now).await);
    }
    assert!(one_more(Mailbox::of(&world.core, "eve@example.test"), now).await);
    assert!(one_more(mailbox, now.after(Duration::from_secs(3600))).await);

    for number in 0..100 {
        let email = format!("user{number}@example.test");
        recovery::forgot(&world.core, &email, HERE.parse().unwrap(), Language::English).await.unwrap();
    }
    let refused = recovery::forgot(&world.core, ADA, HERE.parse().unwrap(), Language::English).await;
    assert!(matches!(refused, Err(Error::TooMany { retry_after }) if retry_after.as_secs() == 3600));
    recovery::forgot(&world.core, ADA, "192.0.2.2".parse().unwrap(), Language::English).await.unwrap();
}

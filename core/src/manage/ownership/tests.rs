use std::sync::Arc;

use super::*;
use crate::outbound::tests::{Answers, Server, ok};

const TOKEN: &str = "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const NAME: &str = "_xwms-challenge.engines.example";

fn outbound(answers: Answers, allow_loopback: bool) -> Outbound {
    Outbound::new(Arc::new(answers), "https://id.example", allow_loopback).unwrap()
}

#[tokio::test]
async fn dv_10_only_the_token_itself_on_the_site_itself_proves_anything() {
    let elsewhere = Server::new(ok(TOKEN)).await;
    let redirect =
        format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n", elsewhere.port);
    let status = |line: &str| format!("HTTP/1.1 {line}\r\nContent-Length: 43\r\n\r\n{TOKEN}");
    let rows = [
        // The media type is the site's own business.
        (ok(TOKEN), Found::Token),
        (ok(&format!("\n {TOKEN}\r\n")), Found::Token),
        (ok(&TOKEN[1..]), Found::Other),
        (ok(&format!("{TOKEN}x")), Found::Other),
        (ok(&format!("<p>{TOKEN}</p>")), Found::Other),
        (ok(&TOKEN.to_lowercase()), Found::Other),
        (ok(""), Found::Other),
        (status("404 Not Found"), Found::Nothing),
        (status("410 Gone"), Found::Nothing),
        (status("500 Internal Server Error"), Found::Status(500)),
        (status("203 Non-Authoritative Information"), Found::Status(203)),
        (redirect, Found::Fault(Fault::RedirectRefused(302))),
        (ok(&TOKEN.repeat(25_000)), Found::Fault(Fault::TooLarge(200))),
    ];
    for (answer, expected) in rows {
        let told = answer.chars().take(100).collect::<String>();
        let server = Server::new(answer).await;
        let address = format!("http://engines.example:{}/.well-known/xwms-challenge", server.port);
        let outbound = outbound(Answers::default().host("engines.example", &["127.0.0.1"]), true);
        assert_eq!(on_site(&outbound, &address, TOKEN).await, expected, "{told}");
    }
    assert_eq!(elsewhere.asked(), [""; 0]);
}

#[tokio::test]
async fn dv_10_a_name_that_leads_inside_gets_no_packet() {
    let server = Server::new(ok(TOKEN)).await;
    let address = format!("https://engines.example:{}/", server.port);
    for (url, fault) in [
        ("https://engines.example/.well-known/xwms-challenge", Fault::AddressRefused),
        (address.as_str(), Fault::PortRefused),
    ] {
        let outbound = outbound(Answers::default().host("engines.example", &["127.0.0.1"]), false);
        assert_eq!(on_site(&outbound, url, TOKEN).await, Found::Fault(fault));
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn dv_10_only_a_record_at_the_name_itself_proves_anything() {
    let rows = [
        (Answers::default().text(NAME, &[TOKEN]), Found::Token),
        (Answers::default().text(NAME, &["v=spf1 -all", TOKEN]), Found::Token),
        (Answers::default().text(NAME, &[&format!(" {TOKEN}")]), Found::Other),
        (Answers::default().text(NAME, &["another domain's token"]), Found::Other),
        (Answers::default().text("_xwms-challenge.example", &[TOKEN]), Found::Nothing),
        (Answers::default().text("engines.example", &[TOKEN]), Found::Nothing),
    ];
    for (answers, expected) in rows {
        assert_eq!(in_dns(&outbound(answers, false), NAME, TOKEN).await, expected);
    }
}

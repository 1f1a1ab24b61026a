//! Quickstart: a login in a few lines for the usual libraries, with what this client has filled in.

use axum::response::Response;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::client_context::{ClientContext, DomainMode};
use xwms_core::text;

use super::naming;
use crate::desk::{ClientDesk, Place};
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::Terms;
use crate::section::ClientSection;

/// A kit: the word of the address, what it is called, and its programs, each with the name of its file.
type Kit = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const KITS: [Kit; 8] = [
    ("openid-client", "Node.js · openid-client", &[("server.mjs", include_str!("kits/openid_client.txt"))]),
    ("authlib", "Python · Authlib", &[("app.py", include_str!("kits/authlib.txt"))]),
    ("openidconnect", "Rust · openidconnect", &[("main.rs", include_str!("kits/openidconnect.txt"))]),
    (
        "spring",
        "Java · Spring Security",
        &[
            ("application.yml", include_str!("kits/spring.txt")),
            ("Security.java", include_str!("kits/spring_java.txt")),
        ],
    ),
    ("xwms-js", "XWMS · JavaScript", &[("server.mjs", include_str!("kits/xwms_js.txt"))]),
    (
        "xwms-php",
        "XWMS · PHP",
        &[(".env", include_str!("kits/xwms_env.txt")), ("public/index.php", include_str!("kits/xwms_php.txt"))],
    ),
    (
        "xwms-laravel",
        "XWMS · Laravel",
        &[(".env", include_str!("kits/xwms_env.txt")), ("routes/web.php", include_str!("kits/xwms_laravel.txt"))],
    ),
    ("curl", "curl", &[("login.sh", include_str!("kits/curl.txt"))]),
];
/// The scopes of a client that has activated none.
const USUAL_SCOPES: &str = "openid profile email";
/// What is filled in.
struct Facts {
    issuer: String,
    client: String,
    domain: String,
    callback: String,
    scopes: String,
    alg: &'static str,
}

pub(crate) async fn read(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::ClientRead)?;
    let (shell, context) = (desk.shell(), desk.context()?);
    let path = ClientSection::Quickstart.href(desk.client());
    ListRequest::<String>::of(&desk, &path, &["kit", "domain"]).map(drop)?;
    let query = &desk.signed_in().visit.query;
    let kit = KITS.iter().find(|(word, ..)| Some(*word) == query.get("kit")).or(KITS.first());
    let domain = domain_of(context, query.get("domain"));
    let callback = match domain {
        Some(domain) => naming::callbacks_of(&desk, domain).await?.into_iter().next(),
        None => None,
    };
    let facts = facts(&desk, context, callback.clone(), domain);
    let kits = KITS.iter().map(|(word, name, _)| Choice::new(*word, Html::text(name)));
    let domains = naming::domain_choices(shell, context, shell.say("quickstart_first_domain"));
    let choose = Filters::of(&desk, &path, &["kit", "domain"])
        .field(Control::select("kit", shell.say("quickstart_kit"), kits))
        .field(Control::select("domain", shell.say("field_domain"), domains));
    let mut page =
        desk.page(shell.say("section_quickstart")).purpose(shell.say("quickstart_purpose")).part(&choose.html());
    if callback.is_none() {
        page = page.notice("care", &text!("quickstart_no_callback"));
    }
    let programs = kit.into_iter().flat_map(|(_, _, programs)| programs.iter());
    let programs: Html = programs.enumerate().map(|(index, program)| draw(&desk, &facts, index, program)).collect();
    Ok(page
        .part(&Html::card(&terms(&desk, &facts).html()))
        .part(&programs)
        .part(&Html::paragraph(&Html::text(shell.say("quickstart_then"))))
        .respond())
}

fn terms(desk: &ClientDesk<ClientId>, facts: &Facts) -> Terms {
    let shell = desk.shell();
    let secret = Html::code("XWMS_CLIENT_SECRET").and(&Html::text(" · "));
    let secrets = Html::link(ClientSection::Secrets.href(desk.client()), shell.say("section_secrets"));
    Terms::new([
        (shell.say("overview_issuer"), Html::copy(shell, "issuer", &facts.issuer)),
        (shell.say("overview_client_id"), Html::copy(shell, "client-id", &facts.client)),
        (shell.say("quickstart_callback"), Html::copy(shell, "callback", &facts.callback)),
        (shell.say("section_scopes"), Html::copy(shell, "scopes", &facts.scopes)),
        (shell.say("quickstart_secret"), secret.and(&secrets)),
    ])
}

fn draw(desk: &ClientDesk<ClientId>, facts: &Facts, index: usize, (file, program): &(&str, &str)) -> Html {
    let lines = facts.fill(program);
    Html::heading(file).and(&Html::program(desk.shell(), &format!("program-{index}"), file, lines.trim_end()))
}

/// The domain that is named, else the first one in use.
fn domain_of<'c>(context: &'c ClientContext, named: Option<&str>) -> Option<&'c DomainMode> {
    let named = context.domains.iter().find(|domain| named == Some(domain.id.to_string().as_str()));
    named.or_else(|| context.domains.iter().find(|domain| domain.active)).or(context.domains.first())
}

fn facts(
    desk: &ClientDesk<ClientId>,
    context: &ClientContext,
    callback: Option<String>,
    domain: Option<&DomainMode>,
) -> Facts {
    let root = domain.map_or("example.com", |domain| domain.root_domain.as_str());
    let settings = &context.client.settings;
    let scopes = settings.scopes.iter().map(|scope| scope.name.as_str()).collect::<Vec<_>>().join(" ");
    Facts {
        issuer: desk.core().config.server.issuer().to_owned(),
        client: desk.client().to_string(),
        domain: root.to_owned(),
        callback: callback.unwrap_or_else(|| format!("https://{root}/callback")),
        scopes: if scopes.is_empty() { USUAL_SCOPES.to_owned() } else { scopes },
        alg: settings.id_token_alg.as_str(),
    }
}

impl Facts {
    /// The program with these facts. A URL of ours has no quotes and no backslash but the apostrophe, and stands in double
    /// quotes or percent-encoded.
    fn fill(&self, program: &str) -> String {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let path = url::Url::parse(&self.callback).map(|url| url.path().to_owned()).unwrap_or_default();
        let insecure =
            if self.issuer.starts_with("http:") { "\n  { execute: [client.allowInsecureRequests] }," } else { "" };
        let words = [
            ("{issuer}", self.issuer.clone()),
            ("{client}", self.client.clone()),
            ("{domain}", self.domain.clone()),
            ("{alg}", self.alg.to_owned()),
            ("{insecure}", insecure.to_owned()),
            ("{scopes}", self.scopes.clone()),
            ("{scope_list}", self.scopes.replace(' ', ",")),
            ("{encoded_scopes}", encode(&self.scopes)),
            ("{quoted_path}", path.replace('\'', "\\'")),
            ("{path}", path),
            ("{encoded_callback}", encode(&self.callback)),
            ("{callback}", self.callback.clone()),
        ];
        words.iter().fold(program.to_owned(), |filled, (word, fact)| filled.replace(word, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_filled_and_takes_the_secret_from_the_environment() {
        let facts = Facts {
            issuer: "https://xwms.example".to_owned(),
            client: "client_1".to_owned(),
            domain: "engines.example".to_owned(),
            callback: "https://engines.example/a'b$c".to_owned(),
            scopes: "openid email".to_owned(),
            alg: "RS256",
        };
        for (kit, _, programs) in KITS {
            let filled: String = programs.iter().map(|(_, program)| facts.fill(program)).collect();
            for fact in ["https://xwms.example", "client_1", "XWMS_CLIENT_SECRET"] {
                assert!(filled.contains(fact), "{kit} lacks {fact}");
            }
            for word in [
                "{issuer}",
                "{client}",
                "{domain}",
                "{alg}",
                "{insecure}",
                "{scope",
                "{path}",
                "{quoted",
                "{callback}",
                "{encoded",
            ] {
                assert!(!filled.contains(word), "{kit} keeps {word}");
            }
        }
    }
}

//! Forms as a browser sends them: read from the page, filled in, sent.

use std::time::Duration;

use super::routes::{Route, desk_routes};
use super::signed_in;
use crate::admin::stage::{ROOMY, Stage};
use crate::browser::{Answer, Browser};
use crate::world::{World, on_both};

/// A form of a page: where it goes, and what a browser sends of it when nobody types anything.
#[derive(Debug)]
struct Drawn {
    action: String,
    fields: Vec<(String, String)>,
}

impl Drawn {
    /// The forms of a page that change something; none with a file.
    fn all(page: &Answer) -> Vec<Self> {
        let forms = page.body.split("<form method=\"post\" ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        let forms = forms.filter(|form| !form.contains("enctype="));
        forms.map(|form| Self { action: attribute(form, "action").unwrap(), fields: fields(form) }).collect()
    }

    /// The form of a page that goes to this address.
    fn to(page: &Answer, action: &str) -> Self {
        let found = Self::all(page).into_iter().find(|form| form.action == action);
        found.unwrap_or_else(|| panic!("no form to {action} in {page:?}"))
    }

    /// With this typed, ticked or chosen; what stood in the field goes, but for the hidden field before a check box.
    fn with(mut self, name: &str, value: &str) -> Self {
        let is_box = self.fields.iter().any(|(known, stands)| known == name && stands == "false");
        self.fields.retain(|(known, stands)| known != name || is_box && stands == "false");
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    async fn send(&self, browser: &mut Browser) -> Answer {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(&self.action, &fields).await
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let inside = format!(" {tag}");
    let value = inside.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    text.replace("&#38;", "&")
}

fn fields(form: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
        let Some(name) = attribute(head, "name") else { continue };
        let kind = attribute(head, "type").unwrap_or_default();
        let value = attribute(head, "value").unwrap_or_default();
        match head.split_whitespace().next().unwrap() {
            "input" if kind == "checkbox" || kind == "radio" => {
                let value = if head.contains(" checked") { Some(value) } else { None };
                fields.extend(value.map(|value| (name, value)));
            }
            "input" => fields.push((name, value)),
            "textarea" => fields.push((name, unescaped(text.strip_prefix('\n').unwrap_or(text)))),
            "select" => {
                let inside = form.split(&format!("name=\"{name}\"")).nth(1).unwrap().split("</select>").next().unwrap();
                let options: Vec<&str> = inside.split("<option ").skip(1).collect();
                let chosen = options.iter().find(|option| option.split('>').next().unwrap().contains(" selected"));
                fields.extend(chosen.or(options.first()).map(|option| (name, attribute(option, "value").unwrap())));
            }
            _ => {}
        }
    }
    // Of several buttons a person presses one.
    let pressed = form.split("<button ").skip(1).find(|button| button.split('>').next().unwrap().contains("name=\""));
    fields.extend(pressed.map(|button| (attribute(button, "name").unwrap(), attribute(button, "value").unwrap())));
    fields
}

/// Sends every form of these pages as it is drawn, what ends something last.
async fn send_all(browser: &mut Browser, paths: &[String]) -> usize {
    let (mut changes, mut ends) = (Vec::new(), Vec::new());
    for path in paths {
        let page = browser.get(path).await;
        if page.status != 200 {
            continue;
        }
        for form in Drawn::all(&page) {
            let is_end = ["/delete", "/unlink", "/end", "/rotate", "/suspend", "/revoke"];
            if is_end.iter().any(|end| form.action.ends_with(end)) { ends.push(form) } else { changes.push(form) }
        }
    }
    let sent = changes.len() + ends.len();
    for form in changes.into_iter().chain(ends) {
        let answer = form.send(browser).await;
        // What another form has ended by now is not there.
        let expected = [200, 201, 303, 402, 403, 404, 409, 412, 422].contains(&answer.status.as_u16());
        assert!(expected, "{form:?}: {answer:?}");
        assert!(!answer.body.contains("this form has no such field"), "{form:?} is refused for its own fields");
        assert!(!answer.body.contains("This form is out of date"), "{form:?} is taken for a stranger's");
    }
    sent
}

on_both!(every_form_can_be_sent_as_it_is_drawn, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let filled = |route: &Route| {
        stage.ids.iter().fold(route.path.clone(), |path, (kind, id)| path.replace(&format!("{{{kind}}}"), id))
    };
    let gets = |area: &str| -> Vec<String> {
        let of_area = |route: &&Route| route.get && route.path.starts_with(area) && route.path != "/account/sessions";
        desk_routes().iter().filter(of_area).map(filled).collect()
    };
    // Ending sessions and changing the password ends what the others rest on: each area has its own browser.
    assert!(send_all(&mut stage.owner.clone(), &gets("/clients")).await > 40);
    assert!(send_all(&mut stage.staff.clone(), &gets("/staff")).await > 5);
    let mut ada = signed_in(&world, "ada@example.test").await;
    assert!(send_all(&mut ada, &gets("/account")).await > 5);
});

on_both!(a_client_is_set_up_by_the_pages_alone, ROOMY, async |world: World| {
    let mut owner = signed_in(&world, "charles@example.test").await;
    let path_of = |answer: &Answer| {
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.location().split('?').next().unwrap().to_owned()
    };
    let page = owner.get("/clients/new").await;
    let made = Drawn::to(&page, "/clients/new").with("name", "Shop").send(&mut owner).await;
    let client = path_of(&made);
    assert!(owner.get(&client).await.body.contains("Setup: 0 of 6 done"));

    let path = format!("{client}/scopes/new");
    // The scopes that a login needs are ticked beforehand.
    path_of(&Drawn::to(&owner.get(&path).await, &path).send(&mut owner).await);
    let path = format!("{client}/secrets/new");
    let secret = Drawn::to(&owner.get(&path).await, &path).send(&mut owner).await;
    let value = secret.body.split("<code id=\"value\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let path = format!("{client}/domains/new");
    let domain =
        Drawn::to(&owner.get(&path).await, &path).with("root_domain", "shop.example").with("test_mode", "true");
    let domain = path_of(&domain.send(&mut owner).await);
    let (path, callback) = (format!("{domain}/urls/new"), "http://127.0.0.1:8099/callback");
    let url = Drawn::to(&owner.get(&format!("{path}?kind=callback")).await, &path);
    path_of(&url.with("kind", "callback").with("url", callback).send(&mut owner).await);
    let (path, id) = (format!("{domain}/secrets/link"), secret.location().rsplit('/').next().unwrap().to_owned());
    path_of(&Drawn::to(&owner.get(&path).await, &path).with("secret", &id).send(&mut owner).await);
    assert!(owner.get(&client).await.body.contains("Setup: 5 of 6 done"));

    // Somebody logs in with it, and the last step ticks.
    let id = client.rsplit('/').next().unwrap().to_owned();
    let changes = [("client_id", &*id), ("redirect_uri", callback), ("scope", "openid email")];
    let code = world.code_in(&mut owner, "charles@example.test", &changes).await;
    let mut site = world.browser();
    site.headers.push(crate::world::basic(&id, &value));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", callback),
        ("code_verifier", crate::world::VERIFIER),
    ];
    let tokens = site.post("/oauth/token", &fields).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert!(!owner.get(&client).await.body.contains("Setup: "), "all six steps are done");

    // Switching logins off bites now: it is asked about first.
    world.clock.advance(Duration::from_secs(60));
    xwms_core::login_stats::fold(&world.core).await.unwrap();
    let mut off = Drawn::to(&owner.get(&domain).await, &format!("{domain}/switches"));
    off.fields.retain(|(name, value)| name != "allow_login" || value == "false");
    let asked = off.send(&mut owner).await;
    assert!(asked.location().starts_with(&format!("{domain}/switches/confirm?")), "{asked:?}");
    let question = owner.get(asked.location()).await;
    path_of(&Drawn::to(&question, &format!("{domain}/switches")).send(&mut owner).await);
    let refused = world.browser().open(&world.authorize(&changes)).await;
    assert_eq!(refused.status, 400, "{refused:?}");
});

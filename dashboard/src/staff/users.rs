//! Accounts: looked for, their plan, their suspension.

use axum::response::Response;
use serde_json::Value;
use xwms_core::contract::staff::{StaffUserView, UserDecision};
use xwms_core::id::UserId;
use xwms_core::model::account::{Plan, Staff};
use xwms_core::staff::facts::{self, AccountFacts};
use xwms_core::staff::users;
use xwms_core::text;

use super::known;
use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::StaffSection;

const PATH: &str = StaffSection::Users.href();

type OneUser = StaffDesk<UserId>;

pub(super) async fn list(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<UserId>::of(&desk, PATH, &["q"])?;
    let wanted = desk.signed_in().visit.query.get("q");
    let found = users::list(desk.core(), &desk.caller(), wanted, asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |user| user.sub.to_string());
    let find = Control::input("q", shell.say("staff_find_user"), "search", "off");
    let filters = Filters::of(&desk, PATH, &["q"]).field(find.hint(shell.say("staff_find_user-hint")));
    let page = desk.page(shell.say("section_staff-users")).part(&filters.html());
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&filters.empty(shell.say("shell_no_match"))).respond());
    }
    let columns = [
        Column::of(shell.say("staff_email")),
        Column::of(shell.say("field_client_name")),
        Column::of(shell.say("staff_number")),
        Column::of(shell.say("staff_plan")),
        Column::of(shell.say("section_staff")),
        Column::of(shell.say("staff_state")),
    ];
    let rows = found.iter().map(|user| row(shell, user));
    let table = Table::new(shell.say("staff_users-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

fn row(shell: &Shell, user: &StaffUserView) -> [Html; 6] {
    [
        Html::link(item_path(user.sub), &user.email).and(&unverified(shell, user)),
        Html::words(name(user)),
        Html::code(user.sub),
        plan(shell, user),
        staff(shell, user),
        state(shell, user),
    ]
}

fn item_path(sub: UserId) -> String {
    format!("{PATH}/{sub}")
}

fn name(user: &StaffUserView) -> String {
    let names = [user.given_name.as_deref(), user.family_name.as_deref()];
    names.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn unverified(shell: &Shell, user: &StaffUserView) -> Html {
    if user.email_verified {
        return Html::default();
    }
    Html::text(" ").and(&Html::badge(Look::Care, shell.say("staff_unconfirmed")))
}

fn plan(shell: &Shell, user: &StaffUserView) -> Html {
    let plan = Html::text(known::plan(shell, user.decision.plan));
    let until = user
        .decision
        .plan_valid_until
        .map(|end| Html::text(shell.say("staff_until")).and(&Html::text(" ")).and(&Html::time(shell, end)));
    Html::joined([plan].into_iter().chain(until), " · ")
}

fn staff(shell: &Shell, user: &StaffUserView) -> Html {
    match user.staff {
        Some(Staff::Admin) => Html::text(shell.say("staff_rank-admin")),
        Some(Staff::Reviewer) => Html::text(shell.say("staff_rank-reviewer")),
        None => Html::soft(shell.say("staff_no")),
    }
}

fn state(shell: &Shell, user: &StaffUserView) -> Html {
    if user.decision.suspended {
        Html::badge(Look::Bad, shell.say("state_suspended"))
    } else {
        Html::badge(Look::Good, shell.say("state_active"))
    }
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "plan" => shell.say("staff_plan"),
        "plan_valid_until" => shell.say("staff_plan_until"),
        "reason" => shell.say("staff_reason"),
        other => other.to_owned(),
    }
}

async fn get(desk: &OneUser) -> Result<(StaffUserView, AccountFacts), Response> {
    let user = users::get(desk.core(), &desk.caller(), desk.ids).await.map_err(|why| desk.fail(why))?;
    let facts = facts::of_account(desk.core(), &desk.caller(), desk.ids).await.map_err(|why| desk.fail(why))?;
    Ok((user, facts))
}

pub(super) async fn read(desk: OneUser) -> Result<Response, Response> {
    let (user, facts) = get(&desk).await?;
    Ok(draw(&desk, &user, &facts, &Values::of(&user)))
}

fn draw(desk: &OneUser, user: &StaffUserView, facts: &AccountFacts, values: &Values) -> Response {
    let shell = desk.shell();
    let item = item_path(user.sub);
    let terms = Terms::new([
        (shell.say("staff_number"), Html::copy(shell, "id", user.sub)),
        (shell.say("field_client_name"), Html::words(name(user))),
        (shell.say("section_staff"), staff(shell, user)),
        (shell.say("staff_plan"), plan(shell, user)),
    ]);
    let word = if user.decision.suspended { shell.say("staff_lift") } else { shell.say("staff_suspend") };
    let page = desk
        .page(user.email.clone())
        .badges(state(shell, user).and(&unverified(shell, user)))
        .crumb(PATH, shell.say("section_staff-users"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()));
    let page = match &facts.conflict {
        Some(why) => page.part(&known::conflict(shell, why)),
        None => page
            .part(&Html::card(&form(shell, values, item.clone())))
            .part(&Html::paragraph(&Html::quiet_button(format!("{item}/suspend"), word))),
    };
    page.part(&clients(shell, facts)).part(&known::entries(desk, &facts.entries)).respond()
}

fn form(shell: &Shell, values: &Values, item: String) -> Html {
    let plans = Plan::ALL.iter().map(|plan| Choice::new(plan.as_str(), Html::text(known::plan(shell, *plan))));
    let until = Control::line("plan_valid_until", label_of(shell, "plan_valid_until"));
    Form::new(shell, values, item, shell.say("shell_save"))
        .field(Control::select("plan", label_of(shell, "plan"), plans))
        .field(until.hint(shell.say_in_zone("staff_plan_until-hint")).optional(shell))
        .field(reason(shell))
        .html()
}

fn reason(shell: &Shell) -> Control {
    Control::area("reason", label_of(shell, "reason")).hint(shell.say("staff_reason-account"))
}

/// The clients that rest on an account.
fn clients(shell: &Shell, facts: &AccountFacts) -> Html {
    if facts.clients.is_empty() {
        return Html::default();
    }
    let columns = [Column::of(shell.say("staff_client")), Column::number(shell.say("staff_people"))];
    let rows = facts.clients.iter().map(|(id, name, people)| {
        [Html::link(format!("{}/{id}", StaffSection::Clients.href()), name), Html::text(people)]
    });
    Table::new(shell.say("staff_their_clients-caption"), columns).rows(rows).html()
}

pub(super) async fn update(form: Posted<OneUser>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.patch::<UserDecision>(&[]) {
        Ok(patch) => users::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = item_path(desk.ids);
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let (user, facts) = get(&desk).await?;
            let values = desk.refused(Values::of(&user), sent.fields, why)?;
            Ok(draw(&desk, &user, &facts, &values))
        }
    }
}

pub(super) async fn ask_suspension(desk: OneUser) -> Result<Response, Response> {
    let (user, facts) = get(&desk).await?;
    Ok(draw_suspension(&desk, &user, &facts, &Values::of(&user)))
}

fn draw_suspension(desk: &OneUser, user: &StaffUserView, facts: &AccountFacts, values: &Values) -> Response {
    let shell = desk.shell();
    let item = item_path(user.sub);
    let suspended = user.decision.suspended;
    let (title, purpose, word) = if suspended {
        let title = text!("staff_lift-title", name = user.email.as_str());
        (title, shell.say("staff_lift-account"), shell.say("staff_lift"))
    } else {
        let title = text!("staff_suspend-title", name = user.email.as_str());
        (title, shell.say("staff_suspend-account"), shell.say("staff_suspend"))
    };
    let people: i64 = facts.clients.iter().map(|(.., people)| people).sum();
    let terms = Terms::new([
        (shell.say("section_staff-clients"), Html::text(facts.clients.len())),
        (shell.say("staff_people"), Html::text(people)),
    ]);
    let page = desk
        .page(shell.tell(title))
        .crumb(PATH, shell.say("section_staff-users"))
        .crumb(item.clone(), user.email.clone())
        .purpose(purpose)
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()));
    if let Some(why) = &facts.conflict {
        return page.part(&known::conflict(shell, why)).respond();
    }
    let form = Form::new(shell, values, format!("{item}/suspend"), word)
        .hidden("suspended", Value::from(!suspended).to_string())
        .field(reason(shell))
        .cancel(item);
    let form = if suspended { form } else { form.danger() };
    page.part(&form.html()).respond()
}

pub(super) async fn suspend(form: Posted<OneUser>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let word = if sent.fields.text("suspended") == "true" { "suspended" } else { "lifted" };
    let changed = match sent.patch::<UserDecision>(&[]) {
        Ok(patch) => users::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = item_path(desk.ids);
            Ok(desk.done(&path, word))
        }
        Err(why) => {
            let (user, facts) = get(&desk).await?;
            let values = desk.refused(Values::of(&user), sent.fields, why)?;
            Ok(draw_suspension(&desk, &user, &facts, &values))
        }
    }
}

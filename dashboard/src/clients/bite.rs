//! Switches that bite: what would close a way that logins of the last week went is asked first, on a page of its own, whose
//! form sends the same fields with `confirm=true`.

use axum::response::Response;
use xwms_core::error::Error;
use xwms_core::request::params::Params;
use xwms_core::text;

use crate::desk::{ClientDesk, ClientIds, Place};

/// The last value of a field: a hidden one stands before that of a check box.
pub(super) fn last<'f>(fields: &'f Params, name: &str) -> &'f str {
    fields.pairs().filter(|(known, _)| *known == name).last().map_or("", |(_, value)| value)
}

/// Whether the form comes from the page that asks.
pub(super) fn is_confirmed(fields: &Params) -> bool {
    fields.text("confirm") == "true"
}

/// The address of that page, below `path`, for these of the fields.
pub(super) fn question(path: &str, names: &[&str], fields: &Params) -> String {
    let asked = names.iter().filter(|name| fields.get(name).is_some()).map(|name| (*name, last(fields, name)));
    let asked = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    format!("{path}/switches/confirm?{asked}")
}

/// What its address asks about, when that names nothing but these.
pub(super) fn asked<'d, P: ClientIds>(desk: &'d ClientDesk<P>, names: &[&str]) -> Result<&'d Params, Response> {
    let query = &desk.signed_in().visit.query;
    match query.unknown(names) {
        Some(name) => {
            let unknown = text!("unknown_field-query", known = names.join(", "));
            Err(desk.fail(Error::Invalid(vec![unknown.at(name)])))
        }
        None => Ok(query),
    }
}

//! What a path names: ids, each of its own type.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use xwms_core::error::Error;
use xwms_core::id::{
    ClientId, DeliveryId, DomainId, MemberId, RequestId, RoleId, SecretId, Subject, TokenId, UrlId, UserId,
    VerificationId,
};
use xwms_core::state::Core;

use crate::problem::Problem;

/// The ids of a path, in their order. One of another form names nothing: 404.
pub(crate) struct PathIds<T>(pub(crate) T);

/// What one part of a path can be.
pub(crate) trait Part: Sized {
    /// Reads it; the error says what there is none of.
    fn read(text: &str) -> Result<Self, Error>;
}

/// What the parts of a path can be.
pub(crate) trait PathParts: Sized {
    fn read<'p>(parts: impl Iterator<Item = &'p str>) -> Result<Self, Error>;
}

macro_rules! ids {
    ($($id:ty: $what:literal,)+) => {
        $(impl Part for $id {
            fn read(text: &str) -> Result<Self, Error> {
                Self::from_str(text).map_err(|_| Error::NotFound($what))
            }
        })+
    };
}

ids! {
    ClientId: "client",
    DomainId: "domain",
    UrlId: "URL",
    DeliveryId: "delivery",
    SecretId: "secret",
    RoleId: "role",
    MemberId: "member",
    RequestId: "request",
    VerificationId: "verification",
    TokenId: "token",
    Subject: "user",
    UserId: "account",
}

/// A name.
impl Part for String {
    fn read(text: &str) -> Result<Self, Error> {
        Ok(text.to_owned())
    }
}

fn next<'p, T: Part>(parts: &mut impl Iterator<Item = &'p str>) -> Result<T, Error> {
    T::read(parts.next().ok_or(Error::Internal("a route has fewer parts than its handler names"))?)
}

impl<A: Part> PathParts for A {
    fn read<'p>(mut parts: impl Iterator<Item = &'p str>) -> Result<Self, Error> {
        next(&mut parts)
    }
}

impl<A: Part, B: Part> PathParts for (A, B) {
    fn read<'p>(mut parts: impl Iterator<Item = &'p str>) -> Result<Self, Error> {
        Ok((next(&mut parts)?, next(&mut parts)?))
    }
}

impl<A: Part, B: Part, C: Part> PathParts for (A, B, C) {
    fn read<'p>(mut parts: impl Iterator<Item = &'p str>) -> Result<Self, Error> {
        Ok((next(&mut parts)?, next(&mut parts)?, next(&mut parts)?))
    }
}

impl<T: PathParts> FromRequestParts<Core> for PathIds<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Problem> {
        let found = RawPathParams::from_request_parts(parts, core).await;
        // What is no UTF-8 is of no form that an id has.
        let found = found.map_err(|_| Error::NotFound("route"))?;
        Ok(Self(T::read(found.iter().map(|(_, text)| text))?))
    }
}

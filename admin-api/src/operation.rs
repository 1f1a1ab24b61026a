//! The operations of the API: one list, from which the router and the OpenAPI document are made.

use axum::routing::MethodRouter;
use xwms_core::gate::permission::Permission;
use xwms_core::state::Core;

use crate::schema::Described;

/// Where the API begins.
pub const PREFIX: &str = "/admin/v1";

/// One operation: how it is reached, what it needs, takes and gives.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Below [`PREFIX`].
    pub(crate) path: &'static str,
    /// What client libraries call it.
    pub(crate) id: &'static str,
    /// What it does, in a sentence.
    pub(crate) summary: &'static str,
    pub(crate) needs: Needs,
    pub(crate) query: &'static [QueryParam],
    pub(crate) request: RequestBody,
    pub(crate) response: ResponseBody,
    /// Codes of its own, each with its status: what is refused for a reason that the rest does not tell.
    pub(crate) refusals: &'static [(u16, &'static str)],
    pub(crate) handler: fn() -> MethodRouter<Core>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// What a caller needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// To be signed in, or to have a token.
    Account,
    /// A permission in the client's organisation.
    Client(Permission),
    /// The same, unless it is the caller's own membership and they are signed in in a browser.
    Membership(Permission),
    /// Nothing more in a browser; an API token of the account needs this permission.
    Own(Permission),
    /// The same for a list of what the caller's token shows: one of a client shows that client.
    Listing(Permission),
    /// To be of the staff; a token needs this permission.
    Reviewer(Permission),
    /// To be an admin of the staff; a token needs this permission.
    Admin(Permission),
    /// A signature of a service.
    Signature,
    /// Nothing.
    Nothing,
}

/// A word of the query.
pub(crate) struct QueryParam {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) example: &'static str,
    /// The only values, if there are but a few.
    pub(crate) choices: &'static [&'static str],
}

/// What a request carries.
pub(crate) enum RequestBody {
    Nothing,
    /// A new object.
    New(&'static dyn Described),
    /// The same; it may be left out altogether.
    MaybeNew(&'static dyn Described),
    /// What changes of an object.
    Changes(&'static dyn Described),
    /// A picture.
    Picture,
    /// An object whose form somebody else has set.
    Foreign,
}

/// What the answer carries when all goes well.
pub(crate) enum ResponseBody {
    /// 204.
    Nothing,
    /// 200 with an object.
    One(&'static dyn Described),
    /// 202 with an object.
    Accepted(&'static dyn Described),
    /// 201 with an object.
    Made(&'static dyn Described),
    /// 200 with a page of objects.
    Page(&'static dyn Described),
    /// The same, also as lines of JSON.
    Log(&'static dyn Described),
    /// 200 with a picture.
    Picture,
    /// 200 with statistics, also as CSV.
    Table(&'static dyn Described),
    /// 200 with an object of another form, or a page of lines.
    Other,
}

impl Operation {
    /// Of whoever calls, with no query and no body, answered with 204.
    pub(crate) const fn new(method: Method, path: &'static str, handler: fn() -> MethodRouter<Core>) -> Self {
        Self {
            method,
            path,
            id: "",
            summary: "",
            needs: Needs::Nothing,
            query: &[],
            request: RequestBody::Nothing,
            response: ResponseBody::Nothing,
            refusals: &[],
            handler,
        }
    }

    pub(crate) const fn named(self, id: &'static str, summary: &'static str) -> Self {
        Self { id, summary, ..self }
    }

    pub(crate) const fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    pub(crate) const fn query(self, query: &'static [QueryParam]) -> Self {
        Self { query, ..self }
    }

    pub(crate) const fn request(self, request: RequestBody) -> Self {
        Self { request, ..self }
    }

    pub(crate) const fn response(self, response: ResponseBody) -> Self {
        Self { response, ..self }
    }

    pub(crate) const fn refusals(self, refusals: &'static [(u16, &'static str)]) -> Self {
        Self { refusals, ..self }
    }
}

impl ResponseBody {
    /// Whether it comes in pages.
    pub(crate) const fn is_list(&self) -> bool {
        matches!(self, Self::Page(_) | Self::Log(_))
    }
}

impl Method {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    pub(crate) const fn changes(self) -> bool {
        !matches!(self, Self::Get)
    }
}

impl Needs {
    /// As the OpenAPI document names it: who, and with which permission.
    pub(crate) const fn text(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Account => ("account", None),
            Self::Client(permission) | Self::Membership(permission) => ("client", Some(permission.text())),
            Self::Own(permission) | Self::Listing(permission) => ("account", Some(permission.text())),
            Self::Reviewer(permission) => ("staff reviewer", Some(permission.text())),
            Self::Admin(permission) => ("staff admin", Some(permission.text())),
            Self::Signature => ("signature", None),
            Self::Nothing => ("nobody", None),
        }
    }
}

//! The routes of the pages of whoever is signed in, as they stand in the sources: a new one is tried as soon as it stands
//! there.

/// A route: its path, and whether it takes a GET and a POST.
pub struct Route {
    pub path: String,
    pub get: bool,
    pub post: bool,
}

impl Route {
    /// Whether a GET of it leads to the page that it belongs to.
    pub fn leads_back(&self) -> bool {
        self.path.ends_with("/switches")
            || self.path.ends_with("/env")
            || ["/theme", "/language"].contains(&&*self.path)
    }

    /// The methods that it takes.
    pub fn methods(&self) -> Vec<String> {
        let all = [(self.get, "GET"), (self.post, "POST")];
        all.into_iter().filter(|(takes, _)| *takes).map(|(_, method)| method.to_owned()).collect()
    }
}

/// Those of clients, the staff and the account.
pub fn desk_routes() -> Vec<Route> {
    let lists = [
        include_str!("../../../dashboard/src/clients/mod.rs"),
        include_str!("../../../dashboard/src/staff/mod.rs"),
        include_str!("../../../dashboard/src/account/mod.rs"),
    ];
    lists.into_iter().flat_map(routes).collect()
}

fn routes(list: &str) -> Vec<Route> {
    let code = list.split("#[cfg(test)]").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let of = |rest: &str| Route {
        path: rest.split('"').nth(1).unwrap().to_owned(),
        get: rest.contains("get("),
        post: rest.contains("post("),
    };
    code.split(".route(").skip(1).map(of).collect()
}

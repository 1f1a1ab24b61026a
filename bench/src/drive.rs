//! `xwms-bench drive`: any authorization server, found by its discovery document, so that others can be put beside.

use std::time::Duration;

use url::Url;

use crate::cli::{print, say};
use crate::cores::Cores;
use crate::driver::{Sample, Watched};
use crate::failure::Failure;
use crate::http::Connection;
use crate::operations::Operation;
use crate::pair::{Plan, Side};
use crate::report::{middle, milliseconds, percent};
use crate::table::Table;
use crate::worker::{Client, Site, Use, Worker};

/// What `xwms-bench drive` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct DriveArgs {
    /// The issuer, on http
    #[arg(long)]
    issuer: Url,
    /// A client that authenticates with Basic
    #[arg(long)]
    client_id: String,
    /// Its secret
    #[arg(long)]
    client_secret: String,
    /// The `domain` of client credentials requests, as XWMS asks for one with several domains
    #[arg(long)]
    domain: Option<String>,
    /// The `scope` of client credentials requests
    #[arg(long)]
    own_scope: Option<String>,
    /// With --cookie: where the code flow leads
    #[arg(long, requires = "cookie")]
    redirect_uri: Option<String>,
    /// The `Cookie` header of a browser whose person is signed in and has consented; brings code flow, refresh, userinfo
    #[arg(long, requires = "redirect_uri")]
    cookie: Option<String>,
    /// The `scope` of the code flow
    #[arg(long, default_value = "openid profile email offline_access")]
    scope: String,
    /// Only these operations
    #[arg(long, value_delimiter = ',')]
    only: Vec<Operation>,
    /// Connections at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [16, 1])]
    connections: Vec<usize>,
    /// Length of an interval
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Intervals for each operation
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    /// The server's process, whose processor time is then told
    #[arg(long)]
    pid: Option<u32>,
    /// Print the table as Markdown
    #[arg(long)]
    markdown: bool,
}

/// Drives the server and prints what was found.
pub(crate) async fn run(args: DriveArgs) -> Result<(), Failure> {
    Cores::claim();
    let site = discover(&args.issuer).await?;
    let own = [("domain", &args.domain), ("scope", &args.own_scope)];
    let own = own.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.as_ref()?.clone())));
    let client = Client {
        id: args.client_id.clone(),
        secret: args.client_secret.clone(),
        redirect_uri: args.redirect_uri.clone().unwrap_or_default(),
        scope: args.scope.clone(),
        own_parameters: own.collect(),
    };
    let clients = [client];
    let cookie = args.cookie.as_deref();
    let plan = Plan {
        length: Duration::try_from_secs_f64(args.seconds).unwrap_or(Duration::from_secs(2)),
        repeat: args.repeat,
    };
    let mut table = Table::new(&["operation", "conn.", "1/s", "p50 ms", "p99 ms", "server µs", "driver"]);
    for &connections in &args.connections {
        let worker = |_| {
            let mut worker = Worker::new(&site, &clients, Use::ByAlgorithm, cookie.unwrap_or_default());
            worker.source = if cookie.is_some() { Operation::Refresh } else { Operation::ClientCredentials };
            worker
        };
        let workers = (0..connections).map(worker).collect();
        let watched = Watched { server: args.pid, ..Watched::default() };
        let mut side = Side::new("the server", workers, watched, true);
        let wanted = |operation: &Operation| args.only.is_empty() || args.only.contains(operation);
        for operation in Operation::ALL.into_iter().filter(wanted).filter(|one| possible(*one, cookie.is_some())) {
            say(&format!("{} with {connections} connections", operation.title()));
            side.get_ready(operation, plan).await?;
            let mut samples = Vec::new();
            for _ in 0..plan.repeat.max(1) {
                samples.push(side.measure(operation, plan).await?);
            }
            table.row(row(operation, connections, &middle(&samples)));
        }
    }
    print(&table.render(args.markdown))
}

/// Whether there is all that this needs. Which algorithm signs is for the client to say, so there is one code flow.
const fn possible(operation: Operation, signed_in: bool) -> bool {
    match operation {
        Operation::CodeFlowRs256 => false,
        Operation::CodeFlow | Operation::Refresh | Operation::UserinfoFirst | Operation::UserinfoAgain => signed_in,
        other => !other.manages(),
    }
}

fn row(operation: Operation, connections: usize, sample: &Sample) -> Vec<String> {
    let title = if operation == Operation::CodeFlow { "code flow" } else { operation.title() };
    vec![
        title.to_owned(),
        connections.to_string(),
        format!("{:.0}", sample.per_second),
        milliseconds(sample.p50),
        milliseconds(sample.p99),
        sample.server_time.as_micros().to_string(),
        percent(sample.driver_load),
    ]
}

/// Reads the discovery document (OpenID Connect Discovery §4).
async fn discover(issuer: &Url) -> Result<Site, Failure> {
    if issuer.scheme() != "http" {
        return Err(Failure("the driver speaks http: put the server beside it, without TLS".to_owned()));
    }
    let (host, port) = (issuer.host_str().unwrap_or_default(), issuer.port_or_known_default().unwrap_or(80));
    let mut addresses = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await?;
    let address = addresses.next().ok_or_else(|| Failure(format!("{host} has no address")))?;
    let host = issuer.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let discovery = format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/'));
    let request = format!("GET {discovery} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let mut connection = Connection::to(address);
    let answer = connection.exchange(request.as_bytes()).await?;
    let document: serde_json::Value = serde_json::from_slice(answer.body)
        .map_err(|why| Failure(format!("{discovery} is no discovery document: status {}, {why}", answer.status)))?;
    // What a server does not have is never asked for, or fails with its answer.
    let path = |name: &str| {
        let url = document.get(name).and_then(serde_json::Value::as_str).and_then(|url| Url::parse(url).ok());
        url.map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()).unwrap_or_default()
    };
    Ok(Site {
        address,
        host,
        authorize: path("authorization_endpoint"),
        token: path("token_endpoint"),
        introspect: path("introspection_endpoint"),
        userinfo: path("userinfo_endpoint"),
        jwks: path("jwks_uri"),
        discovery,
    })
}

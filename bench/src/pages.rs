//! `xwms-bench run --pages`: whether any page of a long list costs what its first one does, and what the dashboard's page of
//! it costs.

use std::time::Instant;

use crate::cli::say;
use crate::cores::Cores;
use crate::failure::Failure;
use crate::http::Connection;
use crate::management::request;
use crate::platform::{Database, Platform, Where};
use crate::postgres::Cluster;
use crate::report::reached;
use crate::run::RunArgs;
use crate::seed;
use crate::stage::Stage;
use crate::statistics::median;
use crate::table::Table;
use crate::worker::unexpected;

/// The lists, each with what it holds.
const LISTS: [(&str, u32); 2] = [("users", USERS), ("attempts", ATTEMPTS)];
const USERS: u32 = 100_000;
const ATTEMPTS: u32 = 1_000_000;
/// Entries of a page: the most that one may ask for.
const LIMIT: usize = 200;
/// A list is looked at in so many parts, so that a page that the machine has disturbed decides nothing.
const PARTS: usize = 10;
/// A later part may cost so many times what the first page does.
const GOAL: f64 = 1.20;

/// Entries of a page of the dashboard.
const SHOWN: usize = 50;
/// How often such a page, and the same read by the API, is asked.
const ASKED: usize = 200;
/// The longest that a page may take, in milliseconds, at the median.
const LONGEST: f64 = 5.0;
/// The rate of pages beside that of reads is to reach this.
const RATE: f64 = 0.50;
/// The most bytes that a page may have.
const LARGEST: usize = 60_000;

/// What was found on one database.
pub(crate) struct Walked {
    title: String,
    table: Table,
    dashboard: Table,
}

impl Walked {
    pub(crate) fn render(&self, markdown: bool) -> String {
        let (api, dashboard) = (self.table.render(markdown), self.dashboard.render(markdown));
        format!("\n{}\n\n{api}\n\n{dashboard}\n", self.title)
    }
}

/// Walks both lists on one database.
pub(crate) async fn on(
    database: Database,
    cluster: Option<&Cluster>,
    cores: Cores,
    args: &RunArgs,
) -> Result<Walked, Failure> {
    say(&format!("{}: setting up", database.title()));
    let place = Where::new(cluster, "pages").await?;
    let platform = Platform::set_up(cores, &args.program()?, &place, 1)?;
    platform.configure(&format!("[attempts]\nkeep = {ATTEMPTS}\n"))?;
    let client = platform.managed.client.parse().map_err(|_| Failure("the client's id is none".to_owned()))?;
    seed::fill_lists(&platform.database_url, client, USERS, ATTEMPTS).await?;
    let mut stage = Stage::open(platform, place.database_pid, 1)?;
    stage.sign_in(1).await?;

    let title = format!("{}, pages of {LIMIT}; {}", database.title(), cores.note());
    let heading =
        ["list", "entries", "pages", "first page ms", "cheapest tenth ms", "dearest tenth ms", "ratio", "goal", ""];
    let mut table = Table::new(&heading);
    for (list, entries) in LISTS {
        say(&format!("{}: walking {entries} {list}", database.title()));
        // Once to warm up what the first page, asked often, has warm as well.
        walk(&stage, list).await?;
        let times = walk(&stage, list).await?;
        if times.len() * LIMIT < entries as usize {
            return Err(Failure(format!("{} pages of {list} are not all", times.len())));
        }
        let first = first_page(&stage, list, times.len() / PARTS).await?;
        let tenths = || times.chunks(times.len().div_ceil(PARTS)).map(|part| median(part.iter().copied()));
        let (cheapest, dearest) = (tenths().fold(f64::INFINITY, f64::min), tenths().fold(0.0, f64::max));
        let ratio = dearest / first;
        table.row(vec![
            list.to_owned(),
            entries.to_string(),
            times.len().to_string(),
            format!("{first:.2}"),
            format!("{cheapest:.2}"),
            format!("{dearest:.2}"),
            format!("{ratio:.2}"),
            format!("≤ {GOAL:.2}"),
            reached(ratio <= GOAL),
        ]);
    }
    let dashboard = dashboard(&stage).await?;
    Ok(Walked { title, table, dashboard })
}

/// The dashboard's pages of the same lists, each beside the API's read of as many entries, in turn.
async fn dashboard(stage: &Stage) -> Result<Table, Failure> {
    let heading = ["list", "page ms", "goal", "", "read ms", "rate", "goal", "", "bytes", "goal", ""];
    let mut table = Table::new(&heading);
    let host = &stage.site.host;
    let cookies = stage.cookies.first().ok_or_else(|| Failure("nobody is signed in".to_owned()))?;
    let mut connection = Connection::to(stage.site.address);
    for (list, _) in LISTS {
        let path = format!("/clients/{}/{list}?limit={SHOWN}", stage.platform.managed.client);
        let page = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n").into_bytes();
        let read = request(host, &stage.platform.managed, &format!("{list}?limit={SHOWN}"));
        let (mut pages, mut reads, mut bytes) = (Vec::new(), Vec::new(), 0);
        for _ in 0..ASKED {
            let (time, size) = timed(&mut connection, &page).await?;
            pages.push(time);
            bytes = bytes.max(size);
            reads.push(timed(&mut connection, &read).await?.0);
        }
        let (page, read) = (median(pages), median(reads));
        table.row(vec![
            list.to_owned(),
            format!("{page:.2}"),
            format!("≤ {LONGEST:.2}"),
            reached(page <= LONGEST),
            format!("{read:.2}"),
            format!("{:.2}", read / page),
            format!("≥ {RATE:.2}"),
            reached(read / page >= RATE),
            bytes.to_string(),
            format!("≤ {LARGEST}"),
            reached(bytes <= LARGEST),
        ]);
    }
    Ok(table)
}

/// How long an answer took, in milliseconds, and how many bytes it has.
async fn timed(connection: &mut Connection, request: &[u8]) -> Result<(f64, usize), Failure> {
    let began = Instant::now();
    let answer = connection.exchange(request).await?;
    let time = began.elapsed().as_secs_f64() * 1000.0;
    if answer.status == 200 { Ok((time, answer.body.len())) } else { Err(unexpected(answer)) }
}

/// How long each page of a list took, in milliseconds, one after the other over one connection.
async fn walk(stage: &Stage, list: &str) -> Result<Vec<f64>, Failure> {
    let mut connection = Connection::to(stage.site.address);
    let (mut times, mut cursor) = (Vec::new(), None);
    loop {
        let (time, next) = page(stage, &mut connection, list, cursor.as_deref()).await?;
        times.push(time);
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(times),
        }
    }
}

/// How long the first page takes, asked so many times.
async fn first_page(stage: &Stage, list: &str, times: usize) -> Result<f64, Failure> {
    let mut connection = Connection::to(stage.site.address);
    let mut all = Vec::with_capacity(times);
    for _ in 0..times {
        all.push(page(stage, &mut connection, list, None).await?.0);
    }
    Ok(median(all))
}

/// Asks for a page; how long that took, and the cursor of the next one.
async fn page(
    stage: &Stage,
    connection: &mut Connection,
    list: &str,
    cursor: Option<&str>,
) -> Result<(f64, Option<String>), Failure> {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let path = format!("{list}?limit={LIMIT}{cursor}");
    let request = request(&stage.site.host, &stage.platform.managed, &path);
    let began = Instant::now();
    let answer = connection.exchange(&request).await?;
    let time = began.elapsed().as_secs_f64() * 1000.0;
    if answer.status == 200 {
        Ok((time, answer.json_text("next_cursor").map(str::to_owned)))
    } else {
        Err(unexpected(answer))
    }
}
